"""Periods as days, counted with plain dates: the second reading of what "last month" means."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any


class NotRead(LookupError):
    """This reader does not know that part of the question; the algebra alone answers it."""


def days(period: Mapping[str, Any], as_of: date) -> tuple[date, date]:
    """First and last day of a period, counted with plain dates."""
    kind = period["kind"]
    if kind == "all":
        return date.min, as_of
    if kind == "as_of":
        return date.min, date.fromisoformat(str(period["day"]))
    if kind == "between":
        return date.fromisoformat(str(period["start"])), date.fromisoformat(str(period["end"]))
    if kind == "last" and period.get("unit", "day") == "day":
        return as_of - timedelta(days=int(period["n"]) - 1), as_of
    if kind == "calendar":
        return _calendar(period)
    if kind == "named":
        return _named(str(period["name"]), as_of)
    raise NotRead(str(period))


def _calendar(period: Mapping[str, Any]) -> tuple[date, date]:
    year = int(period["year"])
    if "week" in period:
        return date.fromisocalendar(year, period["week"], 1), date.fromisocalendar(year, period["week"], 7)
    if "month" in period:
        return date(year, period["month"], 1), _before(_month(year, period["month"] + 1))
    if "quarter" in period:
        return date(year, 3 * period["quarter"] - 2, 1), _before(_month(year, 3 * period["quarter"] + 1))
    return date(year, 1, 1), date(year, 12, 31)


def _named(name: str, as_of: date) -> tuple[date, date]:
    month, quarter = as_of.month, (as_of.month - 1) // 3 * 3 + 1
    monday = as_of - timedelta(days=as_of.weekday())
    known = {
        "today": (as_of, as_of),
        "yesterday": (_before(as_of), _before(as_of)),
        "this_week": (monday, as_of),
        "last_week": (monday - timedelta(days=7), _before(monday)),
        "this_month": (as_of.replace(day=1), as_of),
        "last_month": (_month(as_of.year, month - 1), _before(_month(as_of.year, month))),
        "month_before_last": (_month(as_of.year, month - 2), _before(_month(as_of.year, month - 1))),
        "this_quarter": (_month(as_of.year, quarter), as_of),
        "last_quarter": (_month(as_of.year, quarter - 3), _before(_month(as_of.year, quarter))),
        "this_year": (date(as_of.year, 1, 1), as_of),
        "ytd": (date(as_of.year, 1, 1), as_of),
        "last_year": (date(as_of.year - 1, 1, 1), date(as_of.year - 1, 12, 31)),
    }
    if name not in known:
        raise NotRead(name)
    return known[name]


def _month(year: int, month: int) -> date:
    """The first day of a month; months may run over the ends of the year."""
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def _before(day: date) -> date:
    return day - timedelta(days=1)
