"""The last calls without the names that narrowed them, where a message takes those away."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents.language.edits.draft import Call, objects, plain
from agents.language.edits.mood import Mood
from agents.language.edits.names import related
from agents.language.follow import habits, holds
from agents.language.parse import Parsed
from agents.language.tokens import tidy, tokens_of

_EVERY = frozenset({"all", "any", "every", "regardless", "irrespective", "whatever", "tat", "moi"})
_EVERYBODY = frozenset({"everyone", "everybody", "anyone", "anybody"})
_PEOPLE = frozenset({"customer", "tier", "customer_kind", "area_kind"})
_PLACES = frozenset({"province", "district", "shipping_province", "location_province"})
_NATION = re.compile(
    r"\b(?:nationwide|countrywide|(?:the )?(?:whole|entire) country|all (?:of )?(?:vietnam|the country)|across the country)\b"
    r"|toàn quốc|cả nước|toan quoc|ca nuoc",
    re.IGNORECASE,
)
_AWAY = frozenset(
    {"drop", "remove", "clear", "without", "lift", "no", "lose", "off", "bo", "xoa", "go", "khong", "undo", "delete", "cancel"}
)
_FILTER = frozenset({"filter", "filters", "restriction", "restrictions", "condition", "conditions", "loc", "limit"})


def widened(calls: Sequence[Call], new: Parsed, mood: Mood) -> tuple[Call, ...] | None:
    """All provinces, regardless of tier, no filter; None when the message takes no name away."""
    sketch = new.sketch
    words = {token.folded for token in sketch.tokens}
    held = {str(each.get("dimension")) for _, arguments in calls for each in objects(arguments.get("where"))}
    if held & _PLACES and _NATION.search(new.text):
        return tuple(_without(call, _PLACES) for call in calls)
    if held & _PEOPLE and words & _EVERYBODY and not sketch.metrics:
        return tuple(_without(call, _PEOPLE) for call in calls)
    if held and holds(tokens_of(tidy(new.text)), habits().drop) and not any(slot.best.match == "exact" for slot in sketch.filters):
        return tuple(_without(call, None) for call in calls)
    named = [slot for slot in sketch.filters if not {token.folded for token in tokens_of(sketch.text(slot.at))} & _FILTER]
    if held and words & _FILTER and words & _AWAY and not named and not sketch.dimensions:
        return tuple(_without(call, None) for call in calls)
    if sketch.metrics or sketch.periods or sketch.filters:
        return None
    takes_away = words & _EVERY or (mood.has("removing") and words & _FILTER) or words & {"regardless", "irrespective"}
    for slot in sketch.dimensions if takes_away else ():
        if related(slot.name) & held:
            return tuple(_without(call, related(slot.name)) for call in calls)
    return None


def _without(call: Call, dimensions: frozenset[str] | None) -> Call:
    arguments = plain(call[1])
    kept = [each for each in objects(arguments.get("where")) if dimensions is not None and each.get("dimension") not in dimensions]
    arguments.pop("where", None)
    return call[0], {**arguments, **({"where": kept} if kept else {})}
