"""A forecast from one history alone: any product, never seen before; says how it was made, what it fell back on and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from ml.contract import Floats
from ml.forecast.history_ladder import MEDIAN, WEEK, Chosen, choose, ladder, weekday_profile
from ml.forecast.history_reading import History
from ml.forecast.history_spread import (
    Cell,
    Coverage,
    HistoryClass,
    Scatter,
    class_of,
    dispersion,
    drift_a_day,
    measured_coverage,
    quantiles,
)

LEAST_DAYS = 14
FEW_DAYS, NO_SALE = "mean of the few days", "no sale in the history"
_PROMOTION_PRIOR_DAYS = 7.0  # an effect seen on fewer days than this is mostly chance
_MOST_EFFECT = 10.0


@dataclass(frozen=True)
class Wishes:
    """What is said of the days ahead beside the history."""

    promotion: bool | None = None
    seasonal: bool = True


@dataclass(frozen=True)
class Outline:
    """A forecast before its intervals have the width that was measured: means, and the variances the history itself shows."""

    mean: Floats
    middle: Floats  # the mean that intervals lie around
    scatter: Scatter
    demand_class: HistoryClass
    whole: bool  # units are whole numbers
    chosen: Chosen
    fallback: str | None
    effect: float | None  # of a promotion

    @property
    def of_day(self) -> Floats:
        return self.scatter.of_days(self.middle)

    @property
    def of_sum(self) -> Floats:
        return self.scatter.of_sums(self.middle)


@dataclass(frozen=True)
class HistoryForecast:
    """Expected units on each day after the history: means, quantiles of each day and of the sum up to each day."""

    product_id: str
    first_day: date
    outline: Outline
    cell: Cell
    measured_on: str
    version: str
    notes: tuple[str, ...]

    @property
    def mean(self) -> Floats:
        return self.outline.mean

    @property
    def method(self) -> str:
        return self.outline.chosen.method

    @property
    def fallback(self) -> str | None:
        return self.outline.fallback

    @property
    def demand_class(self) -> HistoryClass:
        return self.outline.demand_class

    @property
    def last_day(self) -> date:
        return self.first_day + timedelta(days=len(self.mean) - 1)

    @cached_property
    def daily(self) -> Floats:
        """Quantiles of each day: days x LEVELS."""
        found = self.outline
        return quantiles(found.middle, found.of_day, self.cell.daily_levels, found.whole)

    def summed(self, first: int = 0, last: int | None = None) -> Floats:
        """Quantiles of what is sold on the days `first` up to, not with, `last` together, counted from 0."""
        found, part = self.outline, slice(first, last)
        middle = found.middle[part].sum(keepdims=True)
        variance = found.scatter.of_block(found.middle, first, len(found.middle) if last is None else last)
        return np.asarray(quantiles(middle, np.array([variance]), self.cell.total_levels, found.whole)[0], dtype=np.float64)


def forecast_history(history: History, horizon: int, wishes: Wishes | None = None, coverage: Coverage | None = None) -> HistoryForecast:
    """What to expect on the `horizon` days after the history. The same history gives the same forecast."""
    wishes, coverage = wishes or Wishes(), coverage or measured_coverage()
    found = outline(history, horizon, wishes)
    cell = coverage.of(found.demand_class, horizon)
    notes = (*history.notes, *_said(wishes, found.effect, horizon, cell))
    first_day = history.last_day + timedelta(days=1)
    return HistoryForecast(history.product_id, first_day, found, cell, coverage.measured_on, coverage.version, notes)


def outline(history: History, horizon: int, wishes: Wishes) -> Outline:
    """The method, its means and how widely the history scatters around such means."""
    effect = promotion_effect(history)
    plain = history.sold if history.promotion is None else history.sold / np.where(history.promotion > 0, effect or 1.0, 1.0)
    chosen, mean, fallback = _expected(plain, horizon, wishes.seasonal)
    if wishes.promotion and effect is not None:
        mean = mean * effect
    # A history without a sale does not prove that there never will be one: half a unit over all its days, for the interval.
    middle = np.maximum(mean, 0.5 / len(plain))
    week = weekday_profile(plain) if wishes.seasonal else np.ones(WEEK)
    spread = dispersion(plain, week)
    scatter = Scatter(spread, drift_a_day(plain, spread), len(plain))
    whole = bool(np.all(history.sold == np.rint(history.sold)))
    return Outline(mean, middle, scatter, class_of(history.sold), whole, chosen, fallback, effect)


def promotion_effect(history: History) -> float | None:
    """How many times as much is sold under promotion, drawn to 1 where few such days were seen; None where none was."""
    told = history.promotion
    if told is None or not told.any() or told.all():
        return None
    on = told > 0
    usual = history.sold[~on]
    if usual.mean() <= 0:
        return None
    week = _week_of(history.sold, ~on)
    expected = usual.mean() * float(week[np.flatnonzero(on) % WEEK].sum())
    prior = _PROMOTION_PRIOR_DAYS * usual.mean()
    return float(np.clip((history.sold[on].sum() + prior) / (expected + prior), 1 / _MOST_EFFECT, _MOST_EFFECT))


def _week_of(sold: Floats, days: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Floats:
    """The weekday profile of some days; the others are put at their mean, where they say nothing."""
    return weekday_profile(np.where(days, sold, sold[days].mean()))


def _expected(sold: Floats, horizon: int, seasonal: bool) -> tuple[Chosen, Floats, str | None]:
    """The method, its expectation and what it fell back on."""
    if not sold.any():
        return Chosen(NO_SALE, {}, 0), np.zeros(horizon), "nothing was sold on any day of the history, so nothing is expected"
    if len(sold) < LEAST_DAYS:
        few = f"too little history ({len(sold)} of {LEAST_DAYS} days) for a model: the mean of the days there are"
        return Chosen(FEW_DAYS, {}, 0), np.full(horizon, sold.mean()), few
    chosen = choose(sold, horizon, seasonal)
    fallback = None if chosen.origins else f"too little history to test methods on it: the {MEDIAN}"
    return chosen, ladder(sold, horizon, seasonal)[chosen.method], fallback


def _said(wishes: Wishes, effect: float | None, horizon: int, cell: Cell) -> tuple[str, ...]:
    notes = []
    if wishes.promotion and effect is None:
        notes.append("no day of the history is marked as under promotion beside days that are not, so no effect of a promotion is added")
    elif wishes.promotion:
        notes.append(f"the promotion counts {effect:.2f} times the usual units, as measured on the history")
    if horizon > cell.up_to_days:
        notes.append(f"intervals were measured up to {cell.up_to_days} days ahead; beyond, theirs are used")
    return tuple(notes)
