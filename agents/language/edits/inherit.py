"""A question of its own about what was spoken of: the names, the rows and the days of the last answer belong to it."""

from __future__ import annotations

from collections.abc import Sequence

from agents.language.edits.draft import Call, fields_of, objects, plain, texts
from agents.language.edits.fitting import PlaceOf, fitted
from agents.language.edits.records import RECORDS
from agents.language.figures import Json
from agents.language.follow import CURRENT
from agents.language.taker import condition
from agents.language.whose import of_whom
from agents.memory import Handle

_LISTS = ("ranking", "inactive", "change_by_member", "did_but_never", "rank_change", "streaks", "longest_gaps", "first_and_last", "chain")
_MOST_NAMED = 50


def about_the_same(fresh: Call, last: Call, handles: Sequence[Handle], apart: bool, place_of: PlaceOf) -> tuple[Call, list[str]] | None:
    """The fresh call narrowed to what the last one was about; `apart` when each of its rows is asked about; and what is told of it."""
    tool, arguments = fresh[0], plain(fresh[1])
    if "where" not in fields_of(tool) or tool in RECORDS:
        return None
    own = objects(arguments.get("where"))
    named = {str(each.get("dimension")) for each in own}
    listed = _listed(last, handles)
    kept = [each for each in conditions_of(last) if each.get("dimension") not in named]
    if listed and str(listed["dimension"]) not in named:
        kept = [*(each for each in kept if each.get("dimension") != listed["dimension"]), listed]
    arguments["where"] = [*own, *kept]
    if not arguments["where"]:
        arguments.pop("where")
    arguments = of_whom(arguments)  # how long suppliers take is another figure than how long carriers do
    metrics = texts(arguments.get("metrics") or arguments.get("metric"))
    arguments, told = fitted(arguments, metrics, named, place_of) if metrics else (arguments, [])
    _with_days(tool, arguments, last)
    dimension = str(listed["dimension"]) if listed else ""
    if apart and dimension and tool == "metric_value" and len(handles) > 1:
        return ("breakdown", {"metrics": arguments["metrics"], "by": [dimension], **_shared(arguments)}), told
    return (tool, arguments), told


def lost_all(call: Call, last: Call) -> list[str]:
    """The names that were pointed at, where the new figure can be narrowed to none of them."""
    held = [value for each in objects(last[1].get("where")) for value in texts(each.get("values"))]
    kept = objects(call[1].get("where")) or texts(call[1].get("by"))
    return [] if kept or not (held or last[0] == "ranking") else held or texts(last[1].get("by"))


def conditions_of(last: Call) -> list[Json]:
    """What a call was about; a record is named by its key."""
    of, ids = last[1].get("of"), texts(last[1].get("ids"))
    record = [condition(str(of), ids)] if last[0] in RECORDS and ids else []
    maker = texts(last[1].get("supplier")) if last[0] not in RECORDS else []
    return [*objects(last[1].get("where")), *record, *([condition("supplier", maker)] if maker else [])]


def _listed(last: Call, handles: Sequence[Handle]) -> Json | None:
    """The rows that were shown as one condition, where they were chosen from more."""
    if last[0] not in _LISTS or not handles or len(handles) > _MOST_NAMED:
        return None
    return condition(handles[0].dimension, [handle.value for handle in handles])


def _with_days(tool: str, arguments: Json, last: Call) -> None:
    """The days of the last answer, unless others are named or how things stand now is asked."""
    metrics = set(texts(arguments.get("metrics") or arguments.get("metric")))
    period = last[1].get("period")
    if period and not arguments.get("period") and "period" in fields_of(tool) and not metrics & CURRENT and metrics:
        arguments["period"] = period


def _shared(arguments: Json) -> Json:
    return {name: arguments[name] for name in ("where", "period") if arguments.get(name)}
