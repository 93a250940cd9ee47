"""What empty shelves cost: sales missed on the days without stock, estimated from the days with stock around them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from ml.contract import Floats
from ml.inventory.arrays import summed
from ml.inventory.demand import History
from ml.inventory.lost_sales import AROUND_DAYS, missed_units
from tools.contract import ToolContext
from tools.errors import CannotDo
from tools.facts import Days, FactValue, Findings
from tools.inventory.books import Books
from tools.inventory.desk import Desk, open_desk
from tools.inventory.opening import daily_matrix, read_sales
from tools.inventory.reading import Reader
from tools.inventory.sheet import Col, Sheet, exact, money
from tools.inventory.terms import MissedQuery

WHAT = "the cost of stock-outs"
RULE = (
    "On a day on which a shelf ended with nothing to sell, what such a weekday brings on days with stock up to four weeks around it, less "
    "what was sold, counts as missed. Some buyers took something else or came back; orders too large for what was left are not seen."
)
COLUMNS = (
    Col("product_id"),
    Col("product"),
    Col("location"),
    Col("days_without_stock", "days", "stock"),
    Col("sold_units", "units", "stock"),
    Col("missed_units", "units", "model"),
    Col("missed_revenue", "money", "model"),
    Col("missed_margin", "money", "model"),
)


@dataclass(frozen=True)
class Missed:
    """Of each row asked about: sales, missed units and empty days over the period."""

    sold: Floats
    units: Floats
    empty: NDArray[np.int64]
    days: int


def cost(context: ToolContext, query: MissedQuery) -> Findings:
    """Products by the margin they missed, and the totals."""
    desk = open_desk(context, query, WHAT)
    missed = find_missed(Reader(context), desk, query.days)
    shelves = desk.shelves
    price, margin = np.nan_to_num(shelves.price), np.maximum(np.nan_to_num(shelves.price - shelves.unit_cost), 0.0)
    order = np.flatnonzero(missed.units > 0)
    order = order[np.lexsort((order, -missed.units[order], -(missed.units * margin)[order]))]
    shown = order[: query.limit]
    draft = desk.draft(RULE)
    draft.period = Days(start=desk.books.history.as_of - timedelta(days=missed.days - 1), end=desk.books.history.as_of)
    rows = [_row(desk.books, int(desk.rows[place]), missed, int(place), float(price[place]), float(margin[place])) for place in shown]
    draft.add(Sheet("Missed while out of stock", COLUMNS, rows, ("product", "location")))
    draft.say("missed_units", exact(float(missed.units.sum())), "units", "model")
    draft.say("missed_revenue", money(float((missed.units * price).sum())), "money", "model")
    draft.say("missed_margin", money(float((missed.units * margin).sum())), "money", "model")
    draft.say("days_without_stock", int(missed.empty.sum()), "count", "stock")
    draft.say("products_out_of_stock", len(order), "count", "stock")
    if not len(order):
        draft.note("no shelf was empty in this period")
    return draft.findings(truncated=len(order) > len(shown))


def find_missed(reader: Reader, desk: Desk, days: int) -> Missed:
    """What was missed on the last so many days; days before them are read to know what is usual, never days after as_of."""
    wide, (names, row_of) = days + AROUND_DAYS, _shelves(desk)
    itself = {place: place for place in desk.books.places.feeder}
    sold, empty = daily_matrix(reader, names, itself, read_sales(reader, wide), wide)
    known = _known_days(reader, wide)
    if not known[-days:].any():
        raise CannotDo(WHAT, f"stock_levels holds no day of the last {days}", "Ask about more days, or load stock_levels")
    empty &= known[None, :]
    lost = missed_units(History(tuple(map("|".join, names)), sold, empty, desk.books.history.as_of))
    told = [summed(row_of, each[:, -days:].sum(axis=1).astype(np.float64), len(desk.rows)) for each in (sold, lost, empty)]
    return Missed(told[0], told[1], told[2].astype(np.int64), days)


def _shelves(desk: Desk) -> tuple[dict[tuple[str, str], int], NDArray[np.int64]]:
    """Every product at every location by itself, and the row it counts in: a store is empty though its warehouse is not."""
    books, row_of = desk.books, list[int]()
    names: dict[tuple[str, str], int] = {}
    for place, row in enumerate(desk.rows):
        for location, feeder in books.places.feeder.items():
            if feeder == books.places.ids[int(books.location[row])]:
                names[books.product_id(int(row)), location] = len(row_of)
                row_of.append(place)
    return names, np.array(row_of, dtype=np.int64)


def _known_days(reader: Reader, days: int) -> NDArray[np.bool_]:
    """Which of the last days have stock levels at all."""
    bench = reader.bench()
    sql = f"SELECT DISTINCT as_of FROM stock_levels WHERE {reader.since(bench, 'as_of', days)}"
    there = {row[0] for row in reader.fetch(sql, bench, ("stock_levels",)).rows}
    return np.array([reader.as_of - timedelta(days=days - 1 - place) in there for place in range(days)], dtype=bool)


def _row(books: Books, row: int, missed: Missed, place: int, price: float, margin: float) -> dict[str, FactValue]:
    units = float(missed.units[place])
    return {
        "product_id": books.product_id(row),
        "product": books.product_name(row),
        "location": books.location_name(row),
        "days_without_stock": int(missed.empty[place]),
        "sold_units": exact(float(missed.sold[place]), 2),
        "missed_units": exact(units),
        "missed_revenue": money(units * price),
        "missed_margin": money(units * margin),
    }
