"""Why the last figure is what it is: its change, and who made it; for the names and the days the message adds."""

from __future__ import annotations

from agents.language.edits.draft import Call, Draft, objects, plain, texts
from agents.language.edits.names import edit_names, values_of
from agents.language.edits.reasons import asks_reasons
from agents.language.edits.times import edit_times
from agents.language.edits.widen import edit_width
from agents.language.figures import Json
from agents.language.fill_changes import usual_split
from agents.language.sketch import TIMES, Sketch

_TOOLS = ("metric_value", "breakdown", "ranking", "trend", "running_total", "share", "change_by_member", "contribution")
_CUES = (
    "why", "rising", "falling", "change", "unnamed_change", "higher", "lower", "top", "bottom", "how_did", "which", "performance", "total",
    "contribution", "expensive", "cheap", "how_much", "how_many", "group", "status", "details", "decomposition",
)  # fmt: skip
_LONGEST = 14


def asks_why(call: Call, sketch: Sketch, message: str) -> bool:
    """Whether a message asks why of the figure that was shown, and of no other."""
    held = texts(call[1].get("metrics") or call[1].get("metric"))
    other = [slot for slot in sketch.metrics if not slot.verb and slot.name not in held]
    brief = sketch.has("why") and len(sketch.tokens) <= _LONGEST
    return brief and len(held) == 1 and call[0] in _TOOLS and not other and not asks_reasons(call, message)


def explained(draft: Draft) -> list[Call]:
    """The calls that explain the figure of the draft; none where a word of the message finds no place in them."""
    metric, by = draft.metrics[0], _cut(draft)
    held = plain({name: draft.arguments[name] for name in ("where", "period", "compare") if draft.arguments.get(name)})
    draft.tool, draft.arguments = "contribution", {"metric": metric, "by": by, **held}
    draft.take.cue(*_CUES)
    draft.take.used.update(slot.at for slot in draft.sketch.metrics)
    for step in (edit_width, edit_names, edit_times):
        if not draft.failed:
            step(draft)
    if draft.failed or draft.left():
        return []
    shared = _dated(draft)
    change, makers = {"metrics": [metric], **shared}, {"metric": metric, "by": _split(draft), **shared}
    calls: list[Call] = [("metric_value", change), ("contribution", makers)]
    return [*calls, *([("decomposition", shared)] if metric == "revenue" else [])]


def _cut(draft: Draft) -> str:
    """By what the message says, else by what the last answer was cut by."""
    said = [slot for slot in draft.sketch.dimensions if slot.role in ("head", "group", "within", "counted") and slot.name not in TIMES]
    draft.take.used.update(slot.at for slot in said)
    return next((name for name in (*(slot.name for slot in said), *draft.by) if name not in TIMES), "")


def _split(draft: Draft) -> str:
    """What only one is left of explains nothing: then it is split by what is usual."""
    by, where = str(draft.arguments["by"]), objects(draft.arguments.get("where"))
    single = {str(each.get("dimension")) for each in where if len(values_of([each], str(each.get("dimension")))) == 1}
    if by and by not in single:
        return by
    member = usual_split(str(draft.arguments["metric"]), {str(each.get("dimension")) for each in where})
    draft.take.assume(f"split by {member}, because no split was named")
    return member


def _dated(draft: Draft) -> Json:
    if not draft.arguments.get("period"):
        draft.take.assume("no period was named: last month")
        draft.arguments["period"] = {"kind": "named", "name": "last_month"}
    names = ("where", "period", "compare")
    return {"compare": {"to": "previous"}, **{name: draft.arguments[name] for name in names if draft.arguments.get(name)}}
