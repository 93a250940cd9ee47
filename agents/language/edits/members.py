"""Who they are: the members behind a count, the records behind a figure; a figure broken down where no cut was named."""

from __future__ import annotations

import re
from collections.abc import Mapping

from agents.language.edits.draft import Draft, objects
from agents.language.fill_changes import usual_split

# What is counted, by the figure.
_COUNTED: Mapping[str, str] = {
    **dict.fromkeys(("active_customers", "new_customers", "repeat_customers", "customer_count", "sign_ups"), "customer"),
    **dict.fromkeys(("active_products", "product_count"), "product"),
    **dict.fromkeys(("orders", "cancelled_orders", "placed_orders", "cancelled_value", "revenue", "margin"), "order"),
    **dict.fromkeys(("late_deliveries", "deliveries", "shipments", "damaged_shipments"), "shipment"),
    **dict.fromkeys(("open_purchase_orders", "overdue_purchase_orders", "purchase_orders", "purchase_spend"), "purchase_order"),
}
_BEHIND = re.compile(
    r"\b(?P<noun>orders?|customers?|products?|items?|shipments?|deliveries|purchase orders?) (?:behind|underneath|that make up|in|of) "
    r"(?:it|that|this|them|those|the (?:number|figure|total|sum))\b",
    re.IGNORECASE,
)
_NOUNS = {
    "order": "order",
    "customer": "customer",
    "product": "product",
    "item": "product",
    "shipment": "shipment",
    "deliverie": "shipment",
}


def asks_behind(message: str) -> bool:
    """The orders behind it."""
    return bool(_BEHIND.search(message))


def list_members(draft: Draft) -> None:
    """Which ones, who are they, the orders behind it; and "break it down" with nothing after it."""
    if draft.tool != "metric_value" or len(draft.metrics) != 1 or draft.arguments.get("periods"):
        return
    behind = _BEHIND.search(draft.message)
    if behind:
        noun = behind["noun"].casefold().rstrip("s")
        draft.explain(draft.places(_BEHIND))
        _read(draft)
        _by(draft, _NOUNS.get(noun, "purchase_order" if "purchase" in noun else "order"))
    elif _is_bare(draft) and draft.mood.has("listing") and (member := _COUNTED.get(draft.metrics[0])):
        _read(draft, things=True)
        _by(draft, member)
    elif _is_bare(draft) and draft.mood.has("breaking"):
        _read(draft, things=True)
        cut = usual_split(draft.metrics[0], {str(each.get("dimension")) for each in objects(draft.arguments.get("where"))})
        draft.take.assume(f"broken down by {cut.replace('_', ' ')}, because nothing else was named")
        _by(draft, cut)


def _is_bare(draft: Draft) -> bool:
    """Whether nothing else is named: no figure, no name, no time, no other cut."""
    sketch = draft.sketch
    other = [slot for slot in sketch.dimensions if not draft.is_manner(slot.at) and slot.name != _COUNTED.get(draft.metrics[0])]
    nouns = [slot for slot in sketch.metrics if not slot.verb and not draft.is_manner(slot.at)]
    times = (*sketch.periods, *sketch.without, *sketch.buckets, *sketch.comparisons)
    return not (nouns or other or sketch.filters or times or sketch.numbers)


def _read(draft: Draft, things: bool = False) -> None:
    """Words that only ask to be shown more; where nothing else is named, also the things that are to be shown."""
    if things:
        draft.take.used.update(slot.at for slot in draft.sketch.dimensions)
        draft.take.used.update(slot.at for slot in draft.sketch.metrics)
    draft.take.cue("which", "show_all", "group", "details", "lines", "how_did", "within", "having", "attribute")


def _by(draft: Draft, member: str) -> None:
    draft.become("breakdown", metrics=draft.metrics, by=[member])
