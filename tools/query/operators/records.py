"""Single records: what is on file about an entity, and the lines of an order or purchase order."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ingestion.schema import Column as StoredColumn
from ingestion.schema import table as contract_table
from tools.errors import BadInput, nearest_words
from tools.query.bench import Bench, Draft
from tools.query.contract import Column, ColumnType, Filter, Query
from tools.query.filters import resolve_values

RecordKind = Literal["order", "customer", "product", "supplier", "location", "promotion", "purchase_order", "shipment"]

_TABLES: dict[str, str] = {
    "order": "orders",
    "customer": "customers",
    "product": "products",
    "supplier": "suppliers",
    "location": "locations",
    "promotion": "promotions",
    "purchase_order": "purchase_orders",
    "shipment": "shipments",
}
_LINES = {"order": ("order_lines", "order_id"), "purchase_order": ("purchase_order_lines", "po_id")}
_TYPES: dict[str, ColumnType] = {
    "integer": "integer",
    "quantity": "decimal",
    "money": "decimal",
    "rate": "number",
    "number": "number",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp",
}


class Record(Query):
    """Everything on file about one or several entities (or the columns asked for). Timestamps are UTC."""

    kind: Literal["record"] = "record"
    of: RecordKind
    ids: tuple[str, ...] = Field(min_length=1, max_length=100)
    columns: tuple[str, ...] = ()


class RecordLines(Query):
    """The lines of orders or purchase orders."""

    kind: Literal["record_lines"] = "record_lines"
    of: Literal["order", "purchase_order"]
    ids: tuple[str, ...] = Field(min_length=1, max_length=100)


def build_record(query: Record, bench: Bench) -> Draft:
    """One row for each entity; contact data only for those who may see it."""
    bench.refuse(query, "where", "period", why="a record is looked up by its id")
    table = contract_table(_TABLES[query.of])
    shown = [column for column in table.columns if bench.context.personal or not column.personal]
    names = [column.name for column in shown]
    for wanted in query.columns:
        if wanted not in names:
            personal = wanted in table.column_names
            why = "contact data needs the scope pii:read" if personal else f"{table.name} have no such column"
            raise BadInput("columns", wanted, allowed=names, nearest=nearest_words(wanted, names), why=why)
    key = table.key[0]
    kept = [column for column in shown if not query.columns or column.name in (key, *query.columns)]
    return _select(bench, query.of, table.name, key, kept, query.ids, (key,))


def build_record_lines(query: RecordLines, bench: Bench) -> Draft:
    """One row for each line."""
    bench.refuse(query, "where", "period", why="lines are looked up by their order")
    name, key = _LINES[query.of]
    return _select(bench, query.of, name, key, list(contract_table(name).columns), query.ids, (key, "line_no"))


def _select(bench: Bench, of: str, table: str, key: str, kept: list[StoredColumn], ids: tuple[str, ...], order: tuple[str, ...]) -> Draft:
    found = resolve_values(bench, bench.dimension(of), Filter(dimension=of, op="in", values=ids))
    listed = ", ".join(f"{table}.{column.name}" for column in kept)
    columns = tuple(Column(column.name, "money" if column.kind == "money" else None, _TYPES.get(column.kind, "text")) for column in kept)
    return Draft(f"SELECT {listed} FROM {table} WHERE {table}.{key} IN ({bench.bind_all(found)})", columns, order)
