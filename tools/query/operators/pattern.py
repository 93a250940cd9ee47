"""Rhythm: what a usual Monday or a usual nine o'clock looks like."""

from __future__ import annotations

from typing import Literal

from tools.errors import BadInput
from tools.query import clock
from tools.query.bench import Bench, Draft
from tools.query.contract import Column, Query
from tools.query.relation import Ask, known_span, relate


class Pattern(Query):
    """A metric by weekday, hour or both: total, and mean for each such day of the period (days without anything count)."""

    kind: Literal["pattern"] = "pattern"
    metric: str
    of: tuple[Literal["weekday", "hour"], ...] = ("weekday",)


def build_pattern(query: Pattern, bench: Bench) -> Draft:
    """One row for each weekday and/or hour, empty ones included."""
    metric, entry = query.metric, bench.metric(query.metric)
    if not query.of or not entry.fills_with_zero:
        raise BadInput("metric", metric, why="a pattern needs a count or a sum, and weekday or hour")
    span = known_span(bench, bench.window(query.period))
    parts = tuple(dict.fromkeys(query.of))
    facts = relate(bench, Ask((metric,), parts, query.where, bench.span))
    days = bench.add("days", clock.dense("day", bench.bind(span.first), bench.bind(span.last)))
    weekday = f"{clock.part('weekday', 'day')} AS weekday"
    counted = bench.add(
        "counted",
        f"SELECT {weekday}, COUNT(*) AS days FROM {days} GROUP BY 1" if "weekday" in parts else f"SELECT COUNT(*) AS days FROM {days}",
    )
    hours = "CROSS JOIN (SELECT CAST(h.hour AS INTEGER) AS hour FROM GENERATE_SERIES(0, 23) AS h(hour)) AS hours" if "hour" in parts else ""
    frames = {"weekday": f"{counted}.weekday", "hour": "hours.hour"}
    on = " AND ".join(f"{facts}.{part} = {frames[part]}" for part in parts)
    value = f"COALESCE({facts}.{metric}, 0)"
    listed = ", ".join([*(f"{frames[part]} AS {part}" for part in parts), f"{counted}.days AS days", f"{value} AS {metric}"])
    mean = f"CAST({value} AS DOUBLE) / {counted}.days AS mean"
    columns = (
        *(Column(part, type="integer") for part in parts),
        Column("days", "count", "integer"),
        *bench.metric_columns((metric,)),
        Column("mean", entry.unit, "number"),
    )
    return Draft(f"SELECT {listed}, {mean} FROM {counted} {hours} LEFT JOIN {facts} ON {on}", columns, parts)
