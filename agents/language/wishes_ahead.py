"""What is asked of forecasts: of which goods, over which days ahead, in units or in money, by which bucket or member."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TypeGuard

from agents.language.figures import Json
from agents.language.taker import Taker, without_nothing
from tools.query.contract import AsOf, Between, Calendar, Named, QueryContext
from tools.query.periods import resolve

_REVENUE = frozenset({"revenue"})
_UNITS = frozenset({"units", "ordered_units"})
_MEMBERS = frozenset({"product", "category", "location"})
_LONGEST_DAYS = 365
_YEAR = re.compile(r"\b20\d\d\b")
_CUES = (
    "how_many",
    "how_much",
    "which",
    "total",
    "trend",
    "group",
    "within",
    "top",
    "show_all",
    "having",
    "combine",
    "seller_high",
    "popular",
)
_PROMISED = re.compile(r"\b(?:promised|gave|last|past|previous|were|was)\b|vừa qua|đã|tháng trước|tuần trước", re.IGNORECASE)


def fill_forecast(take: Taker, text: str, as_of: date) -> Json | None:
    """Days that lie ahead; a question about days that are over is none."""
    days = _ahead(take, as_of)
    measure = _measure(take)
    if days is None or measure is None or take.sketch.has("bottom", "seller_low", "average"):
        return None
    by = next(
        (slot for slot in take.sketch.dimensions if slot.name in _MEMBERS and slot.role in ("head", "group", "within", "counted")), None
    )
    if by is not None:
        take.used.add(by.at)
    limit = take.limit() if by else None
    grain = None if by else take.bucket()
    arguments = {"where": take.where(), **days, "grain": grain, "by": by.name if by else None, "limit": limit, "measure": measure}
    take.cue(*_CUES)
    return None if grain in ("quarter", "year") else without_nothing(arguments)


def fill_accuracy(take: Taker, text: str, as_of: date) -> Json | None:
    """The scores measured; where the question is about forecasts of days that are over, what was promised against what came."""
    past = [slot for slot in take.sketch.periods if slot.at not in take.used]
    take.used.update(slot.at for slot in past)
    take.cue(*_CUES, "where_is", "vague", "versus", "rate", "average", "performance", "change", "rising", "falling", "lower", "higher")
    take.used.update(slot.at for slot in take.sketch.metrics if slot.name in _REVENUE | _UNITS)
    if not past or not _PROMISED.search(text):
        return {}
    take.assume("forecasts given within the last year")
    return {"what": "promised"}


def _measure(take: Taker) -> str | None:
    """Units unless money is named; nothing for a figure no model forecasts."""
    named = [slot for slot in take.sketch.metrics if slot.at not in take.sketch.dropped]
    if any(slot.name not in _REVENUE | _UNITS and not slot.verb for slot in named):
        return None
    take.used.update(slot.at for slot in named if slot.name in _REVENUE | _UNITS)
    counted = any(slot.name not in _REVENUE for slot in named)
    money = any(slot.name in _REVENUE and not (slot.verb and counted) for slot in named)
    return "revenue" if money else "units"


def _ahead(take: Taker, as_of: date) -> Json | None:
    """The first and the last day, or how many days; empty when none is named, None when they are over."""
    for slot in take.sketch.periods:
        if slot.at in take.used:
            continue
        meaning = slot.span.meaning
        if (days := days_of(meaning, take.sketch.text(slot.at), as_of)) and days[1] > as_of:
            take.used.add(slot.at)
            first = max(days[0], as_of + timedelta(days=1))
            if (days[1] - as_of).days > _LONGEST_DAYS:
                return None  # further than any forecast looks: no shorter answer in its place
            return {"starts_on": first.isoformat(), "ends_on": days[1].isoformat()}
        if not is_going_on(meaning):
            return None
        take.used.add(slot.at)
        return {"ends_on": end_of(meaning.name, as_of).isoformat()}
    length = take.duration()
    if length is None:
        return {}
    return {"days": max(1, round(length.days))} if length.days <= _LONGEST_DAYS else None


def days_of(meaning: object, text: str, as_of: date) -> tuple[date, date] | None:
    """The days of a period that may lie ahead; a month without a year is the one that goes on or comes next: what is to come is asked."""
    if isinstance(meaning, Between):
        return meaning.start, meaning.end
    if isinstance(meaning, AsOf):
        return _until(meaning.day, text, as_of)
    if not (isinstance(meaning, Calendar) and meaning.month):
        return None
    days = _whole(meaning, as_of)
    over = days[1] <= as_of and not _YEAR.search(text)
    return _whole(Calendar(year=meaning.year + 1, month=meaning.month), as_of) if over else days


def _until(day: date, text: str, as_of: date) -> tuple[date, date] | None:
    """Up to a day that lies ahead; without a year it is the next such day."""
    if day <= as_of and not _YEAR.search(text) and day < as_of - timedelta(days=1):
        day = day.replace(year=day.year + 1, day=min(day.day, 28) if day.month == 2 else day.day)
    return (as_of + timedelta(days=1), day) if day > as_of else None


def _whole(period: Calendar, as_of: date) -> tuple[date, date]:
    """The days of a week, month, quarter or year, as queries count them."""
    span = resolve(period, QueryContext(as_of))
    return (span.first, span.last) if span else (as_of, as_of)


def is_going_on(meaning: object) -> TypeGuard[Named]:
    """Whether a period has begun and is not over: this week, this month."""
    return isinstance(meaning, Named) and meaning.name in ("this_week", "this_month", "this_quarter", "this_year")


def end_of(name: str, as_of: date) -> date:
    """The last day of the week, month, quarter or year that goes on; tomorrow when that is today."""
    year, week, _ = as_of.isocalendar()
    units = {
        "this_week": Calendar(year=year, week=week),
        "this_month": Calendar(year=as_of.year, month=as_of.month),
        "this_quarter": Calendar(year=as_of.year, quarter=-(-as_of.month // 3)),
        "this_year": Calendar(year=as_of.year),
    }
    return max(_whole(units[name], as_of)[1], as_of + timedelta(days=1))
