"""List prices and unit costs day by day: how prices step, how costs drift, and whose cost is squeezing the margin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from ingestion.demo.arrays import Ints
from ingestion.demo.assortment import Products, round_price
from ingestion.demo.seasons import Calendar
from ingestion.demo.seeds import Seeds

SQUEEZED_CATEGORY = "Coffee & Tea"
SQUEEZED_SUBCATEGORY = "Coffee"
SQUEEZE_SINCE = date(2026, 7, 1)
SQUEEZE_BY_MONTH = (0.09, 0.14, 0.17, 0.19)  # raw beans got dearer and the shelf price stayed
PRICES_FROZEN_SINCE = date(2026, 5, 15)  # nothing squeezed was repriced after this

STEPS = np.array([-0.11, -0.07, 0.06, 0.09, 0.13])
STEP_SHARES = np.array([0.18, 0.20, 0.27, 0.20, 0.15])


@dataclass(frozen=True)
class PriceChange:
    """One row of the price history."""

    product: int
    day: int  # days from the first day, may be before it
    price: int


@dataclass(frozen=True)
class Prices:
    """What one unit costs us and sells for, by day and product, in whole VND."""

    changes: tuple[PriceChange, ...]
    listed: Ints  # day x product
    cost: Ints  # day x product


def make_prices(products: Products, calendar: Calendar, seeds: Seeds) -> Prices:
    """The price and cost of every product on every day."""
    cost = _cost_path(products, calendar, seeds.topic("costs"))
    changes = _price_changes(products, calendar, cost, seeds.topic("prices"))
    listed = np.tile(products.start_price, (calendar.days, 1))
    for change in changes:  # in order of day, so a later price overwrites the rest of the column
        listed[max(0, change.day) :, change.product] = change.price
    return Prices(tuple(changes), listed, cost)


def squeezed(products: Products) -> list[int]:
    """The products whose cost rises in the last months."""
    return [index for index, family in enumerate(products.family) if products.families[family].subcategory == SQUEEZED_SUBCATEGORY]


def _cost_path(products: Products, calendar: Calendar, random: np.random.Generator) -> Ints:
    markup = np.array([products.families[index].markup for index in products.family])
    start = products.start_price / markup * np.exp(random.normal(0, 0.03, products.count))
    month = np.array([(day.year, day.month) for day in calendar.dates[: calendar.days]])
    month_index = (month[:, 0] - month[0, 0]) * 12 + month[:, 1] - month[0, 1]
    months = int(month_index[-1]) + 1
    by_supplier = np.cumsum(random.normal(0.0018, 0.006, (months, len(products.suppliers))), axis=0)
    level = start * np.exp(by_supplier - by_supplier[0])[:, products.supplier]
    squeezed_products = squeezed(products)
    for offset, rise in enumerate(SQUEEZE_BY_MONTH):
        level[months - len(SQUEEZE_BY_MONTH) + offset, squeezed_products] *= 1 + rise
    cost = (np.round(level / 100) * 100).astype(np.int64)
    by_day: Ints = np.maximum(cost, 100)[month_index]
    return by_day


def _price_changes(products: Products, calendar: Calendar, cost: Ints, random: np.random.Generator) -> list[PriceChange]:
    frozen_from = (PRICES_FROZEN_SINCE - calendar.first_day).days
    frozen = set(squeezed(products))
    changes: list[PriceChange] = []
    for product in range(products.count):
        last_day = frozen_from if product in frozen else calendar.days
        changes += _changes_of(products, product, last_day, cost, random)
    return sorted(changes, key=lambda change: (change.day, change.product))


def _changes_of(products: Products, product: int, last_day: int, cost: Ints, random: np.random.Generator) -> list[PriceChange]:
    weighed = bool(products.unit_step[product] < 1)
    launched = int(products.launched[product])
    changes = [PriceChange(product, launched, round_price(products.start_price[product], weighed))]
    for day in _change_days(max(0, launched), last_day, random):
        step = float(random.choice(STEPS, p=STEP_SHARES))
        floor = cost[day, product] * 1.06
        price = round_price(max(changes[-1].price * (1 + step), floor + 499), weighed)
        if price != changes[-1].price:
            changes.append(PriceChange(product, day, price))
    return changes


def _change_days(first: int, last: int, random: np.random.Generator) -> list[int]:
    """Days of repricing, some five months apart, never within the first six weeks."""
    days: list[int] = []
    day = first + 42 + int(random.integers(0, 100))
    while day < last - 3:
        days.append(day)
        day += 60 + int(random.exponential(80))
    return days
