"""Along time: running totals, year to date, rolling windows."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from pydantic import Field

from ingestion.calendar import Grain, shift, start_of
from tools.errors import BadInput
from tools.query import clock
from tools.query.bench import Bench, Draft, metric_type
from tools.query.contract import Column, Query
from tools.query.filters import filtered_dimensions
from tools.query.operators.series import dense_series
from tools.query.reach import ADDITIVE, adds_up
from tools.query.relation import Ask, known_span


class Running(Query):
    """The total so far, bucket by bucket; with `restart` it begins anew each year, quarter or month (year to date)."""

    kind: Literal["running"] = "running"
    metric: str
    grain: Grain = "month"
    restart: Literal["never", "month", "quarter", "year"] = "never"
    by: tuple[str, ...] = ()


class Rolling(Query):
    """The mean or sum over the last n buckets; empty until n buckets are known."""

    kind: Literal["rolling"] = "rolling"
    metric: str
    grain: Grain = "day"
    n: int = Field(default=28, ge=2, le=1000)
    how: Literal["mean", "sum"] = "mean"
    by: tuple[str, ...] = ()


def build_running(query: Running, bench: Bench) -> Draft:
    """One row for each bucket with its value and the total so far."""
    metric, keys = bench.metric(query.metric), [bench.key(name) for name in query.by]
    if not adds_up(bench, metric, (query.grain, *query.by), filtered_dimensions(bench, query.where)):
        raise BadInput("metric", query.metric, why="its buckets do not add up to a total", allowed=ADDITIVE)
    part = dense_series(bench, Ask((query.metric,), query.by, query.where, bench.window(query.period)), query.grain)
    restart = [] if query.restart == "never" else [clock.bucket(query.restart, query.grain, bench.context.fiscal_year_start)]
    window = f"{_partition([*keys, *restart])}ORDER BY {query.grain} ROWS UNBOUNDED PRECEDING"
    sql = f"SELECT {', '.join([query.grain, *keys, query.metric])}, SUM({query.metric}) OVER ({window}) AS running_total FROM {part}"
    columns = (*bench.key_columns((query.grain, *query.by)), *bench.metric_columns((query.metric,)))
    return Draft(sql, (*columns, Column("running_total", metric.unit, metric_type(metric))), (query.grain, *keys))


def build_rolling(query: Rolling, bench: Bench) -> Draft:
    """One row for each bucket with its value and that of the window ending there."""
    metric, keys = bench.metric(query.metric), [bench.key(name) for name in query.by]
    if query.how == "sum" and not adds_up(bench, metric, (query.grain, *query.by), filtered_dimensions(bench, query.where)):
        raise BadInput("how", "sum", why=f"{query.metric} does not add up over time", allowed=["mean"])
    whole, fiscal = known_span(bench, None), bench.context.fiscal_year_start
    span = known_span(bench, bench.window(query.period))
    # Buckets before the period fill the first windows, as far as the data goes.
    earlier = max(shift(start_of(span.first, query.grain, fiscal), 1 - query.n, query.grain), start_of(whole.first, query.grain, fiscal))
    part = dense_series(
        bench, Ask((query.metric,), query.by, query.where, replace(span, first=min(earlier, span.first), grain=None)), query.grain
    )
    window = f"{_partition(keys)}ORDER BY {query.grain} ROWS BETWEEN {query.n - 1} PRECEDING AND CURRENT ROW"
    value = f"CAST({query.metric} AS DOUBLE)" if query.how == "mean" else query.metric
    rolled = f"{'AVG' if query.how == 'mean' else 'SUM'}({value}) OVER ({window})"
    complete = f"CASE WHEN COUNT(*) OVER ({window}) = {query.n} THEN {rolled} END AS rolling_{query.how}"
    rolling = bench.add("windows", f"SELECT {', '.join([query.grain, *keys, query.metric])}, {complete} FROM {part}")
    first = bench.bind(start_of(span.first, query.grain, fiscal))
    rolled_type = metric_type(metric) if query.how == "sum" else "number"
    columns = (
        *bench.key_columns((query.grain, *query.by)),
        *bench.metric_columns((query.metric,)),
        Column(f"rolling_{query.how}", metric.unit, rolled_type),
    )
    return Draft(f"SELECT * FROM {rolling} WHERE {query.grain} >= {first}", columns, (query.grain, *keys))


def _partition(keys: list[str]) -> str:
    return f"PARTITION BY {', '.join(keys)} " if keys else ""
