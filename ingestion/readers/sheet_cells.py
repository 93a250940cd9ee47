"""Values of spreadsheet cells as the text a person sees: 15 digits, no exponents, ISO dates."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal


class Figure(str):
    """The text of a cell that held a number, a date or a time: 1.125 in it is never a thousand."""

    __slots__ = ()


def to_cell(value: object) -> str:
    """Any value openpyxl gives for a cell; empty text for an empty one."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    return Figure(figure_text(value))


def figure_text(value: object) -> str:
    if isinstance(value, float):
        return float_text(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec=precision(value.microsecond))
    if isinstance(value, time):
        return value.isoformat(timespec=precision(value.microsecond))
    if isinstance(value, timedelta):
        return duration_text(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def precision(microsecond: int) -> str:
    return "microseconds" if microsecond else "seconds"


def float_text(value: float) -> str:
    """Excel keeps 15 digits; the ones beyond are noise of binary fractions (19.990000000000002)."""
    return str(int(value)) if value.is_integer() else format(Decimal(format(value, ".15g")), "f")


def duration_text(value: timedelta) -> str:
    """Hours may go past 24, as in a sheet of working hours."""
    seconds = round(value.total_seconds())
    sign = "-" if seconds < 0 else ""
    minutes, second = divmod(abs(seconds), 60)
    return f"{sign}{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}"
