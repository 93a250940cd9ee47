"""Fillers for what meets a condition: single orders over an amount, goods with little left."""

from __future__ import annotations

from collections.abc import Mapping

from agents.language.figures import MONEY, Json
from agents.language.sketch import Sketch
from agents.language.taker import Candidate, Taker, condition_on

# Whose figure it is when the message only says "what has less than 5 days of cover".
_WHOSE: Mapping[str, str] = {
    "stock_on_hand": "product",
    "available_stock": "product",
    "stock_on_order": "product",
    "stock_value": "product",
    "days_of_cover": "product",
    "stockouts": "product",
    "sell_through_rate": "product",
    "average_rating": "product",
    "return_rate": "product",
    "returned_units": "product",
    "supplier_on_time_rate": "supplier",
    "supplier_punctuality": "supplier",
    "supplier_reject_rate": "supplier",
    "supplier_fill_rate": "supplier",
}
_ANYTHING = frozenset({"anything", "something", "everything", "gi"})
_OTHER_FIGURES = frozenset({"units", "margin", "margin_rate", "discount_amount", "discount_rate", "revenue", "cost"})


def fill_orders(sketch: Sketch) -> Candidate | None:
    """Single orders over an amount, or with many units."""
    take = Taker(sketch)
    word = _order_word(sketch)
    conditions = [number for number in sketch.numbers if number.op]
    if word is None or not conditions or any(slot.role in ("group", "within", "counted") for slot in sketch.dimensions):
        return None
    if any(slot.role == "head" and slot.at != word for slot in sketch.dimensions):
        return None
    take.used.add(word)
    having: list[Json] = []
    named: list[str] = []
    nouns = [slot for slot in sketch.metrics if not slot.verb and slot.at != word]
    for number in conditions:
        metric = next((slot.name for slot in nouns if abs(slot.at - number.at) <= 4), None)
        if metric is None and number.number < MONEY:
            return None
        take.used |= {number.at, *number.also}
        having.append(condition_on(metric or "revenue", number))
        named.append(metric or "revenue")
    if not set(named) <= _OTHER_FIGURES:
        return None
    take.used.update(slot.at for slot in sketch.metrics if slot.verb or slot.name in named)
    take.cue("having", "which", "show_all", "how_many", "nth", "total", "higher", "lower", "having")
    arguments: Json = {"metrics": list(dict.fromkeys(named)), "by": ["order"], "having": having, "where": take.where(), **take.period()}
    return take.made("breakdown", arguments, 0.4)


def _order_word(sketch: Sketch) -> int | None:
    """The place of the word for single orders: the first figure of the message, or what is listed."""
    listed = next((slot.at for slot in sketch.dimensions if slot.name == "order" and slot.role == "head"), None)
    if listed is not None:
        return listed
    first = min((slot for slot in sketch.metrics if not slot.verb), key=lambda slot: slot.at, default=None)
    return first.at if first is not None and first.name in ("orders", "placed_orders") else None


def fill_unnamed_members(sketch: Sketch) -> Candidate | None:
    """What meets a condition, where nobody says of what: the things such a figure is of, or the days."""
    take = Taker(sketch)
    if any(slot.role != "label" and slot.name not in ("day", "week") for slot in sketch.dimensions):
        return None
    if not (sketch.has("which", "having", "pattern") or _ANYTHING & {token.folded for token in sketch.tokens}):
        return None
    having, named = take.havings()
    if not having:
        return None
    by = _days(take) or _WHOSE.get(named[0])
    if by is None:
        return None
    take.cue("which", "having", "total")
    if by != "day":
        take.assume(f"{by}s, because nothing else was named")
    return take.made("breakdown", {"metrics": named, "by": [by], "having": having, "where": take.where(), **take.period()}, 0.1)


def _days(take: Taker) -> str | None:
    """Which days, on which dates: the days of the period."""
    asked = take.cue_words("pattern")
    if "day" in asked and "week" not in asked and take.cue("pattern"):
        return "day"
    if any(slot.name == "day" for slot in take.sketch.dimensions):
        take.used.update(slot.at for slot in take.sketch.dimensions if slot.name == "day")
        return "day"
    return None
