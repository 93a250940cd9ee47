"""Rows instead of totals: the value of each row, and the first or last moment something happened to an entity."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from ingestion.calendar import Grain, Span, start_of
from ingestion.metrics import Metric
from tools.errors import BadInput
from tools.query.bench import Bench, Conditions, key_name
from tools.query.body import body_sql
from tools.query.filters import filtered_dimensions
from tools.query.operators.series import dense_series
from tools.query.reach import Measure, check_filled, choose
from tools.query.relation import Ask, known_span, relate
from tools.query.rows import Rows, instant_sql


def values_part(bench: Bench, metric: str, per: str | None, by: Sequence[str], where: Conditions, span: Span | None) -> str:
    """A part with columns of `by` and `value`: one row for each member of `per`, or for each row of the metric's table."""
    keys = [bench.key(name) for name in by]
    if per is not None:
        part = _each_member(bench, metric, per, by, where, span)
        known = f"NOT {bench.key(per)} IS NULL AND NOT {metric} IS NULL"
        return bench.add("each_value", f"SELECT {', '.join([*keys, f'CAST({metric} AS DOUBLE) AS value'])} FROM {part} WHERE {known}")
    entry = bench.metric(metric)
    if entry.row_value is None:
        raise BadInput("per", None, why=f"{metric} has no value of its own on a row; say per what (order, customer, product, day ...)")
    rows, measure = _rows(bench, entry, by, where, span)
    named = [f"{rows.key(bench.dimension(name))} AS {bench.key(name)}" for name in by]
    value = rows.expand(measure.metric.row_value or "")
    listed = ", ".join([*named, f"CAST({value} AS DOUBLE) AS value"])
    everything = bench.add("every_row", f"SELECT {listed} {body_sql(rows, [listed], where)}")
    return bench.add("each_value", f"SELECT * FROM {everything} WHERE NOT value IS NULL")


def _each_member(bench: Bench, metric: str, per: str, by: Sequence[str], where: Conditions, span: Span | None) -> str:
    """One row for each member of `per`; days and months on which nothing happened are members too."""
    grain = bench.dimension(per, "per").grain
    if grain is None or per in by or not bench.metric(metric).fills_with_zero:
        return relate(bench, Ask((metric,), tuple(dict.fromkeys((*by, per))), where, span))
    days = known_span(bench, span)
    if grain != "day" and (start_of(days.first, grain, bench.context.fiscal_year_start) != days.first or not _ends(bench, days, grain)):
        bench.note(f"the first or the last {grain} is not whole")
    return dense_series(bench, Ask((metric,), tuple(by), where, span), grain)


def _ends(bench: Bench, days: Span, grain: Grain) -> bool:
    """Whether the last day is the last of its week, month ..."""
    following = days.last + timedelta(days=1)
    return start_of(following, grain, bench.context.fiscal_year_start) == following


def moments_part(bench: Bench, metric: str, entity: str, where: Conditions, span: Span | None, name: str = "moments") -> str:
    """A part with one row for each entity: the first and the last local moment of the metric's rows."""
    entry = bench.metric(metric)
    rows, measure = _rows(bench, entry, (entity,), where, span)
    dimension = bench.dimension(entity)
    if measure.source.time is None:
        raise BadInput("metric", metric, why="its rows carry no date")
    moment = instant_sql(bench, measure.source.time)
    columns = f"{rows.key(dimension)} AS {key_name(dimension)}, MIN({moment}) AS first_at, MAX({moment}) AS last_at"
    return bench.add(name, f"SELECT {columns} {body_sql(rows, [columns], where)} GROUP BY 1")


def events_part(bench: Bench, metric: str, entity: str, where: Conditions, span: Span | None) -> str:
    """A part with one row for each event of an entity: its number in order of time, its local moment and that of the first,
    and the days elapsed between them (of real time: an hour lost to summer time is not a part of a day)."""
    rows, measure = _rows(bench, bench.metric(metric), (entity,), where, span)
    if measure.source.time is None:
        raise BadInput("metric", metric, why="its rows carry no date")
    dimension, time = bench.dimension(entity), measure.source.time
    key, over = rows.key(dimension), f"OVER (PARTITION BY {rows.key(dimension)})"
    identity = ", ".join(f"{measure.source.table}.{column}" for column in bench.definitions.key(measure.source.table))
    number = f"ROW_NUMBER() OVER (PARTITION BY {key} ORDER BY {time}, {identity}) AS number"
    local = f"CAST({instant_sql(bench, time)} AS TIMESTAMP)"
    elapsed = f"CAST({time} AS TIMESTAMP) - MIN(CAST({time} AS TIMESTAMP)) {over}"
    days = f"CAST(EXTRACT(EPOCH FROM ({elapsed})) AS DOUBLE) / 86400.0 AS days"
    select = f"SELECT {key} AS {key_name(dimension)}, {number}, {local} AS moment, MIN({local}) {over} AS first_at, {days}"
    return bench.add("events", f"{select} {body_sql(rows, [select], where)}")


def _rows(bench: Bench, entry: Metric, by: Sequence[str], where: Conditions, span: Span | None) -> tuple[Rows, Measure]:
    if entry.is_ratio or entry.closing or entry.trailing_days:
        raise BadInput(
            "metric", entry.name, why="it is not counted row by row", allowed="a metric of events: orders, revenue, returned_units ..."
        )
    dimensions = [bench.dimension(name) for name in by]
    measure = choose(bench, entry, [*dimensions, *filtered_dimensions(bench, where)])
    check_filled(bench, dimensions)
    return Rows(bench, measure.source, span), measure
