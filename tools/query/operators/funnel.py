"""Funnels: how many orders, or web sessions, get from one stage to the next."""

from __future__ import annotations

from typing import Literal

from tools.errors import CannotDo
from tools.query.bench import Bench, Draft
from tools.query.body import body_sql
from tools.query.contract import Column, Query
from tools.query.filters import filtered_dimensions
from tools.query.reach import reaches
from tools.query.rows import Rows


class Funnel(Query):
    """Orders placed, paid, shipped, delivered; or sessions that viewed, added to the cart, bought."""

    kind: Literal["funnel"] = "funnel"
    of: Literal["orders", "sessions"] = "orders"


# Each stage holds for whoever got at least that far.
_STAGES = {
    "orders": (
        ("placed", "TRUE"),
        ("paid", "orders.status IN ('paid', 'shipped', 'delivered')"),
        ("shipped", "orders.status IN ('shipped', 'delivered')"),
        ("delivered", "orders.status = 'delivered'"),
    ),
    "sessions": (
        ("visited", "TRUE"),
        ("viewed", "web_events.event = 'view'"),
        ("added_to_cart", "web_events.event = 'addtocart'"),
        ("bought", "web_events.event = 'transaction'"),
    ),
}
# An order is one row; a session is many events, so its stages count distinct ones.
_COUNTED = {"orders": ("placed_orders", "1"), "sessions": ("sessions", "DISTINCT web_events.session_id")}


def build_funnel(query: Funnel, bench: Bench) -> Draft:
    """One row for each stage: how many reached it, the part of all, the part of the stage before."""
    metric, identity = _COUNTED[query.of]
    source = bench.metric(metric).sources[0]
    if not bench.source.has_rows(source.table):
        raise CannotDo(f"a funnel of {query.of}", f"{source.table} holds no rows", f"Load {source.table}")
    for dimension in filtered_dimensions(bench, query.where):
        if not reaches(bench.definitions, source, dimension):
            raise CannotDo(f"a funnel of {query.of} by {dimension.name}", f"{source.table} rows have no {dimension.name} of their own")
    stages = _STAGES[query.of]
    counts = [f"COUNT({identity}) FILTER (WHERE {condition}) AS stage_{position}" for position, (_, condition) in enumerate(stages)]
    body = body_sql(Rows(bench, source, bench.window(query.period)), counts, query.where)
    counted = bench.add("counted", f"SELECT {', '.join(counts)} {body}")
    rows = [_stage_row(position, name, counted) for position, (name, _) in enumerate(stages)]
    listed = bench.add("stages", " UNION ALL ".join(rows))
    share = "CAST(reached AS DOUBLE) / NULLIF(everyone, 0) AS of_all, CAST(reached AS DOUBLE) / NULLIF(before, 0) AS of_previous"
    columns = (
        Column("position", type="integer"),
        Column("stage"),
        Column("reached", "count", "integer"),
        Column("of_all", "%", "number"),
        Column("of_previous", "%", "number"),
    )
    return Draft(f"SELECT position, stage, reached, {share} FROM {listed}", columns, ("position",))


def _stage_row(position: int, name: str, counted: str) -> str:
    earlier = max(position - 1, 0)
    reached = f"stage_{position} AS reached, stage_0 AS everyone, stage_{earlier} AS before"
    return f"SELECT {position + 1} AS position, '{name}' AS stage, {reached} FROM {counted}"
