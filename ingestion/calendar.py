"""The business calendar: which days a period means, given the business date `as_of`; every period includes both its ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

Grain = Literal["day", "week", "month", "quarter", "year"]

GRAINS: tuple[Grain, ...] = ("day", "week", "month", "quarter", "year")
MONTHS_OF: dict[Grain, int] = {"month": 1, "quarter": 3, "year": 12}
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """The days from `first` to `last`, both included; `grain` and `count` say which calendar units it stands for, if any."""

    first: date
    last: date
    grain: Grain | None = None
    count: int = 1

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"a period cannot end ({self.last}) before it starts ({self.first})")

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def add_months(day: date, months: int) -> date:
    """The same day of the month, `months` later; the last day of the month where that day does not exist."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, _month_length(year, month + 1)))


def shift(day: date, count: int, grain: Grain) -> date:
    """`day` moved by `count` grains, backwards when negative."""
    if grain in MONTHS_OF:
        return add_months(day, count * MONTHS_OF[grain])
    return day + timedelta(days=count * (7 if grain == "week" else 1))


def start_of(day: date, grain: Grain, fiscal_start: int = 1) -> date:
    """First day of the day, ISO week, month, quarter or (fiscal) year that holds `day`."""
    if grain == "day":
        return day
    if grain == "week":
        return day - timedelta(days=day.weekday())
    months = MONTHS_OF[grain]
    into = (day.month - fiscal_start) % 12 % months
    return add_months(day.replace(day=1), -into)


def end_of(day: date, grain: Grain, fiscal_start: int = 1) -> date:
    """Last day of the unit that holds `day`."""
    return shift(start_of(day, grain, fiscal_start), 1, grain) - ONE_DAY


def unit(day: date, grain: Grain, fiscal_start: int = 1) -> Span:
    """The whole unit that holds `day`."""
    return Span(start_of(day, grain, fiscal_start), end_of(day, grain, fiscal_start), grain)


def current(grain: Grain, as_of: date, fiscal_start: int = 1) -> Span:
    """This week, month ...: from its first day up to and including `as_of` (so also MTD, QTD, YTD)."""
    return Span(start_of(as_of, grain, fiscal_start), as_of, grain)


def full(count: int, grain: Grain, as_of: date, fiscal_start: int = 1, skip: int = 0) -> Span:
    """The last `count` full units before the one that holds `as_of`, leaving out the newest `skip`."""
    end = shift(start_of(as_of, grain, fiscal_start), -skip, grain)
    return Span(shift(end, -count, grain), end - ONE_DAY, grain, count)


def rolling(count: int, grain: Grain, as_of: date) -> Span:
    """The window of `count` units that ends on `as_of`, inclusive."""
    return Span(shift(as_of, -count, grain) + ONE_DAY, as_of)


def previous(span: Span, fiscal_start: int = 1) -> Span:
    """What `span` is compared with: the unit before for calendar units (as many days of it when partial), else the equal length before."""
    if span.grain is None:
        span = _recognised(span, fiscal_start)
    if span.grain is None:
        return Span(span.first - timedelta(days=span.days), span.first - ONE_DAY)
    first = shift(span.first, -span.count, span.grain)
    end = span.first - ONE_DAY
    if _is_whole(span):
        return Span(first, end, span.grain, span.count)
    return Span(first, min(first + timedelta(days=span.days - 1), end), span.grain)


def year_before(span: Span) -> Span:
    """The same dates one year earlier; 29 February becomes 28 February."""
    return Span(add_months(span.first, -12), add_months(span.last, -12))


def buckets(span: Span, grain: Grain, fiscal_start: int = 1) -> Iterator[date]:
    """First days of every unit that touches `span`, in order."""
    day = start_of(span.first, grain, fiscal_start)
    while day <= span.last:
        yield day
        day = shift(day, 1, grain)


def utc_bounds(span: Span, timezone: str) -> tuple[datetime, datetime]:
    """First instant of the span and first instant after it, in UTC without zone, as timestamps are stored."""
    return midnight_utc(span.first, timezone), midnight_utc(span.last + ONE_DAY, timezone)


def midnight_utc(day: date, timezone: str) -> datetime:
    """The UTC instant at which `day` begins in the business time zone."""
    return datetime.combine(day, time.min, ZoneInfo(timezone)).astimezone(UTC).replace(tzinfo=None)


def local_day(moment: datetime, timezone: str) -> date:
    """The business day of a stored (UTC) timestamp."""
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(timezone)).date()


@lru_cache(maxsize=256)
def fixed_offset(timezone: str, first: date, last: date) -> timedelta | None:
    """The zone's distance from UTC when it never changed between two days (a margin included), else None."""
    zone = ZoneInfo(timezone)
    day, end = first - 2 * ONE_DAY, last + 2 * ONE_DAY
    offset = datetime.combine(day, time.min, zone).utcoffset()
    while day <= end:
        if datetime.combine(day, time.min, zone).utcoffset() != offset:
            return None
        day += ONE_DAY
    return offset


def _recognised(span: Span, fiscal_start: int) -> Span:
    """The span with its grain when its dates are exactly one month, quarter or year."""
    for grain in ("month", "quarter", "year"):
        if unit(span.first, grain, fiscal_start) == Span(span.first, span.last, grain):
            return Span(span.first, span.last, grain)
    return span


def _is_whole(span: Span) -> bool:
    return span.grain is not None and shift(span.first, span.count, span.grain) == span.last + ONE_DAY


def _month_length(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - ONE_DAY).day
