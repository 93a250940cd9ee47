"""Two sides held against each other: others in their place, and the two names that were asked about in turn."""

from __future__ import annotations

from agents.language.edits.draft import Draft, objects, texts
from agents.language.taker import condition
from agents.language.tokens import fold

# A shop is a place; between channels it is the channel.
_AS_CHANNEL = {"store": "store", "stores": "store", "shop": "store", "shops": "store", "cửa hàng": "store", "cua hang": "store"}


def edit_against(draft: Draft) -> None:
    """Web against the store: two other names of the kind that is compared."""
    if draft.tool != "compare_groups":
        return
    left, right = objects(draft.arguments.get("left")), objects(draft.arguments.get("right"))
    kinds = {str(each.get("dimension")) for each in (*left, *right)}
    if len(kinds) != 1 or len(left) != 1 or len(right) != 1:
        return
    (kind,) = kinds
    named = [(slot.at, choice.value) for slot in draft.sketch.filters for choice in slot.choices if choice.dimension == kind]
    if kind == "channel":
        shops = ((slot.at, _AS_CHANNEL.get(draft.sketch.text(slot.at).casefold())) for slot in draft.sketch.dimensions)
        named += [(at, value) for at, value in shops if value]
    sides = dict(sorted(named))
    if len(set(sides.values())) != 2 or any(slot.negated for slot in draft.sketch.filters):
        return
    draft.take.used.update(sides)
    draft.take.cue("versus", "combine", "having", "higher", "lower", "which")
    first, second = dict.fromkeys(sides.values())
    draft.put("left", [condition(kind, [first])])
    draft.put("right", [condition(kind, [second])])


def drop_called(draft: Draft) -> None:
    """Drop business: the condition whose one name stands in the message, and nothing else does."""
    if not draft.mood.has("removing") or draft.sketch.filters or draft.sketch.metrics or draft.sketch.periods:
        return
    words = {token.folded for place, token in enumerate(draft.sketch.tokens) if place not in draft.mood.places and token.text[0].isalnum()}
    held = objects(draft.arguments.get("where"))
    for each in held:
        values = [fold(value) for value in texts(each.get("values"))]
        if len(values) == 1 and words & set(values[0].split()) and words <= {*values[0].split(), *_AROUND}:
            draft.put("where", [other for other in held if other is not each])
            draft.explain({place for place, token in enumerate(draft.sketch.tokens) if token.folded in words} | draft.mood.places)
            draft.take.cue("falling", "exclude")
            return


_AROUND = frozenset({"ones", "customers", "condition", "the", "filter", "only", "dieu", "kien", "loc", "khach", "hang", "again"})


def single_goods(draft: Draft) -> str:
    """The one product the call is about."""
    held = [each for each in objects(draft.arguments.get("where")) if each.get("dimension") == "product"]
    values = texts(held[0].get("values")) if len(held) == 1 else []
    return values[0] if len(values) == 1 and held[0].get("op", "=") in ("=", "in") else ""
