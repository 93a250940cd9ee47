"""How values spread: percentiles that interpolate, and histograms."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tools.query.bench import Bench, Draft
from tools.query.contract import Column, Query
from tools.query.rowwise import values_part

MOST_RANGES = 500  # more of them are not a picture any more


class Percentiles(Query):
    """Median, P90 ... of a metric over rows (delivery_days) or over the members of `per` (revenue per order)."""

    kind: Literal["percentiles"] = "percentiles"
    metric: str
    per: str | None = None
    by: tuple[str, ...] = ()
    percentiles: tuple[Annotated[float, Field(ge=0, le=1)], ...] = Field(default=(0.5, 0.9), min_length=1)


class Histogram(Query):
    """How many rows (or members of `per`) fall into each range of values, empty ranges included."""

    kind: Literal["histogram"] = "histogram"
    metric: str
    per: str | None = None
    bins: int = Field(default=10, ge=1, le=200)
    width: float | None = Field(default=None, gt=0)


def build_percentiles(query: Percentiles, bench: Bench) -> Draft:
    """One row (for each group) with count, mean, least, greatest and the percentiles."""
    unit = bench.metric(query.metric).unit
    part = values_part(bench, query.metric, query.per, query.by, query.where, bench.window(query.period))
    keys = [bench.key(name) for name in query.by]
    names = [f"p{percent:g}".replace(".", "_") for percent in (round(p * 100, 6) for p in query.percentiles)]
    cuts = [f"PERCENTILE_CONT({p}) WITHIN GROUP (ORDER BY value) AS {name}" for p, name in zip(_fractions(query), names, strict=True)]
    plain = ["COUNT(*) AS count", "AVG(value) AS mean", "MIN(value) AS least", "MAX(value) AS greatest"]
    group = f" GROUP BY {', '.join(keys)}" if keys else ""
    values = [Column(name, unit, "number") for name in ("mean", "least", "greatest", *names)]
    columns = (*bench.key_columns(query.by), Column("count", "count", "integer"), *values)
    return Draft(f"SELECT {', '.join([*keys, *plain, *cuts])} FROM {part}{group}", columns, tuple(keys))


def build_histogram(query: Histogram, bench: Bench) -> Draft:
    """One row for each range [from, to); the last one includes its end, and whatever lies beyond the most ranges there may be."""
    unit = bench.metric(query.metric).unit
    part = values_part(bench, query.metric, query.per, (), query.where, bench.window(query.period))
    edges = bench.add("edges", f"SELECT {_bounds(query, bench)} FROM {part}")
    slot = f"CAST(LEAST(COALESCE(FLOOR((value - {edges}.low) / NULLIF({edges}.width, 0)), 0), {edges}.last) AS INTEGER)"
    slots = bench.add("slots", f"SELECT {slot} AS slot, COUNT(*) AS count FROM {part} CROSS JOIN {edges} GROUP BY 1")
    series = f"CROSS JOIN GENERATE_SERIES(0, {MOST_RANGES if query.width else query.bins} - 1) AS s(slot) WHERE s.slot <= {edges}.last"
    numbers = bench.add("numbers", f"SELECT CAST(s.slot AS INTEGER) AS slot FROM {edges} {series}")
    starts, ends = (f"{edges}.low + {number} * {edges}.width" for number in (f"{numbers}.slot", f"({numbers}.slot + 1)"))
    widest = f"CASE WHEN {numbers}.slot = {edges}.last THEN GREATEST({ends}, {edges}.high) ELSE {ends} END"
    limits = f"{starts} AS from_value, {widest} AS to_value"
    joined = f"FROM {numbers} CROSS JOIN {edges} LEFT JOIN {slots} ON {slots}.slot = {numbers}.slot"
    columns = (Column("from_value", unit, "number"), Column("to_value", unit, "number"), Column("count", "count", "integer"))
    return Draft(f"SELECT {limits}, COALESCE({slots}.count, 0) AS count {joined}", columns, ("from_value",))


def _bounds(query: Histogram, bench: Bench) -> str:
    """Where ranges start, how wide they are, the number of the last one and the greatest value."""
    if query.width is None:
        return f"MIN(value) AS low, (MAX(value) - MIN(value)) / {query.bins}.0 AS width, {query.bins - 1} AS last, MAX(value) AS high"
    width = f"CAST({bench.bind(query.width)} AS DOUBLE)"
    low = f"FLOOR(MIN(value) / {width})"
    last = f"LEAST(FLOOR(MAX(value) / {width}) - {low}, {MOST_RANGES - 1})"
    return f"{low} * {width} AS low, {width} AS width, {last} AS last, MAX(value) AS high"


def _fractions(query: Percentiles) -> list[str]:
    return [f"{fraction:.6f}" for fraction in query.percentiles]
