"""What is bought together: pairs within one order, with support, confidence and lift."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tools.errors import BadInput
from tools.query.bench import Bench, Draft
from tools.query.body import body_sql
from tools.query.contract import Column, Filter, Query
from tools.query.filters import filtered_dimensions, resolve_values
from tools.query.reach import check_filled, choose
from tools.query.rows import Rows


class Basket(Query):
    """Pairs of products (or categories ...) in the same valid order; with `item`, only pairs that hold it, from its side."""

    kind: Literal["basket"] = "basket"
    of: str = "product"
    item: str | None = None
    at_least: int = Field(default=2, ge=1)  # orders with both
    n: int = Field(default=20, ge=1, le=10_000)
    order: Literal["support", "confidence", "lift"] = "support"


def build_basket(query: Basket, bench: Bench) -> Draft:
    """One row for each pair: orders with both, with each, and the three measures; a pair without `item` is listed once."""
    dimension = bench.dimension(query.of, "of")
    if dimension.column is None or dimension.table not in ("products", "suppliers"):
        raise BadInput("of", query.of, allowed=["product", "category", "subcategory", "family", "series", "manufacturer", "supplier"])
    source = choose(bench, bench.metric("units"), [dimension, *filtered_dimensions(bench, query.where)]).source
    check_filled(bench, [dimension])
    rows = Rows(bench, source, bench.window(query.period))
    listed = f"order_lines.order_id AS order_id, {rows.key(dimension)} AS item"
    baskets = bench.add("baskets", f"SELECT DISTINCT {listed} {body_sql(rows, [listed], query.where)}")
    singles = bench.add(
        "singles",
        f"SELECT item, COUNT(*) AS orders FROM {baskets} WHERE NOT item IS NULL GROUP BY item HAVING COUNT(*) >= {query.at_least}",
    )
    # Items seldomer than the pair must be cannot be in a pair: leaving them out first makes the self-join small.
    common = bench.add("common", f"SELECT order_id, item FROM {baskets} WHERE item IN (SELECT item FROM {singles})")
    pairs = bench.add("together", _pairs_sql(query, bench, common))
    total = bench.add("everything", f"SELECT COUNT(DISTINCT order_id) AS orders FROM {baskets}")
    a, b, both = "a.orders", "b.orders", f"{pairs}.both_orders"
    measures = (
        f"CAST({both} AS DOUBLE) / {total}.orders AS support, CAST({both} AS DOUBLE) / {a} AS confidence, "
        f"CAST({both} AS DOUBLE) * {total}.orders / (CAST({a} AS DOUBLE) * {b}) AS lift"
    )
    joined = f"FROM {pairs} JOIN {singles} AS a ON a.item = {pairs}.item JOIN {singles} AS b ON b.item = {pairs}.other CROSS JOIN {total}"
    listed = f"{pairs}.item, {pairs}.other, {both}, {a} AS item_orders, {b} AS other_orders, {measures}"
    return _named(query, bench, bench.add("measured", f"SELECT {listed} {joined}"))


def _pairs_sql(query: Basket, bench: Bench, common: str) -> str:
    if query.item is None:
        side = "a.item < b.item"
    else:
        dimension = bench.dimension(query.of, "of")
        known = resolve_values(bench, dimension, Filter(dimension=query.of, values=(query.item,)))
        side = f"a.item = {bench.bind(known[0])} AND a.item <> b.item"
    join = f"FROM {common} AS a JOIN {common} AS b ON a.order_id = b.order_id AND {side}"
    return f"SELECT a.item AS item, b.item AS other, COUNT(*) AS both_orders {join} GROUP BY 1, 2 HAVING COUNT(*) >= {query.at_least}"


def _named(query: Basket, bench: Bench, measured: str) -> Draft:
    """The first n pairs (ties too), with the names of both."""
    place = f"RANK() OVER (ORDER BY {'both_orders' if query.order == 'support' else query.order} DESC) AS position"
    ranked = bench.add("ranked", f"SELECT *, {place} FROM {measured}")
    label = bench.dimension(query.of).label
    numbers = ["both_orders", "item_orders", "other_orders", "support", "confidence", "lift"]
    names, joins, texts = ["item", "other"], "", [f"{ranked}.item", f"{ranked}.other"]
    if label:
        table, column = label.split(".")
        key = (bench.dimension(query.of).column or "").split(".")[1]
        joins = f" JOIN {table} AS x ON x.{key} = {ranked}.item JOIN {table} AS y ON y.{key} = {ranked}.other"
        names, texts = (
            ["item", "item_name", "other", "other_name"],
            [f"{ranked}.item", f"x.{column} AS item_name", f"{ranked}.other", f"y.{column} AS other_name"],
        )
    listed = ", ".join([f"{ranked}.position", *texts, *(f"{ranked}.{number}" for number in numbers)])
    units = ("count", "count", "count", "%", "%", "ratio")
    values = [Column(name, unit, "integer" if unit == "count" else "number") for name, unit in zip(numbers, units, strict=True)]  # type: ignore[arg-type]
    columns = (Column("position", type="integer"), *(Column(name) for name in names), *values)
    return Draft(f"SELECT {listed} FROM {ranked}{joins} WHERE {ranked}.position <= {query.n}", columns, ("position",))
