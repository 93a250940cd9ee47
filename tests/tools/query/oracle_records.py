"""`record` and `record_lines` in pandas: the row on file, without what identifies a person."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from tests.tools.query.checks import Check
from tests.tools.query.pandas_company import NAMED, Company
from tools.query.operators.records import Record, RecordKind, RecordLines

TABLES: dict[RecordKind, tuple[str, str]] = {
    "order": ("orders", "order_id"),
    "customer": ("customers", "customer_id"),
    "product": ("products", "product_id"),
    "supplier": ("suppliers", "supplier_id"),
    "location": ("locations", "location_id"),
    "promotion": ("promotions", "promotion_id"),
    "purchase_order": ("purchase_orders", "po_id"),
    "shipment": ("shipments", "shipment_id"),
}
# Where a customer lives is personal; where a store stands is not.
PERSONAL = {"customers": ["email", "phone", "latitude", "longitude"], "suppliers": ["email"], "orders": ["device_id"]}
SOME = ("product_id", "name", "unit_cost")
NEEDED = ("orders", "customers", "products")


def checks(c: Company) -> list[Check]:
    """Two of every kind; some columns; a product by its name; the lines of two orders and of two purchase orders."""
    found = [_whole(c, kind) for kind in TABLES]
    name = c["products"]["name"].drop_duplicates(keep=False).iloc[3]
    known = c["products"].loc[c["products"]["name"] == name, "product_id"]
    by_name = Record(of="product", ids=(name,), columns=("name", "unit_cost"))
    return [
        *found,
        Check(
            "by name, some columns", by_name, lambda: _rows(c, "products", "product_id", list(known), ("product_id", "name", "unit_cost"))
        ),
        *(_lines(c, of, table) for of, table in (("order", "order_lines"), ("purchase_order", "purchase_order_lines"))),
    ]


def _ids(c: Company, table: str, key: str) -> tuple[str, ...]:
    """Two from the middle of the table; any word where there are none, which is refused by the table's name."""
    rows = c[table][key]
    return (str(rows.iloc[len(rows) // 3]), str(rows.iloc[len(rows) // 2])) if len(rows) else ("X1",)


def _whole(c: Company, kind: RecordKind) -> Check:
    table, key = TABLES[kind]
    ids = _ids(c, table, key)
    needs = () if table in NEEDED else (table,)
    return Check(f"a {kind}", Record(of=kind, ids=ids), lambda: _rows(c, table, key, ids), (key,), needs)


def _lines(c: Company, of: str, table: str) -> Check:
    key = TABLES["order" if of == "order" else "purchase_order"][1]
    ids = _ids(c, table, key)
    query = RecordLines(of="order" if of == "order" else "purchase_order", ids=ids)
    return Check(
        f"lines of {of}s", query, lambda: _rows(c, table, key, ids), (key, "line_no"), () if of == "order" else ("purchase_orders",)
    )


def _rows(c: Company, table: str, key: str, ids: Sequence[str], columns: Sequence[str] = ()) -> pd.DataFrame:
    frame = c[table][c[table][key].isin(ids)].drop(columns=PERSONAL.get(table, []))
    frame = frame[list(columns)] if columns else frame
    return c.named(frame, *(entity for entity in NAMED if f"{entity}_id" in frame.columns))
