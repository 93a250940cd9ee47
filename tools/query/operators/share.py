"""Shares of a total or of a parent, and one group held against another."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tools.errors import BadInput
from tools.query.bench import Bench, Draft, metric_type
from tools.query.contract import AnyOf, Column, Filter, Query
from tools.query.operators.ranking import POSITION
from tools.query.relation import Ask, relate


class Share(Query):
    """Which part of the total (or of its parent) each member makes; with `top`, what the n largest make together."""

    kind: Literal["share"] = "share"
    metric: str
    by: tuple[str, ...] = Field(min_length=1)
    within: tuple[str, ...] = ()  # the parent: category within province
    top: int | None = Field(default=None, ge=1, le=10_000)


class Compare(Query):
    """One group against another: is the return rate of chairs higher than that of tables, and how many times?"""

    kind: Literal["compare"] = "compare"
    metric: str
    left: tuple[Filter | AnyOf, ...] = Field(min_length=1)
    right: tuple[Filter | AnyOf, ...] = ()  # left out: the whole


def build_share(query: Share, bench: Bench) -> Draft:
    """One row for each member: its value, the total it belongs to, its share and place."""
    metric = bench.metric(query.metric)
    if metric.is_ratio or metric.additivity == "ratio":
        raise BadInput("metric", query.metric, why="a rate or a mean has no share of a total", allowed="metrics that count or sum")
    span = bench.window(query.period)
    parents, keys = [bench.key(name) for name in query.within], [bench.key(name) for name in query.by]
    part = relate(bench, Ask((query.metric,), (*query.within, *query.by), query.where, span))
    # A distinct count does not add up to its total, so the total is asked for on its own.
    total = relate(bench, Ask((query.metric,), query.within, query.where, span), "totals")
    on = " AND ".join(f"{total}.{parent} IS NOT DISTINCT FROM {part}.{parent}" for parent in parents) or "TRUE"
    rank = (
        f"RANK() OVER ({_partition([f'{part}.{parent}' for parent in parents])}ORDER BY {part}.{query.metric} DESC NULLS LAST) AS position"
    )
    value, whole = f"{part}.{query.metric}", f"{total}.{query.metric} AS total"
    share = f"CAST({value} AS DOUBLE) / NULLIF({total}.{query.metric}, 0) AS share"
    names = [f"{part}.{key}" for key in (*parents, *keys)]
    shared = bench.add("shared", f"SELECT {', '.join([*names, value, whole, share, rank])} FROM {part} JOIN {total} ON {on}")
    combined = f"SUM(share) OVER ({_partition(parents).strip()}) AS combined_share"
    where = f" WHERE position <= {bench.bind(query.top)}" if query.top else ""
    sql = f"SELECT {', '.join([*parents, 'position', *keys, query.metric, 'total', 'share', combined])} FROM {shared}{where}"
    value_type = metric_type(metric)
    columns = (
        *bench.key_columns(query.within),
        POSITION,
        *bench.key_columns(query.by),
        Column(query.metric, metric.unit, value_type),
        Column("total", metric.unit, value_type),
        Column("share", "%", "number"),
        Column("combined_share", "%", "number"),
    )
    return Draft(sql, columns, (*parents, "position"))


def build_compare(query: Compare, bench: Bench) -> Draft:
    """One row: left, right, their difference and their ratio."""
    span, metric = bench.window(query.period), bench.metric(query.metric)
    left = relate(bench, Ask((query.metric,), where=(*query.where, *query.left), span=span), "lefts")
    right = relate(bench, Ask((query.metric,), where=(*query.where, *query.right), span=span), "rights")
    a, b = f"{left}.{query.metric}", f"{right}.{query.metric}"
    ratio = f"CAST({a} AS DOUBLE) / NULLIF({b}, 0) AS ratio"
    sql = f"SELECT {a} AS left_value, {b} AS right_value, {a} - {b} AS difference, {ratio} FROM {left} CROSS JOIN {right}"
    values = [Column(name, metric.unit, metric_type(metric)) for name in ("left_value", "right_value", "difference")]
    return Draft(sql, (*values, Column("ratio", "ratio", "number")))


def _partition(parents: list[str]) -> str:
    return f"PARTITION BY {', '.join(parents)} " if parents else " "
