"""Who did and who did not: anti-joins, members of both or only one, nothing since."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tools.errors import BadInput
from tools.query.bench import Bench, Draft
from tools.query.contract import Column, Query
from tools.query.members import Condition, members_part, selected_part
from tools.query.relation import known_span
from tools.query.rowwise import moments_part


class AntiJoin(Query):
    """Entities that did one thing but never another: bought printers but never ink."""

    kind: Literal["anti_join"] = "anti_join"
    entity: str
    did: Condition
    never: Condition


class SetComparison(Query):
    """Two selections of the same entities: how many are in both, only in one; or the members themselves."""

    kind: Literal["set_comparison"] = "set_comparison"
    entity: str
    left: Condition
    right: Condition
    keep: Literal["counts", "both", "only_left", "only_right", "either"] = "counts"


class NoActivity(Query):
    """Members without any row of a metric for at least n days: customers without an order, products without a sale."""

    kind: Literal["no_activity"] = "no_activity"
    entity: str
    metric: str = "orders"
    days: int = Field(default=90, ge=1)
    never_too: bool = True  # members that never had any


_KEPT = {"both": "a > 0 AND b > 0", "only_left": "a > 0 AND b = 0", "only_right": "a = 0 AND b > 0", "either": "a + b > 0"}


def build_anti_join(query: AntiJoin, bench: Bench) -> Draft:
    """The ids (and names) of those who did and never did the other."""
    bench.refuse(query, "period", why="each side has its own period")
    key = bench.key(query.entity)
    did = selected_part(bench, query.entity, query.did, query.where, "did")
    never = selected_part(bench, query.entity, query.never, query.where, "never")
    sql = f"SELECT {did}.{key} FROM {did} LEFT JOIN {never} ON {never}.{key} = {did}.{key} WHERE {never}.{key} IS NULL"
    return Draft(sql, bench.key_columns((query.entity,)))


def build_set_comparison(query: SetComparison, bench: Bench) -> Draft:
    """One row of counts, or the members kept."""
    bench.refuse(query, "period", why="each side has its own period")
    key = bench.key(query.entity)
    left = selected_part(bench, query.entity, query.left, query.where, "lefts")
    right = selected_part(bench, query.entity, query.right, query.where, "rights")
    stacked = f"SELECT {key}, 1 AS a, 0 AS b FROM {left} UNION ALL SELECT {key}, 0 AS a, 1 AS b FROM {right}"
    sides = bench.add("sides", f"SELECT {key}, MAX(a) AS a, MAX(b) AS b FROM ({stacked}) AS stacked GROUP BY {key}")
    if query.keep != "counts":
        return Draft(f"SELECT {key} FROM {sides} WHERE {_KEPT[query.keep]}", bench.key_columns((query.entity,)))
    counts = [f"COUNT(CASE WHEN {condition} THEN 1 END) AS {name}_count" for name, condition in _KEPT.items()]
    columns = tuple(Column(f"{name}_count", "count", "integer") for name in _KEPT)
    return Draft(f"SELECT {', '.join(counts)} FROM {sides}", columns)


def build_no_activity(query: NoActivity, bench: Bench) -> Draft:
    """Members with the day something last happened and how long ago; those silent longest first, the never active at the end."""
    dimension = bench.dimension(query.entity, "entity")
    if dimension.column is None:
        raise BadInput("entity", query.entity, why="time has no members")
    key = bench.key(query.entity)
    members = members_part(bench, dimension, query.where)
    moments = moments_part(bench, query.metric, query.entity, query.where, bench.window(query.period))
    end = f"CAST({bench.bind(known_span(bench, bench.span).last)} AS DATE)"
    since = f"{end} - CAST({moments}.last_at AS DATE)"
    joined = f"{members} LEFT JOIN {moments} ON {moments}.{key} = {members}.{key}"
    lasts = bench.add("lasts", f"SELECT {members}.{key}, CAST({moments}.last_at AS DATE) AS last_day, {since} AS days_since FROM {joined}")
    never = " OR last_day IS NULL" if query.never_too else ""
    columns = (*bench.key_columns((query.entity,)), Column("last_day", type="date"), Column("days_since", "days", "integer"))
    sql = f"SELECT {key}, last_day, days_since FROM {lasts} WHERE days_since >= {bench.bind(query.days)}{never}"
    return Draft(sql, columns, ("days_since DESC",))
