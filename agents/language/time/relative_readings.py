"""Readings relative to the business date: this month, the last three weeks, year to date, two weeks ago, the next quarter."""

from __future__ import annotations

from datetime import date, timedelta
from typing import cast

from agents.language.time.chart import Bound
from agents.language.time.stretch import Stretch, days_between, days_note, stretch_of
from agents.language.time.units import ONE_DAY, add_months, month_end
from tools.query.contract import AllTime, AsOf, Calendar, Grain, Last, Named, NamedPeriod

_TO_DATE: dict[str, NamedPeriod] = {"week": "wtd", "month": "mtd", "quarter": "qtd", "year": "ytd"}
_MONTHS: dict[str, int] = {"month": 1, "quarter": 3, "year": 12}
_MOST = 3660


def named(bound: Bound) -> Stretch | None:
    """Today, yesterday."""
    return stretch_of(Named(name=cast(NamedPeriod, bound.get("named", str))), bound.as_of)


def tomorrow(bound: Bound) -> Stretch | None:
    """The day after the business date."""
    day = bound.as_of + ONE_DAY
    return days_between(day, day, bound.as_of)


def day_before_yesterday(bound: Bound) -> Stretch | None:
    """Two days ago."""
    return _day_ago(2, bound.as_of)


def right_now(bound: Bound) -> Stretch | None:
    """The state at the business date."""
    return stretch_of(AsOf(day=bound.as_of), bound.as_of)


def all_time(bound: Bound) -> Stretch | None:
    """Everything known."""
    return stretch_of(AllTime(), bound.as_of)


def this_unit(bound: Bound) -> Stretch | None:
    """This month, up to the business date."""
    return named_unit("this", _grain(bound), bound.as_of)


def last_unit(bound: Bound) -> Stretch | None:
    """Last month: the full one before this one."""
    return named_unit("last", _grain(bound), bound.as_of)


def named_unit(which: str, unit: str, as_of: date) -> Stretch:
    """This or last week, month, quarter, year; the day of it is today or yesterday."""
    name = f"{which}_{unit}" if unit != "day" else "today" if which == "this" else "yesterday"
    return stretch_of(Named(name=cast(NamedPeriod, name)), as_of)


def latest_unit(bound: Bound) -> Stretch | None:
    """The latest month is the last full one, the latest day the business date."""
    return named_unit("this" if _grain(bound) == "day" else "last", _grain(bound), bound.as_of)


def past_unit(bound: Bound) -> Stretch | None:
    """The past month: read as last month, and said so."""
    found = last_unit(bound)
    return found.noting(days_note(found.first, found.last)) if found else None


def unit_before_last(bound: Bound) -> Stretch | None:
    """The month before last."""
    unit = _grain(bound)
    if unit == "day":
        return _day_ago(2, bound.as_of)
    return stretch_of(Named(name=cast(NamedPeriod, f"{unit}_before_last")), bound.as_of)


def rolling(bound: Bound) -> Stretch | None:
    """The last 30 days, the past three months: the window that ends on the business date; one month is the last full one."""
    if _count(bound) == 1 and _grain(bound) != "day":
        return past_unit(bound)
    return _last(_count(bound), _grain(bound), bound.as_of)


def rolling_few(bound: Bound) -> Stretch | None:
    """The last few weeks: three, and said so."""
    found = rolling(bound)
    return found.noting(days_note(found.first, found.last)) if found else None


def rolling_hours(bound: Bound) -> Stretch | None:
    """The last 48 hours: the last two days, said so."""
    days, rest = divmod(_count(bound), 24)
    found = None if rest else _last(days, "day", bound.as_of)
    return found.noting(days_note(found.first, found.last)) if found else None


def fortnight(bound: Bound) -> Stretch | None:
    """The past fortnight."""
    return _last(14, "day", bound.as_of)


def twelve_months(bound: Bound) -> Stretch | None:
    """TTM: the last twelve months."""
    return _last(12, "month", bound.as_of)


def half_year(bound: Bound) -> Stretch | None:
    """The last half year."""
    return _last(6, "month", bound.as_of)


def full_units(bound: Bound) -> Stretch | None:
    """The last three full months."""
    return _last(_count(bound), _grain(bound), bound.as_of, full=True)


def to_date(bound: Bound) -> Stretch | None:
    """Year to date, this month so far."""
    unit = _grain(bound)
    if unit == "day":
        return stretch_of(Named(name="today"), bound.as_of)
    return stretch_of(Named(name=_TO_DATE[unit]), bound.as_of)


def units_ago(bound: Bound) -> Stretch | None:
    """Three days ago, two months ago: that day, or that calendar unit."""
    return _ago(_count(bound), _grain(bound), bound.as_of)


def unit_ago(bound: Bound) -> Stretch | None:
    """A month ago: the calendar month before."""
    return _ago(1, _grain(bound), bound.as_of)


def next_unit(bound: Bound) -> Stretch | None:
    """Next month: the calendar unit after this one."""
    unit = _grain(bound)
    first, last = _unit_days(unit, _moved(bound.as_of, 1, unit))
    return days_between(first, last, bound.as_of)


def next_units(bound: Bound) -> Stretch | None:
    """The next three months: from the day after the business date."""
    count, unit = _count(bound), _grain(bound)
    if not 1 <= count <= _limit(unit):
        return None
    return days_between(bound.as_of + ONE_DAY, _moved(bound.as_of, count, unit), bound.as_of)


def rest_of(bound: Bound) -> Stretch | None:
    """The rest of this year."""
    _, last = _unit_days(_grain(bound), bound.as_of)
    return days_between(bound.as_of + ONE_DAY, last, bound.as_of)


def _grain(bound: Bound) -> Grain:
    return cast(Grain, bound.get("unit", str))


def _count(bound: Bound) -> int:
    return bound.get("count", int)


def _last(count: int, unit: Grain, as_of: date, full: bool = False) -> Stretch | None:
    return stretch_of(Last(n=count, unit=unit, full=full), as_of) if 1 <= count <= _limit(unit) else None


def _limit(unit: Grain) -> int:
    """As many units as keep the window inside the calendar."""
    return {"day": _MOST, "week": 1000, "month": 600, "quarter": 200, "year": 100}[unit]


def _ago(count: int, unit: Grain, as_of: date) -> Stretch | None:
    if not 1 <= count <= _limit(unit):
        return None
    if unit == "day":
        return _day_ago(count, as_of)
    first, last = _unit_days(unit, _moved(as_of, -count, unit))
    return stretch_of(_calendar_period(unit, first), as_of, days_note(first, last))


def _day_ago(count: int, as_of: date) -> Stretch | None:
    day = as_of - timedelta(days=count)
    return stretch_of(Named(name="yesterday"), as_of) if count == 1 else days_between(day, day, as_of)


def _moved(day: date, count: int, unit: Grain) -> date:
    if unit in _MONTHS:
        return add_months(day, count * _MONTHS[unit])
    return day + timedelta(days=count * (7 if unit == "week" else 1))


def _unit_days(unit: Grain, day: date) -> tuple[date, date]:
    """The calendar unit that holds a day."""
    if unit == "day":
        return day, day
    if unit == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    months = _MONTHS[unit]
    first = (day.month - 1) // months * months + 1
    return date(day.year, first, 1), month_end(day.year, first + months - 1)


def _calendar_period(unit: Grain, first: date) -> Calendar:
    """The typed calendar period of the week, month, quarter or year that begins on a day."""
    if unit == "week":
        year, week, _ = first.isocalendar()
        return Calendar(year=year, week=week)
    if unit == "month":
        return Calendar(year=first.year, month=first.month)
    if unit == "quarter":
        return Calendar(year=first.year, quarter=(first.month + 2) // 3)
    return Calendar(year=first.year)
