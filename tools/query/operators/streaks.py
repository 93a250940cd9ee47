"""Runs and silences: months falling in a row, the longest time without an order."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ingestion.calendar import ONE_DAY, Grain, Span, end_of, start_of
from tools.errors import CannotDo
from tools.query.bench import Bench, Draft
from tools.query.contract import Column, Query
from tools.query.operators.series import dense_series
from tools.query.relation import Ask, known_span, relate


class Streaks(Query):
    """Members whose metric fell, rose, was nothing or was something for at least n buckets in a row. Only full buckets count."""

    kind: Literal["streaks"] = "streaks"
    metric: str
    by: tuple[str, ...] = ()
    grain: Grain = "month"
    run: Literal["falling", "rising", "zero", "nonzero"] = "falling"
    at_least: int = Field(default=3, ge=1)
    current: bool = False  # only runs that last to the end of the period


class Gaps(Query):
    """The longest silences: days between two active days of a member, the time since the last one included."""

    kind: Literal["gaps"] = "gaps"
    entity: str
    metric: str = "orders"
    at_least_days: int = Field(default=1, ge=1)
    longest_only: bool = True


def build_streaks(query: Streaks, bench: Bench) -> Draft:
    """One row for each run: who, from when to when, how long, first and last value."""
    part = dense_series(bench, Ask((query.metric,), query.by, query.where, _full_span(query, bench)), query.grain)
    keys, grain, metric = [bench.key(name) for name in query.by], query.grain, query.metric
    partition = f"PARTITION BY {', '.join(keys)} " if keys else ""
    over = f"OVER ({partition}ORDER BY {grain})"
    listed = ", ".join([*keys, grain, metric])
    stepped = bench.add("stepped", f"SELECT {listed}, LAG({metric}) {over} AS before, ROW_NUMBER() {over} AS place FROM {part}")
    test = {"falling": f"{metric} < before", "rising": f"{metric} > before", "zero": f"{metric} = 0", "nonzero": f"{metric} <> 0"}[
        query.run
    ]
    island = f"place - ROW_NUMBER() OVER ({partition}ORDER BY place) AS island"
    kept = bench.add("kept", f"SELECT {', '.join([*keys, 'place'])}, {island} FROM {stepped} WHERE {test}")
    group = ", ".join([*keys, "island"])
    ends = f"SELECT {group}, MIN(place) AS from_place, MAX(place) AS to_place, COUNT(*) AS length FROM {kept} GROUP BY {group}"
    found = bench.add("runs", f"{ends} HAVING COUNT(*) >= {bench.bind(query.at_least)}")
    now = f" WHERE r.to_place = (SELECT MAX(place) FROM {stepped})" if query.current else ""
    unit = bench.metric(metric)
    values = bench.metric_columns((metric,))[0].type
    columns = (
        *bench.key_columns(query.by),
        Column("starts", type="date"),
        Column("ends", type="date"),
        Column("length", "count", "integer"),
        Column("first_value", unit.unit, values),
        Column("last_value", unit.unit, values),
    )
    first = "a.before" if query.run in ("falling", "rising") else f"a.{metric}"
    listed = f"a.{grain} AS starts, b.{grain} AS ends, r.length, {first} AS first_value, b.{metric} AS last_value"
    joined = (
        f"FROM {found} AS r JOIN {stepped} AS a ON {_same(keys, 'a', 'from_place')} JOIN {stepped} AS b ON {_same(keys, 'b', 'to_place')}"
    )
    return Draft(f"SELECT {', '.join([*(f'r.{key}' for key in keys), listed])} {joined}{now}", columns, ("length DESC", "ends DESC"))


def build_gaps(query: Gaps, bench: Bench) -> Draft:
    """One row for each silence, the longest first; `to_day` is empty while it lasts."""
    key = bench.key(query.entity)
    days = relate(bench, Ask((query.metric,), (query.entity, "day"), query.where, bench.window(query.period)))
    active = bench.add("active", f"SELECT {key}, day FROM {days} WHERE NOT {key} IS NULL AND {query.metric} <> 0")
    following = f"LEAD(day) OVER (PARTITION BY {key} ORDER BY day) AS to_day"
    pairs = bench.add("silences", f"SELECT {key}, day AS from_day, {following} FROM {active}")
    end = f"CAST({bench.bind(known_span(bench, bench.span).last)} AS DATE)"
    length = bench.add("lengths", f"SELECT {key}, from_day, to_day, COALESCE(to_day, {end}) - from_day AS days FROM {pairs}")
    rank = f"RANK() OVER (PARTITION BY {key} ORDER BY days DESC) AS place"
    ranked = bench.add(
        "ranked", f"SELECT {key}, from_day, to_day, days, {rank} FROM {length} WHERE days >= {bench.bind(query.at_least_days)}"
    )
    columns = (
        *bench.key_columns((query.entity,)),
        Column("from_day", type="date"),
        Column("to_day", type="date"),
        Column("days", "days", "integer"),
    )
    where = " WHERE place = 1" if query.longest_only else ""
    return Draft(f"SELECT {key}, from_day, to_day, days FROM {ranked}{where}", columns, ("days DESC",))


def _full_span(query: Streaks, bench: Bench) -> Span:
    """The period without the broken buckets at its ends."""
    span, grain, fiscal = known_span(bench, bench.window(query.period)), query.grain, bench.context.fiscal_year_start
    first = span.first if start_of(span.first, grain, fiscal) == span.first else end_of(span.first, grain, fiscal) + ONE_DAY
    last = span.last if end_of(span.last, grain, fiscal) == span.last else start_of(span.last, grain, fiscal) - ONE_DAY
    if last < first:
        raise CannotDo(f"runs of {grain}s from {span.first} to {span.last}", f"the period holds no full {grain}", "Take a longer period")
    bench.span = Span(first, last)
    return bench.span


def _same(keys: list[str], side: str, place: str) -> str:
    return " AND ".join([f"{side}.place = r.{place}", *(f"{side}.{key} IS NOT DISTINCT FROM r.{key}" for key in keys)])
