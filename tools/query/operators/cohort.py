"""Cohorts: customers by when they first bought, and how many came back."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ingestion.calendar import Grain, start_of
from tools.errors import BadInput
from tools.query import clock
from tools.query.bench import Bench, Draft
from tools.query.contract import Column, Query
from tools.query.relation import Ask, known_span, relate
from tools.query.rowwise import moments_part


class Cohort(Query):
    """Of the customers whose first valid order fell in a bucket, the part that bought k buckets later. The period picks the buckets."""

    kind: Literal["cohort"] = "cohort"
    grain: Grain = "month"
    offsets: int = Field(default=12, ge=0, le=120)


_ORDINAL: dict[Grain, str] = {
    "month": "(EXTRACT(YEAR FROM {0}) * 12 + EXTRACT(MONTH FROM {0}))",
    "quarter": "(EXTRACT(YEAR FROM {0}) * 4 + EXTRACT(QUARTER FROM {0}))",
    "year": "EXTRACT(YEAR FROM {0})",
}


def build_cohort(query: Cohort, bench: Bench) -> Draft:
    """One row for each cohort and offset: its size, how many were active, the part of it."""
    grain, fiscal = query.grain, bench.context.fiscal_year_start
    if fiscal != 1 and grain in ("quarter", "year"):
        raise BadInput("grain", grain, allowed=["day", "week", "month"], why="cohorts follow the calendar year")
    window = bench.window(query.period)
    firsts = moments_part(bench, "orders", "customer", query.where, None, "firsts")
    born = bench.add("born", f"SELECT customer_id, {clock.bucket(grain, 'first_at')} AS cohort FROM {firsts} WHERE NOT customer_id IS NULL")
    active = relate(bench, Ask(("orders",), ("customer", grain), query.where), "activity")
    span = known_span(bench, window)
    # Whole buckets: the first customers of a month did not all come on its first day.
    chosen = f"cohort >= {bench.bind(start_of(span.first, grain))} AND cohort <= {bench.bind(span.last)}"
    sizes = bench.add("sizes", f"SELECT cohort, COUNT(*) AS size FROM {born} WHERE {chosen} GROUP BY cohort")
    offset = _offset(grain, f"{active}.{grain}", f"{born}.cohort")
    returned = f"SELECT {born}.cohort AS cohort, {offset} AS offset_buckets, COUNT(DISTINCT {born}.customer_id) AS active"
    counted = bench.add("counted", f"{returned} FROM {born} JOIN {active} ON {active}.customer_id = {born}.customer_id GROUP BY 1, 2")
    # Offsets that lie in the future are not zero but unknown, so they have no row.
    reach = _offset(grain, clock.bucket(grain, f"CAST({bench.bind(bench.context.as_of)} AS DATE)"), f"{sizes}.cohort")
    offsets = f"CROSS JOIN GENERATE_SERIES(0, {query.offsets}) AS o(k) WHERE o.k <= {reach}"
    grid = bench.add("grid", f"SELECT {sizes}.cohort, size, CAST(o.k AS INTEGER) AS k FROM {sizes} {offsets}")
    on = f"{counted}.cohort = {grid}.cohort AND {counted}.offset_buckets = {grid}.k"
    value = f"COALESCE({counted}.active, 0)"
    retention = f"CAST({value} AS DOUBLE) / NULLIF({grid}.size, 0) AS retention"
    listed = f"{grid}.cohort, {grid}.size, {grid}.k AS offset_buckets, {value} AS active, {retention}"
    columns = (
        Column("cohort", type="date"),
        Column("size", "count", "integer"),
        Column("offset_buckets", type="integer"),
        Column("active", "count", "integer"),
        Column("retention", "%", "number"),
    )
    return Draft(f"SELECT {listed} FROM {grid} LEFT JOIN {counted} ON {on}", columns, ("cohort", "offset_buckets"))


def _offset(grain: Grain, later: str, earlier: str) -> str:
    if grain in ("day", "week"):
        return f"CAST(({later} - {earlier}) / {1 if grain == 'day' else 7} AS INTEGER)"
    return f"CAST({_ORDINAL[grain].format(later)} - {_ORDINAL[grain].format(earlier)} AS INTEGER)"
