"""Whose figure it is: suppliers and customers are delivered to by the same words."""

from __future__ import annotations

from collections.abc import Mapping

from agents.language.figures import Json

# What customers get and what suppliers deliver go by the same words.
_OF_SUPPLIERS: Mapping[str, str] = {
    "late_deliveries": "late_received_lines",
    "on_time_delivery_rate": "supplier_on_time_rate",
    "on_time_deliveries": "supplier_on_time_rate",
    "delivery_days": "supplier_lead_time_days",
    "deliveries": "received_lines",
    "damage_rate": "supplier_reject_rate",
}


_OF_CARRIERS: Mapping[str, str] = {
    "supplier_punctuality": "on_time_delivery_rate",
    "supplier_on_time_rate": "on_time_delivery_rate",
    "supplier_lead_time_days": "delivery_days",
    "cost": "shipping_cost",
    "purchase_spend": "shipping_cost",
}


def of_whom(arguments: Json) -> Json:
    """The same arguments with the metrics of suppliers where suppliers are asked about, and of carriers where carriers are."""
    where = arguments.get("where")
    bought = isinstance(where, list) and any(isinstance(each, dict) and each.get("dimension") == "purchase_status" for each in where)
    if bought and arguments.get("metrics") == ["orders"]:
        arguments = {**arguments, "metrics": ["purchase_orders"]}
    names = (
        _OF_SUPPLIERS if _names(arguments, ("supplier", "supplier_country")) else _OF_CARRIERS if _names(arguments, ("carrier",)) else None
    )
    if names is None:
        return arguments
    changed = dict(arguments)
    if isinstance(metric := arguments.get("metric"), str):
        changed["metric"] = names.get(metric, metric)
    if isinstance(conditions := arguments.get("having"), list):
        changed["having"] = [{**each, "metric": names.get(each["metric"], each["metric"])} for each in conditions]
    if isinstance(metrics := arguments.get("metrics"), list):
        changed["metrics"] = [names.get(str(metric), str(metric)) for metric in metrics]
    return changed


def _names(arguments: Json, dimensions: tuple[str, ...]) -> bool:
    by, where = arguments.get("by"), arguments.get("where")
    grouped = by in dimensions or (isinstance(by, list) and any(name in by for name in dimensions))
    filtered = isinstance(where, list) and any(isinstance(each, dict) and each.get("dimension") == dimensions[0] for each in where)
    return grouped or filtered
