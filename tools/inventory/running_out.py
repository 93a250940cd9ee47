"""What may run out, by when, and what that would cost; deliveries on their way counted with how late they may be."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from ml.inventory.risk import Risk, run_out
from tools.contract import ToolContext
from tools.facts import FactValue, Findings
from tools.inventory.desk import Desk, open_desk
from tools.inventory.sheet import Col, Sheet, exact, money, share, units
from tools.inventory.terms import RiskQuery

WHAT = "what may run out"
RULE = (
    "The chance that demand up to a day exceeds what is available (on hand less promised) plus the deliveries that have come by then. "
    "A delivery comes as its supplier's receipts show, given how long it has been awaited. Nothing new is ordered meanwhile."
)
LEVELS = (("likely_from", 0.5), ("at_risk_from", 0.1))
COLUMNS = (
    Col("product_id"),
    Col("product"),
    Col("location"),
    Col("chance_of_running_out", "%", "model"),
    Col("at_risk_from"),
    Col("likely_from"),
    Col("missing_units", "units", "model"),
    Col("lost_margin", "money", "model"),
    Col("available", "units", "stock", by="difference", of=("on_hand", "allocated")),
    Col("on_hand", "units", "stock", shown=False),
    Col("allocated", "units", "stock", shown=False),
    Col("on_order", "units", "stock"),
    Col("next_delivery_days", "days", "stock"),
    Col("expected_demand", "units", "model"),
)
DAY_COLUMNS = (Col("day"), Col("products_out", "count", "model"), Col("missing_units", "units", "model"))


def foresee(context: ToolContext, query: RiskQuery) -> Findings:
    """Shelves by their chance of running out within the horizon, and the expected number that are empty on each day."""
    desk = open_desk(context, query, WHAT)
    risk = _risk(desk, query)
    chance, margin = risk.chance[:, -1], _margin(desk)
    risky = np.flatnonzero((chance >= query.at_least_chance) & desk.shelves.buyable & (risk.missing[:, -1] > 0))
    worth = chance[risky] if query.sort == "chance" else risk.missing[risky, -1] * margin[risky]
    order = risky[np.lexsort((risky, -risk.missing[risky, -1], -worth))]
    shown = order[: query.limit]
    draft = desk.draft(RULE)
    expected = desk.totals(query.horizon_days).means[:, -1]
    rows = [_row(desk, risk, int(place), float(margin[place]), float(expected[place])) for place in shown]
    draft.add(Sheet("What may run out", COLUMNS, rows, ("product", "location")))
    draft.add(Sheet("By day", DAY_COLUMNS, _by_day(desk, risk, order), ("day",), "line", prefix="d"))
    draft.say("products_at_risk", len(order), "count")
    draft.say("products_looked_at", len(desk.rows), "count")
    draft.say("missing_units", exact(float(risk.missing[order, -1].sum())), "units", "model")
    draft.say("lost_margin", money(float((risk.missing[order, -1] * margin[order]).sum())), "money", "model")
    draft.note(f"forecast: {desk.ahead.model}", f"over the next {query.horizon_days} days")
    draft.note(desk.late_note("they are taken as due tomorrow"))
    return draft.findings(truncated=len(order) > len(shown))


def _risk(desk: Desk, query: RiskQuery) -> Risk:
    books = desk.books
    place = {int(row): number for number, row in enumerate(desk.rows)}
    coming = [type(each)(place[each.row], each.units, each.age_days, each.lead_days) for each in books.deliveries if each.row in place]
    available = books.shelves.on_hand[desk.rows] - books.shelves.allocated[desk.rows]
    return run_out(available, desk.totals(query.horizon_days), coming, query.horizon_days, books.whole[desk.rows])


def _margin(desk: Desk) -> NDArray[np.float64]:
    shelves = desk.shelves
    return np.maximum(np.nan_to_num(shelves.price - shelves.unit_cost), 0.0)


def _row(desk: Desk, risk: Risk, place: int, margin: float, expected: float) -> dict[str, FactValue]:
    books, row = desk.books, int(desk.rows[place])
    whole, shelves = bool(books.whole[row]), books.shelves
    held, promised = units(float(shelves.on_hand[row]), whole), units(float(shelves.allocated[row]), whole)
    missing, due = float(risk.missing[place, -1]), float(books.next_due[row])
    found: dict[str, FactValue] = {
        "product_id": books.product_id(row),
        "product": books.product_name(row),
        "location": books.location_name(row),
        "chance_of_running_out": share(float(risk.chance[place, -1])),
        "missing_units": exact(missing),
        "lost_margin": money(missing * margin),
        "available": None if held is None or promised is None else held - promised,
        "on_hand": held,
        "allocated": promised,
        "on_order": units(float(shelves.on_order[row]), whole),
        "next_delivery_days": None if np.isnan(due) else int(due),
        "expected_demand": exact(expected),
    }
    for name, level in LEVELS:
        day = int(Risk(risk.chance[place : place + 1], risk.missing[place : place + 1]).first_day(level)[0])
        found[name] = books.history.as_of + timedelta(days=day) if day else None
    return found


def _by_day(desk: Desk, risk: Risk, order: NDArray[np.int64]) -> list[dict[str, FactValue]]:
    first = desk.books.history.as_of + timedelta(days=1)
    out, missing = risk.chance[order].sum(axis=0), risk.missing[order].sum(axis=0)
    return [
        {"day": first + timedelta(days=day), "products_out": exact(float(out[day])), "missing_units": exact(float(missing[day]))}
        for day in range(risk.chance.shape[1])
    ]
