"""What is planted for others to find: fraudulent orders, thefts, mistyped prices and the supplier who starts to fail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from ingestion.demo.arrays import Ints
from ingestion.demo.assortment import Products
from ingestion.demo.places import provinces
from ingestion.demo.scale import Scale
from ingestion.demo.seasons import SECONDS_A_DAY, Calendar
from ingestion.demo.seeds import Seeds

FraudKind = Literal["device_burst", "account_takeover"]

MULES_A_BURST = 5
FAILING_SINCE = date(2026, 7, 1)
FAILING_LEAD = 1.9
FAILING_FILL = 0.78
FAILING_REJECTS = 0.11
FAILING_NEVER_ARRIVES = 0.07
STOLEN_PRODUCTS = 6
THEFT_DAYS = 190  # how long ago the thefts began


@dataclass(frozen=True)
class Fraud:
    """One fraudulent order that will be placed."""

    kind: FraudKind
    day: int
    second: int
    mule: int  # position among the fraud accounts, -1 for a taken-over account
    device: int  # counted from the first device no customer owns
    province: int
    products: tuple[int, ...]
    units: tuple[int, ...]


@dataclass(frozen=True)
class Theft:
    """Goods that will be missing one night."""

    day: int
    location: int
    product: int
    units: int


@dataclass(frozen=True)
class Schemes:
    """All plans."""

    frauds: tuple[Fraud, ...]
    mule_sign_ups: Ints
    thefts: tuple[Theft, ...]
    failing_supplier: int
    failing_since: int  # day


def plan_schemes(scale: Scale, calendar: Calendar, products: Products, seeds: Seeds) -> Schemes:
    """Who will do what, when."""
    random = seeds.topic("frauds")
    dear = _dear_products(products, calendar)
    frauds: list[Fraud] = []
    sign_ups: list[int] = []
    for burst in range(scale.device_bursts):
        day = int(random.integers(calendar.days // 3, calendar.days - 12))
        sign_ups += [day - int(random.integers(1, 6)) for _ in range(MULES_A_BURST)]
        frauds += _burst(burst, day, dear, random)
    for takeover in range(scale.takeovers):
        frauds.append(_takeover(scale.device_bursts + takeover, calendar, dear, random))
    frauds.sort(key=lambda fraud: (fraud.day, fraud.second, fraud.device, fraud.mule))
    failing = _failing_supplier(products, seeds.topic("failing supplier"))
    thefts = _plan_thefts(scale, calendar, products, seeds.topic("thefts"))
    return Schemes(tuple(frauds), np.array(sign_ups, dtype=np.int64), thefts, failing, (FAILING_SINCE - calendar.first_day).days)


def _dear_products(products: Products, calendar: Calendar) -> Ints:
    """The dearest goods sold all the time."""
    lasting = (products.launched < 0) & (products.discontinued > calendar.days) & (products.dead_from > calendar.days)
    candidates = np.flatnonzero(lasting)
    return candidates[np.argsort(-products.start_price[candidates], kind="stable")][: max(4, len(candidates) // 8)]


def _burst(device: int, day: int, dear: Ints, random: np.random.Generator) -> list[Fraud]:
    """Several young accounts order dear goods from one device within a day and a half, all to one province."""
    province = int(random.integers(len(provinces())))
    frauds = []
    for _ in range(int(random.integers(7, 13))):
        second = int(random.integers(0, 129_600))
        mule = device * MULES_A_BURST + int(random.integers(MULES_A_BURST))
        frauds.append(_fraud("device_burst", day + second // SECONDS_A_DAY, second % SECONDS_A_DAY, mule, device, province, dear, random))
    return frauds


def _takeover(device: int, calendar: Calendar, dear: Ints, random: np.random.Generator) -> Fraud:
    """An old account orders at night from a new device to a place it never ordered to."""
    day, second = int(random.integers(calendar.days // 4, calendar.days - 6)), int(random.integers(3_600, 18_000))
    return _fraud("account_takeover", day, second, -1, device, int(random.integers(len(provinces()))), dear, random)


def _fraud(kind: FraudKind, day: int, second: int, mule: int, device: int, province: int, dear: Ints, random: np.random.Generator) -> Fraud:
    goods = random.permutation(dear)[: int(random.integers(1, 4))]
    units = random.integers(2, 6, len(goods))
    return Fraud(kind, day, second, mule, device, province, tuple(map(int, goods)), tuple(map(int, units)))


def _failing_supplier(products: Products, random: np.random.Generator) -> int:
    """A domestic supplier whose goods matter, not of the category whose costs rise."""
    weight = np.bincount(products.supplier, products.want, minlength=len(products.suppliers))
    candidates = [
        index
        for index, supplier in enumerate(products.suppliers)
        if supplier.country == "Vietnam" and supplier.category in {"Household", "Personal Care", "Staples", "Sauces & Spices", "Beverages"}
    ]
    candidates.sort(key=lambda index: (-weight[index], index))
    return candidates[int(random.integers(min(4, len(candidates))))]


def _plan_thefts(scale: Scale, calendar: Calendar, products: Products, random: np.random.Generator) -> tuple[Theft, ...]:
    """Small dear things vanish from one warehouse, a few at a time."""
    location = int(random.integers(0, 2))
    lasting = np.flatnonzero((products.launched < 0) & (products.discontinued > calendar.days) & (products.weight_kg < 1.5))
    worth = (products.start_price * np.sqrt(products.want))[lasting]
    stolen = lasting[np.argsort(-worth, kind="stable")][:STOLEN_PRODUCTS]
    first = max(10, calendar.days - THEFT_DAYS)
    days = np.sort(random.integers(first, calendar.days - 3, scale.thefts))
    return tuple(Theft(int(day), location, int(random.choice(stolen)), int(random.integers(3, 10))) for day in days)
