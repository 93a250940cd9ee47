"""Metrics cut by dimensions as one relation: every fact table is aggregated on its own, then folded, so nothing fans out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ingestion.calendar import Span, local_day
from ingestion.metrics import Dimension, Metric
from tools.errors import BadInput, CannotDo
from tools.query.bench import Bench, Conditions, GuardCheck, key_name, metric_type
from tools.query.body import body_sql
from tools.query.clock import next_bucket
from tools.query.conflicts import check_conflicts
from tools.query.contract import Having
from tools.query.filters import filtered_dimensions, having_sql
from tools.query.reach import Measure, check_filled, choose
from tools.query.rows import Rows

_NULL_AS = {"integer": "BIGINT", "decimal": "DECIMAL(38, 6)", "number": "DOUBLE"}


@dataclass(frozen=True)
class Ask:
    """One relation: these metrics, cut by these dimensions, over these rows and days."""

    metrics: tuple[str, ...]
    by: tuple[str, ...] = ()
    where: Conditions = ()
    span: Span | None = None
    having: tuple[Having, ...] = ()


def relate(bench: Bench, ask: Ask, name: str = "facts") -> str:
    """The name of a part with one row for each combination of dimensions and one column for each metric."""
    check_named_once("metrics", ask.metrics)
    check_named_once("by", ask.by)
    wanted = tuple(dict.fromkeys((*ask.metrics, *(having.metric for having in ask.having))))
    metrics = [bench.metric(metric) for metric in wanted]
    dimensions = [bench.dimension(dimension) for dimension in ask.by]
    reached = [*dimensions, *filtered_dimensions(bench, ask.where)]
    for metric in metrics:
        _watch_guard(bench, metric, ask)
    measures = [choose(bench, bench.definitions.metrics[part], reached) for part in _parts(metrics)]
    check_filled(bench, dimensions)
    check_conflicts(bench, measures, dimensions, ask.where)
    folded = _fold(bench, _group(measures), dimensions, ask, name)
    return _finish(bench, folded, metrics, dimensions, ask, name)


def check_named_once(field: str, names: Sequence[str]) -> None:
    """Refuse a metric or dimension asked for twice: its column would stand twice in the answer."""
    repeated = [name for name in names if names.count(name) > 1]
    if repeated:
        raise BadInput(field, repeated[0], why="it is named twice")


def _parts(metrics: Sequence[Metric]) -> list[str]:
    """Every measure behind the metrics, each once."""
    return list(dict.fromkeys(part for metric in metrics for part in (metric.parts if metric.is_ratio else (metric.name,))))


def _group(measures: Sequence[Measure]) -> list[list[Measure]]:
    """Measures that can share one scan: same table, time, rows and treatment of time."""
    groups: dict[tuple[object, ...], list[Measure]] = {}
    for measure in measures:
        source, metric = measure.source, measure.metric
        key = (source.table, source.time, source.where, source.per, source.each, metric.closing, metric.trailing_days)
        groups.setdefault(key, []).append(measure)
    return list(groups.values())


def _fold(bench: Bench, groups: list[list[Measure]], dimensions: Sequence[Dimension], ask: Ask, name: str) -> str:
    """All measures in one part: scans stacked with typed gaps, merged on the dimensions; unlike a FULL JOIN it pairs empty keys too."""
    parts = [bench.add(f"{name}_{group[0].source.table}", _scan(bench, group, dimensions, ask)) for group in groups]
    if len(parts) == 1:
        return parts[0]
    keys = [key_name(dimension) for dimension in dimensions]
    measures = [measure for group in groups for measure in group]
    stacked = []
    for part, group in zip(parts, groups, strict=True):
        columns = [m.metric.name if m in group else f"CAST(NULL AS {_NULL_AS[metric_type(m.metric)]}) AS {m.metric.name}" for m in measures]
        stacked.append(f"SELECT {', '.join([*keys, *columns])} FROM {part}")
    merged = [*keys, *(_filled(m.metric, f"MAX({m.metric.name})") for m in measures)]
    group_by = f" GROUP BY {', '.join(keys)}" if keys else ""
    return bench.add(f"{name}_folded", f"SELECT {', '.join(merged)} FROM ({' UNION ALL '.join(stacked)}) AS stacked{group_by}")


def _finish(bench: Bench, folded: str, metrics: Sequence[Metric], dimensions: Sequence[Dimension], ask: Ask, name: str) -> str:
    """Quotients and conditions on groups, on top of the measures."""
    columns = [key_name(dimension) for dimension in dimensions]
    for metric in metrics:
        columns.append(f"{quotient(bench, metric, dimensions, ask.span)} AS {metric.name}" if metric.is_ratio else metric.name)
    if not ask.having and not any(metric.is_ratio for metric in metrics):
        return folded
    finished = bench.add(name, f"SELECT {', '.join(columns)} FROM {folded}")
    if not ask.having:
        return finished
    conditions = " AND ".join(having_sql(bench, having) for having in ask.having)
    return bench.add(f"{name}_kept", f"SELECT * FROM {finished} WHERE {conditions}")


def quotient(bench: Bench, metric: Metric, dimensions: Sequence[Dimension], span: Span | None) -> str:
    """A ratio of measures; empty where the denominator is nothing."""
    factor = f" * {_annual_factor(bench, dimensions, span)}" if metric.annualised else ""
    return f"CAST({metric.numerator} AS DOUBLE) / NULLIF({metric.denominator}, 0){factor}"


def _filled(metric: Metric, aggregate: str) -> str:
    return f"COALESCE({aggregate}, 0) AS {metric.name}" if metric.fills_with_zero else f"{aggregate} AS {metric.name}"


def _scan(bench: Bench, group: list[Measure], dimensions: Sequence[Dimension], ask: Ask) -> str:
    """One fact table aggregated to the dimensions."""
    source, metric = group[0].source, group[0].metric
    rows = Rows(bench, source, ask.span, closing=metric.closing, trailing_days=metric.trailing_days)
    named = [f"{rows.key(dimension)} AS {key_name(dimension)}" for dimension in dimensions]
    if source.per and source.each:
        return _two_level(group, named, body_sql(rows, [*named, source.per, source.each], ask.where, dimensions))
    aggregates = [_filled(m.metric, rows.expand(m.source.expression)) for m in group]
    body = body_sql(rows, [*named, *aggregates], ask.where, dimensions)
    return f"SELECT {', '.join([*named, *aggregates])} {body}{_group_by(len(named))}"


def _two_level(group: list[Measure], named: list[str], tail: str) -> str:
    """First one row for each group and key, then the measure over those rows."""
    source = group[0].source
    inner = ", ".join([*named, f"{source.per} AS per", f"{source.each} AS each"])
    keys = [text.rsplit(" AS ", 1)[1] for text in named]
    aggregates = [_filled(m.metric, re.sub(r"\beach\b", "grouped.each", m.source.expression)) for m in group]
    outer = f"SELECT {', '.join([*keys, *aggregates])} FROM (SELECT {inner} {tail}{_group_by(len(named) + 1)}) AS grouped"
    return f"{outer} WHERE NOT grouped.per IS NULL{_group_by(len(keys))}"


def _group_by(count: int) -> str:
    return f" GROUP BY {', '.join(str(position + 1) for position in range(count))}" if count else ""


def _annual_factor(bench: Bench, dimensions: Sequence[Dimension], span: Span | None) -> str:
    """365 / days of the period, or of the part of each time bucket that lies in it."""
    times = [dimension for dimension in dimensions if dimension.is_time]
    if not times:
        return bench.bind(365.0 / known_span(bench, span).days)
    finest = next((d.grain for grain in ("day", "week", "month", "quarter", "year") for d in times if d.grain == grain), None)
    if finest is None:
        raise CannotDo("an annualised metric by weekday or hour", "a year has no such share", "cut it by week, month or year")
    window = known_span(bench, span)
    first, last = f"CAST({bench.bind(window.first)} AS DATE)", f"CAST({bench.bind(window.last)} AS DATE)"
    return f"(365.0 / (LEAST({next_bucket(finest, finest)} - 1, {last}) - GREATEST({finest}, {first}) + 1))"


def known_span(bench: Bench, span: Span | None) -> Span:
    """The span, or everything from the first order up to as_of."""
    extent = bench.source.extent("orders.ordered_at")
    first = min(local_day(extent[0], bench.context.timezone), bench.context.as_of) if extent else bench.context.as_of
    if span is None:
        return Span(first, bench.context.as_of)
    return Span(min(first, span.last), span.last) if span.first == date.min else span


def _watch_guard(bench: Bench, metric: Metric, ask: Ask) -> None:
    for part in (metric, *(bench.definitions.metrics[name] for name in metric.parts)):
        check = GuardCheck(part.guard, metric.name, ask.where, ask.span) if part.guard else None
        if check and check not in bench.guards:
            bench.guards.append(check)
