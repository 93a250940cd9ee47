"""List prices in force on a day."""

from __future__ import annotations

from datetime import date
from typing import Literal

from tools.errors import CannotDo
from tools.query.bench import Bench, Draft
from tools.query.contract import Column, Query
from tools.query.filters import filtered_dimensions
from tools.query.members import answers, members_part


class PriceInForce(Query):
    """The list price of products on a day: the newest one that began on or before it."""

    kind: Literal["price_in_force"] = "price_in_force"
    day: date | None = None


def build_price_in_force(query: PriceInForce, bench: Bench) -> Draft:
    """One row for each product with its price, since when it holds and until when it held."""
    if not bench.source.has_rows("price_history"):
        raise CannotDo("the price in force on a day", "price_history holds no rows", "Load price_history, or ask for today's list price")
    bench.refuse(query, "period", why="a price is in force on one day: give day")
    for dimension in filtered_dimensions(bench, query.where):
        if not answers(bench, bench.dimension("product"), dimension):
            raise CannotDo(f"list prices by {dimension.name}", f"a product has no {dimension.name} of its own")
    day = bench.bind(min(query.day or bench.context.as_of, bench.context.as_of))
    following = "LEAD(valid_from) OVER (PARTITION BY product_id ORDER BY valid_from) AS next_from"
    prices = bench.add("prices", f"SELECT product_id, valid_from, list_price, {following} FROM price_history")
    members = members_part(bench, bench.dimension("product"), query.where)
    force = f"valid_from <= {day} AND (next_from IS NULL OR next_from > {day}) AND product_id IN (SELECT product_id FROM {members})"
    columns = (
        *bench.key_columns(("product",)),
        Column("list_price", "money", "decimal"),
        Column("valid_from", type="date"),
        Column("next_from", type="date"),
    )
    return Draft(f"SELECT product_id, list_price, valid_from, next_from FROM {prices} WHERE {force}", columns, ("product_id",))
