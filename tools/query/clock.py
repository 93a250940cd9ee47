"""Timestamps as the business sees them: local time, calendar buckets and dense runs of buckets, as SQL."""

from __future__ import annotations

from datetime import timedelta

from ingestion.calendar import Grain, fixed_offset
from tools.query.source import Extent

# What one step of each grain is, in SQL.
STEPS: dict[Grain, str] = {"day": "1 day", "week": "7 days", "month": "1 month", "quarter": "3 months", "year": "1 year"}


def local_time(reference: str, timezone: str, extent: Extent | None) -> str:
    """A UTC timestamp in the business zone; plain arithmetic where the zone never changed over the data (three times quicker)."""
    offset = fixed_offset(timezone, extent[0].date(), extent[1].date()) if extent else None
    if offset is None:
        return f"({reference} AT TIME ZONE 'UTC' AT TIME ZONE '{timezone}')"
    if offset == timedelta(0):
        return reference
    return f"({reference} + INTERVAL '{int(offset.total_seconds() // 60)} minutes')"


def bucket(grain: Grain, local: str, fiscal_start: int = 1) -> str:
    """First day of the unit that holds a local time."""
    if grain == "day":
        return f"CAST({local} AS DATE)"
    months = fiscal_start - 1
    if grain in ("quarter", "year") and months:
        return f"CAST(DATE_TRUNC('{grain}', {local} - INTERVAL '{months} months') + INTERVAL '{months} months' AS DATE)"
    return f"CAST(DATE_TRUNC('{grain}', {local}) AS DATE)"


def part(name: str, local: str) -> str:
    """Weekday (1 = Monday) or hour of a local time."""
    return f"CAST(EXTRACT({'ISODOW' if name == 'weekday' else 'HOUR'} FROM {local}) AS INTEGER)"


def dense(grain: Grain, first: str, last: str) -> str:
    """A SELECT of every bucket start from `first` to `last` (bound dates), in one column named after the grain."""
    series = f"GENERATE_SERIES(CAST({first} AS TIMESTAMP), CAST({last} AS TIMESTAMP), INTERVAL '{STEPS[grain]}')"
    return f"SELECT CAST(starts.moment AS DATE) AS {grain} FROM {series} AS starts(moment)"


def next_bucket(grain: Grain, start: str, count: int = 1) -> str:
    """The bucket start `count` grains after `start`."""
    number, unit = STEPS[grain].split()
    return f"CAST({start} + INTERVAL '{int(number) * count} {unit}' AS DATE)"
