"""The calendar of a Vietnamese distributor: open days, holidays, Tet, double days and the seasons of each kind of goods."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from ingestion.demo.arrays import Bools, Floats, Ints
from ingestion.demo.scale import LAST_DAY

SECONDS_A_DAY = 86_400
UTC_OFFSET_SECONDS = 7 * 3_600
HORIZON_DAYS = 250  # deliveries are planned past the last day; what falls there is simply not in the data yet

TET = (date(2024, 2, 10), date(2025, 1, 29), date(2026, 2, 17), date(2027, 2, 6))
MID_AUTUMN = (date(2024, 9, 17), date(2025, 10, 6), date(2026, 9, 25))
HUNG_KINGS = (date(2025, 4, 7), date(2026, 4, 26), date(2027, 4, 16))
FIXED_HOLIDAYS = ((1, 1), (4, 30), (5, 1), (9, 1), (9, 2))
DOUBLE_DAYS = {(9, 9): 1.25, (10, 10): 1.25, (11, 11): 1.8, (12, 12): 1.7, (3, 3): 1.1, (6, 6): 1.15}

WEEKDAY_BUSINESS = np.array([1.35, 1.2, 1.1, 1.1, 1.2, 0.75, 0.18])
WEEKDAY_CONSUMER = np.array([0.88, 0.85, 0.9, 0.95, 1.08, 1.25, 1.2])

# (from, to, at the start, at the end): days around Tet and what they do to buying.
TET_BUSINESS = ((-32, -6, 1.05, 1.75), (-5, -2, 0.8, 0.25), (-1, 5, 0.02, 0.02), (6, 15, 0.35, 0.9))
TET_CONSUMER = ((-28, -3, 1.05, 1.85), (-2, -1, 0.9, 0.5), (0, 4, 0.12, 0.2), (5, 14, 0.45, 0.9))

SEASONS = ("flat", "tet", "tet_only", "summer", "heat", "cool", "autumn", "school", "women")


@dataclass(frozen=True)
class Calendar:
    """Days counted from the first day of the data; every array is indexed by that count."""

    first_day: date

    @property
    def days(self) -> int:
        return (LAST_DAY - self.first_day).days + 1

    @cached_property
    def dates(self) -> list[date]:
        return [self.first_day + timedelta(days=offset) for offset in range(self.days + HORIZON_DAYS)]

    @cached_property
    def epoch_days(self) -> Ints:
        return (self.first_day - date(1970, 1, 1)).days + np.arange(self.days + HORIZON_DAYS)

    @property
    def start_second(self) -> int:
        return int(self.epoch_days[0]) * SECONDS_A_DAY

    @property
    def end_second(self) -> int:
        """The first second after the data, on the business clock."""
        return self.start_second + self.days * SECONDS_A_DAY

    def second(self, day: Ints, second_of_day: Ints) -> Ints:
        return (int(self.epoch_days[0]) + day) * SECONDS_A_DAY + second_of_day

    def day_of(self, second: Ints) -> Ints:
        return second // SECONDS_A_DAY - int(self.epoch_days[0])

    @cached_property
    def weekday(self) -> Ints:
        return (self.epoch_days + 3) % 7  # 1970-01-01 was a Thursday; Monday is 0

    @cached_property
    def month_ends(self) -> Bools:
        return np.array([(day + timedelta(days=1)).day == 1 for day in self.dates])

    @cached_property
    def working(self) -> Bools:
        """Warehouses ship and receive: not on Sundays, holidays or around Tet."""
        closed = {holiday + timedelta(days=offset) for holiday in TET for offset in range(-2, 5)} | set(HUNG_KINGS)
        holiday = np.array([day in closed or (day.month, day.day) in FIXED_HOLIDAYS for day in self.dates])
        open_days: Bools = ~holiday & (self.weekday != 6)
        return open_days

    @cached_property
    def next_working(self) -> Ints:
        """The first working day on or after each day."""
        following = np.where(self.working, np.arange(len(self.dates)), len(self.dates) - 1)
        return np.minimum.accumulate(following[::-1])[::-1]

    @cached_property
    def days_from_tet(self) -> Ints:
        """Signed days from the nearest Tet, negative before it."""
        return _signed_distance(self.dates, TET)

    @cached_property
    def business_mood(self) -> Floats:
        """How much companies feel like ordering on each day, around 1."""
        holiday = np.where(self.working | (self.weekday == 6), 1.0, 0.3)
        return WEEKDAY_BUSINESS[self.weekday] * self._tet_effect(TET_BUSINESS) * holiday

    @cached_property
    def consumer_mood(self) -> Floats:
        """How much people feel like ordering on each day, around 1: weekends, paydays, double days, Tet."""
        double = np.array([DOUBLE_DAYS.get((day.month, day.day), 1.0) for day in self.dates])
        payday = np.array([1.10 if 5 <= day.day <= 10 else 1.0 for day in self.dates])
        party = np.array([1.12 if (day.month, day.day) in {(4, 29), (9, 1), (12, 24), (12, 31)} else 1.0 for day in self.dates])
        mood: Floats = WEEKDAY_CONSUMER[self.weekday] * self._tet_effect(TET_CONSUMER) * double * payday * party
        return mood

    def _tet_effect(self, pieces: tuple[tuple[int, int, float, float], ...]) -> Floats:
        effect = np.ones(len(self.dates))
        for start, end, low, high in pieces:
            inside = (self.days_from_tet >= start) & (self.days_from_tet <= end)
            effect[inside] = np.interp(self.days_from_tet[inside], [start, end], [low, high])
        return effect

    @cached_property
    def seasons(self) -> Floats:
        """One row for each of SEASONS: what the time of year does to the goods that follow it."""
        tet_build_up = np.clip(1 - np.abs(self.days_from_tet + 12) / 25, 0, 1)
        moon = _signed_distance(self.dates, MID_AUTUMN)
        moon_build_up = np.where(moon <= 0, np.clip(1 + moon / 38, 0, 1), 0)
        rows = {
            "tet": 0.9 + 1.5 * tet_build_up,
            "tet_only": 0.02 + 7.0 * tet_build_up,
            "summer": 1 + 0.38 * self._yearly_wave(6, 5),
            "heat": 0.85 + 1.6 * np.clip(self._yearly_wave(5, 20), 0, 1),
            "cool": 1 + 0.22 * self._yearly_wave(12, 20),
            "autumn": 0.03 + 6.0 * moon_build_up,
            "school": 0.33 + 1.3 * np.clip(self._yearly_wave(8, 22), 0.4, 1),
            "women": 0.95 + 0.9 * self._bump(3, 5, 8) + 0.9 * self._bump(10, 17, 8) + 0.3 * self._bump(11, 17, 6),
        }
        return np.stack([rows.get(name, np.ones(len(self.dates))) for name in SEASONS])

    def _yearly_wave(self, month: int, day: int) -> Floats:
        """A cosine through the year that is 1 on the given day."""
        peak = date(2024, month, day).timetuple().tm_yday
        return np.cos(2 * np.pi * (np.array([d.timetuple().tm_yday for d in self.dates]) - peak) / 365.25)

    def _bump(self, month: int, day: int, width_days: int) -> Floats:
        peak = date(2024, month, day).timetuple().tm_yday
        distance = np.array([d.timetuple().tm_yday for d in self.dates]) - peak
        return np.exp(-0.5 * (distance / width_days) ** 2)


def _signed_distance(days: list[date], feasts: tuple[date, ...]) -> Ints:
    offsets = np.array([[(day - feast).days for feast in feasts] for day in days])
    nearest = np.abs(offsets).argmin(axis=1)
    signed: Ints = offsets[np.arange(len(days)), nearest]
    return signed
