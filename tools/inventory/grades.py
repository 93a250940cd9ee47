"""ABC by what products bring, XYZ by how far forecasts of them miss, and what each of the nine classes asks for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ml.contract import Floats
from ml.inventory.arrays import summed
from ml.inventory.classes import abc, error_rate, xyz
from tools.contract import ToolContext
from tools.facts import FactValue, Findings
from tools.inventory.desk import Desk, open_desk
from tools.inventory.sheet import Col, Sheet, exact, money, share
from tools.inventory.terms import AbcXyzQuery

WHAT = "ABC and XYZ classes"
ERROR_DAYS = 28
CELL_COLUMNS = (
    Col("class"),
    Col("products", "count"),
    Col("value", "money", "stock"),
    Col("share", "%", "stock"),
    Col("stock_value", "money", "stock"),
)
COLUMNS = (
    Col("product_id"),
    Col("product"),
    Col("class"),
    Col("value", "money", "stock"),
    Col("share", "%", "stock"),
    Col("error_rate", "ratio", "model"),
    Col("expected_demand", "units", "model"),
    Col("stock_value", "money", "stock"),
)


def grade(context: ToolContext, query: AbcXyzQuery) -> Findings:
    """The nine classes with their totals, and the products of the class asked for, the most valuable first."""
    desk = open_desk(context, query, WHAT)
    products, value, stock, mean, rate = _by_product(desk, query.days)
    letters = np.char.add(abc(value, query.a_share, query.b_share), xyz(rate, query.x_limit, query.y_limit))
    kept = np.flatnonzero(np.array([query.only is None or set(query.only) <= set(str(each)) for each in letters], dtype=bool))
    order = kept[np.argsort(-value[kept], kind="stable")]
    shown, whole = order[: query.limit], max(float(value.sum()), 1e-12)
    rows: list[dict[str, FactValue]] = [
        {
            "product_id": desk.books.goods.ids[products[place]],
            "product": desk.books.goods.names[products[place]],
            "class": str(letters[place]),
            "value": money(float(value[place])),
            "share": exact(float(value[place]) / whole, 4),
            "error_rate": exact(float(rate[place]), 2),
            "expected_demand": exact(float(mean[place])),
            "stock_value": money(float(stock[place])),
        }
        for place in shown
    ]
    draft = desk.draft(_rule(query))
    draft.add(Sheet("ABC-XYZ", CELL_COLUMNS, _cells(letters, value, stock), ("class",), prefix="k"))
    draft.add(Sheet("Products by class", COLUMNS, rows, ("product",)))
    draft.say("products_classed", len(products), "count")
    draft.say("products_listed", len(order), "count")
    draft.note(f"forecast: {desk.ahead.model}", f"value: sales of the last {query.days} days at list price")
    return draft.findings(truncated=len(order) > len(shown))


def _rule(query: AbcXyzQuery) -> str:
    return (
        f"A: the products that together make {query.a_share:g} of the value, the one that crosses the line included; B: up to "
        f"{query.b_share:g}; C: the rest. X: the spread of the forecast's error over four weeks is at most {query.x_limit:g} of what is "
        f"forecast; Y: at most {query.y_limit:g}; Z: more, or nothing is forecast."
    )


def _by_product(desk: Desk, days: int) -> tuple[NDArray[np.int64], Floats, Floats, Floats, Floats]:
    """Products with value sold, stock value, expected demand and error rate, all places together."""
    books, rows = desk.books, desk.rows
    products, place = np.unique(books.product[rows], return_inverse=True)
    price = np.nan_to_num(np.where(np.isnan(books.shelves.price), books.shelves.unit_cost, books.shelves.price))[rows]
    sold = books.history.units[rows][:, -days:].sum(axis=1) * price
    stock = books.shelves.on_hand[rows] * np.nan_to_num(books.shelves.unit_cost[rows])
    totals = desk.totals(ERROR_DAYS)
    count = len(products)
    mean = summed(place, totals.means[:, -1], count)
    spread = np.sqrt(summed(place, np.square(totals.deviations[:, -1]), count))
    return products, summed(place, sold, count), summed(place, stock, count), mean, error_rate(mean, spread)


def _cells(letters: NDArray[np.str_], value: Floats, stock: Floats) -> list[dict[str, FactValue]]:
    total = max(float(value.sum()), 1e-12)
    found: list[dict[str, FactValue]] = []
    for name in (a + x for a in "ABC" for x in "XYZ"):
        mine = letters == name
        found.append(
            {
                "class": name,
                "products": int(mine.sum()),
                "value": money(float(value[mine].sum())),
                "share": share(float(value[mine].sum()) / total),
                "stock_value": money(float(stock[mine].sum())),
            }
        )
    return found
