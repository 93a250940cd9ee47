"""Readings of calendar units: October, Q3 2025, 5 March, week 42, the third quarter of last year, FY2025, Christmas."""

from __future__ import annotations

from datetime import date, timedelta

from agents.language.time.chart import Bound
from agents.language.time.holidays import holiday_days
from agents.language.time.stretch import Note, Stretch, days_between, days_note, latest_stretch, stretch_of, unit_stretch
from agents.language.time.units import ONE_DAY, Unit, coming_year, days_of, latest_full_year
from tools.query.contract import Named

_YEARS_BACK, _YEARS_AHEAD = 30, 6
_SHORT_YEARS_BACK = 10


def month_named(bound: Bound) -> Unit | None:
    """October; month 10; tháng mười."""
    return _possible(Unit("month", bound.get("m", int)))


def quarter_numbered(bound: Bound) -> Unit | None:
    """Q3, quarter 3, the third quarter."""
    return _possible(Unit("quarter", bound.get("count", int)))


def half_numbered(bound: Bound) -> Unit | None:
    """H1."""
    return _possible(Unit("half", bound.get("count", int)))


def week_numbered(bound: Bound) -> Unit | None:
    """Week 42 of the ISO calendar."""
    return _possible(Unit("week", bound.get("count", int)))


def day_in_month(bound: Bound) -> Unit | None:
    """5 March, March 5th."""
    return _possible(Unit("day", bound.get("m", int), bound.get("count", int)))


def day_in_figures(bound: Bound) -> Unit | None:
    """5/3, day first."""
    return bound.get("day_month", Unit)


def in_year(bound: Bound) -> Stretch | None:
    """A unit with its year."""
    return unit_stretch(bound.get("bare", Unit), bound.get("year", int), bound.as_of)


def in_short_year(bound: Bound) -> Stretch | None:
    """A unit with a year of two figures: q3'25."""
    year = bound.get("short_year", int)
    if not bound.as_of.year - _SHORT_YEARS_BACK <= year <= bound.as_of.year + 1:
        return None
    unit = bound.get("bare", Unit)
    return unit_stretch(unit, year, bound.as_of, Note("taken", (Unit(unit.kind, unit.n, unit.day, year),)))


def in_loose_year(bound: Bound) -> Stretch | None:
    """31 Mar 25: behind a whole date two figures are a year."""
    unit, year = bound.get("bare", Unit), 2000 + bound.get("year", int)
    if unit.kind != "day" or not bound.as_of.year - _SHORT_YEARS_BACK <= year <= bound.as_of.year + 1:
        return None
    return unit_stretch(unit, year, bound.as_of)


def in_relative_year(bound: Bound) -> Stretch | None:
    """October last year."""
    return unit_stretch(bound.get("bare", Unit), bound.as_of.year + bound.get("relative_year", int), bound.as_of)


def latest(bound: Bound) -> Stretch | None:
    """A unit alone: the newest that has begun."""
    return latest_stretch(bound.get("bare", Unit), bound.as_of)


def latest_full(bound: Bound) -> Stretch | None:
    """Last October: the newest that is over."""
    unit = bound.get("bare", Unit)
    year = latest_full_year(unit, bound.as_of)
    return _noted(unit, year, bound.as_of)


def current_one(bound: Bound) -> Stretch | None:
    """This October: the one of this year."""
    return _noted(bound.get("bare", Unit), bound.as_of.year, bound.as_of)


def coming_one(bound: Bound) -> Stretch | None:
    """Next October: the first that begins after the business date."""
    unit = bound.get("bare", Unit)
    return _noted(unit, coming_year(unit, bound.as_of), bound.as_of)


def plain_year(bound: Bound) -> Stretch | None:
    """2024."""
    year = bound.get("year", int)
    if not bound.as_of.year - _YEARS_BACK <= year <= bound.as_of.year + _YEARS_AHEAD:
        return None
    return unit_stretch(Unit("year", 1), year, bound.as_of)


def fiscal_year(bound: Bound) -> Stretch | None:
    """FY2025."""
    return unit_stretch(Unit("year", 1), bound.get("year", int), bound.as_of, Note("fiscal"))


def written_unit(bound: Bound) -> Stretch | None:
    """2025-03-31, 03/2025."""
    unit = bound.get("unit", Unit)
    return unit_stretch(unit, unit.year, bound.as_of)


def written_day_first(bound: Bound) -> Stretch | None:
    """3/5/2025, which is the third of May here and the fifth of March elsewhere."""
    unit = bound.get("unit", Unit)
    return unit_stretch(unit, unit.year, bound.as_of, Note("day_first", (unit,)))


def holiday(bound: Bound) -> Stretch | None:
    """Tet 2025, Christmas, last Black Friday."""
    name = bound.get("holiday", str)
    if bound.has("year"):
        return _holiday(name, bound.get("year", int), bound.as_of)
    if bound.has("relative_year"):
        return _holiday(name, bound.as_of.year + bound.get("relative_year", int), bound.as_of)
    for year in (bound.as_of.year, bound.as_of.year - 1):
        days = holiday_days(name, year)
        if days and days[0] <= bound.as_of and (not bound.has("last") or days[1] < bound.as_of):
            return _holiday(name, year, bound.as_of)
    return None


def tet_day(bound: Bound) -> Stretch | None:
    """The second day of Tet."""
    count = bound.get("count", int)
    whole = holiday(bound)
    return _one_day(whole.first + timedelta(days=count), bound.as_of) if whole and 1 <= count <= 10 else None


def weekday_latest(bound: Bound) -> Stretch | None:
    """On Friday: the newest Friday up to the business date."""
    back = (bound.as_of.isoweekday() - bound.get("weekday", int)) % 7
    return _one_day(bound.as_of - timedelta(days=back), bound.as_of)


def weekday_before(bound: Bound) -> Stretch | None:
    """Last Friday: the newest Friday before the business date."""
    back = (bound.as_of.isoweekday() - bound.get("weekday", int) - 1) % 7 + 1
    return _one_day(bound.as_of - timedelta(days=back), bound.as_of)


def weekday_after(bound: Bound) -> Stretch | None:
    """Next Friday."""
    ahead = (bound.get("weekday", int) - bound.as_of.isoweekday() - 1) % 7 + 1
    return _one_day(bound.as_of + timedelta(days=ahead), bound.as_of)


def weekday_of_week(bound: Bound) -> Stretch | None:
    """Friday of last week, this Friday."""
    monday = bound.as_of - timedelta(days=bound.as_of.weekday())
    weeks = bound.get("relative_week", int) if bound.has("relative_week") else 0
    return _one_day(monday + timedelta(days=7 * weeks + bound.get("weekday", int) - 1), bound.as_of)


def weekend_of_week(bound: Bound) -> Stretch | None:
    """This weekend."""
    weeks = bound.get("relative_week", int) if bound.has("relative_week") else 0
    return _weekend(bound.as_of + timedelta(days=7 * weeks), bound.as_of)


def weekend_before(bound: Bound) -> Stretch | None:
    """Last weekend: the newest that is over."""
    return _weekend(bound.as_of - timedelta(days=7), bound.as_of)


def weekend_after(bound: Bound) -> Stretch | None:
    """Next weekend: the first that begins after the business date."""
    return _weekend(bound.as_of + timedelta(days=0 if bound.as_of.isoweekday() < 6 else 7), bound.as_of)


def _weekend(day: date, as_of: date) -> Stretch | None:
    saturday = day - timedelta(days=day.weekday()) + timedelta(days=5)
    return days_between(saturday, saturday + ONE_DAY, as_of, days_note(saturday, saturday + ONE_DAY))


def _one_day(day: date, as_of: date) -> Stretch | None:
    if day == as_of:
        return stretch_of(Named(name="today"), as_of, Note("taken", (Unit("day", day.month, day.day, day.year),)))
    return days_between(day, day, as_of, Note("taken", (Unit("day", day.month, day.day, day.year),)))


def _holiday(name: str, year: int, as_of: date) -> Stretch | None:
    days = holiday_days(name, year)
    if days is None or days[0] == days[1]:
        return days and _one_day(days[0], as_of)
    return days_between(*days, as_of, days_note(*days))


def _noted(unit: Unit, year: int | None, as_of: date) -> Stretch | None:
    if year is None or days_of(unit, year) is None:
        return None
    return unit_stretch(unit, year, as_of, Note("taken", (Unit(unit.kind, unit.n, unit.day, year),)))


def _possible(unit: Unit) -> Unit | None:
    return unit if unit.is_possible else None
