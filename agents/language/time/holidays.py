"""Holidays whose days can be computed exactly; which days around them count is said as an assumption."""

from __future__ import annotations

from datetime import date, timedelta

# First day of the Vietnamese lunar year (UTC+7). Computed from the new moons by the rules of the Vietnamese lunar calendar
# and checked against the announced holidays; 2030 differs from the Chinese calendar by a day.
_TET = (
    "2015-02-19 2016-02-08 2017-01-28 2018-02-16 2019-02-05 2020-01-25 2021-02-12 2022-02-01 2023-01-22 2024-02-10 2025-01-29 "
    "2026-02-17 2027-02-06 2028-01-26 2029-02-13 2030-02-02 2031-01-23 2032-02-11 2033-01-31 2034-02-19 2035-02-08"
)
TET = {day.year: day for day in map(date.fromisoformat, _TET.split())}


def holiday_days(name: str, year: int) -> tuple[date, date] | None:
    """First and last day of a holiday in a year; None when its date is not known."""
    if name == "tet":
        return _around(TET.get(year), before=1, after=4)
    if name == "christmas":
        return _around(date(year, 12, 25), before=1, after=1)
    if name == "black_friday":
        return _around(_black_friday(year))
    if name == "cyber_monday":
        return _around(_black_friday(year) + timedelta(days=3))
    return None


def _around(day: date | None, before: int = 0, after: int = 0) -> tuple[date, date] | None:
    return (day - timedelta(days=before), day + timedelta(days=after)) if day else None


def _black_friday(year: int) -> date:
    """The day after the fourth Thursday of November."""
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 21 + 1)
