"""The rules that are compared: ours from the whole distribution, mean times cover days, and normal theory; each sees the past only.

All of them count a day without stock as what was expected of it by then, so that none is beaten by what it could not see.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ml.contract import Floats, Outlook
from ml.inventory.demand import WINDOW_DAYS, History, drift, measure_level
from ml.inventory.lead_demand import LeadDemand, totals
from ml.inventory.lead_times import LeadTimes
from ml.inventory.levels import level_worth, normal_level
from ml.inventory.simulate import Policy
from ml.inventory.spread import Whole
from ml.inventory.steady import Memory, best_weeks, steady_outlook

RULE_WINDOW_DAYS = 28
LONGEST_FORECAST_DAYS = 56
DRIFT_EVERY_DAYS = 28
Forecast = Callable[[History, int], Outlook]


@dataclass
class Past:
    """All history and where the replayed stretch begins in it; hands out what was known on each day of the stretch."""

    history: History
    stretch_days: int
    every: int = 7  # forecasts are made anew this often
    whole: Whole = True  # sold in pieces
    _made: dict[int, History] = field(default_factory=dict)
    _drifts: dict[int, Floats] = field(default_factory=dict)
    _losses: Memory = field(default_factory=dict)

    def known(self, day: int) -> History:
        """History as it was before day `day` of the stretch, as of the last time forecasts were made."""
        made = day // self.every * self.every
        if made not in self._made:
            self._made.clear()
            self._made[made] = self.history.until(self.stretch_days - made)
        return self._made[made]

    def usual(self, history: History, days: int) -> Outlook:
        """The fallback forecast, at the level of as many weeks as served best before."""
        return steady_outlook(history, days, self.weeks(history), self._drift(history))

    def weeks(self, history: History) -> int:
        """Whether this week's forecast alone serves best, or the level of four weeks'."""
        return best_weeks(history, self.whole, self._losses, self._drift(history))

    def _drift(self, history: History) -> Floats:
        """How far levels move, measured anew every few weeks."""
        month = history.as_of.toordinal() // DRIFT_EVERY_DAYS
        if month not in self._drifts:
            self._drifts.clear()
            self._drifts[month] = drift(history)
        return self._drifts[month]

    def stamp(self, day: int) -> int:
        """Which making of the forecasts holds on a day."""
        return day // self.every


def _kept(past: Past, make: Callable[[History], Floats]) -> Policy:
    """Levels are computed once for each making of the forecasts."""
    memory: dict[int, Floats] = {}

    def levels(day: int) -> Floats:
        stamp = past.stamp(day)
        if stamp not in memory:
            memory.clear()
            memory[stamp] = make(past.known(day))
        return memory[stamp]

    return levels


def whole_distribution(
    past: Past, leads: LeadTimes, review_days: int, services: Sequence[float], forecast: Forecast | None = None
) -> Policy:
    """The same certainty for every product: the quantile of demand over an uncertain lead time plus a review."""

    def make(history: History) -> Floats:
        protected, _ = _ahead(past, history, leads, review_days, forecast)
        rows, levels = _every(services, len(history.ids))
        return protected.rows(rows).quantile(levels).reshape(len(services), -1)

    return _kept(past, make)


def worth_keeping(past: Past, leads: LeadTimes, review_days: int, ratios: Sequence[float], forecast: Forecast | None = None) -> Policy:
    """Ours: every unit that saves more than it costs, at the same rate for every product."""

    def make(history: History) -> Floats:
        protected, until = _ahead(past, history, leads, review_days, forecast)
        rows, rates = _every(ratios, len(history.ids))
        return level_worth(rates, protected.rows(rows), until.rows(rows)).reshape(len(ratios), -1)

    return _kept(past, make)


def _every(settings: Sequence[float], series: int) -> tuple[NDArray[np.int64], Floats]:
    """Each series at each setting, so that all are searched at once."""
    return np.tile(np.arange(series), len(settings)), np.repeat(np.array(settings, dtype=np.float64), series)


def _ahead(past: Past, history: History, leads: LeadTimes, review_days: int, forecast: Forecast | None) -> tuple[LeadDemand, LeadDemand]:
    days = leads.days + review_days
    told = (forecast or past.usual)(history, min(int(days.max()), LONGEST_FORECAST_DAYS))
    over = totals(told, int(days.max()))
    return over.over(days, past.whole), over.over(leads.days, past.whole)


def cover_days(past: Past, leads: LeadTimes, review_days: int, covers: Sequence[float]) -> Policy:
    """The rule of thumb at its best: mean sales of four weeks x (this supplier's mean lead time + review + some days of cover)."""

    def make(history: History) -> Floats:
        mean = history.wanted[:, -RULE_WINDOW_DAYS:].mean(axis=1)
        return np.array([mean * np.maximum(leads.mean + review_days + cover, 0.0) for cover in covers])

    return _kept(past, make)


def flat_cover_days(past: Past, covers: Sequence[float]) -> Policy:
    """The rule of thumb as it is often used: mean sales of four weeks x the same days of cover for everything."""

    def make(history: History) -> Floats:
        mean = history.wanted[:, -RULE_WINDOW_DAYS:].mean(axis=1)
        return np.array([mean * cover for cover in covers])

    return _kept(past, make)


def normal_theory(past: Past, leads: LeadTimes, review_days: int, services: Sequence[float]) -> Policy:
    """The textbook: z times the spread of daily sales and of the lead time, normally distributed."""
    length = leads.mean + review_days

    def make(history: History) -> Floats:
        level = measure_level(history)
        plain = history.wanted[:, -WINDOW_DAYS:].var(axis=1)
        mean = level.mean * length
        lead_variance = np.square(leads.deviation)
        return np.array([normal_level(mean, level.mean, plain, length, lead_variance, service) for service in services])

    return _kept(past, make)
