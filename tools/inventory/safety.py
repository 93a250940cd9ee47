"""Safety stock, reorder point, economic quantity and what service they give, product by product."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ml.inventory.levels import DAYS_A_YEAR, economic_quantity, fill_rate
from tools.contract import ToolContext
from tools.facts import FactValue, Findings
from tools.inventory.desk import Planned, plan_for
from tools.inventory.reorder import refuse_without_leads, rule_of
from tools.inventory.sheet import Col, Sheet, exact, share, units
from tools.inventory.terms import PlanQuery

WHAT = "safety stock"
COLUMNS = (
    Col("product_id"),
    Col("product"),
    Col("location"),
    Col("supplier"),
    Col("daily_demand", "units", "model"),
    Col("lead_time_days", "days"),
    Col("lead_time_spread_days", "days"),
    Col("expected_demand", "units", "model"),
    Col("demand_spread", "units", "model"),
    Col("safety_stock", "units", by="difference", of=("reorder_point", "expected_demand")),
    Col("reorder_point", "units"),
    Col("economic_quantity", "units"),
    Col("order_up_to", "units"),
    Col("fill_rate", "%", "model"),
    Col("on_hand", "units", "stock"),
)


def size(context: ToolContext, query: PlanQuery) -> Findings:
    """The levels of the products asked about, those that sell most first."""
    planned = plan_for(context, query, WHAT)
    refuse_without_leads(planned)
    plan, asked = planned.plan, planned.asked
    worth = plan.daily[asked] * np.nan_to_num(planned.shelves.unit_cost[asked])
    lines = asked[np.argsort(-worth, kind="stable")]
    shown = lines[: query.limit]
    draft = planned.desk.draft(rule_of(query))
    draft.add(Sheet("Safety stock and order quantity", COLUMNS, _rows(planned, query, shown), ("product", "location")))
    draft.say("products_planned", len(asked), "count")
    draft.note(f"forecast: {planned.desk.ahead.model}")
    if not query.order_cost:
        draft.note("no order_cost was given, so there is no economic quantity: orders go up to the reorder point")
    return draft.findings(truncated=len(lines) > len(shown))


def _rows(planned: Planned, query: PlanQuery, lines: NDArray[np.int64]) -> list[dict[str, FactValue]]:
    plan, shelves, books = planned.plan, planned.shelves, planned.desk.books
    days = planned.leads.days[shelves.supplier[lines]]
    totals, whole = planned.totals.rows(lines), planned.whole[lines]
    rates = fill_rate(plan.reorder_point[lines], totals.over(days + query.review_days, whole), totals.over(days, whole))
    yearly = plan.daily[lines] * DAYS_A_YEAR
    economic = economic_quantity(yearly, query.order_cost or 0.0, shelves.unit_cost[lines], query.carrying_rate)
    found = []
    for place, line in enumerate(lines):
        row, kind = int(planned.rows[line]), bool(whole[place])
        point, demand = units(float(plan.reorder_point[line]), kind), exact(float(plan.demand[line]))
        values: dict[str, FactValue] = {
            "product_id": books.product_id(row),
            "product": books.product_name(row),
            "location": books.location_name(row),
            "supplier": books.supplier_name(row),
            "daily_demand": exact(float(plan.daily[line]), 2),
            "lead_time_days": exact(float(plan.lead_days[line])),
            "lead_time_spread_days": exact(float(days[place].std())),
            "expected_demand": demand,
            "demand_spread": exact(float(plan.deviation[line])),
            "safety_stock": None if point is None or demand is None else point - demand,
            "reorder_point": point,
            "economic_quantity": exact(float(economic[place]), 0) if query.order_cost else None,
            "order_up_to": units(float(plan.up_to[line]), kind),
            "fill_rate": share(float(rates[place])),
            "on_hand": units(float(shelves.on_hand[line]), kind),
        }
        found.append(values)
    return found
