"""Who makes most of it: the pareto set and ABC classes, the item that crosses the line included."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from tools.errors import BadInput
from tools.query.bench import Bench, Draft
from tools.query.contract import Column, Query
from tools.query.filters import filtered_dimensions
from tools.query.reach import ADDITIVE, adds_up
from tools.query.relation import Ask, relate


class Pareto(Query):
    """The members that together make `share` of the total, largest first."""

    kind: Literal["pareto"] = "pareto"
    metric: str
    by: str
    share: float = Field(default=0.8, gt=0, le=1)


class Abc(Query):
    """Every member with its class: A up to the first line, B up to the second, C the rest."""

    kind: Literal["abc"] = "abc"
    metric: str
    by: str
    a: float = Field(default=0.8, gt=0, lt=1)
    b: float = Field(default=0.95, gt=0, lt=1)
    summary: bool = False  # members and value of each class instead

    @model_validator(mode="after")
    def _rises(self) -> Abc:
        if self.b <= self.a:
            raise ValueError(f"b ({self.b}) must lie above a ({self.a})")
        return self


def build_pareto(query: Pareto, bench: Bench) -> Draft:
    """Ranked members with their cumulative share, down to the one that crosses the line."""
    part = _cumulated(query, bench)
    columns = _columns(query, bench)
    sql = f"SELECT {', '.join(column.name for column in columns)} FROM {part} WHERE before_share < {bench.bind(query.share)}"
    return Draft(sql, columns, ("position",))


def build_abc(query: Abc, bench: Bench) -> Draft:
    """Ranked members with class, or one row for each class."""
    part, columns = _cumulated(query, bench), _columns(query, bench)
    label = (
        f"CASE WHEN before_share < {bench.bind(query.a)} THEN 'A' WHEN before_share < {bench.bind(query.b)} THEN 'B' ELSE 'C' END AS class"
    )
    classed = bench.add("classed", f"SELECT *, {label} FROM {part}")
    if not query.summary:
        names = ", ".join(column.name for column in columns)
        return Draft(f"SELECT {names}, class FROM {classed}", (*columns, Column("class")), ("position",))
    counts = f"COUNT(*) AS members, SUM({query.metric}) AS {query.metric}, SUM(share) AS share"
    values = (Column("members", "count", "integer"), *bench.metric_columns((query.metric,)), Column("share", "%", "number"))
    return Draft(f"SELECT class, {counts} FROM {classed} GROUP BY class", (Column("class"), *values), ("class",))


def _cumulated(query: Pareto | Abc, bench: Bench) -> str:
    """Members above nothing, largest first, with the share up to and before each."""
    key, metric, entry = bench.key(query.by), query.metric, bench.metric(query.metric)
    if not entry.closing and not adds_up(bench, entry, (query.by,), filtered_dimensions(bench, query.where)):
        raise BadInput("metric", query.metric, why="its parts do not add up to a total", allowed=ADDITIVE)
    part = relate(bench, Ask((metric,), (query.by,), query.where, bench.window(query.period)))
    kept = bench.add("contributors", f"SELECT {key}, {metric} FROM {part} WHERE NOT {key} IS NULL AND {metric} > 0")
    window = f"OVER (ORDER BY {metric} DESC, {key} ROWS UNBOUNDED PRECEDING)"
    sums = f"SUM({metric}) {window} AS up_to, SUM({metric}) OVER () AS total, ROW_NUMBER() OVER (ORDER BY {metric} DESC, {key}) AS position"
    summed = bench.add("summed", f"SELECT {key}, {metric}, {sums} FROM {kept}")
    shares = [
        f"CAST({value} AS DOUBLE) / total AS {name}"
        for value, name in ((metric, "share"), ("up_to", "cumulative_share"), (f"(up_to - {metric})", "before_share"))
    ]
    return bench.add("cumulated", f"SELECT position, {key}, {metric}, {', '.join(shares)} FROM {summed}")


def _columns(query: Pareto | Abc, bench: Bench) -> tuple[Column, ...]:
    shares = (Column("share", "%", "number"), Column("cumulative_share", "%", "number"))
    return (Column("position", type="integer"), *bench.key_columns((query.by,)), *bench.metric_columns((query.metric,)), *shares)
