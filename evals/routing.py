"""Which agents a plan belongs to, from what its calls ask about; where two may answer, both are right."""

from __future__ import annotations

from collections.abc import Iterable

from agents.catalog import AGENTS as CARDS
from agents.plan import AGENTS, Agent
from evals.cases import Call

_INVENTORY = (
    "stock", "available_stock", "stockout", "days_of_cover", "inventory_turnover", "sell_through", "shrinkage", "moved_units",
    "mean_stock", "recent_daily",
)  # fmt: skip
_OPERATIONS = (
    "deliver", "on_time", "late_", "damage", "shipment", "shipping_cost", "supplier", "purchase", "received", "rejected", "open_purchase",
    "overdue", "return", "refund", "cancel", "placed_orders",
)  # fmt: skip
_CUSTOMER = (
    "active_customers", "new_customers", "repeat", "sign_ups", "customer_count", "average_rating", "reviews", "product_views", "cart_",
    "sessions", "visitors", "conversion",
)  # fmt: skip
_BY_TOOL: dict[str, tuple[Agent, ...]] = {
    "opening_closing_stock": ("inventory",),
    "stock_ageing": ("inventory",),
    "price_in_force": ("inventory",),
    "overdue": ("operations",),
    "did_but_never": ("customer",),
    "nth_event": ("customer",),
    "cohort_retention": ("customer",),
    "inactive": ("customer", "bi", "inventory"),
    "longest_gaps": ("customer", "operations", "inventory"),
    "first_and_last": ("customer", "bi", "operations"),
    "overlap": ("customer", "bi"),
    "funnel": ("operations", "customer", "bi"),
    "bought_together": ("customer", "bi"),
    "group_by_metric": ("customer", "bi"),
    "look_up": ("operations", "bi", "inventory", "customer"),
    "look_up_lines": ("operations", "bi"),
    "chain": AGENTS,
    "decomposition": ("bi",),
}


def agents_for(call: Call) -> tuple[Agent, ...]:
    """The agents that may answer a call, the likeliest first; never one that cannot call the tool."""
    able = tuple(card.name for card in CARDS if call.tool in card.tools)
    return tuple(agent for agent in _by_subject(call) if agent in able) or able or AGENTS


def _by_subject(call: Call) -> tuple[Agent, ...]:
    if call.tool in _BY_TOOL:
        return _BY_TOOL[call.tool]
    metrics = call.arguments.get("metrics") or [call.arguments.get("metric", "revenue")]
    first = str(metrics[0]) if isinstance(metrics, list | tuple) and metrics else "revenue"
    if first.startswith(_INVENTORY):
        return ("inventory",)
    if first.startswith(_OPERATIONS):
        return ("operations", "bi") if first.startswith(("return", "refund", "cancel", "placed", "purchase")) else ("operations",)
    if first.startswith(_CUSTOMER):
        return ("customer", "bi")
    of_customers = {"customer", "tier", "customer_kind"} & set(map(str, _cut_by(call)))
    return ("bi", "customer") if of_customers else ("bi",)


def _cut_by(call: Call) -> tuple[object, ...]:
    by = call.arguments.get("by", ())
    return tuple(by) if isinstance(by, list | tuple) else (by, call.arguments.get("entity"))


def gold_agents(given: Iterable[Agent], gold: Iterable[Call]) -> tuple[frozenset[Agent], frozenset[Agent]]:
    """The agents asked, and those that were right; where one of several may answer, the one that was asked counts."""
    asked = frozenset(given)
    right = {next((agent for agent in agents_for(call) if agent in asked), agents_for(call)[0]) for call in gold}
    return asked, frozenset(right)
