"""Rows of purchases as clauses speak of them, read through the query algebra: as of the day, within the caller's scope."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from ingestion.metrics import MetricSource, load_definitions
from tools.contract import ToolContext
from tools.errors import CannotDo
from tools.facts import QueryEvidence
from tools.past import evidence_of
from tools.query.bench import Bench, Conditions, Draft
from tools.query.body import body_sql
from tools.query.compile import assemble
from tools.query.contract import Cell, Column, Period, Result
from tools.query.rows import Rows
from tools.query.run import execute

MOST_ROWS = 300_000  # about 300 MB of rows at the widest reading
Reading = Literal["late_receipts", "still_missing", "receipts", "orders", "lines"]
_RECEIVED = "NOT purchase_order_lines.received_at IS NULL"
_RECEIVED_ON = "LOCAL_DATE(purchase_order_lines.received_at)"
_ORDERED_ON = "LOCAL_DATE(purchase_orders.ordered_at)"
_RECEIVED_VALUE = "SUM(purchase_order_lines.received_quantity * purchase_order_lines.unit_cost) AS value"
_STILL_TO_COME = "(purchase_order_lines.quantity - COALESCE(purchase_order_lines.received_quantity, 0))"
_MISSING_VALUE = f"SUM({_STILL_TO_COME} * purchase_order_lines.unit_cost) AS value"
_ORDERED_VALUE = "SUM(purchase_order_lines.quantity * purchase_order_lines.unit_cost) AS value"
# A sum passes over lines that hold nothing: how many those are decides whether it says anything.
_NO_COST = "COUNT(*) - COUNT(purchase_order_lines.unit_cost) AS unvalued"
_NO_COST_OR_COUNT = "COUNT(*) - COUNT(purchase_order_lines.received_quantity * purchase_order_lines.unit_cost) AS unvalued"
_PO, _SUPPLIER = "purchase_orders.po_id", "purchase_orders.supplier_id"
_EXPECTED = "purchase_orders.expected_on"


@dataclass(frozen=True)
class Shape:
    """One way of reading purchases: which rows, dated how, with which columns; the last columns are sums."""

    where: str
    time: str | None
    keys: tuple[tuple[str, Column], ...]
    sums: tuple[tuple[str, Column], ...]


def _day(expression: str, name: str) -> tuple[str, Column]:
    return f"{expression} AS {name}", Column(name, type="date")


_WHO = ((_PO, Column("po_id")), (_SUPPLIER, Column("supplier_id")))
_VALUE = Column("value", "money", "decimal")
_UNVALUED = Column("unvalued", "count", "integer")
_BY_ORDER = (*_WHO, _day(_ORDERED_ON, "ordered_on"), (_EXPECTED, Column("expected_on", type="date")))
_ON_RECEIPT = (*_BY_ORDER, _day(_RECEIVED_ON, "received_on"))
SHAPES: dict[Reading, Shape] = {
    "late_receipts": Shape(
        f"{_RECEIVED} AND {_RECEIVED_ON} > {_EXPECTED}", "purchase_order_lines.received_at", _ON_RECEIPT,
        ((_RECEIVED_VALUE, _VALUE), (_NO_COST_OR_COUNT, _UNVALUED)),
    ),
    "still_missing": Shape(
        f"purchase_order_lines.received_at IS NULL AND purchase_orders.status IN ('open', 'partial') AND {_EXPECTED} < AS_OF()",
        None,
        _BY_ORDER,
        ((_MISSING_VALUE, _VALUE), (_NO_COST, _UNVALUED)),
    ),
    "receipts": Shape(_RECEIVED, "purchase_order_lines.received_at", _ON_RECEIPT,
        ((_RECEIVED_VALUE, _VALUE), (_NO_COST_OR_COUNT, _UNVALUED))),
    "orders": Shape("purchase_orders.status <> 'cancelled'", "purchase_orders.ordered_at", _BY_ORDER,
        ((_ORDERED_VALUE, _VALUE), (_NO_COST, _UNVALUED))),
    "lines": Shape(
        _RECEIVED,
        "purchase_order_lines.received_at",
        (*_ON_RECEIPT, ("purchase_order_lines.line_no", Column("line_no", type="integer")),
         ("purchase_order_lines.product_id", Column("product_id"))),
        (
            ("SUM(purchase_order_lines.quantity) AS quantity", Column("quantity", "units", "decimal")),
            ("SUM(purchase_order_lines.received_quantity) AS received", Column("received", "units", "decimal")),
            ("SUM(purchase_order_lines.rejected_quantity) AS rejected", Column("rejected", "units", "decimal")),
            (_RECEIVED_VALUE, _VALUE),
            (_NO_COST_OR_COUNT, _UNVALUED),
        ),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Fetched:
    """Rows by the names of their columns, and the query they came from."""

    rows: tuple[dict[str, Cell], ...]
    evidence: QueryEvidence
    result: Result


def read_purchases(context: ToolContext, reading: Reading, where: Conditions, period: Period, number: int, having: str = "") -> Fetched:
    """The rows of one reading; `having` is SQL of this folder about its sums, never text from anywhere else."""
    bench = open_bench(context)
    if not bench.source.has_rows("purchase_order_lines"):
        raise CannotDo("clauses about purchases", "purchase_order_lines holds no rows", "Load purchase_orders and purchase_order_lines")
    shape = SHAPES[reading]
    source = MetricSource(table="purchase_order_lines", expression="COUNT(*)", where=shape.where, time=shape.time)
    rows = Rows(bench, source, bench.window(period) if shape.time else None)
    keys = [rows.expand(text) for text, _ in shape.keys]
    sums = [text for text, _ in shape.sums]
    group = ", ".join(str(place) for place in range(1, len(keys) + 1))
    sql = f"SELECT {', '.join([*keys, *sums])} {body_sql(rows, [*keys, *sums], where)} GROUP BY {group}"
    columns = tuple(column for _, column in (*shape.keys, *shape.sums))
    if having:
        sql = f"SELECT * FROM ({sql}) AS grouped WHERE {having}"
    return fetch(context, bench, Draft(sql, columns), number)


def open_bench(context: ToolContext) -> Bench:
    """A compilation in the caller's warehouse, wide enough for rows that are counted here and not shown."""
    return Bench(load_definitions(), replace(context.served.context, max_rows=MOST_ROWS), context.served.source)


def fetch(context: ToolContext, bench: Bench, draft: Draft, number: int) -> Fetched:
    """Run a draft, restricted to what the caller may see, and keep how it was asked; a part is never taken for the whole."""
    result = execute(assemble(draft, bench), bench.context, bench.source)
    if result.truncated:
        why = f"there are more than {bench.context.max_rows:,} rows to hold against each other, and totals of a part would be wrong"
        raise CannotDo("an answer about all of these", why, "name a shorter period, or fewer suppliers, products or categories")
    evidence = evidence_of(context, f"{context.call_id}.e{number}", result)
    names = [column.name for column in result.columns]
    return Fetched(tuple(dict(zip(names, row, strict=True)) for row in result.rows), evidence, result)
