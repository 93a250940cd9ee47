"""Readings of a part of a period: the first half of 2025, the last week of October, the first ten days of May, end of March."""

from __future__ import annotations

from datetime import date, timedelta
from typing import cast

from agents.language.time.chart import Bound
from agents.language.time.stretch import Note, Stretch, days_between, days_note, stretch_of
from agents.language.time.units import ONE_DAY, add_months, month_end
from tools.query.contract import AsOf, Calendar, Grain, Named, NamedPeriod, Period

_MONTHS: dict[str, int] = {"month": 1, "quarter": 3, "year": 12}
_WEEK_LONG = 7


def same(bound: Bound) -> Stretch | None:
    """The stretch as it is: "the" before it adds nothing."""
    return bound.get("stretch", Stretch)


def the_unit(bound: Bound) -> Stretch | None:
    """The year, the month: the current one, whole."""
    return _whole_current(bound.get("unit", str), bound.as_of)


def half_of(bound: Bound) -> Stretch | None:
    """The first half of 2025 or of March."""
    whole, second = bound.get("inside", Stretch), bound.get("count", int) == 2
    if bound.get("count", int) not in (1, 2):
        return None
    first, last = _full_days(whole, bound.as_of)
    middle = _middle(first, last)
    return _part(middle, last, bound) if second else _part(first, middle - ONE_DAY, bound)


def nth_unit_of(bound: Bound) -> Stretch | None:
    """The second week of May (days 8 to 14), the third quarter of last year, the first month of 2025."""
    return _slice(bound, bound.get("count", int) - 1, 1)


def first_units_of(bound: Bound) -> Stretch | None:
    """The first ten days of May."""
    return _slice(bound, 0, bound.get("count", int) if bound.has("count") else 1)


def last_units_of(bound: Bound) -> Stretch | None:
    """The last quarter of 2024, the last three days of March."""
    count, unit = bound.get("count", int) if bound.has("count") else 1, cast(Grain, bound.get("unit", str))
    first, last = _full_days(bound.get("inside", Stretch), bound.as_of)
    if unit in _MONTHS:
        start = add_months(last + ONE_DAY, -count * _MONTHS[unit])
    else:
        start = last + ONE_DAY - timedelta(days=count * (_WEEK_LONG if unit == "week" else 1))
    return _part(start, last, bound) if count >= 1 and first <= start else None


def third_of(bound: Bound) -> Stretch | None:
    """Early, mid or late March or 2025: a third of it, said so."""
    first, last = _full_days(bound.get("inside", Stretch), bound.as_of)
    third = bound.get("third", int)
    if (last - first).days == _WEEK_LONG - 1 and first.weekday() == 0:
        return _part(first + timedelta(days=2 * (third - 1)), last if third == 3 else first + timedelta(days=2 * third - 1), bound)
    if (last - first).days > 200:
        return _part(add_months(first, 4 * (third - 1)), add_months(first, 4 * third) - ONE_DAY, bound)
    if first.day == 1 and 88 <= (last - first).days <= 92:
        return _part(add_months(first, third - 1), add_months(first, third) - ONE_DAY, bound)
    if first.day == 1 and 27 <= (last - first).days <= 30:
        return _part(first + timedelta(days=10 * (third - 1)), last if third == 3 else first + timedelta(days=10 * third - 1), bound)
    return None


def end_of(bound: Bound) -> Stretch | None:
    """End of March: the state on its last day, or on the business date when it is not over."""
    _, last = _full_days(bound.get("inside", Stretch), bound.as_of)
    day = min(last, bound.as_of)
    return stretch_of(AsOf(day=day), bound.as_of, Note("state", (day,)))


def start_of(bound: Bound) -> Stretch | None:
    """Start of March: the state on its first day."""
    first, _ = _full_days(bound.get("inside", Stretch), bound.as_of)
    return stretch_of(AsOf(day=first), bound.as_of, Note("state", (first,))) if first <= bound.as_of else None


def _slice(bound: Bound, skip: int, count: int) -> Stretch | None:
    """`count` units of a stretch after the first `skip`."""
    unit = cast(Grain, bound.get("unit", str))
    first, last = _full_days(bound.get("inside", Stretch), bound.as_of)
    if count < 1 or skip < 0 or skip + count > 400:
        return None
    if unit in _MONTHS:
        start, after = add_months(first, skip * _MONTHS[unit]), add_months(first, (skip + count) * _MONTHS[unit])
    else:
        length = _WEEK_LONG if unit == "week" else 1
        start, after = first + timedelta(days=skip * length), first + timedelta(days=(skip + count) * length)
    return _part(start, min(after - ONE_DAY, last), bound) if after - ONE_DAY <= last or (unit == "week" and start <= last) else None


def _part(first: date, last: date, bound: Bound) -> Stretch | None:
    """Days of a part, as the calendar unit they are when they are one."""
    period = _calendar_unit(first, last)
    note = days_note(first, last)
    if period is not None:
        return stretch_of(period, bound.as_of, note)
    return days_between(first, last, bound.as_of, note)


def _calendar_unit(first: date, last: date) -> Period | None:
    if first.day == 1 and last == month_end(first.year, first.month):
        return Calendar(year=first.year, month=first.month)
    if first.day == 1 and first.month % 3 == 1 and last == month_end(first.year, first.month + 2):
        return Calendar(year=first.year, quarter=first.month // 3 + 1)
    return None


def _full_days(whole: Stretch, as_of: date) -> tuple[date, date]:
    """Days of a stretch; a current week, month, quarter or year is taken whole."""
    if isinstance(whole.period, Named) and whole.period.name.startswith("this_"):
        current = _whole_current(whole.period.name.removeprefix("this_"), as_of)
        if current is not None:
            return current.first, current.last
    return whole.first, whole.last


def _whole_current(unit: str, as_of: date) -> Stretch | None:
    if unit == "day":
        return None
    name = cast(NamedPeriod, f"this_{unit}")
    now = stretch_of(Named(name=name), as_of)
    last = add_months(now.first, _MONTHS[unit]) if unit in _MONTHS else now.first + timedelta(days=7)
    return Stretch(Named(name=name), now.first, last - ONE_DAY)


def _middle(first: date, last: date) -> date:
    """First day of the second half: a month boundary for quarters and longer, the 16th in a month."""
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if first.day == 1 and months % 2 == 0 and last == month_end(last.year, last.month):
        return add_months(first, months // 2)
    if first.day == 1 and months == 1:
        return first + timedelta(days=15)
    return first + timedelta(days=((last - first).days + 1) // 2)
