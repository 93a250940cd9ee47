"""How far off a forecast from a history alone may be: counts scatter around their mean, and how widely was measured on other histories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from ml.contract import Floats
from ml.forecast.contract import ENDED_DAYS, FAST_A_DAY, NEW_DAYS, RECENT_DAYS, SLOW_A_DAY, STEADY_A_DAY, DemandClass

MEASURED = Path(__file__).with_name("history_coverage.json")
LEVEL_SEES_DAYS = 42  # a level is worth about so many days of evidence: it follows the last ones
DRIFT_A_DAY = 0.004  # relative variance a level gains with each day ahead, where the history is too short to show its own
_BLOCK_DAYS, _PRIOR_BLOCKS, _MOST_BLOCKS = 28, 4.0, 26
_LEAST_DRIFT, _MOST_DRIFT = 1e-4, 0.02
_SPREAD_DAYS = 182
_LEAST_DISPERSION, _MOST_DISPERSION = 0.05, 1e4
_GAMMA_FROM = 500.0  # from here on a count is as good as continuous


HistoryClass = Literal[DemandClass, "bulk"]
BULK_A_DAY = 100.0  # sums over many goods: they scatter less than one product that sells fast


class Cell(BaseModel):
    """One class of demand up to one horizon: the levels to ask for so that those wanted hold, and what was then covered elsewhere."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    demand_class: HistoryClass
    up_to_days: int
    daily_levels: tuple[float, ...]  # in the place of each of LEVELS
    total_levels: tuple[float, ...]
    daily_covered_80: float
    total_covered_80: float
    daily_covered_90: float
    total_covered_90: float
    cases: int


class Coverage(BaseModel):
    """What was measured on histories that none of the factors were set on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    measured_on: str
    version: str
    cells: tuple[Cell, ...]

    def of(self, demand_class: HistoryClass, horizon: int) -> Cell:
        """The cell of a class and horizon; a horizon beyond those measured has the longest one's."""
        of_class = sorted((cell for cell in self.cells if cell.demand_class == demand_class), key=lambda cell: cell.up_to_days)
        return next((cell for cell in of_class if horizon <= cell.up_to_days), of_class[-1])


@lru_cache(maxsize=1)
def measured_coverage() -> Coverage:
    """The measurement that goes with this version of the methods."""
    return Coverage.model_validate_json(MEASURED.read_text(encoding="utf-8"))


def class_of(sold: Floats) -> HistoryClass:
    """The class of demand a history is in, by the same lines as the panel's; what sells in bulk is apart."""
    sales = np.flatnonzero(sold)
    if len(sold) < NEW_DAYS:
        return "new"
    if not len(sales) or len(sold) - 1 - sales[-1] >= ENDED_DAYS:
        return "ended"
    a_day = float(sold[-RECENT_DAYS:].mean())
    if a_day >= BULK_A_DAY:
        return "bulk"
    return "fast" if a_day >= FAST_A_DAY else "steady" if a_day >= STEADY_A_DAY else "slow" if a_day >= SLOW_A_DAY else "rare"


def dispersion(sold: Floats, week: Floats) -> float:
    """Variance over mean of a day, around a level that moves slowly; 1 is pure chance (Poisson)."""
    first = max(0, len(sold) - _SPREAD_DAYS)
    first = first if sold[first:].any() else 0  # what sold long ago shows at least how it sold
    recent = sold[first:]
    mean = recent.mean()
    if mean <= 0:
        return 1.0
    expected = _slow_level(recent) * week[np.arange(first, len(sold)) % len(week)]
    off = ((recent - expected) ** 2).sum() + mean  # one day of pure chance, so that a short history is not taken for a sure one
    return float(np.clip(off / (expected.sum() + mean), _LEAST_DISPERSION, _MOST_DISPERSION))


def drift_a_day(sold: Floats, spread: float) -> float:
    """Relative variance a level gains a day: what four-week sums differ by beyond chance, drawn to the usual where there are few."""
    count = min(len(sold) // _BLOCK_DAYS, _MOST_BLOCKS)
    if count < 2:
        return DRIFT_A_DAY
    sums = sold[len(sold) - count * _BLOCK_DAYS :].reshape(count, _BLOCK_DAYS).sum(axis=1)
    pairs = sums[1:] + sums[:-1]
    seen = pairs > 0
    if not seen.any():
        return DRIFT_A_DAY
    change = 2 * (sums[1:] - sums[:-1])[seen] / pairs[seen]
    chance = 4 * spread / pairs[seen]
    # The mean of a walk over a block differs from that of the next by two thirds of what it gains in a block.
    own = float(np.mean(change**2 - chance)) / (_BLOCK_DAYS * 2 / 3)
    drawn = (max(own, 0.0) * seen.sum() + DRIFT_A_DAY * _PRIOR_BLOCKS) / (seen.sum() + _PRIOR_BLOCKS)
    return float(np.clip(drawn, _LEAST_DRIFT, _MOST_DRIFT))


@dataclass(frozen=True)
class Scatter:
    """How a history scatters: chance a day, and a level that is not quite known and drifts."""

    spread: float  # variance over mean of a day
    drift: float  # relative variance the level gains a day
    days_seen: int

    def of_days(self, mean: Floats) -> Floats:
        """Variance of each day."""
        return self.spread * mean + self._unsure(mean) * mean**2

    def of_sums(self, mean: Floats) -> Floats:
        """Variance of the sum from the first day through each."""
        summed = np.cumsum(mean)
        return self.spread * summed + self._unsure(mean) * summed**2

    def of_block(self, mean: Floats, first: int, last: int) -> float:
        """Variance of the sum of the days `first` up to, not with, `last`."""
        total = float(mean[first:last].sum())
        return float(self.spread * total + self._unsure(mean)[last - 1] * total**2)

    def _unsure(self, mean: Floats) -> Floats:
        """Relative variance of the level through each day."""
        level = max(float(mean.mean()), 1e-9)
        ahead = np.arange(1, len(mean) + 1, dtype=np.float64)
        return np.asarray(self.spread / level / min(self.days_seen, LEVEL_SEES_DAYS) + self.drift * ahead, dtype=np.float64)


def quantiles(mean: Floats, variance: Floats, levels: Sequence[float], whole: bool) -> Floats:
    """Quantiles (days x levels) of counts with this mean and variance: negative binomial, Poisson, or gamma where steps do not matter."""
    from scipy.stats import gamma, nbinom, poisson  # type: ignore[import-untyped]

    asked = np.asarray(levels, dtype=np.float64)[None, :]
    some, scatter = _columns(mean, variance)
    smooth = gamma.ppf(asked, some**2 / scatter, scale=scatter / some)
    if not whole:
        return np.maximum(np.asarray(smooth, dtype=np.float64), 0.0)
    shape, over = _shape(some, scatter)
    stepped = np.where(over, nbinom.ppf(asked, shape, shape / (shape + some)), poisson.ppf(asked, some))
    found: Floats = np.maximum(np.where(_by_step(some, scatter), stepped, np.rint(smooth)), 0.0)
    return found


def chances(mean: Floats, variance: Floats, sold: Floats, whole: bool) -> tuple[Floats, Floats]:
    """The chance of less than what was sold, and of at most that, on each day: the same distributions the other way round."""
    from scipy.stats import gamma, nbinom, poisson

    some, scatter = (column[:, 0] for column in _columns(mean, variance))
    step = 0.5 if whole else 0.0
    below, through = (np.asarray(gamma.cdf(np.maximum(sold + off, 0.0), some**2 / scatter, scale=scatter / some)) for off in (-step, step))
    if not whole:
        return below, np.where(sold > 0, through, 0.0)
    shape, over = _shape(some, scatter)
    ends = [np.where(over, nbinom.cdf(sold + off, shape, shape / (shape + some)), poisson.cdf(sold + off, some)) for off in (-1.0, 0.0)]
    by_step = _by_step(some, scatter)
    return np.where(by_step, ends[0], below), np.where(by_step, ends[1], through)


def _columns(mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
    return np.maximum(mean, 1e-6)[:, None], np.maximum(variance[:, None], 1e-9)


def _shape(mean: Floats, variance: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    over = variance > mean * 1.001
    return np.where(over, mean**2 / np.maximum(variance - mean, 1e-9), 1.0), over


def _by_step(mean: Floats, variance: Floats) -> NDArray[np.bool_]:
    """Whether steps of one unit matter; counts that scatter less than chance are taken for continuous and rounded."""
    small: NDArray[np.bool_] = (mean < _GAMMA_FROM) & (variance > 0.9 * mean)
    return small


def _slow_level(sold: Floats, days: int = 28) -> Floats:
    """The mean of the days around each day, the day itself left in: what the level was then."""
    sums = np.concatenate([[0.0], np.cumsum(sold)])
    place = np.arange(len(sold))
    low, high = np.maximum(place - days, 0), np.minimum(place + days + 1, len(sold))
    level: Floats = (sums[high] - sums[low]) / (high - low)
    return level
