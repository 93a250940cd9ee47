"""Metrics cut by dimensions: grouped, filtered on metrics, compared, with the members that have nothing when asked."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tools.query.bench import Bench, Draft
from tools.query.changes import changed, changed_columns
from tools.query.contract import Comparison, Having, Order, Query
from tools.query.members import relate_members
from tools.query.relation import Ask, relate


class Breakdown(Query):
    """M by D; with `having`, only groups whose metrics qualify ("more than five orders", "low stock but high sales")."""

    kind: Literal["breakdown"] = "breakdown"
    metrics: tuple[str, ...] = Field(min_length=1)
    by: tuple[str, ...] = Field(min_length=1)
    having: tuple[Having, ...] = ()
    compare: Comparison | None = None
    include_empty: bool = False
    order: tuple[Order, ...] = ()
    limit: int | None = Field(default=None, ge=1)


def build_breakdown(query: Breakdown, bench: Bench) -> Draft:
    """One row for each group."""
    span = bench.window(query.period)
    keys = [bench.key(name) for name in query.by]
    name = relate_members(bench, Ask(query.metrics, query.by, query.where, span, query.having), query.include_empty)
    columns = bench.key_columns(query.by)
    if query.compare is None:
        sql, values = f"SELECT {', '.join([*keys, *query.metrics])} FROM {name}", bench.metric_columns(query.metrics)
    else:
        before = relate(bench, Ask(query.metrics, query.by, query.where, bench.compare_window(query.compare, span)), "facts_before")
        if query.having:  # the condition picks the groups of today; those are compared, and no others
            on = " AND ".join(f"{name}.{key} IS NOT DISTINCT FROM {before}.{key}" for key in keys)
            before = bench.add("same_groups", f"SELECT {before}.* FROM {before} JOIN {name} ON {on}")
        sql = changed(bench, query.metrics, keys, name, before)
        values = changed_columns(bench, query.metrics)
    return Draft(sql, (*columns, *values), order_texts(query.order) or _natural_order(query, bench), query.limit)


def order_texts(order: tuple[Order, ...]) -> tuple[str, ...]:
    """Orders as SQL."""
    return tuple(f"{item.by} {'DESC' if item.descending else 'ASC'}" for item in order)


def _natural_order(query: Breakdown, bench: Bench) -> tuple[str, ...]:
    """Along time when there is time, else the largest first."""
    times = [bench.key(name) for name in query.by if bench.dimension(name).is_time]
    return tuple(f"{name} ASC" for name in times) or (f"{query.metrics[0]} DESC",)
