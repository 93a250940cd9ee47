"""Names that a message takes away: all provinces, regardless of tier, no filter; each only for its own kind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from agents.language.edits.draft import Draft, objects, places_of
from agents.language.edits.names import related
from agents.language.figures import listed
from agents.language.follow import habits, holds
from agents.language.sketch import TIMES, DimensionSlot, Sketch

_PEOPLE = frozenset({"customer", "tier", "customer_kind", "area_kind"})
_PLACES = frozenset({"province", "district", "shipping_province", "location", "location_province"})
_EVERYBODY = re.compile(
    r"\b(?:(?:for|of|from|by|with) )?(?:everyone|everybody|anyone|anybody|all (?:the |our )?(?:people|buyers|clients))\b(?! else)"
    r"|\b(?:cho |của )?(?:mọi|tất cả) (?:mọi )?người\b|\bmoi nguoi\b"
)
_NATION = re.compile(
    r"\b(?:nationwide|nation wide|countrywide|country wide|everywhere(?! else)"
    r"|(?:(?:for|in|across|over) )?(?:the )?(?:whole|entire) country"
    r"|all (?:of )?(?:vietnam|the country)|(?:all )?(?:across|over) the country"
    r"|(?:(?:in|across|for) )?all (?:the )?(?:regions|places|areas))\b"
    r"|\b(?:(?:trên|trong) )?(?:toàn quốc|cả nước)\b|\btoan quoc\b|\bca nuoc\b|\b(?:tất cả )?(?:mọi|khắp) nơi\b|\b(?:moi|khap) noi\b"
)
# What stands before the name of a kind of which everything is meant.
_EVERY = re.compile(
    r"(?:\b(?:for|in|of|across|over) )?\b(?:all|any|every|whichever|whatever|(?:regardless|irrespective) of|no matter (?:which|what)"
    r"|bất kể|không phân biệt|không kể|tất cả|mọi|toàn bộ|bat ke|khong phan biet|tat ca|moi|toan bo)"
    r"(?: (?:of|the|our|any|all|which|what|các|những|theo|cac|nhung))* $"
)


_NOT_ONLY = re.compile(r"\bnot (?:only|just|merely)\b|\bkhông (?:chỉ|riêng)\b|\bkhong (?:chi|rieng)\b", re.IGNORECASE)
_BY = re.compile(r"\b(?:by|per|theo|với|for each|split|cut) $")


def edit_width(draft: Draft) -> None:
    """Conditions the message takes away go, and nothing else of the call or of the message."""
    before = {str(each.get("dimension")) for each in objects(draft.arguments.get("where"))}
    for pattern, kinds in ((_NATION, _PLACES), (_EVERYBODY, _PEOPLE)):
        if places := draft.places(pattern):
            _open(draft, kinds)
            draft.explain(places)  # where nothing is narrowed it is so already
    for slot in draft.sketch.dimensions:
        if slot.name not in TIMES and slot.at not in draft.take.used and (places := _whole_of(draft, slot)):
            kinds = _PEOPLE if slot.name == "customer" else related(slot.name) | {slot.name}
            if _open(draft, kinds) or kinds & before:  # everybody, regardless of tier
                draft.explain(places)
    if places := _everything(draft):
        _open(draft, _named(draft))
        draft.explain(places)
        draft.mood = replace(draft.mood, manners=draft.mood.manners - {"removing"})  # it is the filter that is removed, nothing else


def takes_away(sketch: Sketch) -> bool:
    """Whether words of a message take conditions away, though none of them names anything."""
    kinds = any(places_of(sketch.tokens, pattern) for pattern in (_NATION, _EVERYBODY))
    return kinds or holds(sketch.tokens, habits().drop)


def _open(draft: Draft, kinds: frozenset[str]) -> bool:
    """No condition of these kinds any more, of none named: none at all; whether there was one."""
    held = objects(draft.arguments.get("where"))
    kept = [each for each in held if kinds and each.get("dimension") not in kinds]
    single = [name for name in ("location", "supplier", *([] if kinds else ["having"])) if name in draft.arguments]
    taken = [name for name in single if name in kinds or not kinds]
    if len(kept) < len(held):
        draft.put("where", kept)
        gone = {value for each in held if each not in kept for value in listed(each.get("values"))}
        named = (slot for slot in draft.sketch.filters if slot.negated and any(choice.value in gone for choice in slot.choices))
        draft.take.used.update(slot.at for slot in (named if _NOT_ONLY.search(draft.message) else ()))  # not only Hanoi: all provinces
    for name in taken:
        draft.put(name, None)
    return len(kept) < len(held) or bool(taken)


def _whole_of(draft: Draft, slot: DimensionSlot) -> set[int]:
    """The words of "all provinces" and "regardless of tier"; none where the kind is not opened."""
    group = draft.sketch.groups[slot.at]
    before = "".join(f"{token.lower} " for token in draft.sketch.tokens[: group.start])
    found = _EVERY.search(before)
    if found and _BY.search(before[: found.start()]):
        return set()  # by all provinces: a cut
    return set(range(group.start - len(found[0].split()), group.end)) if found else set()


def _everything(draft: Draft) -> set[int]:
    """The words that take every condition away; a held name beside them is all that goes, as is a kind that follows "all"."""
    sketch = draft.sketch
    held = {str(value) for each in objects(draft.arguments.get("where")) for value in listed(each.get("values"))}
    if any(choice.value in held for slot in sketch.filters for choice in slot.choices):
        return set()
    words = [token.folded for token in sketch.tokens]
    named = {group.start for group in sketch.groups if group.of("dimension", "metric", "time", "value")}
    found: set[int] = set()
    for phrase in habits().drop:
        for start in range(len(words) - len(phrase) + 1):
            end = start + len(phrase)
            if tuple(words[start:end]) == phrase and not (end in named and words[end - 1] in _OPEN):
                found.update(range(start, end))
    return found or _filter_away(draft, words)


def _filter_away(draft: Draft, words: Sequence[str]) -> set[int]:
    """Drop that filter again: the word for the condition itself, which is no name of goods here."""
    away, filters = ({at for at, word in enumerate(words) if word in said} for said in (_AWAY, FILTERS))
    slots = [slot for slot in draft.sketch.filters if set(draft.sketch.text(slot.at).casefold().split()) <= FILTERS]
    if not away or not filters or len(slots) < len(draft.sketch.filters) or not draft.arguments.get("where"):
        return set()
    draft.take.used.update(slot.at for slot in slots)
    return away | filters


_AWAY = frozenset(
    {"drop", "remove", "clear", "without", "lift", "no", "lose", "off", "bo", "xoa", "go", "khong", "undo", "delete", "cancel"}
)
FILTERS = frozenset({"filter", "filters", "restriction", "restrictions", "condition", "conditions", "loc"})
_OPEN = frozenset({"all", "bo"})


def _named(draft: Draft) -> frozenset[str]:
    """The kinds of conditions that are named beside "remove the filter"; none named: all are meant."""
    held = {str(each.get("dimension")) for each in objects(draft.arguments.get("where"))}
    slots = [slot for slot in draft.sketch.dimensions if related(slot.name) & held and slot.at not in draft.take.used]
    draft.take.used.update(slot.at for slot in slots)
    return frozenset(name for slot in slots for name in related(slot.name))
