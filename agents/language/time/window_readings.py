"""Readings that hang a length or a weekday on a period: three months ending June, the week of 5 May, two weeks before Tet."""

from __future__ import annotations

from datetime import date, timedelta
from typing import cast

from agents.language.time.chart import Bound
from agents.language.time.stretch import Note, Stretch, days_between, days_note, stretch_of, unit_stretch
from agents.language.time.units import ONE_DAY, Unit, add_months, month_end
from tools.query.contract import AllTime, AsOf, Calendar, Grain

_MONTHS: dict[str, int] = {"month": 1, "quarter": 3, "year": 12}
_WEEK_LONG = 7
_MOST_DAYS = 3660


def ending_with(bound: Bound) -> Stretch | None:
    """Three months ending September 2025, the year to June: so many units up to its last day."""
    end = bound.get("point", Stretch)
    if isinstance(end.period, AllTime | AsOf):
        return None
    after = end.last + ONE_DAY
    return _between(_moved(after, -_count(bound), _grain(bound)), end.last, bound)


def beside(bound: Bound) -> Stretch | None:
    """Two weeks before Tet, the week after 5 May."""
    point = bound.get("point", Stretch)
    if isinstance(point.period, AllTime | AsOf):
        return None
    count, unit = _count(bound), _grain(bound)
    if bound.has("before"):
        return _between(_moved(point.first, -count, unit), point.first - ONE_DAY, bound)
    after = point.last + ONE_DAY
    return _between(after, _moved(after, count, unit) - ONE_DAY, bound)


def week_of_day(bound: Bound) -> Stretch | None:
    """The week of 5 May, the week beginning 3 March: the ISO week that holds the day."""
    day = bound.get("point", Stretch)
    if day.first != day.last:
        return None
    year, week, _ = day.first.isocalendar()
    return unit_stretch(Unit("week", week), year, bound.as_of, *_said(day.first - timedelta(days=day.first.weekday()), 6))


def week_ending(bound: Bound) -> Stretch | None:
    """The week ending 9 March: the seven days up to it."""
    day = bound.get("point", Stretch)
    return _between(day.last - timedelta(days=6), day.last, bound) if day.first == day.last else None


def day_of_month(bound: Bound) -> Stretch | None:
    """The 15th of last month."""
    month, number = bound.get("inside", Stretch), bound.get("count", int)
    last = month_end(month.first.year, month.first.month)
    if month.first.day != 1 or month.last > last or not 1 <= number <= last.day:
        return None
    day = month.first.replace(day=number)
    return days_between(day, day, bound.as_of, Note("taken", (Unit("day", day.month, day.day, day.year),)))


def weekday_of_month(bound: Bound) -> Stretch | None:
    """The last Friday of October, the second Monday of May."""
    inside, weekday = bound.get("inside", Stretch), bound.get("weekday", int)
    if bound.has("final"):
        day = inside.last - timedelta(days=(inside.last.isoweekday() - weekday) % _WEEK_LONG)
    else:
        ahead = (weekday - inside.first.isoweekday()) % _WEEK_LONG
        day = inside.first + timedelta(days=ahead + _WEEK_LONG * (bound.get("count", int) - 1))
    fits = inside.first <= day <= inside.last
    return days_between(day, day, bound.as_of, Note("taken", (Unit("day", day.month, day.day, day.year),))) if fits else None


def first_months(bound: Bound) -> Stretch | None:
    """9M 2025, 9 tháng năm 2025: the first nine months."""
    count, year = bound.get("count", int), bound.get("year", int)
    if not 2 <= count <= 11 or not bound.as_of.year - 30 <= year <= bound.as_of.year + 6:
        return None
    return _between(date(year, 1, 1), month_end(year, count), bound)


def this_half(bound: Bound) -> Stretch | None:
    """This half: of the year, up to the business date."""
    first = date(bound.as_of.year, 1 if bound.as_of.month <= 6 else 7, 1)
    return _between(first, bound.as_of, bound)


def last_half(bound: Bound) -> Stretch | None:
    """Last half: the half year before this one."""
    first = date(bound.as_of.year, 1 if bound.as_of.month <= 6 else 7, 1)
    return _between(add_months(first, -6), first - ONE_DAY, bound)


def last_to_date(bound: Bound) -> Stretch | None:
    """Last year to date: the same days of the year, quarter or month before."""
    unit = _grain(bound)
    months = _MONTHS[unit]
    first = date(bound.as_of.year, (bound.as_of.month - 1) // months * months + 1, 1)
    start = add_months(first, -months)
    end = add_months(bound.as_of, -months) if unit == "year" else min(start + (bound.as_of - first), first - ONE_DAY)
    return _between(start, end, bound)


def fortnight_ago(bound: Bound) -> Stretch | None:
    """A fortnight ago."""
    day = bound.as_of - timedelta(days=2 * _WEEK_LONG)
    return days_between(day, day, bound.as_of)


def year_of_two_figures(bound: Bound) -> Stretch | None:
    """'24."""
    year = bound.get("short_year", int)
    near = bound.as_of.year - 10 <= year <= bound.as_of.year + 1
    return stretch_of(Calendar(year=year), bound.as_of, Note("taken", (Unit("year", 1, year=year),))) if near else None


def _count(bound: Bound) -> int:
    return bound.get("count", int) if bound.has("count") else 1


def _grain(bound: Bound) -> Grain:
    return cast(Grain, bound.get("unit", str))


def _moved(day: date, count: int, unit: Grain) -> date:
    if unit in _MONTHS:
        return add_months(day, count * _MONTHS[unit])
    return day + timedelta(days=count * (_WEEK_LONG if unit == "week" else 1))


def _between(first: date, last: date, bound: Bound) -> Stretch | None:
    if not first <= last or (last - first).days > _MOST_DAYS:
        return None
    return days_between(first, last, bound.as_of, days_note(first, last))


def _said(first: date, days: int) -> tuple[Note, ...]:
    return (days_note(first, first + timedelta(days=days)),)
