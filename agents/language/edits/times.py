"""Times in a message that leans on the last one: other days, a comparison, a cut of time, a length."""

from __future__ import annotations

import re
from datetime import date, timedelta

from agents.language.edits.draft import SIDES, Draft, objects, texts
from agents.language.edits.records import RECORDS
from agents.language.figures import Json
from agents.language.follow import CURRENT
from agents.language.leaving_out import days_left_out, leave_out, span_of
from agents.language.replies import quoted, replies
from agents.language.sketch import IN_DAYS, TIMES, Sketch
from agents.language.taker import as_json
from tools.query.contract import Between, Comparison

_LENGTHS = {"inactive": "days", "longest_gaps": "at_least_days", "overdue": "at_least_days", "nth_event": "within_days"}
_DAILY = ("supplier_options", "price_in_force", "stock_ageing")
_CALENDAR = frozenset(TIMES)


def edit_times(draft: Draft) -> None:
    """Days, comparison, cut and length, as far as the message names them."""
    _all_time(draft)
    _left_out(draft)
    _lengths(draft)
    _comparison(draft)
    _days(draft)
    _cut(draft)


def _days(draft: Draft) -> None:
    """Other days for the call; two at once stand side by side. What lies ahead is no figure of the data."""
    if any(_lies_ahead(slot.span.meaning, draft.as_of) for slot in draft.sketch.periods):
        draft.fail()
        return
    free = draft.take.periods()
    if not free:
        return
    if draft.tool in SIDES and len(free) == 1:
        _of_both_sides(draft, free[0])
    elif draft.tool in _DAILY or not draft.can("period") or (draft.tool in RECORDS and not draft.sketch.metrics):
        draft.fail()
    elif len(free) == 1 and (held := objects(draft.arguments.get("periods"))) and _joins(draft):
        draft.put("periods", [*held, *(each for each in free if each not in held)])
    elif len(free) == 1 and draft.mood.has("against") and draft.can("compare") and draft.tool not in ("rank_change",):
        draft.take.cue("versus", "change")
        draft.put("compare", {"to": "period", "period": free[0]})
    elif len(free) == 1:
        _put_period(draft, free[0])
    elif draft.tool == "metric_value" and len(free) > 1:
        draft.put("period", None)
        draft.put("compare", None)
        draft.put("periods", free)
    else:
        draft.fail()


def _joins(draft: Draft) -> bool:
    """And Q3: beside those that stand there, unless it is to take their place."""
    first = next((token.folded for token in draft.sketch.tokens), "")
    return (first in _AND or draft.mood.has("adding")) and not draft.mood.has("replacing")


_AND = frozenset({"and", "plus", "va", "them", "cong"})


def _of_both_sides(draft: Draft, period: object) -> None:
    """Bought this, never that, in other days: each side that has days gets them; both where neither has any."""
    sides = [name for name in SIDES[draft.tool] if isinstance(draft.arguments.get(name), dict)]
    dated = [name for name in sides if objects([draft.arguments[name]])[0].get("period")] or sides
    for name in dated:
        draft.put(name, {**objects([draft.arguments[name]])[0], "period": period})


def _left_out(draft: Draft) -> None:
    """Without January: that month is no longer counted; one of several times side by side goes."""
    if draft.mood.has("restoring"):
        _let_in(draft)
        return
    slots = [*draft.sketch.without, *(draft.sketch.periods if draft.mood.has("removing") else ())]
    if not slots:
        return
    draft.take.used.update(slot.at for slot in slots)
    draft.take.cue("exclude", "never", "falling")
    meant = [as_json(slot.span.meaning) for slot in slots]
    held = objects(draft.arguments.get("periods"))
    if held and (rest := [each for each in held if each not in meant]) and len(rest) < len(held):
        draft.put("periods", rest if len(rest) > 1 else None)
        draft.put("period", rest[0] if len(rest) == 1 else None)
        return
    read = [days_left_out(slot, draft.arguments.get("period"), draft.as_of) for slot in slots]
    spans = [span for span, _ in read if span]
    found = leave_out(draft.tool, draft.arguments, spans) if len(spans) == len(slots) else None
    if found is None:
        words = quoted([draft.sketch.text(slot.at) for slot in slots])
        draft.fail(replies(draft.sketch.language).say("whole_days", words=words))
        return
    draft.take.assume(*(supposed for _, supposed in read))
    draft.tool, draft.arguments, draft.changed = *found, True


def _let_in(draft: Draft) -> None:
    """Bring January back: a month that was left out is counted again."""
    for slot in draft.sketch.periods:
        days = span_of(slot.span.meaning, draft.as_of)
        held = objects(draft.arguments.get("where"))
        rest = [_but(each, days[0].isoformat()) if days and each.get("dimension") in TIMES else each for each in held]
        if rest != held:
            draft.take.used.add(slot.at)
            draft.put("where", [each for each in rest if each.get("values")])


def _but(condition: Json, day: str) -> Json:
    left = [each for each in texts(condition.get("values")) if each != day]
    return {**condition, "op": "!=" if len(left) == 1 else condition["op"], "values": left}


def _all_time(draft: Draft) -> None:
    """For all months: the days no longer matter."""
    words = {token.folded for token in draft.sketch.tokens}
    times = [slot for slot in draft.sketch.dimensions if slot.name in TIMES]
    if times and words & {"all", "every", "tat", "moi"} and not draft.sketch.periods and draft.arguments.get("period"):
        draft.take.used.update(slot.at for slot in times)
        draft.put("period", None)


_LYING = frozenset({"stock_on_hand", "available_stock", "stock_value", "stock_on_order", "days_of_cover"})
_LAST_THIRD = 21


def _put_period(draft: Draft, period: object) -> None:
    held = draft.arguments.get("compare")
    draft.put("period", _closing(period) if draft.metrics and _LYING.issuperset(draft.metrics) else period)
    draft.put("periods", None)
    if isinstance(held, dict) and held.get("to") == "period":
        draft.put("compare", {"to": "previous"})


def _closing(period: object) -> object:
    """The end of a month, for what lies in stock: its last day."""
    if not isinstance(period, dict) or period.get("kind") != "between":
        return period
    first, last = date.fromisoformat(str(period["start"])), date.fromisoformat(str(period["end"]))
    ends = first.day == _LAST_THIRD and (first.year, first.month) == (last.year, last.month) and (last + timedelta(days=1)).day == 1
    return {"kind": "as_of", "day": last.isoformat()} if ends else period


def _comparison(draft: Draft) -> None:
    """Against another time; a ranking has none, so how each member changed is told instead."""
    if not draft.sketch.comparisons:
        return
    slot = draft.sketch.comparisons[0]
    if not isinstance(slot.span.meaning, Comparison):
        return
    draft.take.used.update(each.at for each in draft.sketch.comparisons)
    draft.take.cue("versus", "change", "performance")
    if draft.metrics and set(draft.metrics) <= CURRENT and slot.span.meaning.to != "period":
        _against_then(draft, draft.sketch.text(slot.at))
    elif draft.can("compare"):
        draft.put("compare", as_json(slot.span.meaning))
    else:
        draft.fail()


_THEN = (
    (re.compile(r"\bmonth|tháng|\bthang", re.IGNORECASE), "last_month"),
    (re.compile(r"\bweek|tuần|\btuan", re.IGNORECASE), "last_week"),
    (re.compile(r"\bquarter|quý|\bquy", re.IGNORECASE), "last_quarter"),
)


def _against_then(draft: Draft, words: str) -> None:
    """Stock has no days that could be put beside as many others: what stands now is held against what stood then."""
    name = next((name for pattern, name in _THEN if pattern.search(words)), "")
    if not (name and draft.can("compare")):
        draft.fail()
        return
    if not draft.arguments.get("period"):
        draft.put("period", {"kind": "as_of", "day": draft.as_of.isoformat()})
    draft.put("compare", {"to": "period", "period": {"kind": "named", "name": name}})


def _cut(draft: Draft) -> None:
    """Per month: a line of months."""
    grain = draft.take.bucket()
    if grain is None:
        return
    draft.take.cue("group", "trend", "within")
    by = [each for each in texts(draft.arguments.get("by")) if each not in _CALENDAR]
    if draft.can("grain"):
        draft.put("grain", grain)
    elif draft.tool in ("metric_value", "breakdown") and len(draft.metrics) >= 1:
        keep = by if draft.tool == "breakdown" and not draft.mood.has("replacing") else []
        compare = draft.arguments.get("compare")
        draft.become("trend", metrics=draft.metrics, grain=grain, by=keep, compare=compare)
    elif draft.tool == "share":
        draft.become("trend", metrics=draft.metrics, grain=grain, by=by)
    else:
        draft.fail()


def _lengths(draft: Draft) -> None:
    """90 days: how long nothing happened, or how far back is looked."""
    if not draft.sketch.durations or draft.tool == "rolling_average":
        return
    if _SMOOTH.search(draft.message):
        _smooth(draft)
        return
    length = draft.take.duration()
    if length is None:
        return
    field = _LENGTHS.get(draft.tool)
    bounds = objects(draft.arguments.get("having"))
    if len(bounds) == 1 and bounds[0].get("metric") in IN_DAYS and not any(slot.op for slot in draft.sketch.numbers):
        draft.take.used.update(slot.at for slot in draft.sketch.numbers)
        draft.put("having", [{**bounds[0], "value": float(round(length.days))}])
        return
    period = draft.arguments.get("period")
    whole = float(length.n).is_integer() and length.unit != "hour"
    if field:
        draft.take.used.update(slot.at for slot in draft.sketch.numbers)
        draft.put(field, round(length.days))
    elif isinstance(period, dict) and period.get("kind") == "last" and whole:
        draft.put("period", {**period, "n": int(length.n), "unit": length.unit})
    else:
        draft.fail()


_SMOOTH = re.compile(r"\bsmooth\w*|\brolling\b|\bmoving\b|trượt|làm mượt", re.IGNORECASE)


def _smooth(draft: Draft) -> None:
    """Smoothed over so many days: a rolling mean."""
    length = draft.take.duration()
    if length is None or length.unit == "hour" or draft.tool not in ("metric_value", "trend") or len(draft.metrics) != 1:
        draft.fail()
        return
    draft.take.cue("rolling", "average")
    draft.explain(draft.places(_SMOOTH))
    draft.become("rolling_average", metric=draft.metrics[0], grain=length.unit, n=int(length.n), by=draft.arguments.get("by"))


def now_again(draft: Draft, before: list[str]) -> None:
    """Stock is asked as it stands, also after a figure of last month."""
    flows = not set(before) & CURRENT
    if flows and set(draft.metrics) <= CURRENT and draft.metrics and not draft.sketch.periods:
        draft.put("period", None)
        draft.put("compare", None)


def _lies_ahead(meaning: object, as_of: date) -> bool:
    return isinstance(meaning, Between) and meaning.start > as_of


_WHICH_TIME = re.compile(r"\b(?:which|what) (?P<en>day|week|month|quarter)\b|\b(?P<vi>ngày|tuần|tháng|quý) nào\b", re.IGNORECASE)
_UNITS = {"ngày": "day", "tuần": "week", "tháng": "month", "quý": "quarter"}
_HIGH, _LOW = ("top", "seller_high"), ("bottom", "seller_low")


def asks_best_time(message: str, sketch: Sketch) -> bool:
    """Which day was the strongest: of the figure and the days that were spoken of."""
    return bool(_WHICH_TIME.search(message)) and sketch.has(*_HIGH, *_LOW) and not (sketch.metrics or sketch.filters or sketch.periods)


def edit_best_time(draft: Draft) -> None:
    """Which day of it was the strongest: the days of the last answer ranked."""
    found = _WHICH_TIME.search(draft.message)
    ranks = [name for name in (*_HIGH, *_LOW) if draft.sketch.has(name)]
    named = any(not slot.verb for slot in draft.sketch.metrics) or draft.sketch.filters or draft.sketch.periods
    if not (found and ranks) or named or draft.tool not in ("metric_value", "trend", "ranking") or len(draft.metrics) != 1:
        return
    unit = (found["en"] or _UNITS[found["vi"].lower()]).lower()
    draft.take.cue(*ranks, "pattern", "which", "how_did", "nth", "total")
    draft.take.used.update(slot.at for slot in draft.sketch.dimensions if slot.name == unit)
    draft.take.used.update(slot.at for slot in draft.sketch.buckets)
    draft.become("ranking", metric=draft.metrics[0], by=unit, n=1, lowest=ranks[0] in _LOW)
