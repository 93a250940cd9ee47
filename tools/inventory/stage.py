"""What a replay needs: demand as it was, what was known before it began, how deliveries came, and how it really went."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ml.contract import Floats, Outlook
from ml.inventory.arrays import summed
from ml.inventory.demand import History, measure_level
from ml.inventory.hindsight import MOST_STALE_DAYS
from ml.inventory.lead_times import LeadTimes
from ml.inventory.lost_sales import missed_units
from ml.inventory.policies import Forecast, Past
from ml.inventory.simulate import Stretch
from ml.inventory.steady import WEEK_DAYS, told_on
from ml.inventory.trust import Memory, best_part
from tools.contract import ToolContext
from tools.errors import CannotDo
from tools.inventory.books import Books
from tools.inventory.desk import Desk, lead_times
from tools.inventory.opening import daily_matrix, read_open_lines, read_sales, read_suppliers
from tools.inventory.reading import Reader
from tools.inventory.terms import ReplayQuery
from tools.inventory.trained import by_product, look_back_on, share_out, whole_products

if TYPE_CHECKING:
    from ml.inventory.hindsight import Hindsight

WHAT = "a replay of ordering rules"
WARM_DAYS = 28
LEARN_DAYS = 126


@dataclass(frozen=True)
class Stage:
    """All that a replay needs."""

    stretch: Stretch
    past: Past
    leads: LeadTimes  # as receipts before the stretch show them
    held_units: float  # really on the shelves on a mean day
    held_value: float
    served: float  # share really served, by the estimate of what was missed
    forecast: Forecast | None  # the trained one that was at hand each day, where there was one
    notes: tuple[str, ...]


def set_stage(context: ToolContext, desk: Desk, query: ReplayQuery) -> Stage:
    """The products that sold most, what was missed added back, and lead times as they were known when the stretch began."""
    reader, books = Reader(context), desk.books
    now = lead_times(books, None)
    then = _known_then(context, books, query.days + WARM_DAYS)
    rows = _chosen(desk, now, then, query.most_series)
    seen = _seen(reader, books, query.days + WARM_DAYS + LEARN_DAYS)
    history = History(tuple(books.history.ids[row] for row in rows), seen.units[rows], seen.censored[rows], reader.as_of)
    past = Past(history, query.days + WARM_DAYS, whole=books.whole[rows])
    demand = _wanted(seen, rows, books.whole[rows])
    forecast, notes = _at_hand(context, seen, books, rows, past)
    held, value = _held(reader, books, rows, query.days)
    sold, asked = (float(each[:, -query.days :].sum()) for each in (history.units, demand))
    return Stage(
        stretch=_stretch(demand[:, -past.stretch_days :], desk, rows, now, query.review_days),
        past=past,
        leads=LeadTimes(then.days[books.shelves.supplier[rows]], (), ()),
        held_units=held,
        held_value=value,
        served=sold / asked if asked > 0 else float("nan"),
        forecast=forecast,
        notes=notes,
    )


def _seen(reader: Reader, books: Books, days: int) -> History:
    """What could be seen of demand, of all rows of the books: units sold, days without stock marked. Rules are given no more."""
    names = {(books.product_id(row), books.places.ids[books.location[row]]): row for row in range(len(books.product))}
    sold, empty = daily_matrix(reader, names, books.places.feeder, read_sales(reader, days), days)
    return History(books.history.ids, sold, empty, reader.as_of)


def _wanted(seen: History, rows: NDArray[np.int64], whole: NDArray[np.bool_]) -> Floats:
    """What would have been sold with stock on every day, estimated from the days around: it is played, and shown to no rule."""
    wanted = (seen.units + missed_units(seen))[rows]
    return np.where(whole[:, None], np.round(wanted), wanted)


def _known_then(context: ToolContext, books: Books, days: int) -> LeadTimes:
    """Lead times as the receipts of before the stretch show them, in the order of the books' suppliers."""
    served = context.served
    then = replace(served.context, as_of=served.context.as_of - timedelta(days=days))
    reader = Reader(replace(context, served=replace(served, context=then)))
    suppliers = read_suppliers(reader, read_open_lines(reader))
    return lead_times(replace(books, suppliers=suppliers.ordered(books.suppliers.ids)), None)


def _chosen(desk: Desk, now: LeadTimes, then: LeadTimes, most: int) -> NDArray[np.int64]:
    """The rows asked about that sold most, of those whose supplier was known before and after the stretch began."""
    books = desk.books
    supplier = books.shelves.supplier[desk.rows]
    known = ~np.isnan(now.days[supplier]).any(axis=1) & ~np.isnan(then.days[supplier]).any(axis=1)
    if not known.any():
        why = "no product asked about had a known lead time before the days replayed"
        raise CannotDo(WHAT, why, "Load purchase_orders, or ask about fewer days")
    rows = desk.rows[known]
    sold = books.history.units[rows].sum(axis=1)
    return np.sort(rows[np.argsort(-sold, kind="stable")[:most]])


def _at_hand(
    context: ToolContext, every: History, books: Books, rows: NDArray[np.int64], past: Past
) -> tuple[Forecast | None, tuple[str, ...]]:
    """The trained forecasts of past days, shared out among places; None and why where there are none."""
    found = look_back_on(context)
    if isinstance(found, str):
        return None, (f"{found}: the rules are played with the fallback",)
    product = np.array(books.goods.ids)[books.product[rows]]
    whole_company, pieces, memory = by_product(every, books), whole_products(books), Memory()

    def forecast(history: History, days: int) -> Outlook:
        weeks = past.weeks(history)
        usual, told = past.usual(history, days), told_on(found, history.as_of, weeks)
        if told is None:
            return usual
        back = (every.as_of - history.as_of).days
        level = np.mean([measure_level(every.until(back + WEEK_DAYS * week)).mean for week in range(weeks)], axis=0)
        whole = summed(books.product, level, len(books.goods.ids))[books.product[rows]]
        part = best_part(found, whole_company.until(back), pieces, memory)
        return share_out(told, product, level[rows] / np.maximum(whole, 1e-12), usual, part)

    return forecast, (_said(found, past),)


def _said(found: Hindsight, past: Past) -> str:
    first = past.history.as_of - timedelta(days=past.stretch_days)
    served = [day for day in found.asked if day >= first]
    if not served:
        return "the trained forecasts of past days that are kept are of other days: the rules are played with the fallback"
    learned = sorted({model for day, model in zip(found.asked, found.learned, strict=True) if first <= day <= past.history.as_of})
    days = ", ".join(map(str, learned))
    last = served[-1] + timedelta(days=MOST_STALE_DAYS)
    ended = f"; after {last} with the fallback" if last < past.history.as_of else ""
    since = f"from {served[0]} on" if served[0] > first + timedelta(days=7) else "at first" if ended else "throughout"
    told = f"{since} that of models trained as of {days}, asked every week, as much of it as had served stock best by then"
    return f"ours is played with the forecast that was at hand each day: {told}{ended}"


def _stretch(demand: Floats, desk: Desk, rows: NDArray[np.int64], leads: LeadTimes, review_days: int) -> Stretch:
    shelves = desk.books.shelves.rows(rows)
    random = np.random.default_rng(7)
    draws = random.integers(0, leads.days.shape[1], demand.shape)
    drawn = np.take_along_axis(leads.days[shelves.supplier], draws, axis=1)
    return Stretch(
        demand=demand,
        leads=np.maximum(drawn, 1).astype(np.int64),
        review=np.full(len(rows), review_days),
        pack=shelves.pack,
        least_order=shelves.least_order,
        unit_cost=np.nan_to_num(shelves.unit_cost),
        margin=np.maximum(np.nan_to_num(shelves.price - shelves.unit_cost), 0.0),
        whole=desk.books.whole[rows],
    )


def _held(reader: Reader, books: Books, rows: NDArray[np.int64], days: int) -> tuple[float, float]:
    """Units really on hand on a mean day of the replayed stretch, and their value."""
    names = {(books.product_id(int(row)), books.places.ids[books.location[row]]): place for place, row in enumerate(rows)}
    bench = reader.bench()
    since = reader.since(bench, "as_of", days - 1)
    sql = f"SELECT location_id, product_id, SUM(on_hand) FROM stock_levels WHERE {since} GROUP BY 1, 2"
    count = f"SELECT COUNT(DISTINCT as_of) FROM stock_levels WHERE {since}"
    there = float(str(reader.fetch(count, bench, ("stock_levels",)).rows[0][0])) or 1.0
    held = np.zeros(len(names))
    for location, product, total in reader.fetch(sql, bench, ("stock_levels",)).rows:
        place = names.get((str(product), books.places.feeder.get(str(location), "")))
        if place is not None:
            held[place] += float(str(total)) / there
    return float(held.sum()), float((held * np.nan_to_num(books.shelves.unit_cost[rows])).sum())
