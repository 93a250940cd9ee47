"""Times in a message that leans on the last one: other days, a comparison, a cut of time, a length."""

from __future__ import annotations

import re
from datetime import date

from agents.language.edits.draft import Draft, objects, texts
from agents.language.follow import CURRENT
from agents.language.sketch import IN_DAYS, TIMES
from agents.language.taker import as_json
from tools.query.contract import Between, Comparison

_LENGTHS = {"inactive": "days", "longest_gaps": "at_least_days", "overdue": "at_least_days", "nth_event": "within_days"}
_DAILY = ("supplier_options", "price_in_force", "stock_ageing")
_RECORDS = ("look_up", "look_up_lines")
_CALENDAR = frozenset(TIMES)


def edit_times(draft: Draft) -> None:
    """Days, comparison, cut and length, as far as the message names them."""
    _all_time(draft)
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
    if draft.tool in _DAILY or not draft.can("period") or (draft.tool in _RECORDS and not draft.sketch.metrics):
        draft.fail()
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


def _all_time(draft: Draft) -> None:
    """For all months: the days no longer matter."""
    words = {token.folded for token in draft.sketch.tokens}
    times = [slot for slot in draft.sketch.dimensions if slot.name in TIMES]
    if times and words & {"all", "every", "tat", "moi"} and not draft.sketch.periods and draft.arguments.get("period"):
        draft.take.used.update(slot.at for slot in times)
        draft.put("period", None)


def _put_period(draft: Draft, period: object) -> None:
    held = draft.arguments.get("compare")
    draft.put("period", period)
    draft.put("periods", None)
    if isinstance(held, dict) and held.get("to") == "period":
        draft.put("compare", {"to": "previous"})


def _comparison(draft: Draft) -> None:
    """Against another time; a ranking has none, so how each member changed is told instead."""
    if not draft.sketch.comparisons:
        return
    slot = draft.sketch.comparisons[0]
    if not isinstance(slot.span.meaning, Comparison):
        return
    draft.take.used.update(each.at for each in draft.sketch.comparisons)
    draft.take.cue("versus", "change", "performance")
    if draft.can("compare"):
        draft.put("compare", as_json(slot.span.meaning))
    else:
        draft.fail()


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
    draft.known = _SMOOTH
    draft.become("rolling_average", metric=draft.metrics[0], grain=length.unit, n=int(length.n), by=draft.arguments.get("by"))


def now_again(draft: Draft, before: list[str]) -> None:
    """Stock is asked as it stands, also after a figure of last month."""
    flows = not set(before) & CURRENT
    if flows and set(draft.metrics) <= CURRENT and draft.metrics and not draft.sketch.periods:
        draft.put("period", None)
        draft.put("compare", None)


def _lies_ahead(meaning: object, as_of: date) -> bool:
    return isinstance(meaning, Between) and meaning.start > as_of
