"""What the library tells of the company, read out of its warehouse and nowhere else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from knowledge.demo.pdf import plain
from knowledge.insights_months import Reader, local

_VIETNAM = "Vietnam"
_SLUG = 30  # a document id has at most 40 characters
DEMO_SOURCE = re.compile(r"^demo-(tiny|demo|large)-(\d+)$")


@dataclass(frozen=True)
class Supplier:
    """A supplier as the library writes about it; `slug` names its documents whatever the size of the company."""

    id: str
    name: str
    maker: str
    slug: str
    country: str
    lead_days: int
    payment_days: int
    minimum: int
    category: str

    @property
    def is_foreign(self) -> bool:
        return self.country != _VIETNAM


@dataclass(frozen=True)
class Product:
    """A product as it was sold on the day of the catalogue."""

    id: str
    sku: str
    name: str
    category: str
    family: str
    supplier_id: str
    pack: int
    minimum_units: int
    shelf_days: int | None
    price: int  # on the day of the catalogue


@dataclass(frozen=True)
class Company:
    """The company on the last day of its data."""

    name: str
    zone: str
    first_day: date
    as_of: date
    seed: int
    suppliers: tuple[Supplier, ...]
    products: tuple[Product, ...]

    @property
    def middle(self) -> date:
        """The first of the month in the middle of the history: what was replaced was replaced then."""
        return (self.first_day + (self.as_of - self.first_day) / 2).replace(day=1)


def slug(text: str) -> str:
    """Letters and digits without marks, joined by hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", plain(text).casefold()).strip("-")


def read_company(reader: Reader, name: str, zone: str, as_of: date, seed: int) -> Company:
    """Suppliers and products, in the order of their names, so that ids of one size do not decide about another."""
    first = reader.execute(f"SELECT CAST(min({local('ordered_at', zone)}) AS DATE) FROM orders").fetchall()[0][0]
    suppliers = tuple(_supplier(row) for row in reader.execute(_SUPPLIERS).fetchall())
    day = catalogue_day(as_of)
    products = tuple(_product(row) for row in reader.execute(_PRODUCTS, {"day": day}).fetchall())
    return Company(name, zone, first if isinstance(first, date) else as_of, as_of, seed, suppliers, products)


_SUPPLIERS = """
SELECT s.supplier_id, s.name, mode(p.manufacturer), s.country, s.contract_lead_time_days, s.payment_terms_days, s.min_order_value,
  mode(p.category)
FROM suppliers AS s LEFT JOIN products AS p USING (supplier_id) GROUP BY ALL ORDER BY s.name
"""
_PRODUCTS = """
SELECT p.product_id, p.sku, p.name, p.category, p.family, p.supplier_id, p.pack_size, p.min_order_qty, p.shelf_life_days, h.list_price
FROM products AS p
JOIN (SELECT product_id, arg_max(list_price, valid_from) AS list_price FROM price_history WHERE valid_from <= $day GROUP BY product_id) AS h
  USING (product_id)
WHERE p.launched_on <= $day AND (p.discontinued_on IS NULL OR p.discontinued_on > $day) ORDER BY p.family, p.sku
"""


def catalogue_day(as_of: date) -> date:
    """The day the price lists are of: the first of the quarter."""
    return as_of.replace(month=3 * ((as_of.month - 1) // 3) + 1, day=1)


def _supplier(row: tuple[object, ...]) -> Supplier:
    id, name, maker, country = str(row[0]), str(row[1]), str(row[2] or row[1]), str(row[3])
    key = slug(maker)[:_SLUG].strip("-")
    return Supplier(id, name, maker, key, country, whole(row[4]), whole(row[5]), whole(row[6]), str(row[7] or ""))


def _product(row: tuple[object, ...]) -> Product:
    id, sku, name, category, family, supplier = (str(cell) for cell in row[:6])
    shelf = None if row[8] is None else whole(row[8])
    return Product(id, sku, name, category, family, supplier, whole(row[6]), whole(row[7]), shelf, whole(row[9]))


def whole(value: object) -> int:
    """A stored amount as a whole number."""
    return int(float(str(value or 0)))
