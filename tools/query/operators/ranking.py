"""Ranks: top and bottom n with their ties, the n-th, the top n of each group with the others."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tools.errors import BadInput
from tools.query.bench import Bench, Draft
from tools.query.contract import Column, Having, Query
from tools.query.filters import filtered_dimensions
from tools.query.members import relate_members
from tools.query.reach import ADDITIVE, adds_up
from tools.query.relation import Ask, relate

POSITION = Column("position", type="integer")


class Top(Query):
    """The n best or worst members of a dimension. Ties on the last place are all shown; members without a value are left out."""

    kind: Literal["top"] = "top"
    metric: str
    by: str
    n: int = Field(default=10, ge=1, le=10_000)
    lowest: bool = False
    nth: bool = False  # only the n-th place
    having: tuple[Having, ...] = ()
    also: tuple[str, ...] = ()  # metrics shown beside
    include_empty: bool = False  # members without any row count as nothing


class TopPerGroup(Query):
    """The n best members within each group, with the rest of the group as one row when asked."""

    kind: Literal["top_per_group"] = "top_per_group"
    metric: str
    by: str
    within: str
    n: int = Field(default=3, ge=1, le=1000)
    lowest: bool = False
    others: bool = False


def build_top(query: Top, bench: Bench) -> Draft:
    """Ranked rows, best first."""
    metrics = tuple(dict.fromkeys((query.metric, *query.also)))
    part = relate_members(bench, Ask(metrics, (query.by,), query.where, bench.window(query.period), query.having), query.include_empty)
    key, direction = bench.key(query.by), "ASC" if query.lowest else "DESC"
    known = f"NOT {query.metric} IS NULL AND NOT {key} IS NULL"
    rank = f"RANK() OVER (ORDER BY {query.metric} {direction} NULLS LAST) AS position"
    ranked = bench.add("ranked", f"SELECT {rank}, {', '.join([key, *metrics])} FROM {part} WHERE {known}")
    condition = f"position {'=' if query.nth else '<='} {bench.bind(query.n)}"
    columns = (POSITION, *bench.key_columns((query.by,)), *bench.metric_columns(metrics))
    return Draft(f"SELECT position, {', '.join([key, *metrics])} FROM {ranked} WHERE {condition}", columns, ("position",))


def build_top_per_group(query: TopPerGroup, bench: Bench) -> Draft:
    """Ranked rows of each group; the row of the others has no member and no position."""
    span = bench.window(query.period)
    part = relate(bench, Ask((query.metric,), (query.within, query.by), query.where, span))
    group, key, metric = bench.key(query.within), bench.key(query.by), query.metric
    direction = "ASC" if query.lowest else "DESC"
    rank = f"RANK() OVER (PARTITION BY {group} ORDER BY {metric} {direction} NULLS LAST) AS position"
    known = f"NOT {metric} IS NULL AND NOT {group} IS NULL AND NOT {key} IS NULL"
    ranked = bench.add("ranked", f"SELECT {rank}, {group}, {key}, {metric} FROM {part} WHERE {known}")
    n = bench.bind(query.n)
    sql = f"SELECT {group}, position, {key}, {metric} FROM {ranked} WHERE position <= {n}"
    if query.others:
        sql = f"{sql} UNION ALL {_others(query, bench, ranked, n)}"
    columns = (*bench.key_columns((query.within,)), POSITION, *bench.key_columns((query.by,)), *bench.metric_columns((metric,)))
    return Draft(sql, columns, (group, "position"))


def _others(query: TopPerGroup, bench: Bench, ranked: str, n: str) -> str:
    """The rest of each group, for metrics whose members add up."""
    group, metric = bench.key(query.within), query.metric
    if adds_up(bench, bench.metric(metric), (query.within, query.by), filtered_dimensions(bench, query.where)):
        rest = f"SELECT {group}, SUM({metric}) AS {metric} FROM {ranked} WHERE position > {n} GROUP BY {group}"
        return f"SELECT {group}, NULL, NULL, {metric} FROM ({rest}) AS others"

    raise BadInput("others", True, why=f"{metric} of the others is not the sum of its members", allowed=ADDITIVE)
