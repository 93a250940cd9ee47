"""Metrics along time, with every bucket of the period present."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ingestion.calendar import Grain, Span, start_of
from tools.query import clock
from tools.query.bench import Bench, Conditions, Draft
from tools.query.changes import changed, changed_columns
from tools.query.contract import Comparison, Query
from tools.query.filters import conditions_sql, flat
from tools.query.relation import Ask, known_span, relate

# The larger times that hold a bucket whole.
_WITHIN: dict[Grain, tuple[Grain, ...]] = {
    "day": ("day", "week", "month", "quarter", "year"),
    "week": ("week",),
    "month": ("month", "quarter", "year"),
    "quarter": ("quarter", "year"),
    "year": ("year",),
}


class Series(Query):
    """M per day, week, month ...; empty buckets are shown, as 0 where nothing happened, as empty where nothing is known."""

    kind: Literal["series"] = "series"
    metrics: tuple[str, ...] = Field(min_length=1)
    grain: Grain
    by: tuple[str, ...] = ()
    compare: Comparison | None = None  # bucket by bucket: the first with the first, the second with the second ...


def build_series(query: Series, bench: Bench) -> Draft:
    """One row for each bucket (and group)."""
    span = bench.window(query.period)
    part = dense_series(bench, Ask(query.metrics, query.by, query.where, span), query.grain)
    keys = [query.grain, *(bench.key(name) for name in query.by)]
    columns = bench.key_columns((query.grain, *query.by))
    if query.compare is not None:
        return _compared(query, bench, part, span)
    return Draft(f"SELECT {', '.join([*keys, *query.metrics])} FROM {part}", (*columns, *bench.metric_columns(query.metrics)), tuple(keys))


def _compared(query: Series, bench: Bench, part: str, span: Span | None) -> Draft:
    """Buckets of both periods side by side, paired by their place in the period."""
    grain, keys = query.grain, [bench.key(name) for name in query.by]
    before_span = bench.compare_window(query.compare or Comparison(), span)
    before = dense_series(bench, Ask(query.metrics, query.by, query.where, before_span), grain, "facts_before")
    partition = f"PARTITION BY {', '.join(keys)} " if keys else ""
    placed = [
        bench.add(f"placed_{name}", f"SELECT *, ROW_NUMBER() OVER ({partition}ORDER BY {grain}) AS place FROM {series}")
        for name, series in (("now", part), ("before", before))
    ]
    numbered = changed(bench, query.metrics, ("place", *keys), *placed)
    on = " AND ".join(["d.place = p.place", *(f"d.{key} IS NOT DISTINCT FROM p.{key}" for key in keys)])
    values = changed_columns(bench, query.metrics)
    names = ", ".join([f"d.{grain}", *(f"p.{key}" for key in keys), *(f"p.{column.name}" for column in values)])
    sql = f"SELECT {names} FROM ({numbered}) AS p JOIN {placed[0]} AS d ON {on}"
    return Draft(sql, (*bench.key_columns((grain, *query.by)), *values), (grain, *keys))


def dense_series(bench: Bench, ask: Ask, grain: Grain, name: str = "facts") -> str:
    """A part with a row for every bucket of the span and every group that occurs in it."""
    part = relate(bench, Ask(ask.metrics, (grain, *ask.by), ask.where, ask.span), name)
    span = known_span(bench, ask.span)
    fiscal = bench.context.fiscal_year_start
    first, last = (bench.bind(start_of(day, grain, fiscal)) for day in (span.first, span.last))
    spine = bench.add(f"{name}_{grain}s", clock.dense(grain, first, last) + _of_the_days(bench, ask.where, grain))
    keys = [bench.key(dimension) for dimension in ask.by]
    filled = [f"COALESCE({part}.{m}, 0) AS {m}" if bench.metric(m).fills_with_zero else f"{part}.{m}" for m in ask.metrics]
    on = " AND ".join([f"{part}.{grain} = {spine}.{grain}", *(f"{part}.{key} IS NOT DISTINCT FROM groups.{key}" for key in keys)])
    groups = f"CROSS JOIN (SELECT DISTINCT {', '.join(keys)} FROM {part}) AS groups " if keys else ""
    selected = ", ".join([f"{spine}.{grain}", *(f"groups.{key}" for key in keys), *filled])
    return bench.add(f"{name}_dense", f"SELECT {selected} FROM {spine} {groups}LEFT JOIN {part} ON {on}")


def _of_the_days(bench: Bench, where: Conditions, grain: Grain) -> str:
    """A day, week or month that a filter leaves out is no time without sales: it is no bucket at all."""
    parts: dict[str, str] = {name: clock.bucket(name, "starts.moment", bench.context.fiscal_year_start) for name in _WITHIN[grain]}
    if grain == "day":
        parts["weekday"] = clock.part("weekday", "starts.moment")
    asked = tuple(each for each in where if all(one.dimension in parts for one in flat((each,))))
    kept = conditions_sql(bench, asked, lambda dimension: parts[dimension.name])
    return f" WHERE {' AND '.join(kept)}" if kept else ""
