"""Stock through time: opening and closing levels, and how old what lies there is."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

from pydantic import Field

from ingestion.calendar import Span
from ingestion.metrics import MetricSource
from tools.errors import BadInput, CannotDo
from tools.query.bench import Bench, Draft
from tools.query.body import body_sql
from tools.query.changes import changed
from tools.query.contract import Column, Period, Query
from tools.query.filters import filtered_dimensions
from tools.query.reach import reaches
from tools.query.relation import Ask, relate
from tools.query.rows import Rows, instant_sql


class OpeningClosing(Query):
    """The level before a period and at its end."""

    kind: Literal["opening_closing"] = "opening_closing"
    metric: Literal["stock_on_hand", "stock_value", "available_stock", "stock_on_order"] = "stock_on_hand"
    by: tuple[str, ...] = ()
    period: Period


class Ageing(Query):
    """How long stock has lain, first in first out: what is on hand is taken from the newest receipts backwards."""

    kind: Literal["ageing"] = "ageing"
    by: tuple[Literal["product", "location"], ...] = ()
    edges: tuple[int, ...] = Field(default=(30, 60, 90, 180), min_length=1)
    day: date | None = None


def build_opening_closing(query: OpeningClosing, bench: Bench) -> Draft:
    """One row (for each group): opening, closing and the change."""
    span, m = bench.window(query.period), query.metric
    if span is None or span.first == date.min:
        raise BadInput("period", query.period.kind, why="an opening level needs a period that starts somewhere")
    opening_span = Span(date.min, span.first - timedelta(days=1))
    keys = [bench.key(name) for name in query.by]
    closing = relate(bench, Ask((m,), query.by, query.where, span))
    opening = relate(bench, Ask((m,), query.by, query.where, opening_span), "facts_before")
    pairs = bench.add("levels", changed(bench, (m,), keys, closing, opening))
    kind = bench.metric_columns((m,))[0]
    values = [Column(name, kind.unit, kind.type) for name in ("opening", "closing", "change")]
    sql = f"SELECT {', '.join([*keys, f'{m}_before AS opening, {m} AS closing, {m}_change AS change'])} FROM {pairs}"
    return Draft(sql, (*bench.key_columns(query.by), *values), ("closing DESC",) if keys else ())


def build_ageing(query: Ageing, bench: Bench) -> Draft:
    """Units in each range of days since receipt; what is older than the oldest known receipt says so with an empty age."""
    for table in ("stock_levels", "stock_movements"):
        if not bench.source.has_rows(table):
            raise CannotDo("the age of stock", f"{table} holds no rows", f"Load {table}")
    bench.refuse(query, "period", why="ageing is of the stock on one day: give day")
    on_day = f"CAST({bench.bind(min(query.day or bench.context.as_of, bench.context.as_of))} AS DATE)"
    place = "location_id, product_id"
    held = bench.add("held", _held_sql(query, bench, on_day))
    received = f"CAST({instant_sql(bench, 'stock_movements.moved_at')} AS DATE)"
    inward = f"SELECT {place}, {received} AS received_on, SUM(quantity) AS quantity FROM stock_movements"
    kinds = "kind IN ('receipt', 'transfer_in', 'return') AND quantity > 0"
    receipts = bench.add("receipts", f"{inward} WHERE {kinds} AND {received} <= {on_day} GROUP BY 1, 2, 3")
    newer = f"SUM(quantity) OVER (PARTITION BY {place} ORDER BY received_on DESC) - quantity AS newer"
    layers = bench.add("layers", f"SELECT {place}, received_on, quantity, {newer} FROM {receipts}")
    same = f"{layers}.location_id = {held}.location_id AND {layers}.product_id = {held}.product_id"
    kept = f"LEAST({layers}.quantity, {held}.on_hand - {layers}.newer)"
    columns = f"{held}.location_id, {held}.product_id, {on_day} - {layers}.received_on AS age, {kept} AS units"
    known = f"SELECT {columns} FROM {held} JOIN {layers} ON {same}"
    aged = bench.add("aged", f"{known} WHERE {held}.on_hand > {layers}.newer")
    told = f"SELECT {place}, SUM(units) AS units FROM {aged} GROUP BY 1, 2"
    rest = f"{held}.on_hand - COALESCE(told.units, 0)"
    unknown = (
        f"SELECT {held}.location_id, {held}.product_id, NULL AS age, {rest} AS units FROM {held} "
        f"LEFT JOIN ({told}) AS told ON told.location_id = {held}.location_id AND told.product_id = {held}.product_id WHERE {rest} > 0"
    )
    return _ranges(query, bench, bench.add("all_layers", f"SELECT * FROM {aged} UNION ALL {unknown}"))


def _held_sql(query: Ageing, bench: Bench, on_day: str) -> str:
    """What lies where on the last day with levels, of the products and places asked about."""
    source = MetricSource(table="stock_levels", expression="COUNT(*)", time="stock_levels.as_of")
    for dimension in filtered_dimensions(bench, query.where):
        if dimension.is_time or not reaches(bench.definitions, source, dimension):
            why = "give day instead" if dimension.is_time else f"stock levels have no {dimension.name}"
            raise CannotDo(f"the age of stock by {dimension.name}", why)
    listed = "stock_levels.location_id, stock_levels.product_id, stock_levels.on_hand, stock_levels.as_of"
    body = body_sql(Rows(bench, source, None), [listed], query.where)
    last = f"SELECT MAX(as_of) FROM stock_levels WHERE as_of <= {on_day}"
    return f"SELECT * FROM (SELECT {listed} {body}) AS levels WHERE as_of = ({last}) AND on_hand > 0"


def _ranges(query: Ageing, bench: Bench, layers: str) -> Draft:
    edges = sorted(query.edges)
    cases = " ".join(f"WHEN age <= {edge} THEN {low}" for low, edge in zip([0, *(edge + 1 for edge in edges)], edges, strict=False))
    low = f"CASE WHEN age IS NULL THEN NULL {cases} ELSE {edges[-1] + 1} END AS from_days"
    keys = [bench.key(name) for name in query.by]
    slotted = bench.add("slotted", f"SELECT *, {low} FROM {layers}")
    share = "CAST(SUM(units) AS DOUBLE) / NULLIF(SUM(SUM(units)) OVER (), 0) AS share"
    group = ", ".join([*keys, "from_days"])
    columns = (
        *bench.key_columns(query.by),
        Column("from_days", "days", "integer"),
        Column("units", "units", "decimal"),
        Column("share", "%", "number"),
    )
    bench.note("first in, first out; units older than the first known receipt have no age")
    return Draft(f"SELECT {group}, SUM(units) AS units, {share} FROM {slotted} GROUP BY {group}", columns, (*keys, "from_days"))
