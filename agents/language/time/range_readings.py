"""Readings of open and closed ranges: from X to Y, since X, until X, before X, after X, as of X."""

from __future__ import annotations

from datetime import date

from agents.language.time.chart import Bound
from agents.language.time.stretch import Note, Stretch, days_between, days_note, latest_stretch, moved_to_year, stretch_of, unit_stretch
from agents.language.time.units import ONE_DAY, Unit
from tools.query.contract import AllTime, AsOf, Named, NamedPeriod

_TO_DATE: dict[str, NamedPeriod] = {"this_week": "wtd", "this_month": "mtd", "this_quarter": "qtd", "this_year": "ytd"}
_EARLIEST = date(1900, 1, 1)


def from_to(bound: Bound) -> Stretch | None:
    """From March to May 2025: a year said once holds for both ends."""
    start, end = bound.get("a", Stretch), bound.get("b", Stretch)
    if isinstance(start.period, AllTime | AsOf) or isinstance(end.period, AllTime) or _is_date(bound, start, end):
        return None
    start, end = with_years(start, end, bound.as_of)
    notes = tuple(dict.fromkeys(note for note in (*start.notes, *end.notes) if note.key not in ("ahead", "taken")))
    was_open = any(note.key == "taken" for note in (*start.notes, *end.notes))
    taken = (days_note(start.first, end.last),) if was_open and start.first <= end.last else ()
    return days_between(start.first, end.last, bound.as_of, *taken, *notes)


def days_of_month(bound: Bound) -> Stretch | None:
    """From 1 to 15 March."""
    m, year = bound.get("m", int), bound.get("year", int) if bound.has("year") else None
    last = Unit("day", m, bound.get("b", int))
    end = unit_stretch(last, year, bound.as_of) if year else latest_stretch(last, bound.as_of)
    if end is None:
        return None
    start = unit_stretch(Unit("day", m, bound.get("a", int)), end.first.year, bound.as_of)
    return days_between(start.first, end.last, bound.as_of, *end.notes) if start else None


def days_to_date(bound: Bound) -> Stretch | None:
    """From 5 to 10/9."""
    unit = bound.get("day_month", Unit)
    if bound.chart.before(bound.start) in ("/", ".", "-"):  # the 9 of 5/9 - 10/9
        return None
    end = latest_stretch(unit, bound.as_of)
    start = unit_stretch(Unit("day", unit.n, bound.get("a", int)), end.first.year, bound.as_of) if end else None
    return days_between(start.first, end.last, bound.as_of, *end.notes) if start and end and start.first <= end.last else None


def since(bound: Bound) -> Stretch | None:
    """Since March: from its first day to the business date."""
    start = bound.get("a", Stretch)
    if isinstance(start.period, AllTime):
        return None
    if start.first > bound.as_of:
        return start
    if isinstance(start.period, Named) and start.period.name in _TO_DATE:
        return stretch_of(Named(name=_TO_DATE[start.period.name]), bound.as_of)
    return days_between(start.first, bound.as_of, bound.as_of, *start.notes)


def since_day(bound: Bound) -> Stretch | None:
    """From 1 March, with no end said: up to the business date, and said so."""
    start = bound.get("a", Stretch)
    found = since(bound)
    return found.noting(days_note(found.first, found.last)) if found and start.first == start.last else None


def until(bound: Bound) -> Stretch | None:
    """Up to March: everything to its last day."""
    end = bound.get("a", Stretch)
    if isinstance(end.period, AllTime):
        return None
    return stretch_of(AsOf(day=end.last), bound.as_of, *end.notes)


def before(bound: Bound) -> Stretch | None:
    """Before 2025: everything to the day before it."""
    end = bound.get("a", Stretch)
    if isinstance(end.period, AllTime) or end.first <= _EARLIEST:
        return None
    return stretch_of(AsOf(day=end.first - ONE_DAY), bound.as_of, *end.notes)


def after(bound: Bound) -> Stretch | None:
    """After 15 June: from the day behind it to the business date."""
    start = bound.get("a", Stretch)
    if isinstance(start.period, AllTime):
        return None
    first = start.last + ONE_DAY
    if first > bound.as_of:
        return days_between(first, first, bound.as_of)
    return days_between(first, bound.as_of, bound.as_of, *start.notes)


def as_of(bound: Bound) -> Stretch | None:
    """As of 31 March: the state on its last day; on the business date when it is not over."""
    day = bound.get("a", Stretch)
    if isinstance(day.period, AllTime):
        return None
    last = min(day.last, bound.as_of) if day.first <= bound.as_of else day.last
    return stretch_of(AsOf(day=last), bound.as_of, *day.notes)


def as_of_day(bound: Bound) -> Stretch | None:
    """At 31 March; "at Christmas" is a time that lasts."""
    day = bound.get("a", Stretch)
    return as_of(bound) if day.first == day.last else None


def with_years(left: Stretch, right: Stretch, as_of: date) -> tuple[Stretch, Stretch]:
    """Both sides with the year one of them said; the left never after the right where neither did."""
    if left.unit is None or right.unit is None or left.unit.year is None or right.unit.year is None:
        return left, right
    if not left.year_said and right.year_said:
        return _up_to(left, right, right.unit.year, as_of), right
    if left.year_said and not right.year_said:
        return left, _from_on(left, right, left.unit.year, as_of)
    if not left.year_said and not right.year_said and left.first > right.first:
        moved = moved_to_year(left, left.unit.year - 1, as_of)
        return moved.noting(*_taken(moved)), right
    return left, right


def _is_date(bound: Bound, start: Stretch, end: Stretch) -> bool:
    """31-Mar-2025 is a date, not the days from 31 March to 2025; 2025-Q3 is a quarter."""
    if start.unit is None or end.unit is None:
        return False
    if end.unit.kind == "year":
        return start.unit.kind != "year" and not start.year_said
    return start.unit.kind == "year" and bound.has("dash")


def _up_to(left: Stretch, right: Stretch, year: int, as_of: date) -> Stretch:
    moved = moved_to_year(left, year, as_of)
    return moved if moved.first <= right.first else moved_to_year(left, year - 1, as_of)


def _from_on(left: Stretch, right: Stretch, year: int, as_of: date) -> Stretch:
    moved = moved_to_year(right, year, as_of)
    return moved if moved.first >= left.first else moved_to_year(right, year + 1, as_of)


def _taken(stretch: Stretch) -> tuple[Note, ...]:
    return (Note("taken", (stretch.unit,)),) if stretch.unit else ()
