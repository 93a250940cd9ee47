"""Dates written in figures: 2025-03-31, 31/03/2025, 31.3.2025, 03/2025, 31/03."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.language.time.units import Unit, days_of

_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})")
_MONTH_FIRST = re.compile(r"(\d{1,2})[-/.](\d{4})")
_MONTH_LAST = re.compile(r"(\d{4})[-/.](\d{2})")
_NO_YEAR = re.compile(r"(\d{1,2})[/.-](\d{1,2})")


def numeric_readings(text: str) -> Iterator[tuple[str, Unit]]:
    """What a run of figures and separators may be: `date`, `unclear_date` (day or month first), `year_month` or `day_month`."""
    if found := _YEAR_FIRST.fullmatch(text):
        yield from _date("date", int(found[4]), int(found[3]), int(found[1]))
    elif found := _YEAR_LAST.fullmatch(text):
        year = int(found[4]) + (2000 if len(found[4]) == 2 else 0)
        yield from _either(int(found[1]), int(found[3]), year)
    elif found := _MONTH_FIRST.fullmatch(text) or _MONTH_LAST.fullmatch(text):
        month, year = sorted((int(found[1]), int(found[2])))
        if 1 <= month <= 12 and 1990 <= year <= 2100:
            yield "year_month", Unit("month", month, year=year)
    elif found := _NO_YEAR.fullmatch(text):
        yield from _short(int(found[1]), int(found[2]))


def _either(first: int, second: int, year: int) -> Iterator[tuple[str, Unit]]:
    """Day first; month first only where the day could not stand second otherwise."""
    if second <= 12:
        kind = "unclear_date" if first <= 12 and first != second else "date"
        yield from _date(kind, first, second, year)
    elif first <= 12:
        yield from _date("date", second, first, year)


def _date(kind: str, day: int, month: int, year: int) -> Iterator[tuple[str, Unit]]:
    unit = Unit("day", month, day, year)
    if unit.is_possible and 1990 <= year <= 2100 and days_of(unit, year):
        yield kind, unit


def _short(day: int, month: int) -> Iterator[tuple[str, Unit]]:
    if month > 12 >= day:
        day, month = month, day
    unit = Unit("day", month, day)
    if unit.is_possible:
        yield "day_month", unit
