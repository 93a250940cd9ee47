"""First, last and n-th events of an entity."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tools.query.bench import Bench, Draft
from tools.query.contract import Column, Query
from tools.query.relation import known_span
from tools.query.rowwise import events_part, moments_part


class Moments(Query):
    """When something first and last happened to each entity: a customer's last order, a product's first sale."""

    kind: Literal["moments"] = "moments"
    entity: str
    metric: str = "orders"
    order: Literal["newest", "oldest"] = "newest"
    limit: int | None = Field(default=None, ge=1)


class NthEvent(Query):
    """How many entities reached their n-th event, within how many days of the first: a second order within 30 days."""

    kind: Literal["nth_event"] = "nth_event"
    entity: str = "customer"
    metric: str = "orders"
    n: int = Field(default=2, ge=2, le=1000)
    within_days: float | None = Field(default=None, gt=0)
    members: bool = False  # list them instead of counting


def build_moments(query: Moments, bench: Bench) -> Draft:
    """One row for each entity: first and last day, days since the last."""
    part, key = moments_part(bench, query.metric, query.entity, query.where, bench.window(query.period)), bench.key(query.entity)
    end = f"CAST({bench.bind(known_span(bench, bench.span).last)} AS DATE)"
    days = f"CAST(first_at AS DATE) AS first_day, CAST(last_at AS DATE) AS last_day, {end} - CAST(last_at AS DATE) AS days_since, last_at"
    columns = (
        *bench.key_columns((query.entity,)),
        Column("first_day", type="date"),
        Column("last_day", type="date"),
        Column("days_since", "days", "integer"),
        Column("last_at", type="timestamp"),
    )
    direction = "DESC" if query.order == "newest" else "ASC"
    return Draft(f"SELECT {key}, {days} FROM {part} WHERE NOT {key} IS NULL", columns, (f"last_at {direction}",), query.limit)


def build_nth_event(query: NthEvent, bench: Bench) -> Draft:
    """Counts, the share that got there and the median days it took; or one row for each that did."""
    part, key = events_part(bench, query.metric, query.entity, query.where, bench.window(query.period)), bench.key(query.entity)
    known = bench.add("reached", f"SELECT * FROM {part} WHERE NOT {key} IS NULL")
    soon = f" AND days <= {bench.bind(query.within_days)}" if query.within_days else ""
    arrived = f"number = {query.n}{soon}"
    if query.members:
        columns = (
            *bench.key_columns((query.entity,)),
            Column("first_at", type="timestamp"),
            Column("nth_at", type="timestamp"),
            Column("days", "days", "number"),
        )
        return Draft(f"SELECT {key}, first_at, moment AS nth_at, days FROM {known} WHERE {arrived}", columns, ("days",))
    median = f"SELECT PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY days) FROM {known} WHERE {arrived}"
    counts = f"COUNT(CASE WHEN number = 1 THEN 1 END) AS entities, COUNT(CASE WHEN {arrived} THEN 1 END) AS reached"
    totals = bench.add("counts", f"SELECT {counts} FROM {known}")
    sql = f"SELECT entities, reached, CAST(reached AS DOUBLE) / NULLIF(entities, 0) AS share, ({median}) AS median_days FROM {totals}"
    columns = (
        Column("entities", "count", "integer"),
        Column("reached", "count", "integer"),
        Column("share", "%", "number"),
        Column("median_days", "days", "number"),
    )
    return Draft(sql, columns)
