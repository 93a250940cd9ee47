"""Periods of a query as days of the calendar."""

from __future__ import annotations

from datetime import date, timedelta
from typing import cast

from ingestion import calendar
from ingestion.calendar import Grain, Span
from tools.query.contract import AllTime, AsOf, Between, Calendar, Comparison, Last, Named, Period, QueryContext

_TO_DATE: dict[str, Grain] = {"wtd": "week", "mtd": "month", "qtd": "quarter", "ytd": "year"}


def resolve(period: Period, context: QueryContext) -> Span | None:
    """The days a period means at as_of; None for everything up to as_of."""
    match period:
        case AllTime():
            return None
        case AsOf():
            return Span(date.min, period.day)
        case Between():
            return Span(period.start, period.end)
        case Last():
            return _last(period, context)
        case Calendar():
            return _calendar(period, context.fiscal_year_start)
        case Named():
            return _named(period.name, context)


def compared_span(comparison: Comparison, span: Span | None, context: QueryContext) -> Span | None:
    """The days a span is compared with; None when it has nothing before it."""
    if comparison.period is not None:
        return resolve(comparison.period, context)
    if span is None:
        return None
    return calendar.year_before(span) if comparison.to == "year_on_year" else calendar.previous(span, context.fiscal_year_start)


def _last(period: Last, context: QueryContext) -> Span:
    if period.full or (period.n == 1 and period.unit != "day"):
        return calendar.full(period.n, period.unit, context.as_of, context.fiscal_year_start)
    return calendar.rolling(period.n, period.unit, context.as_of)


def _calendar(period: Calendar, fiscal_start: int) -> Span:
    if period.week is not None:
        return calendar.unit(date.fromisocalendar(period.year, period.week, 1), "week")
    if period.month is not None:
        return calendar.unit(date(period.year, period.month, 1), "month")
    first = date(period.year, fiscal_start, 1)
    if period.quarter is not None:
        return calendar.unit(calendar.add_months(first, 3 * (period.quarter - 1)), "quarter", fiscal_start)
    return calendar.unit(first, "year", fiscal_start)


def _named(name: str, context: QueryContext) -> Span:
    day, fiscal_start = context.as_of, context.fiscal_year_start
    if name == "today":
        return Span(day, day, "day")
    if name == "yesterday":
        return Span(day - timedelta(days=1), day - timedelta(days=1), "day")
    if name in _TO_DATE:
        return calendar.current(_TO_DATE[name], day, fiscal_start)
    first, _, rest = name.partition("_")
    if first == "this":
        return calendar.current(cast(Grain, rest), day, fiscal_start)
    if first == "last":
        return calendar.full(1, cast(Grain, rest), day, fiscal_start)
    return calendar.full(1, cast(Grain, first), day, fiscal_start, skip=1)
