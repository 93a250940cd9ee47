"""Names that may mean several things: settled by what is asked, or left for the person to say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from agents.language.sketch import FilterSlot, Sketch
from agents.language.spans import ValueSpan
from agents.language.whose import lies

# How much less likely a reading is when its kind is rarely meant by a bare name.
_RARELY: Mapping[str, float] = {
    "shipping_province": 0.5,
    "location_province": 0.5,
    "district": 0.3,
    "location": 0.1,
    "sku": 0.05,
    "family": 0.15,
    "series": 0.15,
    "event": 0.3,
    "movement_kind": 0.4,
    "purchase_status": 0.3,
    "supplier_country": 0.1,
    "area_kind": 0.05,
    "location_kind": 0.15,
}
_CLOSE = 0.08
# What a metric is about decides between two readings of a status.
_PURCHASE = ("open_purchase_orders", "purchase_orders", "purchase_spend", "overdue_purchase_orders")


@dataclass(frozen=True)
class Doubt:
    """A name with readings that are equally likely."""

    slot: FilterSlot
    choices: tuple[ValueSpan, ...]


def settle(sketch: Sketch) -> tuple[Sketch, tuple[Doubt, ...]]:
    """The sketch with one reading for each name, and the names that stay open."""
    filters, doubts = [], []
    for slot in sketch.filters:
        choices = sorted(slot.choices, key=lambda choice: -_likely(choice, sketch, slot))
        best = choices[0]
        if best.match == "exact":
            choices = [choice for choice in choices if choice.match != "alias" or choice.dimension == best.dimension] or choices
        close = [choice for choice in choices if _likely(best, sketch, slot) - _likely(choice, sketch, slot) < _CLOSE]
        filters.append(replace(slot, choices=tuple(choices)))
        if len(distinct := _distinct(close)) > 1:
            doubts.append(Doubt(slot, distinct))
    return replace(sketch, filters=tuple(filters)), tuple(doubts)


def _distinct(choices: Sequence[ValueSpan]) -> tuple[ValueSpan, ...]:
    """One choice for each value of each dimension; a product and its SKU are one thing."""
    seen: dict[tuple[str, str], ValueSpan] = {}
    for choice in choices:
        kind = "product" if choice.dimension in ("product", "sku") else choice.dimension
        seen.setdefault((kind, choice.name if kind == "product" else choice.value), choice)
    return tuple(seen.values())


def _likely(choice: ValueSpan, sketch: Sketch, slot: FilterSlot) -> float:
    labelled = any(each.name == choice.dimension and each.role == "label" and abs(each.at - slot.at) <= 2 for each in sketch.dimensions)
    rare = 0.0 if labelled else _RARELY.get(choice.dimension, 0.0)
    metrics = {each.name for each in sketch.metrics}
    if choice.dimension in ("location", "location_province", "location_kind") and any(lies(name) for name in metrics):
        rare = -0.2 if choice.dimension != "location_kind" else 0.0
    if choice.dimension in ("province", "shipping_province") and metrics and all(lies(name) for name in metrics):
        rare = 1.0
    if choice.dimension == "purchase_status" and (metrics & set(_PURCHASE)):
        rare = -0.2
    if choice.dimension == "shipping_province" and any(token.folded in ("shipped", "ship", "delivered") for token in sketch.tokens):
        rare = -0.2
    return choice.score + (0.5 if labelled else 0.0) - rare
