"""Stock that lies too long: beyond any likely need, or dead, with what keeping it costs."""

from __future__ import annotations

import numpy as np

from ml.inventory.surplus import Surplus, find_surplus
from ml.inventory.transfers import Move, match_moves
from tools.contract import ToolContext
from tools.facts import FactValue, Findings
from tools.inventory.desk import Desk, open_desk
from tools.inventory.sheet import Col, Sheet, exact, money, units
from tools.inventory.terms import OverstockQuery

WHAT = "overstock"
COLUMNS = (
    Col("product_id"),
    Col("product"),
    Col("location"),
    Col("available", "units", "stock", by="difference", of=("on_hand", "allocated")),
    Col("on_hand", "units", "stock", shown=False),
    Col("allocated", "units", "stock", shown=False),
    Col("likely_need", "units", "model"),
    Col("excess_units", "units", "model"),
    Col("excess_value", "money", "model"),
    Col("yearly_carrying_cost", "money", "model"),
    Col("cover_days", "days", "model"),
    Col("days_since_sale", "days", "stock"),
    Col("state"),
    Col("could_go_to"),
)


def find_idle(context: ToolContext, query: OverstockQuery) -> Findings:
    """Excess and dead stock, the dearest first."""
    desk = open_desk(context, query, WHAT)
    available = desk.shelves.on_hand - desk.shelves.allocated
    surplus = find_surplus(
        available, desk.totals(query.cover_days), query.cover_days, query.service_level, desk.books.since_sale[desk.rows],
        query.dead_after_days, desk.shelves.unit_cost, query.carrying_rate, desk.books.whole[desk.rows],
    )  # fmt: skip
    lies = np.flatnonzero(surplus.excess > 0)
    order = lies[np.lexsort((lies, -surplus.excess[lies], -surplus.value[lies]))]
    shown, goes = order[: query.limit], _goes(desk, surplus)
    draft = desk.draft(_rule(query))
    draft.add(Sheet("Overstock", COLUMNS, [_row(desk, surplus, int(place), goes) for place in shown], ("product", "location")))
    dead = order[surplus.dead[order]]
    draft.say("lines_overstocked", len(order), "count")
    draft.say("dead_lines", len(dead), "count")
    draft.say("excess_value", money(float(surplus.value[order].sum())), "money", "model")
    draft.say("dead_value", money(float(surplus.value[dead].sum())), "money", "model")
    draft.say("yearly_carrying_cost", money(float(surplus.carrying_cost[order].sum())), "money", "model")
    draft.total("shown_excess_value", "excess_value", "money", len(shown))
    draft.note(f"forecast: {desk.ahead.model}")
    unpriced = int(np.isnan(desk.shelves.unit_cost[order]).sum())
    if unpriced:
        draft.note(f"{unpriced} lines have no unit cost and count as nothing in money")
    return draft.findings(truncated=len(order) > len(shown))


def _rule(query: OverstockQuery) -> str:
    return (
        f"Excess is what is available beyond the demand of {query.cover_days} days that is enough with probability {query.service_level}; "
        f"stock of what has not sold for more than {query.dead_after_days} days is dead and all of it excess. Valued at unit cost; keeping "
        f"it costs {query.carrying_rate:g} of its value a year."
    )


def _goes(desk: Desk, surplus: Surplus) -> dict[int, Move]:
    """Where excess could go: to another place where the same product lasts shorter than a month."""
    shelves, books = desk.shelves, desk.books
    missing = np.maximum(desk.totals(28).means[:, -1] - shelves.position, 0.0)
    names = np.array([books.product_id(int(row)) for row in desk.rows])
    found: dict[int, Move] = {}
    for move in match_moves(names, surplus.excess, np.where(shelves.buyable, missing, 0.0)):
        found.setdefault(move.source, move)
    return found


def _row(desk: Desk, surplus: Surplus, place: int, goes: dict[int, Move]) -> dict[str, FactValue]:
    books, row = desk.books, int(desk.rows[place])
    whole = bool(books.whole[row])
    held, promised = units(float(books.shelves.on_hand[row]), whole), units(float(books.shelves.allocated[row]), whole)
    move = goes.get(place)
    return {
        "product_id": books.product_id(row),
        "product": books.product_name(row),
        "location": books.location_name(row),
        "on_hand": held,
        "allocated": promised,
        "available": None if held is None or promised is None else held - promised,
        "likely_need": units(float(surplus.need[place]), whole),
        "excess_units": units(float(surplus.excess[place]), whole),
        "excess_value": money(float(surplus.value[place])),
        "yearly_carrying_cost": money(float(surplus.carrying_cost[place])),
        "cover_days": exact(float(surplus.cover_days[place])),
        "days_since_sale": exact(float(books.since_sale[row]), 0),
        "state": "dead" if surplus.dead[place] else "excess",
        "could_go_to": books.location_name(int(desk.rows[move.target])) if move else None,
    }
