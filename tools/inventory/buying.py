"""A sum of money for stock: what to buy with it, where the margin saved for each unit of money is greatest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.contract import Floats
from ml.inventory.arrays import summed
from ml.inventory.budget import Choice, Offer, offer_lots, spend
from ml.inventory.lead_demand import LeadDemand
from tools.contract import ToolContext
from tools.errors import CannotDo
from tools.facts import Derivation, FactValue, Findings
from tools.inventory.desk import Planned, plan_for
from tools.inventory.reorder import refuse_without_leads
from tools.inventory.sheet import Col, Draft, Sheet, exact, money, share, units
from tools.inventory.terms import BudgetQuery

WHAT = "what to buy within a budget"
MOST_LINES_SOLVED = 2_000  # beyond, those that save most for their cost are offered to the solver
RULE = (
    "Each lot of packs is worth the margin of the units it is expected to save from being lost until the goods after next arrive (at least "
    "the horizon). A mixed-integer programme picks the lots of the greatest total worth within the budget, each supplier's minimum order "
    "and the space of each warehouse."
)
COLUMNS = (
    Col("product_id"),
    Col("product"),
    Col("location"),
    Col("supplier"),
    Col("order_quantity", "units"),
    Col("cost", "money"),
    Col("unit_cost", "money", by="ratio", of=("cost", "order_quantity"), shown=False),
    Col("margin_saved", "money", "model"),
    Col("return_on_cost", "ratio", by="ratio", of=("margin_saved", "cost")),
    Col("position", "units", "stock"),
    Col("chance_before", "%", "model"),
    Col("chance", "%", "model"),
)


@dataclass(frozen=True)
class _Deal:
    """What was offered to the solver, what it chose, and in which lines of the plan."""

    lines: NDArray[np.int64]
    offer: Offer
    choice: Choice
    position: Floats
    units: Floats
    cost: Floats
    value: Floats


def buy(context: ToolContext, query: BudgetQuery) -> Findings:
    """The best use of the budget, line by line."""
    planned = plan_for(context, query, WHAT)
    refuse_without_leads(planned)
    deal = _deal(planned, query)
    bought = np.flatnonzero(deal.units > 0)
    order = bought[np.argsort(-deal.value[bought], kind="stable")]
    shown = order[: query.limit]
    draft = planned.desk.draft(RULE)
    draft.add(Sheet("Bought within the budget", COLUMNS, _rows(planned, query, deal, shown), ("product", "location")))
    _say(draft, query, deal, len(order))
    draft.note(f"forecast: {planned.desk.ahead.model}")
    return draft.findings(truncated=len(order) > len(shown))


def _deal(planned: Planned, query: BudgetQuery) -> _Deal:
    shelves, asked = planned.shelves, planned.asked
    margin = shelves.price - shelves.unit_cost
    fit = asked[shelves.buyable[asked] & (margin[asked] > 0) & (shelves.unit_cost[asked] > 0)]
    if not len(fit):
        raise CannotDo(WHAT, "no product asked about has a cost and a price above it", "Load products.unit_cost and list_price")
    lines = _most_promising(planned, query, fit)
    demand = _demand(planned, query, lines)
    some, books = shelves.rows(lines), planned.desk.books
    location = books.location[planned.rows[lines]]
    group = np.unique(some.order, return_inverse=True)[1]
    least = np.zeros(group.max() + 1)
    least[group] = 0.0 if query.supplier_minimum == "ignore" else some.least_value
    offer = offer_lots(
        demand, some.position, demand.quantile(0.999), some.pack, some.least_order, some.unit_cost, margin[lines], group, location
    )
    choice = spend(offer, query.budget, least, _space(planned, query))
    bought = [summed(offer.line[choice.bought], each[choice.bought], len(lines)) for each in (offer.units, offer.cost, offer.value)]
    return _Deal(lines, offer, choice, some.position, *bought)


def _demand(planned: Planned, query: BudgetQuery, lines: NDArray[np.int64]) -> LeadDemand:
    """What is expected to be asked for while what is bought has to last."""
    days = _days(planned, query, lines)
    return planned.desk.ahead.totals(int(days.max())).rows(planned.rows[lines]).over(days, planned.whole[lines])


def _days(planned: Planned, query: BudgetQuery, lines: NDArray[np.int64]) -> Floats:
    """How long what is bought has to last: until goods ordered at the next round arrive, at least the horizon."""
    return np.maximum(planned.leads.days[planned.shelves.supplier[lines]] + query.review_days, query.horizon_days)


def _most_promising(planned: Planned, query: BudgetQuery, fit: NDArray[np.int64]) -> NDArray[np.int64]:
    """Lines for the solver; of very many those whose first pack saves most for its cost."""
    if len(fit) <= MOST_LINES_SOLVED:
        return fit
    some = planned.shelves.rows(fit)
    demand = _demand(planned, query, fit)
    saved = (demand.beyond(some.position) - demand.beyond(some.position + some.pack)) * (some.price - some.unit_cost)
    best = np.argsort(-saved / (some.pack * some.unit_cost), kind="stable")[:MOST_LINES_SOLVED]
    return fit[np.sort(best)]


def _space(planned: Planned, query: BudgetQuery) -> Floats:
    """Units that still fit into each warehouse: its capacity less what lies there or is coming."""
    books = planned.desk.books
    if not query.use_capacity:
        return np.full(len(books.places.ids), np.inf)
    taken = summed(books.location, np.maximum(books.shelves.on_hand + books.shelves.on_order, 0.0), len(books.places.ids))
    return np.where(np.isnan(books.places.capacity), np.inf, np.maximum(books.places.capacity - taken, 0.0))


def _rows(planned: Planned, query: BudgetQuery, deal: _Deal, shown: NDArray[np.int64]) -> list[dict[str, FactValue]]:
    if not len(shown):
        return []
    books, lines = planned.desk.books, deal.lines[shown]
    demand = _demand(planned, query, lines)
    before = 1.0 - demand.at_most(deal.position[shown])
    after = 1.0 - demand.at_most(deal.position[shown] + deal.units[shown])
    found = []
    for number, place in enumerate(shown):
        line = int(deal.lines[place])
        row, whole = int(planned.rows[line]), bool(planned.whole[line])
        quantity, unit_cost = units(float(deal.units[place]), whole), money(float(planned.shelves.unit_cost[line]))
        cost = None if quantity is None or unit_cost is None else quantity * unit_cost
        saved = money(float(deal.value[place]))
        values: dict[str, FactValue] = {
            "product_id": books.product_id(row),
            "product": books.product_name(row),
            "location": books.location_name(row),
            "supplier": books.supplier_name(row),
            "order_quantity": quantity,
            "cost": cost,
            "unit_cost": unit_cost,
            "margin_saved": saved,
            "return_on_cost": None if not cost or saved is None else saved / cost,
            "position": units(float(deal.position[place]), whole),
            "chance_before": share(float(before[number])),
            "chance": share(float(after[number])),
        }
        found.append(values)
    return found


def _say(draft: Draft, query: BudgetQuery, deal: _Deal, count: int) -> None:
    call = draft.context.call_id
    spent, budget = money(float(deal.cost.sum())) or 0, money(query.budget) or 0
    draft.say("lines_to_order", count, "count")
    draft.say("budget", budget, "money")
    draft.say("spent", spent, "money")
    draft.say("left", budget - spent, "money", derived=Derivation(op="difference", fact_ids=(f"{call}.all.budget", f"{call}.all.spent")))
    draft.say("margin_saved", money(float(deal.value.sum())), "money", "model")
    draft.say("possible_margin_saved", money(float(deal.offer.value.sum())), "money", "model")
    draft.say("gap_to_best", exact(deal.choice.gap, 6), "%")
    if not count:
        draft.note("nothing within this budget is worth buying, or no supplier's minimum fits into it")
