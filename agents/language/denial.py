"""What a "not" before a state, a deed or a figure denies: a plan that does not turn it would answer the opposite."""

from __future__ import annotations

from collections.abc import Mapping

from agents.language.sketch import Sketch
from agents.language.tags import Group

_NOT = frozenset({"not", "never", "nor", "without", "ain't"})
_REACH = 4
# They hold a sentence together; denied they say nothing of a figure: do not show, not only.
_IDLE = frozenset({
    "which", "how_many", "how_much", "group", "within", "having", "combine", "total", "show_all", "performance", "versus", "others", "only",
    "nth", "both", "union", "exclude", "how_did", "different", "per_unit", "average", "never", "zero", "where_is", "details", "why", "keep",
    "vague", "all",
})  # fmt: skip
_ITSELF = frozenset({"overdue", "no_activity", "zero", "out_of_stock", "status"})  # "have still not", "not sold": one phrase
# Tools that speak of those who did not.
OF_ABSENCE = frozenset({"did_but_never", "inactive", "overlap"})


def denials(sketch: Sketch) -> Mapping[int, int]:
    """The places of words that deny, each with the place of the state, deed or figure it denies."""
    if sketch.language != "en":
        return {}
    found = {at: _denied_by(sketch, at) for at, group in enumerate(sketch.groups) if _denies(sketch, group) and at not in sketch.dropped}
    return {at: target for at, target in found.items() if target is not None and target not in sketch.dropped}


def _denies(sketch: Sketch, group: Group) -> bool:
    return sketch.tokens[group.end - 1].folded in _NOT and not group.cues() & _ITSELF and not group.of("comparator", "metric", "dimension")


def _denied_by(sketch: Sketch, at: int) -> int | None:
    """The first thing behind that says something; a name or a time is left out by rules of its own, unless a state follows it."""
    for place in range(at + 1, min(at + 1 + _REACH, len(sketch.groups))):
        group = sketch.groups[place]
        if sketch.groups[place - 1].end < group.start and _parts(sketch, place):
            return None
        if group.of("time", "number", "percent", "comparator", "dimension") and not group.of("verb"):
            return None
        if group.of("value"):
            return _state_behind(sketch, place)
        if group.of("metric", "verb") or group.cues() - _IDLE:
            return place
        if not group.is_empty_word:
            return None
    return None


def _parts(sketch: Sketch, place: int) -> bool:
    """Whether a sign stands before a group: "is that not so? returns ..."."""
    between = sketch.tokens[sketch.groups[place - 1].end : sketch.groups[place].start]
    return any(not token.text[0].isalnum() for token in between)


def _state_behind(sketch: Sketch, place: int) -> int | None:
    """Not shipped late: what is denied of those that were shipped is that they were late."""
    behind = place + 1
    return behind if behind < len(sketch.groups) and sketch.groups[behind].cues() & {"late_word", "overdue"} else None
