"""The plan as it is beside the plan as it would be: longer lead times, more demand, dearer goods, another service level."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from ml.inventory.lead_times import LONGEST_DAYS
from tools.contract import ToolContext
from tools.errors import BadInput
from tools.facts import FactValue, Findings
from tools.inventory.desk import UNCHANGED, Planned, plan_for
from tools.inventory.reorder import refuse_without_leads, rule_of
from tools.inventory.sheet import Col, Sheet, exact, money, units
from tools.inventory.terms import Changed, WhatIfQuery

WHAT = "what would be ordered"
TOTAL_COLUMNS = (
    Col("plan"),
    Col("lines_to_order", "count"),
    Col("order_quantity", "units"),
    Col("cost", "money"),
    Col("safety_stock_value", "money"),
    Col("urgent_lines", "count"),
)
LINE_COLUMNS = (
    Col("product_id"),
    Col("product"),
    Col("location"),
    Col("order_quantity_before", "units"),
    Col("order_quantity", "units"),
    Col("order_quantity_change", "units", by="difference", of=("order_quantity", "order_quantity_before")),
    Col("cost_before", "money"),
    Col("cost", "money"),
    Col("cost_change", "money", by="difference", of=("cost", "cost_before")),
    Col("reorder_point_before", "units"),
    Col("reorder_point", "units"),
)


def imagine(context: ToolContext, query: WhatIfQuery) -> Findings:
    """Totals of both plans and the lines that change most."""
    if query.change.service_level is not None and query.goal == "cost":
        why = "with goal cost every unit is kept that is worth its cost, whatever the service level"
        raise BadInput("change.service_level", query.change.service_level, "goal cycle or fill", why=why)
    if query.change == UNCHANGED:
        allowed = "lead_time_factor, lead_time_more_days, lead_time_days, demand_factor, cost_factor, service_level or extra_stock"
        raise BadInput("change", "nothing", allowed, why="nothing is different")
    before, after = plan_for(context, query, WHAT), plan_for(context, query, WHAT, query.change)
    refuse_without_leads(before if len(before.asked) < len(after.asked) else after)
    lines = _lines(before, after)
    draft = after.desk.draft(rule_of(query))
    draft.add(
        Sheet("As it is and as it would be", TOTAL_COLUMNS, [_total("as it is", before), _total("changed", after)], ("plan",), prefix="t")
    )
    draft.add(Sheet("Lines that change most", LINE_COLUMNS, lines[: query.limit], ("product", "location")))
    draft.say("lines_changed", len(lines), "count")
    draft.note(*said(query.change), *bounds_met(before, query.change), f"forecast: {after.desk.ahead.model}")
    return draft.findings(truncated=len(lines) > query.limit)


def said(change: Changed) -> tuple[str, ...]:
    """What is imagined, in words."""
    texts = {
        "lead_time_factor": "lead times x {}",
        "lead_time_more_days": "every lead time {} days longer",
        "demand_factor": "demand x {}",
        "cost_factor": "unit costs x {}",
        "lead_time_days": "every lead time exactly {} days",
        "service_level": "service level {}",
        "extra_stock": "{} units more on hand of each product at each place",
    }
    less = {"lead_time_more_days": "every lead time {} days shorter", "extra_stock": "{} units fewer on hand of each product at each place"}
    fields, plain = change.model_dump(), UNCHANGED.model_dump()
    for name, text in less.items():
        if fields[name] < 0:
            texts[name], fields[name] = text, -fields[name]
    return tuple(text.format(_plainly(fields[name])) for name, text in texts.items() if fields[name] != plain[name])


def _plainly(value: float) -> str:
    """A number as a person writes it."""
    return f"{value:,.4f}".rstrip("0").rstrip(".")


def bounds_met(before: Planned, change: Changed) -> tuple[str, ...]:
    """Where what is imagined ends at a bound and so could not be applied in full."""
    mine = before.asked
    wanted = before.leads.days[before.shelves.supplier[mine]] * change.lead_time_factor + change.lead_time_more_days
    held = before.shelves.on_hand[mine] + min(change.extra_stock, 0.0)
    ends = {
        "would come before they are ordered; they come on that day": (wanted < -0.5).any(axis=1),
        f"would take longer than {LONGEST_DAYS} days; {LONGEST_DAYS} is the longest that is planned with": (
            wanted > LONGEST_DAYS + 0.5
        ).any(axis=1),
        "have less than that on hand; nothing is left there": (held < 0) & (change.extra_stock < 0),
    }
    return tuple(f"{int(met.sum()):,} of {len(mine):,} lines {text}" for text, met in ends.items() if met.any())


def _total(name: str, planned: Planned) -> dict[str, FactValue]:
    plan, mine = planned.plan, planned.asked
    ordered = mine[plan.quantity[mine] > 0]
    safety = np.maximum(plan.safety[mine], 0.0) * np.nan_to_num(planned.shelves.unit_cost[mine])
    return {
        "plan": name,
        "lines_to_order": len(ordered),
        "order_quantity": exact(float(plan.quantity[ordered].sum()), 2),
        "cost": money(float(plan.cost[ordered].sum())),
        "safety_stock_value": money(float(safety.sum())),
        "urgent_lines": int(plan.urgent[ordered].sum()),
    }


def _lines(before: Planned, after: Planned) -> list[dict[str, FactValue]]:
    """Lines of both plans whose order differs, the largest change of money first."""
    place = {int(row): number for number, row in enumerate(before.rows)}
    pairs = [(place[int(after.rows[line])], int(line)) for line in after.asked if int(after.rows[line]) in place]
    found = []
    for old, new in pairs:
        if before.plan.quantity[old] != after.plan.quantity[new] or before.plan.cost[old] != after.plan.cost[new]:
            found.append((abs(float(after.plan.cost[new] - before.plan.cost[old])), _line(before, after, old, new)))
    return [values for _, values in sorted(found, key=lambda pair: -pair[0])]


def _line(before: Planned, after: Planned, old: int, new: int) -> dict[str, FactValue]:
    books, row, whole = after.desk.books, int(after.rows[new]), bool(after.whole[new])
    quantities = [units(float(each), whole) for each in (before.plan.quantity[old], after.plan.quantity[new])]
    costs = [money(float(each)) for each in (before.plan.cost[old], after.plan.cost[new])]
    return {
        "product_id": books.product_id(row),
        "product": books.product_name(row),
        "location": books.location_name(row),
        "order_quantity_before": quantities[0],
        "order_quantity": quantities[1],
        "order_quantity_change": _difference(quantities),
        "cost_before": costs[0],
        "cost": costs[1],
        "cost_change": _difference(costs),
        "reorder_point_before": units(float(before.plan.reorder_point[old]), whole),
        "reorder_point": units(float(after.plan.reorder_point[new]), whole),
    }


def _difference(pair: list[Decimal | None]) -> Decimal | None:
    return None if pair[0] is None or pair[1] is None else pair[1] - pair[0]
