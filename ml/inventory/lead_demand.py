"""What is sold until the goods one could order later arrive: demand over a time that is itself uncertain, as one distribution."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.contract import Floats, Outlook
from ml.inventory.spread import Whole, at_most, beyond

Enough = Callable[[Floats, NDArray[np.int64]], NDArray[np.bool_]]


@dataclass(frozen=True)
class LeadDemand:
    """A mixture for each series: with equal chance one of K lead times, and demand over each with its mean and spread."""

    means: Floats  # series x K
    deviations: Floats
    whole: Whole = True

    @property
    def mean(self) -> Floats:
        found: Floats = self.means.mean(axis=1)
        return found

    @property
    def deviation(self) -> Floats:
        """Spread of demand and of the lead time together: E[var] + var[mean]."""
        found: Floats = np.sqrt(np.square(self.deviations).mean(axis=1) + self.means.var(axis=1))
        return found

    @property
    def _kind(self) -> Whole:
        return self.whole if isinstance(self.whole, bool) else self.whole[:, None]

    def steps(self) -> Floats:
        """The least by which stock can differ: a piece, or a hundredth of what is weighed or measured."""
        found: Floats = np.where(np.broadcast_to(np.asarray(self.whole), (len(self.means),)), 1.0, 0.01)
        return found

    def at_most(self, units: Floats) -> Floats:
        """P(demand <= units) for each series."""
        found: Floats = at_most(units[:, None], self.means, self.deviations, self._kind).mean(axis=1)
        return found

    def beyond(self, units: Floats) -> Floats:
        """Units expected to be missing with this much stock."""
        found: Floats = beyond(units[:, None], self.means, self.deviations, self._kind).mean(axis=1)
        return found

    def quantile(self, level: float | Floats) -> Floats:
        """The least stock (whole units, for pieces) that is enough with probability `level`."""
        levels = np.broadcast_to(np.asarray(level, dtype=np.float64), (len(self.means),))
        low, high = self.bracket(levels)
        return self._search(low, high, lambda units, rows: self.rows(rows).at_most(units) >= levels[rows])

    def for_shortfall(self, allowed: Floats) -> Floats:
        """The least stock whose expected shortfall is at most `allowed`."""
        low, high = self.bracket(np.full(len(self.means), 0.9999))
        return self._search(low, high, lambda units, rows: self.rows(rows).beyond(units) <= allowed[rows])

    def rows(self, rows: NDArray[np.int64]) -> LeadDemand:
        """Some of the series."""
        return LeadDemand(self.means[rows], self.deviations[rows], some(self.whole, rows))

    def bracket(self, levels: Floats) -> tuple[Floats, Floats]:
        """A stock that is not enough with these probabilities, and one that certainly is."""
        tail = np.sqrt(1.0 / np.clip(1.0 - levels, 1e-6, 1.0))  # one-sided Chebyshev: certainly enough
        top = np.ceil(self.mean + tail * np.maximum(self.deviation, np.sqrt(self.mean)) + 1.0)
        return np.full(len(top), -1.0), top

    def _search(self, low: Floats, high: Floats, enough: Enough) -> Floats:
        """Halve the range of every series until one step is left."""
        step = self.steps()
        return halve(np.floor(low / step), np.ceil(high / step), step, enough)


def halve(low: Floats, high: Floats, step: Floats, enough: Enough) -> Floats:
    """The least number of steps that is enough, as units; counted in whole steps, so that the range always shrinks."""
    while len(rows := np.flatnonzero(high - low > 1)):
        middle = np.floor((low[rows] + high[rows]) / 2)
        good = enough(middle * step[rows], rows)
        high[rows] = np.where(good, middle, high[rows])
        low[rows] = np.where(good, low[rows], middle)
    found: Floats = np.maximum(np.round(high * step, 2), 0.0)
    return found


@dataclass(frozen=True)
class Totals:
    """Mean and spread of what is sold from the first day ahead through each day, column 0 being no day at all."""

    means: Floats  # series x (days + 1)
    deviations: Floats

    @property
    def days(self) -> int:
        return int(self.means.shape[1]) - 1

    def after(self, days: Floats) -> tuple[Floats, Floats]:
        """Mean and spread of the total over so many whole days: series x K."""
        place = np.clip(np.round(days), 0, self.days).astype(np.int64)
        rows = np.arange(len(self.means))[:, None]
        return self.means[rows, place], self.deviations[rows, place]

    def over(self, days: Floats, whole: Whole = True) -> LeadDemand:
        """Demand over a time with these equally likely lengths."""
        return LeadDemand(*self.after(days), whole)

    def rows(self, rows: NDArray[np.int64]) -> Totals:
        """Some of the series."""
        return Totals(self.means[rows], self.deviations[rows])


def some(whole: Whole, rows: NDArray[np.int64]) -> Whole:
    """The kind of some of the series."""
    return whole if isinstance(whole, bool) else whole[rows]


def totals(outlook: Outlook, days: int) -> Totals:
    """The outlook as totals, carried on past its last day: the last week repeats, the spread grows on as it grew."""
    known = outlook.mean.shape[1]
    daily = np.maximum(np.nan_to_num(outlook.mean), 0.0)
    spread = np.maximum.accumulate(np.nan_to_num(outlook.total_sd), axis=1)
    if days > known:
        week = daily[:, -min(7, known) :]
        daily = np.concatenate([daily, np.tile(week, (1, -(-(days - known) // week.shape[1])))[:, : days - known]], axis=1)
        spread = np.concatenate([spread, _grown(spread, days)], axis=1)
    nothing = np.zeros((len(daily), 1))
    return Totals(np.concatenate([nothing, daily[:, :days].cumsum(axis=1)], axis=1), np.concatenate([nothing, spread[:, :days]], axis=1))


def _grown(spread: Floats, days: int) -> Floats:
    known = spread.shape[1]
    half = max(1, known // 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        power = np.log(spread[:, -1] / spread[:, half - 1]) / np.log(known / half)
    power = np.clip(np.nan_to_num(power, nan=0.5, posinf=1.0, neginf=0.5), 0.5, 1.0)
    ahead = np.arange(known + 1, days + 1) / known
    found: Floats = spread[:, -1:] * ahead[None, :] ** power[:, None]
    return found
