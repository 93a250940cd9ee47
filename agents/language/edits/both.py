"""Both of them: the name of the last answer together with the one before it, or held against it."""

from __future__ import annotations

from collections.abc import Sequence

from agents.language.edits.draft import Call, Draft, objects
from agents.language.edits.names import values_of
from agents.language.figures import Json
from agents.language.taker import condition


def join_both(draft: Draft, earlier: Sequence[Call]) -> None:
    """The last two names as one condition; side by side where they are to be compared."""
    if not draft.mood.has("both") or draft.sketch.filters:
        return
    held = objects(draft.arguments.get("where"))
    if _days_differ(draft, earlier):
        return
    for each in held:
        dimension = str(each.get("dimension"))
        here, there = values_of(held, dimension), _other(earlier, dimension, values_of(held, dimension))
        if len(here) == 1 and there:
            _join(draft, held, dimension, [*there, *here])
            return
        if len(here) == 2 and draft.mood.has("against"):
            _join(draft, held, dimension, here)
            return


def _days_differ(draft: Draft, earlier: Sequence[Call]) -> bool:
    """The same figure was asked for two times in turn: the one against the other."""
    period, before = draft.arguments.get("period"), (earlier[-2] if len(earlier) > 1 else None)
    if before is None or before[0] != draft.tool or not period or not draft.can("compare"):
        return False
    mine = {name: value for name, value in draft.arguments.items() if name != "period"}
    theirs = {name: value for name, value in before[1].items() if name != "period"}
    if mine != theirs or not before[1].get("period") or before[1]["period"] == period:
        return False
    draft.take.cue("versus", "change")
    draft.put("compare", {"to": "period", "period": before[1]["period"]})
    return True


def _other(earlier: Sequence[Call], dimension: str, here: list[str]) -> list[str]:
    """The name of the kind that was asked about before this one."""
    for _, arguments in reversed(earlier):
        values = values_of(objects(arguments.get("where")), dimension)
        if len(values) == 1 and values != here:
            return values
    return []


def _join(draft: Draft, held: list[Json], dimension: str, values: list[str]) -> None:
    rest = [each for each in held if each.get("dimension") != dimension]
    compared = draft.mood.has("against") or draft.sketch.has("versus", "higher", "lower", "change", "top", "bottom")
    if compared and draft.tool == "metric_value" and len(draft.metrics) == 1:
        left, right = ([condition(dimension, [value])] for value in values)
        draft.take.used.update(slot.at for slot in draft.sketch.numbers if slot.number == len(values) and slot.op is None)
        draft.take.cue("versus", "higher", "lower", "change", "which", "rising", "falling", "top", "bottom")
        draft.become("compare_groups", metric=draft.metrics[0], left=left, right=right)
        draft.put("where", rest)
    else:
        draft.put("where", [*rest, condition(dimension, values)])
