"""Price offers: which product or category, when, how deep, how much they lift sales and how deep the hole after them is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

import numpy as np

from ingestion.demo.arrays import Floats, Ints
from ingestion.demo.assortment import Products
from ingestion.demo.scale import Scale
from ingestion.demo.seasons import DOUBLE_DAYS, TET, Calendar
from ingestion.demo.seeds import Seeds

PRODUCT_OFFERS = ("Giá sốc tuần này", "Mua nhiều tiết kiệm", "Ưu đãi đặc biệt", "Xả kho", "Tuần lễ thương hiệu")
RATES = np.array([10, 15, 20, 25, 30])
RATE_SHARES = np.array([0.25, 0.30, 0.25, 0.12, 0.08])


@dataclass(frozen=True)
class Promotion:
    """One offer; days are counted from the first day of the data."""

    name: str
    product: int | None
    category: str
    first: int
    last: int
    percent: int
    display: float  # extra attention beyond the price
    dip: float  # part of sales missing right after it
    dip_days: int


@dataclass(frozen=True)
class Promotions:
    """All offers and what applies to each product on each day."""

    offers: tuple[Promotion, ...]
    members: tuple[Ints, ...]  # the products of each offer
    days: int
    products: int

    @cached_property
    def winner(self) -> Ints:
        """Index of the offer in force by day and product, the deepest one where several meet; -1 for none."""
        table = np.full((self.days, self.products), -1)
        for index in sorted(range(len(self.offers)), key=lambda position: (self.offers[position].percent, position)):
            offer = self.offers[index]
            table[offer.first : offer.last + 1, self.members[index]] = index
        return table

    @cached_property
    def percent(self) -> Ints:
        """Discount in percent by day and product."""
        rates = np.array([offer.percent for offer in self.offers] + [0])
        return rates[self.winner]

    @cached_property
    def attention(self) -> Floats:
        """What displays add during an offer and the full cupboards take away after it, by day and product."""
        display = np.array([offer.display for offer in self.offers] + [1.0])[self.winner]
        for offer, members in zip(self.offers, self.members, strict=True):
            after = np.arange(offer.last + 1, min(offer.last + 1 + offer.dip_days, self.days))
            recovery = 1 - offer.dip * (1 - (after - offer.last - 1) / offer.dip_days)
            display[np.ix_(after, members)] *= np.where(self.winner[np.ix_(after, members)] < 0, recovery[:, None], 1.0)
        return display


def make_promotions(products: Products, scale: Scale, calendar: Calendar, seeds: Seeds) -> Promotions:
    """Every offer of the period, in order of its first day."""
    random = seeds.topic("promotions")
    offers = _category_offers(products, calendar, random) + _product_offers(products, scale, calendar, random)
    offers.sort(key=lambda offer: (offer.first, offer.category, -1 if offer.product is None else offer.product))
    members = tuple(_members(products, offer) for offer in offers)
    return Promotions(tuple(offers), members, calendar.days, products.count)


def _members(products: Products, offer: Promotion) -> Ints:
    if offer.product is not None:
        return np.array([offer.product])
    return np.flatnonzero(products.category == products.categories.index(offer.category))


def _category_offers(products: Products, calendar: Calendar, random: np.random.Generator) -> list[Promotion]:
    """Double days, the run-up to Tet and the back-to-school weeks."""
    events = [
        (f"Siêu sale {day.day}.{day.month}", offset - 1, 3, 12)
        for offset, day in enumerate(calendar.dates[: calendar.days])
        if (day.month, day.day) in DOUBLE_DAYS
    ]
    for feast in TET:
        events.append(("Sắm Tết sum vầy", (feast - timedelta(days=20) - calendar.first_day).days, 12, 8))
    offers: list[Promotion] = []
    for name, first, length, deepest in events:
        if not first >= 0 or first + length > calendar.days:
            continue
        for category in sorted(random.permutation(len(products.categories))[: max(3, len(products.categories) // 2)]):
            percent = int(random.integers(5, deepest + 1))
            label = products.categories[category]
            title = f"{name} {calendar.dates[first].year} - {label}"
            offers.append(Promotion(title, None, label, first, first + length - 1, percent, float(random.uniform(1.02, 1.15)), 0.12, 6))
    return offers


def _product_offers(products: Products, scale: Scale, calendar: Calendar, random: np.random.Generator) -> list[Promotion]:
    offers: list[Promotion] = []
    months = calendar.days // 30
    chance = np.sqrt(products.want) / np.sqrt(products.want).sum()
    for product in random.choice(products.count, size=months * scale.promotions_a_month, p=chance):
        first = int(random.integers(5, calendar.days - 12))
        length = int(random.integers(5, 15))
        live = products.launched[product] + 30 <= first and first + length < min(products.discontinued[product], calendar.days)
        if not live or _near_another(offers, int(product), first):
            continue
        percent = int(random.choice(RATES, p=RATE_SHARES))
        family = products.families[products.family[product]]
        name = f"{PRODUCT_OFFERS[int(random.integers(len(PRODUCT_OFFERS)))]} - {products.articles[product].name}"
        display, dip = float(random.uniform(1.08, 1.5)), float(random.uniform(0.15, 0.45))
        offers.append(
            Promotion(name, int(product), family.category, first, first + length - 1, percent, display, dip, int(random.integers(7, 15)))
        )
    return offers


def _near_another(offers: list[Promotion], product: int, first: int) -> bool:
    return any(offer.product == product and abs(offer.first - first) < 40 for offer in offers)
