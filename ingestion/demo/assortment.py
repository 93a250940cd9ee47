"""The range: which articles exist, what they are like, when they were for sale and how much each is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product as combinations

import numpy as np

from ingestion.demo.arrays import Bools, Floats, Ints
from ingestion.demo.families import Family, Supplier, all_families, all_suppliers
from ingestion.demo.scale import Scale
from ingestion.demo.seasons import Calendar
from ingestion.demo.seeds import Seeds

SERIES = (("Truyền Thống", 1.0), ("Gia Đình", 0.92), ("Cao Cấp", 1.38), ("Tiết Kiệm", 0.80))
ALWAYS = 10_000_000  # a day that never comes


@dataclass(frozen=True)
class Article:
    """What is written on one product."""

    name: str
    family: int
    supplier: int
    series: str
    variant: str
    size_label: str
    weight_kg: float
    price: int  # list price it starts with


@dataclass(frozen=True)
class Products:
    """The range as arrays, one entry a product; days are counted from the first day of the data."""

    families: tuple[Family, ...]
    suppliers: tuple[Supplier, ...]
    articles: tuple[Article, ...]
    launched: Ints
    discontinued: Ints  # last day for sale; ALWAYS while it is
    want: Floats  # how much it is wanted next to the others
    growth: Floats  # yearly
    elasticity: Floats
    quality: Floats  # -1 poor .. 1 excellent
    burst: Floats  # how many times the usual units when it is bought at all
    dead_from: Ints  # the day it stopped selling; ALWAYS for most
    overbought: Bools

    @property
    def count(self) -> int:
        return len(self.articles)

    @cached_property
    def categories(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(family.category for family in self.families))

    @cached_property
    def family(self) -> Ints:
        return np.array([article.family for article in self.articles])

    @cached_property
    def category(self) -> Ints:
        return np.array([self.categories.index(self.families[article.family].category) for article in self.articles])

    @cached_property
    def supplier(self) -> Ints:
        return np.array([article.supplier for article in self.articles])

    @cached_property
    def start_price(self) -> Ints:
        return np.array([article.price for article in self.articles])

    @cached_property
    def weight_kg(self) -> Floats:
        return np.array([article.weight_kg for article in self.articles])

    @cached_property
    def fragility(self) -> Floats:
        return np.array([self.families[index].fragility for index in self.family])

    @cached_property
    def pack_size(self) -> Ints:
        """Big packs travel few to a carton."""
        packs = np.array([self.families[index].pack_size for index in self.family])
        return np.where(self.weight_kg > 5, np.minimum(packs, 2), packs)

    @cached_property
    def min_order_qty(self) -> Ints:
        return self.pack_size * np.where(self.start_price < 100_000, 2, 1)

    @cached_property
    def shelf_life_days(self) -> Floats:
        """NaN for what keeps."""
        return np.array([self.families[index].shelf_life_days or np.nan for index in self.family], dtype=float)

    @cached_property
    def unit_step(self) -> Floats:
        """Smallest amount sold: half a kilogram of weighed goods, one of anything else."""
        return np.array([0.5 if self.families[index].weighed else 1.0 for index in self.family])

    @cached_property
    def consumer_units(self) -> Floats:
        """Units a person takes; few of the dear, big packs."""
        usual = np.array([self.families[index].consumer_units for index in self.family])
        base = np.array([self.families[index].base_price for index in self.family])
        return 1 + (usual - 1) * np.minimum(1.0, base / self.start_price)

    @cached_property
    def case_factor(self) -> Floats:
        """How much less a company takes of a dear article."""
        return np.clip((90_000 / self.start_price) ** 0.55, 0.12, 1.6)

    @cached_property
    def family_members(self) -> Ints:
        """One row for each family, its products from the left, -1 after the last."""
        members = [np.flatnonzero(self.family == index) for index in range(len(self.families))]
        table = np.full((len(members), max(len(row) for row in members)), -1)
        for index, row in enumerate(members):
            table[index, : len(row)] = row
        return table


def round_price(price: float, weighed: bool = False) -> int:
    """A price as shops write it; whole thousands for weighed goods so that half a kilogram costs whole VND."""
    step = 500 if price < 50_000 and not weighed else 1_000 if price < 500_000 else 10_000
    return max(step, round(price / step) * step)


def make_products(scale: Scale, calendar: Calendar, seeds: Seeds) -> Products:
    """The range of the company."""
    families = tuple(family for family in all_families() if family.core or not scale.core_families_only)
    suppliers = _chosen_suppliers(families, scale)
    articles = _articles(families, suppliers, scale.products, seeds.topic("articles"))
    family = np.array([article.family for article in articles])
    random = seeds.topic("product traits")
    count = len(articles)
    launched, discontinued = _lifetimes(families, family, calendar.days, seeds.topic("lifetimes"))
    intermittent = random.random(count) < 0.10
    popularity = np.array([families[index].popularity for index in family]) / np.bincount(family)[family]
    want = popularity * np.exp(random.normal(0, 0.75, count)) * np.where(intermittent, 0.12, 1.0)
    maker = random.normal(0.15, 0.35, len(suppliers))[[article.supplier for article in articles]]
    lasting = (launched < 0) & (discontinued == ALWAYS) & ~_seasonal(families, family)
    dead_from, overbought = _troubles(lasting, calendar.days, seeds.topic("troubles"))
    return Products(
        families,
        suppliers,
        articles,
        launched,
        discontinued,
        want,
        growth=random.normal(0.06, 0.22, count),
        elasticity=np.array([families[index].elasticity for index in family]) * np.exp(random.normal(0, 0.18, count)),
        quality=np.clip(maker + random.normal(0, 0.35, count), -1, 1),
        burst=np.where(intermittent, 5.0, 1.0),
        dead_from=dead_from,
        overbought=overbought,
    )


def _chosen_suppliers(families: tuple[Family, ...], scale: Scale) -> tuple[Supplier, ...]:
    used = {maker for family in families for maker in family.makers[: scale.makers_per_family]}
    return tuple(supplier for supplier in all_suppliers() if supplier.manufacturer in used)


def _articles(
    families: tuple[Family, ...], suppliers: tuple[Supplier, ...], count: int, random: np.random.Generator
) -> tuple[Article, ...]:
    offers = [_offers(index, family, suppliers) for index, family in enumerate(families)]
    shares = np.array([np.sqrt(family.popularity) for family in families])
    quotas = _quotas(shares, np.array([len(rows) for rows in offers]), count)
    articles: list[Article] = []
    for rows, quota in zip(offers, quotas, strict=True):
        articles += [rows[choice] for choice in sorted(random.permutation(len(rows))[:quota])]
    return tuple(articles)


def _offers(index: int, family: Family, suppliers: tuple[Supplier, ...]) -> list[Article]:
    """Everything a family could be sold as: maker x series x variant x size."""
    makers = [position for position, supplier in enumerate(suppliers) if supplier.manufacturer in family.makers]
    offers = []
    for maker, (series, series_factor), variant, size in combinations(makers, SERIES, family.variants, family.sizes):
        supplier = suppliers[maker]
        price = round_price(family.base_price * size.price_factor * series_factor * supplier.price_level, family.weighed)
        name = f"{family.noun} {supplier.manufacturer} {series} {variant} {size.label}"
        offers.append(Article(name, index, maker, series, variant, size.label, size.weight_kg, price))
    return offers


def _quotas(shares: Floats, most: Ints, count: int) -> Ints:
    """`count` split by `shares`, at least two for each and never more than it can have."""
    quotas: Ints = np.minimum(np.maximum(2, np.floor(shares / shares.sum() * count)).astype(np.int64), most)
    while quotas.sum() < min(count, most.sum()):
        hungry = np.where(quotas < most, shares / quotas, 0.0)
        quotas[int(hungry.argmax())] += 1
    return quotas


def _seasonal(families: tuple[Family, ...], family: Ints) -> Bools:
    return np.array([families[index].season in {"tet_only", "autumn"} for index in family])


def _lifetimes(families: tuple[Family, ...], family: Ints, days: int, random: np.random.Generator) -> tuple[Ints, Ints]:
    """When each product came and, for some, when it went."""
    count = len(family)
    new = (random.random(count) < 0.18) & ~_seasonal(families, family)
    launched: Ints = np.where(new, random.integers(20, days - 45, count), -random.integers(200, 2_000, count))
    ending = (random.random(count) < 0.09) & ~new & ~_seasonal(families, family)
    last_days = random.integers(int(days * 0.3), days - 30, count)
    return launched, np.where(ending, last_days, ALWAYS)


def _troubles(lasting: Bools, days: int, random: np.random.Generator) -> tuple[Ints, Bools]:
    """A few products nobody wants any more, and a few that are always bought too much of."""
    candidates = random.permutation(np.flatnonzero(lasting))
    dead = candidates[: max(2, len(candidates) // 40)]
    dead_from = np.full(len(lasting), ALWAYS)
    dead_from[dead] = random.integers(int(days * 0.35), int(days * 0.55), len(dead))
    overbought = np.zeros(len(lasting), dtype=bool)
    overbought[candidates[len(dead) : len(dead) + max(2, len(candidates) // 40)]] = True
    return dead_from, overbought
