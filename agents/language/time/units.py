"""Calendar units as people name them (October, Q3, week 42, 5 March), with or without their year, and the days they cover."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, Protocol

from tools.query.contract import Between, Calendar, Period

Kind = Literal["day", "week", "month", "quarter", "half", "year"]

ONE_DAY = timedelta(days=1)
_MONTHS: dict[Kind, int] = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_PER_YEAR: dict[Kind, int] = {"month": 12, "quarter": 4, "half": 2, "year": 1, "week": 53, "day": 12}
_SEARCHED_YEARS = 9  # 29 February can be eight years away


@dataclass(frozen=True)
class Unit:
    """The `n`-th unit of a year; for a day `n` is its month and `day` its number. `year` is None when it was not said."""

    kind: Kind
    n: int
    day: int = 0
    year: int | None = None

    @property
    def is_possible(self) -> bool:
        return 1 <= self.n <= _PER_YEAR[self.kind] and (self.kind != "day" or 1 <= self.day <= monthrange(2024, self.n)[1])


def days_of(unit: Unit, year: int) -> tuple[date, date] | None:
    """First and last day of the unit in a year; None where that year has no such day or week."""
    if not (unit.is_possible and 1900 <= year <= 2200):
        return None
    try:
        if unit.kind == "day":
            first = last = date(year, unit.n, unit.day)
        elif unit.kind == "week":
            first, last = date.fromisocalendar(year, unit.n, 1), date.fromisocalendar(year, unit.n, 7)
        else:
            months = _MONTHS[unit.kind]
            first, last = date(year, (unit.n - 1) * months + 1, 1), month_end(year, unit.n * months)
    except ValueError:
        return None
    return first, last


def period_of(unit: Unit, year: int) -> Period | None:
    """The typed period of the unit in a year."""
    days = days_of(unit, year)
    if days is None:
        return None
    match unit.kind:
        case "month":
            return Calendar(year=year, month=unit.n)
        case "quarter":
            return Calendar(year=year, quarter=unit.n)
        case "week":
            return Calendar(year=year, week=unit.n)
        case "year":
            return Calendar(year=year)
        case _:
            return Between(start=days[0], end=days[1])


def latest_year(unit: Unit, as_of: date) -> int | None:
    """The newest year in which the unit has begun by `as_of`."""
    return _search(unit, as_of, lambda first, last: first <= as_of)


def latest_full_year(unit: Unit, as_of: date) -> int | None:
    """The newest year in which the unit was over before `as_of`."""
    return _search(unit, as_of, lambda first, last: last < as_of)


def coming_year(unit: Unit, as_of: date) -> int | None:
    """The first year in which the unit begins after `as_of`."""
    for year in range(as_of.year, as_of.year + _SEARCHED_YEARS):
        days = days_of(unit, year)
        if days and days[0] > as_of:
            return year
    return None


def month_end(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, monthrange(year, month)[1])


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later; the month's last day where that day does not exist."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return replace_day(year, month + 1, day.day)


def replace_day(year: int, month: int, day: int) -> date:
    """That day of the month, or the last one the month has."""
    return date(year, month, min(day, monthrange(year, month)[1]))


def in_year(unit: Unit, year: int) -> Unit:
    """The unit with its year said."""
    return replace(unit, year=year)


class _Fits(Protocol):
    def __call__(self, first: date, last: date) -> bool: ...


def _search(unit: Unit, as_of: date, fits: _Fits) -> int | None:
    for year in range(as_of.year + 1, as_of.year - _SEARCHED_YEARS, -1):
        days = days_of(unit, year)
        if days and fits(*days):
            return year
    return None
