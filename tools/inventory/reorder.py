"""What to order now, from whom, what it costs, and what to move before buying."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from ml.inventory.surplus import find_surplus
from ml.inventory.transfers import match_moves
from ml.ledger import Promise
from tools.contract import ToolContext
from tools.errors import CannotDo
from tools.facts import FactValue, Findings
from tools.forecasting.advised import EXPECTED_THEN
from tools.inventory.desk import Planned, plan_for
from tools.inventory.receipts import NOTES, RECEIPT, receipts, shortest_first
from tools.inventory.sheet import Col, Draft, Sheet, exact, money, units
from tools.inventory.terms import PlanQuery, ReorderQuery

WHAT = "reorder advice"
GOALS = {
    "cycle": "the level that is enough with probability {service} until an order placed at the next round arrives",
    "fill": "the level at which the share {service} of what is asked for is served from the shelf",
    "cost": "the level up to which one more unit saves more margin than keeping it costs",
}
SUPPLIER_COLUMNS = (
    Col("supplier"),
    Col("location"),
    Col("lines", "count"),
    Col("order_quantity", "units"),
    Col("cost", "money"),
    Col("minimum_order", "money"),
    Col("lead_time_days", "days"),
)
MOVE_COLUMNS = (Col("product_id"), Col("product"), Col("from_location"), Col("to_location"), Col("moved_units", "units"))
SPARE_AHEAD_DAYS = 60


def rule_of(query: PlanQuery) -> str:
    """How an order is worked out, in words."""
    level = GOALS[query.goal].format(service=query.service_level)
    economic = " plus the economic quantity" if query.order_cost else ""
    return (
        f"Ordered when stock on hand less promised plus on order is under the reorder point: {level}. Rounds every "
        f"{query.review_days} days; lead times as each supplier's receipts show them, open orders counted as long as they have waited. "
        f"Order up to the reorder point{economic}, in whole packs, at least the least order of the product; safety stock is the reorder "
        "point less expected demand. Without order: at that stock on hand, or with that certain lead time or a shorter one."
    )


def advise(context: ToolContext, query: ReorderQuery) -> Findings:
    """Lines to order, shortest cover first, with totals by supplier, transfers that save buying, and what could not be planned."""
    planned = plan_for(context, query, WHAT)
    refuse_without_leads(planned)
    lines = _lines(planned, query)
    shown = lines[: query.limit]
    draft = planned.desk.draft(rule_of(query))
    rows = receipts(planned, shown)
    draft.add(Sheet("Reorder advice", RECEIPT, rows, ("product", "location")))
    _say_totals(draft, planned, lines, len(rows))
    orders = supplier_rows(planned, lines)
    if orders:
        draft.add(Sheet("By supplier", SUPPLIER_COLUMNS, orders[: query.limit], ("supplier", "location"), prefix="s"))
    moves = _moves(planned)
    if moves:
        draft.add(Sheet("Move before buying", MOVE_COLUMNS, moves[: query.limit], ("product", "to_location"), prefix="m"))
    _say_notes(draft, planned, lines)
    found = draft.findings(truncated=len(lines) > len(shown))
    return found.model_copy(update={"promises": promises(planned, shown)})


def refuse_without_leads(planned: Planned) -> None:
    """Refuses when nothing asked about has a lead time, saying what would help."""
    if len(planned.asked):
        return
    books, row = planned.desk.books, int(planned.unplanned[0])
    name = books.supplier_name(row)
    why = f"no lead time of {name} is known" if name else f"{books.product_name(row)} has no supplier on file and was never ordered"
    count = len(planned.unplanned)
    more = f" (and {count - 1} more)" if count > 1 else ""
    raise CannotDo(WHAT, f"{why}{more}", "Load purchase_orders or suppliers.contract_lead_time_days, or give assumed_lead_time_days")


def _lines(planned: Planned, query: ReorderQuery) -> NDArray[np.int64]:
    """Lines asked about, in the order they are shown; only those to order unless all were wanted."""
    plan, asked = planned.plan, planned.asked
    kept = asked if query.show == "all" else asked[plan.quantity[asked] > 0]
    return kept[shortest_first(plan.quantity[kept], plan.urgent[kept], plan.position[kept], plan.daily[kept])]


def _say_totals(draft: Draft, planned: Planned, lines: NDArray[np.int64], shown: int) -> None:
    plan = planned.plan
    ordered = lines[plan.quantity[lines] > 0]
    draft.say("lines_to_order", len(ordered), "count")
    draft.say("urgent_lines", int(plan.urgent[ordered].sum()), "count")
    draft.say("products_planned", len(planned.asked), "count")
    draft.say("total_cost", money(float(plan.cost[ordered].sum())), "money")
    draft.say("total_units", exact(float(plan.quantity[ordered].sum()), 2), "units")
    draft.total("shown_cost", "cost", "money", shown)


def _say_notes(draft: Draft, planned: Planned, lines: NDArray[np.int64]) -> None:
    books, plan = planned.desk.books, planned.plan
    draft.note(f"forecast: {planned.desk.ahead.model}", planned.desk.late_note("they count as on order all the same"))
    if len(planned.unplanned):
        some = ", ".join(books.product_name(int(row)) for row in planned.unplanned[:3])
        draft.note(f"{len(planned.unplanned)} lines have no known lead time and are not planned ({some} ...)")
    waiting = planned.asked[plan.note[planned.asked] == "waits"]
    if len(waiting):
        draft.note(f"{len(waiting)} lines {NOTES['waits'].replace('waits: ', 'wait: ')}")
    basis = {planned.leads.basis[place] for place in planned.shelves.supplier[lines]}
    if "contract" in basis:
        draft.note("suppliers with fewer than 5 receipts: lead times spread around the contract as those of the house do")
    if "given" in basis:
        draft.note("lead times not known were taken as given in the question")
    if not len(lines):
        draft.note("nothing has to be ordered now")


def supplier_rows(planned: Planned, lines: NDArray[np.int64]) -> list[dict[str, FactValue]]:
    """One row for each purchase order the lines make, the dearest first."""
    plan, shelves, books = planned.plan, planned.shelves, planned.desk.books
    ordered = lines[plan.quantity[lines] > 0]
    found: list[tuple[float, dict[str, FactValue]]] = []
    for order in np.unique(shelves.order[ordered]):
        mine = ordered[shelves.order[ordered] == order]
        first, cost = int(mine[0]), float(plan.cost[mine].sum())
        row = int(planned.rows[first])
        values: dict[str, FactValue] = {
            "supplier": books.supplier_name(row),
            "location": books.location_name(row),
            "lines": len(mine),
            "order_quantity": exact(float(plan.quantity[mine].sum()), 2),
            "cost": money(cost),
            "minimum_order": money(float(shelves.least_value[first])),
            "lead_time_days": exact(float(plan.lead_days[first])),
        }
        found.append((cost, values))
    return [values for _, values in sorted(found, key=lambda pair: -pair[0])]


def _moves(planned: Planned) -> list[dict[str, FactValue]]:
    """Goods asked about that are missing in one place and lie beyond two months' need in another."""
    books, plan, shelves = planned.desk.books, planned.plan, planned.shelves
    if len(books.places.ids) < 2:
        return []
    available = shelves.on_hand - shelves.allocated
    ahead = planned.totals
    surplus = find_surplus(
        available, ahead, min(SPARE_AHEAD_DAYS, ahead.days), 0.95, np.zeros(len(available)), 1, shelves.unit_cost, 0.0, planned.whole
    )
    missing = np.zeros(len(available))
    missing[planned.asked] = np.where(plan.quantity[planned.asked] > 0, plan.needed[planned.asked], 0.0)
    names = np.array([books.product_id(int(row)) for row in planned.rows])
    moves = match_moves(names, np.maximum(surplus.excess - plan.needed, 0.0), missing)
    moves.sort(key=lambda move: -move.units * float(np.nan_to_num(shelves.unit_cost[move.target])))
    return [
        {
            "product_id": str(names[move.target]),
            "product": books.product_name(int(planned.rows[move.target])),
            "from_location": books.location_name(int(planned.rows[move.source])),
            "to_location": books.location_name(int(planned.rows[move.target])),
            "moved_units": units(move.units),
        }
        for move in moves
    ]


def promises(planned: Planned, lines: NDArray[np.int64]) -> tuple[Promise, ...]:
    """What is advised here, for the ledger: the lines shown that order something; none where only some places were seen."""
    if planned.desk.context.served.context.sees_some:
        return ()
    books, plan, shelves, ahead = planned.desk.books, planned.plan, planned.shelves, planned.desk.ahead
    day, found = books.history.as_of, []
    ordered = lines[plan.quantity[lines] > 0]
    days = np.maximum(np.round(plan.lead_days[ordered]) + planned.terms.review_days, 1.0)
    # The reorder point covers lead times that are not sure; the days that are scored are so many, so what is promised is of those days.
    over = planned.totals.rows(ordered).over(days[:, None], planned.whole[ordered])
    enough = over.at_most(plan.reorder_point[ordered])
    for place, line in enumerate(ordered):
        row, last = int(planned.rows[line]), day + timedelta(days=int(days[place]))
        detail = {
            "reorder_point": float(plan.reorder_point[line]),
            "expected_demand": round(float(plan.demand[line]), 1),
            EXPECTED_THEN: round(float(over.mean[place]), 2),
            "on_hand": float(shelves.on_hand[line]),
            "on_order": float(shelves.on_order[line]),
        }
        found.append(
            Promise(
                kind="reorder", scope="product", subject=books.product_id(row), location_id=books.places.ids[books.location[row]],
                made_as_of=day, starts_on=day + timedelta(days=1), ends_on=last, value=float(plan.quantity[line]), low=None, high=None,
                coverage=round(float(enough[place]), 4), model=ahead.model, version=ahead.version,
                demand_class=ahead.outlook.classes[row], detail=json.dumps(detail),
            )
        )  # fmt: skip
    return tuple(found)


def listed(names: Sequence[str], most: int = 3) -> str:
    """The first names of a list."""
    return ", ".join(names[:most]) + (" ..." if len(names) > most else "")
