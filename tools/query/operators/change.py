"""What changed between two periods: by member, like for like, and in rank."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tools.errors import BadInput
from tools.query.bench import Bench, Draft, metric_type
from tools.query.changes import changed, changed_columns
from tools.query.contract import Column, Comparison, Period, Query
from tools.query.filters import filtered_dimensions
from tools.query.reach import ADDITIVE, adds_up
from tools.query.relation import Ask, relate


class Change(Query):
    """Which members rose or fell most against another period; `at_least` and `more_than` keep those that changed so far in amount,
    or, with `relative`, in part (0.3 is 30 %)."""

    kind: Literal["change"] = "change"
    metric: str
    by: str
    period: Period
    compare: Comparison = Comparison()
    direction: Literal["rising", "falling", "both"] = "both"
    relative: bool = False  # order by the rate instead of the amount
    at_least: float | None = Field(default=None, ge=0)
    more_than: float | None = Field(default=None, ge=0)
    n: int | None = Field(default=None, ge=1)


class LikeForLike(Query):
    """The change over those members only that were active in both periods: same stores, same products."""

    kind: Literal["like_for_like"] = "like_for_like"
    metric: str
    entity: str
    period: Period
    compare: Comparison = Comparison(to="year_on_year")


class RankChange(Query):
    """Who entered, left or moved within the first n places."""

    kind: Literal["rank_change"] = "rank_change"
    metric: str
    by: str
    period: Period
    compare: Comparison = Comparison()
    n: int = Field(default=20, ge=1, le=10_000)
    only: Literal["all", "entered", "dropped", "stayed"] = "all"


def build_change(query: Change, bench: Bench) -> Draft:
    """Members with both values, the largest change first; members on the last place share it."""
    pairs = paired(bench, query, query.by, query.compare, (query.metric,))
    measured = f"{query.metric}_change_rate" if query.relative else f"{query.metric}_change"
    sign = {"rising": f" WHERE {measured} > 0", "falling": f" WHERE {measured} < 0", "both": f" WHERE NOT {measured} IS NULL"}[
        query.direction
    ]
    order = {"rising": f"{measured} DESC", "falling": f"{measured} ASC", "both": f"ABS({measured}) DESC"}[query.direction]
    far = "".join(
        f" AND ABS({measured}) {op} CAST({bench.bind(line)} AS DOUBLE)"
        for op, line in ((">=", query.at_least), (">", query.more_than))
        if line is not None
    )
    ranked = bench.add("ranked", f"SELECT *, RANK() OVER (ORDER BY {order} NULLS LAST) AS position FROM {pairs}{sign}{far}")
    columns = (Column("position", type="integer"), *bench.key_columns((query.by,)), *changed_columns(bench, (query.metric,)))
    cut = f" WHERE position <= {bench.bind(query.n)}" if query.n else ""
    return Draft(f"SELECT {', '.join(column.name for column in columns)} FROM {ranked}{cut}", columns, ("position",))


def build_like_for_like(query: LikeForLike, bench: Bench) -> Draft:
    """One row: how many members were active in both periods, their totals and the change."""
    metric = bench.metric(query.metric)
    if not adds_up(bench, metric, (query.entity,), filtered_dimensions(bench, query.where)):
        raise BadInput("metric", query.metric, why="only sums can be restricted to the same members", allowed=ADDITIVE)
    span = bench.window(query.period)
    before_span = bench.compare_window(query.compare, span)
    key = bench.key(query.entity)
    now = relate(bench, Ask((query.metric,), (query.entity,), query.where, span))
    before = relate(bench, Ask((query.metric,), (query.entity,), query.where, before_span), "facts_before")
    both = f"{now} JOIN {before} ON {before}.{key} = {now}.{key} WHERE {now}.{query.metric} <> 0 AND {before}.{query.metric} <> 0"
    sums = f"COUNT(*) AS members, COALESCE(SUM({now}.{query.metric}), 0) AS now, COALESCE(SUM({before}.{query.metric}), 0) AS earlier"
    totals = bench.add("same_members", f"SELECT {sums} FROM {both}")
    m = query.metric
    named = f"members, now AS {m}, earlier AS {m}_before, now - earlier AS {m}_change"
    rate = f"CAST(now - earlier AS DOUBLE) / NULLIF(ABS(earlier), 0) AS {m}_change_rate"
    return Draft(f"SELECT {named}, {rate} FROM {totals}", (Column("members", "count", "integer"), *changed_columns(bench, (m,))))


def build_rank_change(query: RankChange, bench: Bench) -> Draft:
    """Members within the first n places in either period, with both places."""
    pairs, key, m = paired(bench, query, query.by, query.compare, (query.metric,)), bench.key(query.by), query.metric
    places = [_place(m, "position"), _place(f"{m}_before", "position_before")]
    ranked = bench.add("ranked", f"SELECT {key}, {m}, {m}_before, {', '.join(places)} FROM {pairs} WHERE NOT {key} IS NULL")
    n = bench.bind(query.n)
    movement = (
        f"CASE WHEN position <= {n} AND position_before <= {n} THEN 'stayed' "
        f"WHEN position <= {n} THEN 'entered' WHEN position_before <= {n} THEN 'dropped' END AS movement"
    )
    moved = bench.add("moved", f"SELECT *, {movement} FROM {ranked}")
    kept = "NOT movement IS NULL" if query.only == "all" else f"movement = {bench.bind(query.only)}"
    metric = bench.metric(m)
    values = (Column(m, metric.unit, metric_type(metric)), Column(f"{m}_before", metric.unit, metric_type(metric)))
    positions = (Column("position", type="integer"), Column("position_before", type="integer"), Column("movement"))
    columns = (*positions, *bench.key_columns((query.by,)), *values)
    return Draft(f"SELECT {', '.join(c.name for c in columns)} FROM {moved} WHERE {kept}", columns, ("position", "position_before"))


def _place(value: str, name: str) -> str:
    """A rank among those that have anything at all."""
    something = f"CASE WHEN {value} <> 0 THEN {value} END"
    return f"CASE WHEN {value} <> 0 THEN RANK() OVER (ORDER BY {something} DESC NULLS LAST) END AS {name}"


def paired(bench: Bench, query: Query, by: str, compare: Comparison, metrics: tuple[str, ...]) -> str:
    """Both periods side by side for each member."""
    span = bench.window(query.period)
    before_span = bench.compare_window(compare, span)
    now = relate(bench, Ask(metrics, (by,), query.where, span))
    before = relate(bench, Ask(metrics, (by,), query.where, before_span), "facts_before")
    return bench.add("paired", changed(bench, metrics, (bench.key(by),), now, before))
