"""Which days ahead are meant, cut into buckets, and what is expected in each of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from ingestion.calendar import start_of
from tools.errors import BadInput
from tools.facts import Days, Evidence
from tools.forecasting.terms import LONGEST_DAYS, AheadGrain, DemandForecastQuery

MOST_DAILY_LINES = 31
NOMINAL = 0.8


@dataclass(frozen=True)
class Amount:
    """What is expected, and between which numbers it should lie four times in five."""

    expected: float
    low: float
    high: float


class Expected(Protocol):
    """A forecast of one series from the day after as_of on, whoever made it."""

    @property
    def name(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def model(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def demand_class(self) -> str: ...
    @property
    def notes(self) -> tuple[str, ...]: ...
    @property
    def history(self) -> tuple[tuple[date, float], ...]: ...

    def coverage(self, days: int) -> float | None:
        """How often intervals of totals of so many days held; None where that was not measured."""

    def between(self, first: int, last: int) -> Amount:
        """What is sold on the days `first` up to, not with, `last` together, counted from the day after as_of."""

    def evidence(self, call_id: str) -> Evidence:
        """What made it, with its score."""


@dataclass(frozen=True)
class Window:
    """The days asked about."""

    as_of: date
    first: date
    last: date

    @property
    def days(self) -> Days:
        return Days(start=self.first, end=self.last)

    @property
    def horizon(self) -> int:
        """Days from as_of to the last one."""
        return (self.last - self.as_of).days

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1

    def place(self, day: date) -> int:
        """Where a day lies, counted from the day after as_of."""
        return (day - self.as_of).days - 1


def window(query: DemandForecastQuery, as_of: date) -> Window:
    """The days asked about; a forecast begins after as_of and looks a year ahead at most."""
    latest = as_of + timedelta(days=LONGEST_DAYS)
    first = query.starts_on or as_of + timedelta(days=1)
    allowed = f"days from {as_of + timedelta(days=1)} to {latest}"
    if first <= as_of:
        raise BadInput("starts_on", first.isoformat(), allowed, why=f"the data reaches to {as_of}; what was sold by then is no forecast")
    if first > latest:
        raise BadInput("starts_on", first.isoformat(), allowed, why=f"nobody can see further than {LONGEST_DAYS} days")
    last = query.ends_on or first + timedelta(days=query.days - 1)
    if last <= as_of or last < first:
        raise BadInput("ends_on", last.isoformat(), allowed, why="the forecast would end before it begins")
    if last > latest and query.ends_on is None:
        most = (latest - first).days + 1
        raise BadInput("days", query.days, f"1 to {most} from {first}", why=f"they end on {last}; the last day to be seen is {latest}")
    if last > latest:
        raise BadInput("ends_on", last.isoformat(), allowed, why=f"nobody can see further than {LONGEST_DAYS} days")
    return Window(as_of, first, last)


def buckets(asked: Window, grain: AheadGrain) -> tuple[tuple[date, date, date], ...]:
    """Each bucket's own first day, and the first and last day of it that is asked about."""
    found: list[tuple[date, date, date]] = []
    day = asked.first
    while day <= asked.last:
        start = start_of(day, grain)
        end = day
        while end < asked.last and start_of(end + timedelta(days=1), grain) == start:
            end += timedelta(days=1)
        found.append((start, day, end))
        day = end + timedelta(days=1)
    return tuple(found)


def grain_of(query: DemandForecastQuery, asked: Window) -> AheadGrain:
    """The bucket asked for; without one, days while they can be read and weeks beyond."""
    return query.grain or ("day" if asked.length <= MOST_DAILY_LINES else "week")
