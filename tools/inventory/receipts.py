"""The receipt of an order line: from expected demand to units and money, and the stock and lead time at which it would not be ordered."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from ml.contract import Floats
from ml.inventory.orders import highest_lead_without_order
from tools.facts import FactValue
from tools.inventory.desk import Planned
from tools.inventory.sheet import Col, exact, money, share, units

NOTES = {
    "": "",
    "raised": "raised to the supplier's minimum order",
    "waits": "waits: the supplier's minimum order is not reached and nothing is urgent",
    "below": "under the supplier's minimum order",
    "spoils": "held down by shelf life",
}
LONGEST_FLIP_DAYS = 180

RECEIPT: tuple[Col, ...] = (
    Col("product_id"),
    Col("product"),
    Col("location_id", shown=False),
    Col("location"),
    Col("supplier"),
    Col("order_quantity", "units"),
    Col("cost", "money"),
    Col("expected_demand", "units", "model"),
    Col("safety_stock", "units", by="difference", of=("reorder_point", "expected_demand")),
    Col("on_hand", "units", "stock", shown=False),
    Col("allocated", "units", "stock", shown=False),
    Col("available", "units", "stock", by="difference", of=("on_hand", "allocated")),
    Col("on_order", "units", "stock"),
    Col("position", "units", "stock", by="sum", of=("available", "on_order"), shown=False),
    Col("reorder_point", "units", shown=False),
    Col("order_up_to", "units", shown=False),
    Col("needed", "units", by="difference", of=("order_up_to", "position"), shown=False),
    Col("rounding", "units", by="difference", of=("order_quantity", "needed")),
    Col("unit_cost", "money", by="ratio", of=("cost", "order_quantity"), shown=False),
    Col("lead_time_days", "days"),
    Col("cover_days", "days", "model"),
    Col("chance_of_running_out", "%", "model"),
    Col("short_of_reorder_point", "units", by="difference", of=("reorder_point", "position"), shown=False),
    Col("no_order_from_stock", "units", by="sum", of=("on_hand", "short_of_reorder_point")),
    Col("no_order_up_to_lead_days", "days"),
    Col("note"),
)


def receipts(planned: Planned, lines: NDArray[np.int64]) -> list[dict[str, FactValue]]:
    """The rows of some lines of a plan."""
    shelves, totals = planned.shelves.rows(lines), planned.totals.rows(lines)
    whole = planned.whole[lines]
    flips = highest_lead_without_order(shelves, totals, planned.terms, min(LONGEST_FLIP_DAYS, totals.days), whole)
    protected = totals.over(planned.leads.days[shelves.supplier] + planned.terms.review_days, whole)
    chance = 1.0 - protected.at_most(shelves.position)
    return [_receipt(planned, int(line), float(flips[place]), float(chance[place])) for place, line in enumerate(lines)]


def _receipt(planned: Planned, line: int, flip: float, chance: float) -> dict[str, FactValue]:
    plan, shelves, books = planned.plan, planned.shelves, planned.desk.books
    row, whole = int(planned.rows[line]), bool(planned.whole[line])
    held, promised, coming = (units(float(each[line]), whole) for each in (shelves.on_hand, shelves.allocated, shelves.on_order))
    demand, point, up_to = (
        exact(float(plan.demand[line])),
        units(float(plan.reorder_point[line]), whole),
        units(float(plan.up_to[line]), whole),
    )
    quantity = units(float(plan.quantity[line]), whole)
    unit_cost = money(float(shelves.unit_cost[line]))
    position = _less(held, promised, coming)
    short = None if point is None or position is None else point - position
    needed = None if up_to is None or position is None or plan.needed[line] <= 0 else up_to - position
    return {
        "product_id": books.product_id(row),
        "product": books.product_name(row),
        "location_id": books.places.ids[books.location[row]],
        "location": books.location_name(row),
        "supplier": books.supplier_name(row),
        "order_quantity": quantity,
        "cost": None if unit_cost is None or quantity is None else unit_cost * quantity,
        "expected_demand": demand,
        "safety_stock": None if point is None or demand is None else point - demand,
        "on_hand": held,
        "allocated": promised,
        "available": None if held is None or promised is None else held - promised,
        "on_order": coming,
        "position": position,
        "reorder_point": point,
        "order_up_to": up_to,
        "needed": needed,
        "rounding": None if needed is None or not quantity else quantity - needed,
        "unit_cost": unit_cost if quantity else None,
        "lead_time_days": exact(float(plan.lead_days[line])),
        "cover_days": exact(_cover(plan.position[line], plan.daily[line])),
        "chance_of_running_out": share(chance),
        "short_of_reorder_point": short,
        "no_order_from_stock": None if short is None or held is None else held + short,
        "no_order_up_to_lead_days": None if np.isnan(flip) else int(flip),
        "note": NOTES[str(plan.note[line])],
    }


def _less(held: Decimal | None, promised: Decimal | None, coming: Decimal | None) -> Decimal | None:
    return None if held is None or promised is None or coming is None else held - promised + coming


def _cover(position: float, daily: float) -> float:
    return max(position, 0.0) / daily if daily > 1e-9 else float("inf")


def shortest_first(quantity: Floats, urgent: NDArray[np.bool_], position: Floats, daily: Floats) -> NDArray[np.int64]:
    """Urgent lines first, then those whose stock lasts shortest."""
    with np.errstate(divide="ignore", invalid="ignore"):
        cover = np.where(daily > 0, position / daily, np.inf)
    return np.lexsort((np.arange(len(cover)), cover, ~urgent, quantity <= 0))
