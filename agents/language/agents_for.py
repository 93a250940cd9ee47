"""Which of the four agents answers: the one whose matter is measured."""

from __future__ import annotations

from collections.abc import Mapping

from agents.brain import World
from agents.language.figures import Json
from agents.plan import Agent

_BY_TOOL: Mapping[str, Agent] = {
    "opening_closing_stock": "inventory",
    "stock_ageing": "inventory",
    "price_in_force": "inventory",
    "overdue": "operations",
    "document_question": "operations",
    "search_documents": "operations",
    "documents_and_data": "operations",
    "market_context": "bi",
    "review_themes": "customer",
    "demand_forecast": "inventory",
    "forecast_accuracy": "inventory",
    "cohort_retention": "customer",
    "nth_event": "customer",
    "did_but_never": "customer",
    "bought_together": "customer",
}
_INVENTORY = ("stock", "available_stock", "days_of_cover", "inventory_turnover", "sell_through", "shrinkage", "moved_units", "mean_stock")
_OPERATIONS = (
    "deliver",
    "on_time",
    "late_",
    "damage",
    "shipments",
    "shipping",
    "supplier_",
    "received",
    "rejected",
    "purchase",
    "open_purchase",
    "overdue",
    "returned",
    "return_rate",
    "refunds",
)
_CUSTOMER = (
    "active_customers",
    "new_customers",
    "repeat",
    "sign_ups",
    "customer_count",
    "average_rating",
    "reviews",
    "product_views",
    "cart_",
    "sessions",
    "visitors",
    "conversion",
)
_OF_THING: Mapping[str, Agent] = {
    "customer": "customer",
    "supplier": "operations",
    "order": "operations",
    "shipment": "operations",
    "purchase_order": "operations",
    "product": "inventory",
    "location": "inventory",
}


def agent_of(tool: str, arguments: Json, world: World) -> Agent:
    """The agent of the metric; of the thing looked up; else the first that may use the tool."""
    wanted = _wanted(tool, arguments)
    able = [card.name for card in world.agents if tool in card.tools]
    if wanted in able:
        return wanted
    return able[0] if able else "bi"


def _wanted(tool: str, arguments: Json) -> Agent:
    if tool in _BY_TOOL:
        return _BY_TOOL[tool]
    if tool in ("look_up", "look_up_lines"):
        return _OF_THING.get(str(arguments.get("of")), "bi")
    listed = arguments.get("metrics")
    metrics = [str(metric) for metric in listed] if isinstance(listed, list | tuple) else [str(arguments.get("metric", ""))]
    for agent, parts in (("inventory", _INVENTORY), ("operations", _OPERATIONS), ("customer", _CUSTOMER)):
        if any(part in metrics[0] for part in parts):
            return agent  # type: ignore[return-value]
    if arguments.get("by") == "customer" or arguments.get("entity") == "customer":
        return "customer"
    return "bi"
