"""Members of a dimension whether or not anything happened to them, and those a condition on a metric selects."""

from __future__ import annotations

from dataclasses import replace

from pydantic import Field

from ingestion.metrics import Dimension
from tools.errors import BadInput
from tools.query.bench import Bench, Conditions, key_name
from tools.query.contract import AllTime, AnyOf, Filter, Frozen, Having, Period
from tools.query.filters import conditions_sql, filtered_dimensions, having_sql
from tools.query.reach import join_sql, joins
from tools.query.relation import Ask, check_named_once, relate


class Condition(Frozen):
    """Entities for which something holds: a metric over some rows and days is above nothing, or meets `having`."""

    metric: str = "orders"
    where: tuple[Filter | AnyOf, ...] = ()
    period: Period = AllTime()
    at_least: float | None = Field(default=None, gt=0)


def members_part(bench: Bench, dimension: Dimension, where: Conditions = ()) -> str:
    """A part with every member of a dimension's own table, under those filters the table can answer."""
    return bench.add("members", member_select(bench, dimension, where))


def member_select(bench: Bench, dimension: Dimension, where: Conditions) -> str:
    """The SELECT behind `members_part`."""
    if dimension.column is None:
        raise BadInput("by", dimension.name, why="time has no members of its own; use series for dense time")
    here = tuple(c for c in where if all(answers(bench, dimension, asked) for asked in filtered_dimensions(bench, (c,))))
    edges = joins(bench.definitions, dimension.table, [d.table for d in filtered_dimensions(bench, here)])
    conditions = [f"NOT {dimension.column} IS NULL", *conditions_sql(bench, here, lambda d: d.column or "")]
    tables = f"{dimension.table} {join_sql(edges, bench.definitions)}"
    return f"SELECT DISTINCT {dimension.column} AS {key_name(dimension)} FROM {tables} WHERE {' AND '.join(conditions)}"


def relate_members(bench: Bench, ask: Ask, include_empty: bool) -> str:
    """A relation by one dimension; with `include_empty` every member has a row, and conditions on metrics see those rows too."""
    if not include_empty:
        return relate(bench, ask)
    if len(ask.by) != 1:
        raise BadInput("include_empty", True, why="needs exactly one dimension")
    check_named_once("metrics", ask.metrics)
    metrics = tuple(dict.fromkeys((*ask.metrics, *(having.metric for having in ask.having))))
    part = relate(bench, replace(ask, metrics=metrics, having=()))
    dimension = bench.dimension(ask.by[0])
    key, members = key_name(dimension), members_part(bench, dimension, ask.where)
    filled = [f"COALESCE({m}, 0) AS {m}" if bench.metric(m).fills_with_zero else m for m in metrics]
    joined = f"{members} LEFT JOIN {part} ON {part}.{key} = {members}.{key}"
    every = bench.add("all_members", f"SELECT {members}.{key}, {', '.join(filled)} FROM {joined}")
    if not ask.having:
        return every
    return bench.add("kept_members", f"SELECT * FROM {every} WHERE {' AND '.join(having_sql(bench, having) for having in ask.having)}")


def selected_part(bench: Bench, entity: str, condition: Condition, where: Conditions, name: str) -> str:
    """A part with the ids of the entities a condition selects."""
    having = Having(metric=condition.metric, op=">=" if condition.at_least else ">", value=condition.at_least or 0.0)
    ask = Ask((condition.metric,), (entity,), (*where, *condition.where), bench.window(condition.period), (having,))
    part, key = relate(bench, ask, f"{name}_facts"), bench.key(entity)
    return bench.add(name, f"SELECT {key} FROM {part} WHERE NOT {key} IS NULL")


def answers(bench: Bench, dimension: Dimension, asked: Dimension) -> bool:
    """Whether a dimension's own table can answer a condition on another."""
    return asked.column is not None and bench.definitions.path(dimension.table, asked.table) is not None
