"""Demand of a day as one of several distributions, each with a weight: their chances, how weights are learnt, and quantiles of them all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.contract import Floats

LEAST_MEAN = 0.003  # units a day: a distribution needs some mean
LEAST_RATIO = 1.02
ROUNDS, PRIOR_ROWS = 60, 1.0
MOST_COUNTED = 60.0  # units a day up to which a quantile is counted up to, which is ten times as fast as looking for it
MOST_CELLS = 200_000  # quantiles worked out at once
_FIRST_REACH = 3.0  # standard deviations above the mean where the search for a quantile begins
QUARTER = 0.25
_FINE = 1e-3  # of a standard deviation: how exactly a quantile of what is weighed is found


@dataclass(frozen=True)
class Parts:
    """Mean, and variance over mean, of each part; the last axis is the parts. What is sold whole is negative binomial, all else gamma."""

    mean: Floats
    ratio: Floats
    whole: NDArray[np.bool_]  # without the axis of parts: sold in whole units

    def rows(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> Parts:
        """Some rows of parts, as cells x parts."""
        return Parts(self.mean[chosen], self.ratio[chosen], self.whole[chosen])

    def at_or_under(self, sold: Floats) -> Floats:
        """The chance, for each part, of selling so much or less; cells x parts."""
        from scipy import special  # type: ignore[import-untyped]

        mean, ratio = _bounded(self)
        units, found, count = np.maximum(sold, 0.0)[:, None], np.zeros_like(mean), self.whole
        found[count] = special.betainc(mean[count] / (ratio[count] - 1), np.floor(units[count]) + 1, 1 / ratio[count])
        found[~count] = special.gammainc(mean[~count] / ratio[~count], units[~count] / ratio[~count])
        found[sold < 0] = 0.0
        return found

    def under(self, sold: Floats) -> Floats:
        """The chance, for each part, of selling less than that."""
        return self.at_or_under(np.where(self.whole, sold - 1, sold))

    def likelihood(self, sold: Floats) -> Floats:
        """The chance, for each part, of selling just so much; of what is weighed, so much within a quarter of a unit."""
        beside = np.where(self.whole, 0.0, QUARTER)
        return np.asarray(self.at_or_under(sold + beside) - self.at_or_under(np.where(self.whole, sold - 1, sold - beside)))


def learn_weights(likelihood: Floats) -> Floats:
    """The weights under which past days were likeliest (expectation maximisation); each part keeps a trace."""
    scaled = likelihood / np.maximum(likelihood.max(axis=1, keepdims=True), 1e-300)
    weights = np.full(likelihood.shape[1], 1 / likelihood.shape[1])
    for _ in range(ROUNDS):
        shares = scaled * weights
        shares /= np.maximum(shares.sum(axis=1, keepdims=True), 1e-300)
        found = shares.sum(axis=0) + PRIOR_ROWS
        weights = found / found.sum()
    return np.asarray(weights)


def quantiles(parts: Parts, weights: Floats, asked: Floats) -> Floats:
    """The least that is sold with the chance asked for: `parts` and `weights` cells x parts, `asked` cells x levels."""
    found = np.zeros_like(asked)
    counted = parts.whole & (parts.mean.max(axis=1) <= MOST_COUNTED)
    step = max(1, MOST_CELLS // asked.shape[1])
    for way, chosen in ((_count, np.flatnonzero(counted)), (_search, np.flatnonzero(~counted))):
        for first in range(0, len(chosen), step):
            some = chosen[first : first + step]
            found[some] = way(parts.rows(some), weights[some], asked[some])
    return found


def _count(parts: Parts, weights: Floats, asked: Floats) -> Floats:
    """Count up from nothing sold until the chance is reached; each chance follows from the one before."""
    mean, ratio = _bounded(parts)
    size, going_on, units = mean / (ratio - 1), 1 - 1 / ratio, 0
    chance = weights * ratio**-size
    reached, found, open_ = chance.sum(axis=1), np.zeros_like(asked), np.arange(len(asked))
    while len(open_):
        short = reached[:, None] < asked[open_]
        found[open_] += short
        more = short.any(axis=1)
        open_, chance, size, going_on = open_[more], chance[more], size[more], going_on[more]
        chance = chance * (size + units) / (units + 1) * going_on
        reached, units = reached[more] + chance.sum(axis=1), units + 1
    return found


def _search(parts: Parts, weights: Floats, asked: Floats) -> Floats:
    """Double until the chance is reached, then halve what lies between."""
    row, level = np.repeat(np.arange(len(asked)), asked.shape[1]), asked.ravel()
    centre, deviation = _moments(parts, weights)
    whole = parts.whole[row]
    low, high = np.where(whole, -1.0, 0.0), np.ceil(centre + _FIRST_REACH * deviation)[row]
    fine = np.where(whole, 1.0, _FINE * deviation[row])
    open_ = np.arange(len(row))
    while len(open_):
        open_ = open_[_chance(parts, weights, row[open_], high[open_]) < level[open_]]
        low[open_], high[open_] = high[open_], 2 * high[open_] + 1
    open_ = np.flatnonzero(high - low > fine)
    while len(open_):
        middle = (low[open_] + high[open_]) / 2
        middle = np.where(whole[open_], np.floor(middle), middle)
        reached = _chance(parts, weights, row[open_], middle) >= level[open_]
        high[open_[reached]], low[open_[~reached]] = middle[reached], middle[~reached]
        open_ = open_[high[open_] - low[open_] > fine[open_]]
    return np.asarray(np.where(low > 0, high, np.where(whole, high, 0.0)).reshape(asked.shape))


def _chance(parts: Parts, weights: Floats, row: NDArray[np.int64], units: Floats) -> Floats:
    return np.asarray((parts.rows(row).at_or_under(units) * weights[row]).sum(axis=1))


def _moments(parts: Parts, weights: Floats) -> tuple[Floats, Floats]:
    mean, ratio = _bounded(parts)
    centre = (weights * mean).sum(axis=1)
    return centre, np.sqrt((weights * (ratio * mean + (mean - centre[:, None]) ** 2)).sum(axis=1))


def _bounded(parts: Parts) -> tuple[Floats, Floats]:
    return np.maximum(parts.mean, LEAST_MEAN), np.maximum(parts.ratio, LEAST_RATIO)
