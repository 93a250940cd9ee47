"""The forecast when none is trained: the mean of the last eight weeks with the company's weekdays, its spread measured on the past."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special  # type: ignore[import-untyped]

from ml.contract import LEVELS, Floats, Outlook
from ml.inventory.spread import at_most
from ml.inventory.unseen import Bools, missed_as_known, weekdays

NAME = "fallback: weighted mean of 56 days by weekday"
WINDOW_DAYS = 56
HALF_LIFE_DAYS = 14.0
CHECK_DAYS = (14, 28)
CHECK_LEVELS = (0.8, 0.9, 0.95)
CHECKS = 4
DRIFTS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4)
SHRINK_DAYS = 14.0  # a spread seen on few days is mixed with what is usual at that volume
CLASSES = ("slow", "medium", "fast")
CLASS_EDGES = (1.0, 7.0)  # units a week
LEAST_CHECKED = 20.0  # forecasts of the past a class needs before its own drift is believed


@dataclass(frozen=True)
class History:
    """Units sold, a row for each series and a column for each day up to `as_of`; days on which nothing could be sold are marked."""

    ids: tuple[str, ...]
    units: Floats
    censored: Bools
    as_of: date
    told: Floats | None = field(default=None, compare=False, repr=False)  # what was wanted, where a longer history said so already

    @cached_property
    def wanted(self) -> Floats:
        """What was asked for each day, as one would have said on it: on days without stock at least what was sold."""
        return self.units + missed_as_known(self.units, self.censored, self.as_of) if self.told is None else self.told

    def until(self, back: int) -> History:
        """The same history as it was `back` days earlier."""
        if back == 0:
            return self
        kept, day = self.units.shape[1] - back, date.fromordinal(self.as_of.toordinal() - back)
        return History(self.ids, self.units[:, :kept], self.censored[:, :kept], day, self.wanted[:, :kept])


@dataclass(frozen=True)
class Level:
    """What a day brings: mean, variance and how many days they were measured on, with the factor of each weekday."""

    mean: Floats
    variance: Floats
    days: Floats
    weekday: Floats  # seven factors, Monday first, mean 1


def recent_outlook(history: History, days: int, drifts: Floats | None = None, levels: tuple[float, ...] = LEVELS) -> Outlook:
    """The outlook of the fallback for so many days; `drifts` by volume class when they were measured already.

    Without `levels` there are no quantiles of single days, which decisions about stock do not need.
    """
    level = measure_level(history)
    moving = drift(history) if drifts is None else drifts
    daily = level.mean[:, None] * _factors(level, history.as_of, days)[None, :]
    spread = total_spread(level, np.arange(1, days + 1), moving[volume_places(level.mean)])
    quantiles = daily_quantiles(daily, np.sqrt(level.variance)[:, None] * np.ones((1, days)), levels)
    count = len(history.ids)
    return Outlook(history.ids, history.as_of, daily, quantiles, spread, (NAME,) * count, volume_classes(level.mean), levels)


def measure_level(history: History) -> Level:
    """The last eight weeks, later days weighing more; where days with stock are few the usual spread counts in.

    A day without stock counts as what was expected of it, or sold before the shelf was empty where that is more: left out, it would
    take the days with it on which most was asked for. Only days with stock tell the spread.
    """
    units, open_days = history.wanted[:, -WINDOW_DAYS:], ~history.censored[:, -WINDOW_DAYS:]
    weekday, length = weekday_factors(history), units.shape[1]
    factors = weekday[weekdays(history.as_of, 1 - length, length)][None, :]
    late = 0.5 ** (np.arange(length)[::-1] / HALF_LIFE_DAYS)[None, :]
    mean = (units * late).sum(axis=1) / np.maximum((late * factors).sum(axis=1), 1e-9)
    weight = open_days * late
    days = np.square(weight.sum(axis=1)) / np.maximum(np.square(weight).sum(axis=1), 1e-12)
    apart = (np.square(units - mean[:, None] * factors) * weight).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-9)
    variance = np.where(days > 1, apart * days / np.maximum(days - 1, 1e-9), mean)
    usual = _usual_ratio(mean, variance) * mean
    variance = (days * variance + SHRINK_DAYS * usual) / (days + SHRINK_DAYS)
    return Level(mean, np.maximum(variance, mean), days, weekday)


def weekday_factors(history: History, days: int = WINDOW_DAYS) -> Floats:
    """How much of a mean day each weekday sells on the last so many days, over all series together."""
    units = history.units[:, -days:].sum(axis=0)
    weekday = weekdays(history.as_of, 1 - len(units), len(units))
    mean = np.bincount(weekday, units, 7) / np.maximum(np.bincount(weekday, minlength=7), 1)
    if len(units) < 14 or mean.sum() <= 0:
        return np.ones(7)
    found: Floats = mean / mean.mean()
    return found


def total_spread(level: Level, days: NDArray[np.int64], drift_rate: ArrayLike) -> Floats:
    """Spread of the total over each number of days: of the days themselves, of the mean they were measured with, of levels that move."""
    length = days[None, :].astype(np.float64)
    own = length * level.variance[:, None]
    measured = np.square(length) * (level.variance / np.maximum(level.days, 1.0))[:, None]
    moving = np.square(length * (level.mean * np.asarray(drift_rate, dtype=np.float64))[:, None])
    found: Floats = np.sqrt(own + measured + moving)
    return found


def drift(history: History) -> Floats:
    """How far levels move beyond chance, as a fraction, by volume class: what makes past forecasts cover what was then sold.

    The most of the grid where there is too little history to tell.
    """
    off, seen = np.zeros((len(CLASSES), len(DRIFTS))), np.zeros(len(CLASSES))
    for ahead in CHECK_DAYS:
        for check in range(CHECKS):
            back = ahead + 14 * check
            if history.units.shape[1] >= back + WINDOW_DAYS:
                _check(history, ahead, back, off, seen)
    # The share of misses at each level against the share there should be, all levels alike.
    found = np.array(DRIFTS)[np.abs(off / np.maximum(seen, 1.0)[:, None]).argmin(axis=1)]
    return np.where(seen >= LEAST_CHECKED, found, DRIFTS[-1])


def _check(history: History, ahead: int, back: int, off: Floats, seen: Floats) -> None:
    """Adds the misses of one forecast of the past, by class and by the drift it would have been made with."""
    then = history.until(back)
    level = measure_level(then)
    window = slice(history.units.shape[1] - back, history.units.shape[1] - back + ahead)
    came = history.units[:, window].sum(axis=1)
    clear = ~history.censored[:, window].any(axis=1) & (level.mean > 0)
    due = level.mean * _factors(level, then.as_of, ahead).sum()
    places = volume_places(level.mean)
    seen += np.bincount(places[clear], minlength=len(CLASSES))
    for number, rate in enumerate(DRIFTS):
        spread = total_spread(level, np.array([ahead]), rate)[:, 0]
        below, reach = at_most(came - 0.5, due, spread), at_most(came, due, spread)
        middle = (np.where(came > 0, below, 0.0) + reach) / 2  # counts move in steps: the middle of the step is fair
        for wanted in CHECK_LEVELS:
            over = (middle > wanted) - (1.0 - wanted)
            off[:, number] += np.bincount(places[clear], over[clear], len(CLASSES)) / (1.0 - wanted)


def daily_quantiles(mean: Floats, deviation: Floats, levels: tuple[float, ...] = LEVELS) -> Floats:
    """Quantiles of each day's demand: series x days x levels, whole units."""
    found = np.zeros((*mean.shape, len(levels)))
    if not levels:
        return found
    top = int(np.ceil((mean + 6 * deviation).max(initial=1.0))) + 1
    if mean.size * top > 4_000_000:  # many units a day: the normal curve says the same
        rough: Floats = np.maximum(np.round(mean[..., None] + special.ndtri(np.array(levels)) * deviation[..., None]), 0.0)
        return rough
    for units in range(top):
        below = at_most(units, mean, deviation)
        for place, level in enumerate(levels):
            found[..., place] += below < level
        if (below >= max(levels)).all():
            break
    return found


def volume_places(mean: Floats) -> NDArray[np.int64]:
    """The place of each series' class by what it sells in a week."""
    found: NDArray[np.int64] = np.searchsorted(CLASS_EDGES, mean * 7.0, side="right").astype(np.int64)
    return found


def volume_classes(mean: Floats) -> tuple[str, ...]:
    """The demand class of each series by what it sells in a week."""
    return tuple(CLASSES[place] for place in volume_places(mean))


def _usual_ratio(mean: Floats, variance: Floats) -> Floats:
    """Variance per unit of mean, as it is at this volume: the median of the third of the series most alike."""
    sells = mean > 0
    if sells.sum() < 9:
        return np.ones_like(mean)
    edges = np.quantile(mean[sells], [1 / 3, 2 / 3])
    third = np.searchsorted(edges, mean)
    ratio = np.ones_like(mean)
    for each in range(3):
        mine = sells & (third == each)
        if mine.any():
            ratio[third == each] = np.median(variance[mine] / mean[mine])
    return np.maximum(ratio, 1.0)


def _factors(level: Level, as_of: date, days: int) -> Floats:
    found: Floats = level.weekday[weekdays(as_of, 1, days)]
    return found
