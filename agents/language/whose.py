"""Whose figure it is: suppliers and customers are delivered to by the same words."""

from __future__ import annotations

from collections.abc import Mapping

from agents.language.figures import Json, listed
from tools.query.vocabulary import narrowed_by

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


_OF_COMPETITORS: Mapping[str, str] = {"average_selling_price": "competitor_price"}


def lies(metric: str) -> bool:
    """Whether a figure is of a warehouse and not of where its customers live: a town is where the warehouse stands."""
    known = narrowed_by().get(metric, frozenset())
    return "location_province" in known and "province" not in known


def known(member: str) -> list[Json]:
    """Where customers are counted or averaged: sales to nobody known are no customer."""
    return [{"dimension": "customer", "op": "not_null"}] if member == "customer" else []


def of_whom(arguments: Json) -> Json:
    """The same arguments with the metrics of suppliers where suppliers are asked about, and of carriers where carriers are."""
    where = arguments.get("where")
    bought = isinstance(where, list) and any(isinstance(each, dict) and each.get("dimension") == "purchase_status" for each in where)
    if bought and arguments.get("metrics") == ["orders"]:
        arguments = {**arguments, "metrics": ["purchase_orders"]}
    names = (
        _OF_COMPETITORS
        if _names(arguments, ("competitor",))
        else _OF_SUPPLIERS
        if _names(arguments, ("supplier", "supplier_country"))
        else _OF_CARRIERS
        if _names(arguments, ("carrier",))
        else None
    )
    changed = _where_it_lies(arguments)
    if names is None:
        return changed
    if isinstance(metric := arguments.get("metric"), str):
        changed["metric"] = names.get(metric, metric)
    if isinstance(conditions := arguments.get("having"), list):
        changed["having"] = [{**each, "metric": names.get(each["metric"], each["metric"])} for each in conditions]
    if isinstance(metrics := arguments.get("metrics"), list):
        changed["metrics"] = [names.get(str(metric), str(metric)) for metric in metrics]
    return changed


def _where_it_lies(arguments: Json) -> Json:
    """Stock by province is cut by where it lies."""
    metrics = [str(each) for each in (*listed(arguments.get("metrics")), arguments.get("metric")) if each]
    by = arguments.get("by")
    if not metrics or not all(lies(name) for name in metrics):
        return dict(arguments)
    if by == "province":
        return {**arguments, "by": "location_province"}
    if isinstance(by, list) and "province" in by:
        return {**arguments, "by": ["location_province" if name == "province" else name for name in by]}
    return dict(arguments)


def _names(arguments: Json, dimensions: tuple[str, ...]) -> bool:
    by, where = arguments.get("by"), arguments.get("where")
    grouped = by in dimensions or (isinstance(by, list) and any(name in by for name in dimensions))
    filtered = isinstance(where, list) and any(isinstance(each, dict) and each.get("dimension") == dimensions[0] for each in where)
    sides = [each for side in ("left", "right") for each in listed(arguments.get(side)) if isinstance(each, dict)]
    return grouped or filtered or any(each.get("dimension") == dimensions[0] for each in sides)
