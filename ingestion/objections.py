"""What speaks against a table although its fields are all there: one that is taken for another is worse than one that is refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ingestion.likeness import ColumnEvidence, is_day, means
from ingestion.mapping import plain
from ingestion.schema import Table
from ingestion.titles import Title

_SALES = ("sales_lines", "orders", "order_lines")
_PURCHASES = ("purchase_orders", "purchase_order_lines")
_STOCK = ("stock_levels", "stock_movements")
# Tables that people call by each other's names.
FAMILIES: dict[str, tuple[str, ...]] = {name: kind for kind in (_SALES, _PURCHASES, _STOCK) for name in kind}

_MASTERS = ("products", "customers", "suppliers", "locations")
_LISTS = ("price_history", "competitor_prices", "promotions", "market_indicators")
_MOVED = ("quantity", "order_id", "po_id", "return_id", "received_quantity", "movement_id", "rating", "visitor_id", "competitor")
_DAYS = ("ordered_at", "as_of", "moved_at", "returned_at", "received_at", "observed_on", "valid_from")
_STOCKED = ("on_hand", "allocated")
_PRODUCT = ("product_id", "sku", "product_name")
# Tables that need so little that only their own words tell them from others.
_SIGNS = {
    "returns": ("returned_at", "return_id", "return_quantity", "refund_amount", "reason"),
    "shipments": ("shipment_id", "carrier", "shipped_at", "delivered_at"),
}
# A header of an order may describe it; only a product makes it a line.
_DESCRIPTIONS = frozenset({"description", "title", "diengiai", "mota", "libelle", "bezeichnung", "designation"})
# Days that lists of people and things carry besides their own fields.
_ABOUT_THE_ROW = re.compile(r"creat|updat|modif|chang|birth|dob|last|since|ngaysinh|ngaytao|capnhat|geburt|naissance|import|export|sync")
_FEW_COLUMNS = 4


@dataclass(frozen=True)
class Objection:
    """Why a file is not to be taken for a table, and the tables it may be instead."""

    why: str
    instead: tuple[str, ...] = ()


def object_to(target: Table, columns: Mapping[str, str], evidence: Mapping[str, ColumnEvidence], title: Title) -> Objection | None:
    """What speaks against taking the file for `target`; None when nothing does."""
    seen = _Seen(columns, evidence, title)
    if target.name in _SALES:
        return _no_sale(seen) or (_lines_in(seen, target) if target.name == "orders" else None)
    if target.name in _PURCHASES:
        return _purchase_in_one(seen, target)
    if target.name in _MASTERS:
        return _no_master(seen, target)
    if (signs := _SIGNS.get(target.name)) and target.name not in title.tables and not seen.known(signs):
        return Objection(f"nothing in it speaks of {target.name}")
    if target.name in _LISTS and (moved := seen.spare(["quantity", "order_id", "po_id"])):
        return Objection(f"{_say(moved)} that it is no list of its kind")
    return None


@dataclass(frozen=True)
class _Seen:
    columns: Mapping[str, str]
    evidence: Mapping[str, ColumnEvidence]
    title: Title

    def known(self, fields: Iterable[str]) -> list[str]:
        """Headers that are names of one of `fields`."""
        wanted = tuple(fields)
        return [header for header in self.evidence if any(means(header, field) for field in wanted)]

    def spare(self, fields: Iterable[str]) -> list[str]:
        """The same, of the headers that the table has no place for."""
        return [header for header in self.known(fields) if header not in self.columns.values()]

    def spare_days(self) -> list[str]:
        free = [header for header in self.evidence if header not in self.columns.values()]
        known = self.spare(_DAYS)
        return [
            header for header in free if (header in known or is_day(self.evidence[header])) and not _ABOUT_THE_ROW.search(plain(header))
        ]


def _say(headers: Iterable[str]) -> str:
    names = list(dict.fromkeys(headers))
    return f"the column {names[0]} says" if len(names) == 1 else f"the columns {', '.join(names)} say"


def _no_master(seen: _Seen, target: Table) -> Objection | None:
    """A list of products or customers has one row each: no order, no quantity, no day."""
    moved, days, stock = seen.spare(_MOVED), seen.spare_days(), seen.spare(_STOCKED)
    if seen.title.clear == target.name:
        bad = [*moved, *days] if moved and len(moved) + len(days) > 1 else []
    else:
        bad = [*moved, *days, *(stock if len(seen.columns) < _FEW_COLUMNS else [])]
    return Objection(f"{_say(bad)} that its rows are events, not {target.name}") if bad else None


def _lines_in(seen: _Seen, target: Table) -> Objection | None:
    """An order with a product and its quantity or price is a line; as a header all lines but one would be lost."""
    products = [header for header in seen.spare(_PRODUCT) if plain(header) not in _DESCRIPTIONS]
    counted = seen.spare(("quantity", "received_quantity", "unit_price", "unit_cost", "net_amount"))
    if products and counted:
        return Objection(f"{_say([*products, *counted])} that each row is a line, and all lines but one would be lost")
    return None


def _purchase_in_one(seen: _Seen, target: Table) -> Objection | None:
    """Purchase orders and their lines in one file are two tables."""
    instead = ("suppliers", "products", "purchase_orders", "purchase_order_lines")
    if target.name == "purchase_orders":
        mixed = _lines_in(seen, target)
        return mixed and Objection(mixed.why, instead)
    supplier = seen.spare(["supplier_id"])
    if supplier and seen.title.clear != target.name:
        return Objection(f"{_say(supplier)} that it holds the purchase orders as well as their lines", instead)
    return None


def _no_sale(seen: _Seen) -> Objection | None:
    """Purchases, returns, stock counts and plans have products and quantities too."""
    if seen.title.not_sales:
        return Objection(f"it is called {seen.title.not_sales}, so nothing was sold yet")
    return _taken_back(seen) or (None if _sold_to_someone(seen) else _bought_or_stored(seen))


def _taken_back(seen: _Seen) -> Objection | None:
    day = seen.columns.get("ordered_at")
    back = seen.known(["returned_at", "return_id"])
    if back and (day is None or day in back):
        return Objection(f"{_say(back)} that goods came back", ("returns",))
    refunds = seen.spare(["refund_amount"])
    if refunds and not {"unit_price", "net_amount"} & set(seen.columns):
        return Objection(f"{_say(refunds)} that money was paid back", ("returns",))
    return None


def _sold_to_someone(seen: _Seen) -> bool:
    return bool(seen.known(["customer_id", "customer_name", "email"])) or seen.title.clear in _SALES


def _bought_or_stored(seen: _Seen) -> Objection | None:
    bought = seen.known(["po_id", "supplier_id", "received_quantity", "received_at"])
    if bought:
        return Objection(
            f"{_say(bought)} that goods were bought, not sold", ("suppliers", "products", "purchase_orders", "purchase_order_lines")
        )
    stored = seen.known([*_STOCKED, "movement_id", "moved_at"])
    if stored:
        return Objection(f"{_say(stored)} that goods were stored, not sold", ("stock_levels",))
    asked = seen.known(["competitor", "observed_on"]) if seen.known(["competitor"]) else []
    if asked:
        return Objection(f"{_say(asked)} that these are prices of others", ("competitor_prices",))
    about = {*_PURCHASES, *_STOCK, "returns"} & seen.title.tables
    if about and not set(_SALES) & seen.title.tables:
        name = sorted(about)[0]
        return Objection(f"the name speaks of {name}", (name,))
    return None
