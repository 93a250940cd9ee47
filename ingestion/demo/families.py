"""The families of goods, the suppliers who make them and the goods bought together, as listed in the CSV files beside."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

from ingestion.demo.places import FOLDER


@dataclass(frozen=True)
class PackSize:
    """One size a family is sold in, relative to its base price."""

    label: str
    weight_kg: float
    price_factor: float


@dataclass(frozen=True)
class Family:
    """Goods a customer takes one for another."""

    category: str
    subcategory: str
    name: str
    noun: str
    makers: tuple[str, ...]
    variants: tuple[str, ...]
    sizes: tuple[PackSize, ...]
    base_price: int
    markup: float
    shelf_life_days: int | None
    consumer_units: float
    pack_size: int
    season: str
    fragility: float
    elasticity: float
    popularity: float
    core: bool
    weighed: bool


@dataclass(frozen=True)
class Supplier:
    """One maker we buy a category from, the terms on paper and how it really delivers."""

    category: str
    manufacturer: str
    name: str
    country: str
    contract_lead_time_days: int
    payment_terms_days: int
    min_order_value: int
    lead_ratio: float  # true lead time over the contract's
    lead_spread: float
    lead_drift: float  # change of the ratio from the first day to the last
    fill_rate: float
    reject_rate: float
    price_level: float


@dataclass(frozen=True)
class CompanionRule:
    """Who buys from one family adds something from another with this probability."""

    family: str
    companion: str
    probability: float


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _size(text: str) -> PackSize:
    label, weight_kg, price_factor = text.rsplit(":", 2)
    return PackSize(label, float(weight_kg), float(price_factor))


@cache
def all_families() -> tuple[Family, ...]:
    """Every family of the range."""
    return tuple(_family(row) for row in _rows("families.csv"))


def _family(row: dict[str, str]) -> Family:
    return Family(
        category=row["category"],
        subcategory=row["subcategory"],
        name=row["family"],
        noun=row["noun"],
        makers=tuple(row["makers"].split("|")),
        variants=tuple(row["variants"].split("|")),
        sizes=tuple(_size(text) for text in row["sizes"].split("|")),
        base_price=int(row["base_price"]),
        markup=float(row["markup"]),
        shelf_life_days=int(row["shelf_life_days"]) or None,
        consumer_units=float(row["consumer_units"]),
        pack_size=int(row["pack_size"]),
        season=row["season"],
        fragility=float(row["fragility"]),
        elasticity=float(row["elasticity"]),
        popularity=float(row["popularity"]),
        core=row["core"] == "yes",
        weighed=row["weighed"] == "yes",
    )


@cache
def all_suppliers() -> tuple[Supplier, ...]:
    """Every supplier, three for each category, the most trusted first."""
    return tuple(_supplier(row) for row in _rows("suppliers.csv"))


def _supplier(row: dict[str, str]) -> Supplier:
    return Supplier(
        category=row["category"],
        manufacturer=row["manufacturer"],
        name=row["supplier"],
        country=row["country"],
        contract_lead_time_days=int(row["contract_lead_time_days"]),
        payment_terms_days=int(row["payment_terms_days"]),
        min_order_value=int(row["min_order_value"]),
        lead_ratio=float(row["lead_ratio"]),
        lead_spread=float(row["lead_spread"]),
        lead_drift=float(row["lead_drift"]),
        fill_rate=float(row["fill_rate"]),
        reject_rate=float(row["reject_rate"]),
        price_level=float(row["price_level"]),
    )


@cache
def companion_rules() -> tuple[CompanionRule, ...]:
    """What is bought together."""
    return tuple(CompanionRule(row["family"], row["companion"], float(row["probability"])) for row in _rows("companions.csv"))
