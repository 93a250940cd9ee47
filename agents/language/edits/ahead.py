"""A forecast, advice on stock or themes of reviews, changed by a message: what its filler reads there is put in place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from agents.language.edits.draft import Call, Draft, fields_of, objects, texts
from agents.language.edits.fitting import PlaceOf
from agents.language.edits.names import put_condition
from agents.language.edits.times import edit_times
from agents.language.figures import Json
from agents.language.pointing import as_value
from agents.language.sketch import TIMES, Sketch
from agents.language.wishes import WISHES, Wish
from tools.query.contract import AllTime, AsOf, Between, Calendar, Last, Named

# A wish that comes to a plain figure is changed like any figure.
WISH_OF: Mapping[str, Wish] = {
    wish.tool: wish for wish in reversed(list(WISHES.values())) if not (wish.whole or {"metric", "metrics"} & fields_of(wish.tool))
}
STOCK_TOOLS = frozenset(tool for tool in WISH_OF if "supplier" in fields_of(tool) and "location" in fields_of(tool))
_SCOPE = ("where", "location", "supplier")
_DAYS = ("days", "starts_on", "ends_on")
_LEAD = re.compile(r"\blead|\bdeliver|giao", re.IGNORECASE)
_REASON = re.compile(
    r"\bwhy\b|\bhow (?:come|did you)\b|\bexplain|\breason|tại sao|vì sao|sao (?:lại )?(?:nhiều|ít)|giải thích", re.IGNORECASE
)
_USUAL_DAYS = 28
# In what words an argument is spoken of: they are read where the message gave it, and nowhere else.
_SAID_IN: Mapping[str, re.Pattern[str]] = {
    "service_level": re.compile(r"\b(?:service|levels?|fill|rate|confidence|confident|mức(?: độ)?|phục vụ|đáp ứng)\b"),
    "change": re.compile(
        r"\b(?:doubl\w*|tripl\w*|halv\w*|half|twice|times|x|leads?|lead times?|demand|costs?|gấp|đôi|ba|nửa|nhu cầu|thời gian giao)\b"
    ),
    "budget": re.compile(r"\b(?:budget|spend|spending|cash|vnd|dong|ngân sách|tiền|chi)\b"),
    "horizon_days": re.compile(r"\b(?:horizon|ahead)\b"),
    "assumed_lead_time_days": re.compile(r"\b(?:leads?|lead times?|thời gian giao)\b"),
    "tone": re.compile(r"\b(?:prais\w*|lik\w+|lov\w+|complain\w*|grip\w+|khen|chê|phàn nàn|thích)\b"),
}
# The matter itself: such a word asks for nothing more.
_MATTERS: Mapping[str, re.Pattern[str]] = {
    "demand_forecast": re.compile(r"\b(?:forecast\w*|predict\w*|expect\w*|dự báo)\b"),
    **dict.fromkeys(STOCK_TOOLS, re.compile(r"\b(?:reorder\w*|order|ordering|stock|đặt hàng|nhập hàng)\b")),
}
_COMPLAINTS = re.compile(r"\bcomplain\w*|\bgrip\w+|\bchê\b|phàn nàn", re.IGNORECASE)
_SO_MUCH = re.compile(
    r"\b(?:why|how come|how did you (?:get|arrive at|come to|reach)|how|explain|reasons?(?: for| behind)?)\b"
    r"|\b(?:tại sao|vì sao|sao|lại|giải thích|nhiều|ít)\b"
    r"|\b(?:(?:so|that|this|such|quite|as) (?:a )?)?(?:much|many|few|little|large|high|low|lot|quantit(?:y|ies)|amounts?|numbers?)\b"
)


def edit_wish(draft: Draft) -> None:
    """The arguments named in the message, merged into those of the call."""
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
    if draft.tool == "review_themes" and _COMPLAINTS.search(draft.message):
        found["tone"] = None
    _number(draft, found)
    for pattern in (_MATTERS.get(draft.tool), *(_SAID_IN.get(name) for name in found)):
        draft.explain(draft.places(pattern) if pattern else ())
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
    """Why that much: the levels behind the advice; for the goods and the place that are named, and for no others."""
    draft.explain(draft.places(_SO_MUCH))
    found = _filled(draft)
    if found is None:
        draft.fail()
        return
    draft.become("safety_stock_and_eoq")
    _merge(draft, found)


def with_scope(fresh: Call, last: Call, place_of: PlaceOf) -> tuple[Call, list[str]]:
    """A wish of its own about what the last one was about: the goods, the place, the supplier; and the names it cannot take."""
    tool, arguments = fresh
    fields = fields_of(tool)
    kept = {name: last[1][name] for name in _SCOPE[1:] if name in fields and name in last[1] and name not in arguments}
    goods, lost = [], []
    for each in () if arguments.get("where") or arguments.get("product") else objects(last[1].get("where")):
        dimension, values = str(each.get("dimension")), [str(value) for value in texts(each.get("values"))]
        place = _one_place(dimension, values, place_of) if each.get("op", "=") == "=" else None
        if "where" in fields and (tool not in STOCK_TOOLS or dimension in _GOODS):
            goods.append(each)
        elif place and "location" in fields and not {"location"} & (arguments.keys() | kept.keys()):
            kept["location"] = place
        elif dimension not in TIMES:
            lost += values
    return (tool, {**arguments, **({"where": goods} if goods else {}), **kept}), lost


_GOODS = frozenset({"product", "sku", "category", "subcategory", "family", "series", "manufacturer", "supplier", "supplier_country"})


def _one_place(dimension: str, values: list[str], place_of: PlaceOf) -> str | None:
    """The one warehouse or shop a condition names, also by its town."""
    if len(values) != 1 or dimension not in ("location", "province", "location_province", "shipping_province"):
        return None
    return values[0] if dimension == "location" else place_of(values[0], "location")


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
