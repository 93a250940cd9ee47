"""A forecast, advice on stock or themes of reviews, changed by a message: what its filler reads there is put in place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from agents.language.edits.draft import Call, Draft, fields_of, objects
from agents.language.edits.names import put_condition
from agents.language.edits.times import edit_times
from agents.language.figures import Json
from agents.language.pointing import as_value
from agents.language.sketch import Sketch
from agents.language.wishes import WISHES, Wish
from tools.query.contract import AllTime, AsOf, Between, Calendar, Last, Named

WISH_OF: Mapping[str, Wish] = {wish.tool: wish for wish in reversed(list(WISHES.values())) if not wish.whole}
STOCK_TOOLS = frozenset(tool for tool in WISH_OF if "supplier" in fields_of(tool) and "location" in fields_of(tool))
_SCOPE = ("where", "location", "supplier")
_DAYS = ("days", "starts_on", "ends_on")
_LEAD = re.compile(r"\blead|\bdeliver|giao", re.IGNORECASE)
_REASON = re.compile(
    r"\bwhy\b|\bhow (?:come|did you)\b|\bexplain|\breason|tại sao|vì sao|sao (?:lại )?(?:nhiều|ít)|giải thích", re.IGNORECASE
)
_USUAL_DAYS = 28
# What such matters are spoken of in: no filler needs to explain these words.
_MATTER = re.compile(
    r"service|level|prais\w*|lik\w+|lov\w+|complain\w*|doubl\w*|tripl\w*|halv\w*|half|lead|times?|twice|budget|spend|cash|vnd|horizon|forecast\w*"
    r"|predict\w*|expect\w*|order|reorder|stock|confiden\w+|fill|mức|phục|vụ|khen|chê|gấp|đôi|ba|dự|báo|ngân|sách",
    re.IGNORECASE,
)


def edit_wish(draft: Draft) -> None:
    """The arguments named in the message, merged into those of the call."""
    draft.known = _MATTER
    if draft.tool in ("reorder_advice", "budget_buying") and _REASON.search(draft.message):
        _explain(draft)
        return
    if draft.tool == "demand_forecast" and _is_over(draft):
        _as_it_was(draft)
        return
    found = _filled(draft)
    if found is None:
        draft.fail()
        return
    if draft.mood.has("whole"):
        draft.put("by", None)
        draft.put("grain", None)
    _number(draft, found)
    _merge(draft, found)


def _filled(draft: Draft) -> Json | None:
    """What the tool's own filler takes from the message; else what it takes of every stock question."""
    wish = WISH_OF[draft.tool]
    if draft.tool in STOCK_TOOLS:
        draft.take.sketch = _lying(draft.take.sketch)
    plain = draft.take.sketch
    looks_ahead = bool({"horizon_days", "days"} & fields_of(draft.tool))
    if plain.durations and draft.tool in STOCK_TOOLS and not looks_ahead and not _LEAD.search(draft.message):
        return None
    found = wish.fill(draft.take, draft.message, draft.as_of)
    if found is None and draft.tool in STOCK_TOOLS:
        found = WISHES["reorder"].fill(draft.take, draft.message, draft.as_of)
    return found


def _lying(sketch: Sketch) -> Sketch:
    """Where stock is asked about, the name of a town is that of its warehouses."""
    slots = (
        replace(slot, choices=tuple(sorted(slot.choices, key=lambda choice: choice.dimension not in ("location", "location_province"))))
        if slot.best.dimension in ("province", "shipping_province", "district") else slot
        for slot in sketch.filters
    )  # fmt: skip
    return replace(sketch, filters=tuple(slots))


def _merge(draft: Draft, found: Json) -> None:
    """Names by their kind, days as a whole, a cut or a bucket but not both."""
    for condition in objects(found.pop("where", None)):
        put_condition(draft, condition)
    if draft.tool == "demand_forecast":
        _measure(draft, found)
        if found.keys() & set(_DAYS):
            for name in _DAYS:
                draft.put(name, None)
        if found.get("by"):
            draft.put("grain", None)
        elif found.get("grain"):
            draft.put("by", None)
    for name, value in found.items():
        if name in fields_of(draft.tool) and draft.arguments.get(name) != value:
            draft.put(name, value)


def _measure(draft: Draft, found: Json) -> None:
    """Units or money, when the message names one."""
    named = any(not slot.verb for slot in draft.sketch.metrics)
    if as_value("units", draft.message, draft.sketch.language):
        found["measure"] = "revenue"
    elif not named:
        found.pop("measure", None)


def _number(draft: Draft, found: Json) -> None:
    """A bare number: how many lines, how many days, how much money."""
    free = [slot for slot in draft.sketch.numbers if slot.at not in draft.take.used and slot.op is None and slot.kind == "plain"]
    if len(free) != 1 or free[0].number < 1:
        return
    number = free[0].number
    draft.take.used |= {free[0].at, *free[0].also}
    draft.take.cue("top", "only")
    if draft.tool == "budget_buying":
        found["budget"] = number
    elif "limit" in fields_of(draft.tool) and (draft.tool in STOCK_TOOLS or draft.arguments.get("by") or found.get("by")):
        found["limit"] = int(number)
    else:
        draft.fail()


def _is_over(draft: Draft) -> bool:
    """Whether days are named that are over: what came, not what was expected."""
    return any(_is_past(slot.span.meaning, draft.as_of) for slot in draft.sketch.periods)


def _is_past(meaning: object, as_of: date) -> bool:
    if isinstance(meaning, Between):
        return meaning.end <= as_of
    if isinstance(meaning, Named):
        return not meaning.name.startswith("this_")
    if isinstance(meaning, Calendar):
        return (meaning.year, meaning.month or 12) < (as_of.year, as_of.month)
    return isinstance(meaning, Last | AsOf | AllTime)


def _as_it_was(draft: Draft) -> None:
    """The same goods and the same measure in days that are over."""
    by, measure = draft.arguments.get("by"), draft.arguments.get("measure", "units")
    draft.become("breakdown" if by else "metric_value", metrics=[measure], by=[by] if by else None)
    edit_times(draft)


def _explain(draft: Draft) -> None:
    """Why that much: the levels behind the advice."""
    kept = {name: draft.arguments[name] for name in (*_SCOPE, "limit", "service_level", "goal") if name in draft.arguments}
    draft.take.used.update(range(len(draft.sketch.groups)))
    draft.become("safety_stock_and_eoq", **kept)


def with_scope(fresh: Call, last: Call) -> Call:
    """A wish of its own about what the last one was about: the goods, the place, the supplier."""
    tool, arguments = fresh
    fields = fields_of(tool)
    kept = {name: last[1][name] for name in _SCOPE if name in fields and name in last[1] and name not in arguments}
    if arguments.get("where") or arguments.get("product"):
        kept.pop("where", None)
    return tool, {**arguments, **kept}


def days_of(call: Call, as_of: date) -> tuple[date, date] | None:
    """The days a forecast is about."""
    if call[0] != "demand_forecast":
        return None
    arguments = call[1]
    first = _day(arguments.get("starts_on")) or as_of + timedelta(days=1)
    days = arguments.get("days", _USUAL_DAYS)
    return first, _day(arguments.get("ends_on")) or as_of + timedelta(days=int(str(days)))


def _day(text: object) -> date | None:
    return date.fromisoformat(str(text)) if text else None
