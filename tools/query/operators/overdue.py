"""What should have come by now: overdue purchase orders and shipments."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ingestion.metrics import MetricSource
from tools.errors import CannotDo
from tools.query.bench import Bench, Draft
from tools.query.body import body_sql
from tools.query.contract import Column, Query
from tools.query.filters import filtered_dimensions
from tools.query.reach import reaches
from tools.query.rows import Rows


class Overdue(Query):
    """Purchase orders past their expected day, or shipments past the promised one, longest overdue first."""

    kind: Literal["overdue"] = "overdue"
    of: Literal["purchase_orders", "shipments"] = "purchase_orders"
    at_least_days: int = Field(default=1, ge=1)
    limit: int | None = Field(default=None, ge=1)


_OPEN = {
    "purchase_orders": (
        "po_id",
        "expected_on",
        "supplier_id",
        "purchase_orders.status IN ('open', 'partial')",
        "purchase_orders.ordered_at",
    ),
    "shipments": ("shipment_id", "promised_on", "order_id", "shipments.delivered_at IS NULL", "shipments.shipped_at"),
}


def build_overdue(query: Overdue, bench: Bench) -> Draft:
    """One row for each, with the day it was due and the days since."""
    identity, due, party, still_open, time = _OPEN[query.of]
    if not bench.source.has_rows(query.of):
        raise CannotDo(f"overdue {query.of}", f"{query.of} holds no rows", f"Load {query.of}")
    source = MetricSource(table=query.of, expression="COUNT(*)", where=still_open, time=time)
    for dimension in filtered_dimensions(bench, query.where):
        if not reaches(bench.definitions, source, dimension):
            raise CannotDo(f"overdue {query.of} by {dimension.name}", f"{query.of} rows have no single {dimension.name}")
    late = f"CAST({bench.bind(bench.context.as_of)} AS DATE) - {query.of}.{due}"
    listed = f"{query.of}.{identity}, {query.of}.{party}, {query.of}.{due}, {late} AS days_overdue"
    rows = bench.add("outstanding", f"SELECT {listed} {body_sql(Rows(bench, source, bench.window(query.period)), [listed], query.where)}")
    columns = (Column(identity), Column(party), Column(due, type="date"), Column("days_overdue", "days", "integer"))
    names = ", ".join(column.name for column in columns)
    return Draft(
        f"SELECT {names} FROM {rows} WHERE days_overdue >= {bench.bind(query.at_least_days)}", columns, ("days_overdue DESC",), query.limit
    )
