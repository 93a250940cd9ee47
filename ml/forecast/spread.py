"""The spread around a forecast: counts around their mean, as wide as the series moved lately, set right by class and horizon."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.contract import LEVELS, Floats, Outlook
from ml.forecast.backtest import Backtest, Fold
from ml.forecast.classes import PROFILE_DAYS
from ml.forecast.contract import CLASSES, EVERY
from ml.forecast.totals import TotalSpread, fit_totals

LEAST_MEAN = 0.003  # units a day: a distribution needs some mean
PRIOR_WEIGHT = 50.0  # units sold after which a series' own dispersion counts as much as what its volume suggests
LEAST_DISPERSION = 1.02
FEWEST = 400  # days of a class from which its own correction is measured
MOST_ROWS = 30_000
PHASES = 3  # parts of the horizon that are set right on their own
WIDENINGS = (0.7, 0.85, 1.0, 1.2, 1.45)
ERRORS = (0.0, 0.03, 0.08, 0.16, 0.3)
# Steps make every exact quantile of slow goods cover more than it says; the pooled coverage is led back this close to what is said.
_ABOVE = {"steady": {0.90: 0.008, 0.95: 0.005}, "slow": {0.90: 0.014, 0.95: 0.008}, "rare": {0.90: 0.014, 0.95: 0.008}}
_LOWEST_STRETCH = 1.5


class _Distribution(Protocol):
    def cdf(self, x: Floats) -> Floats: ...

    def ppf(self, q: Floats) -> Floats: ...


@dataclass(frozen=True)
class Spread:
    """How far demand falls from its mean.

    `widths`: class -> (widening, share of error); `levels`: class:phase -> the level to ask the distribution for, for each level.
    """

    widths: dict[str, tuple[float, float]]
    levels: dict[str, tuple[float, ...]]
    whole: bool  # demand comes in whole units
    totals: TotalSpread

    def apply(self, outlook: Outlook, profile: pd.DataFrame, centre: Outlook | None = None) -> Outlook:
        """The outlook with quantiles, around `centre` where one is given, and with cumulative spread."""
        around = (centre or outlook).mean
        shape = _shape(around, profile, outlook.classes, self.widths, self.whole)
        quantiles = np.asarray(shape.ppf(self._asked(outlook)))
        quantiles = np.maximum.accumulate(np.nan_to_num(np.maximum(quantiles, 0.0)), axis=2)
        quantiles[around <= 0] = 0.0
        return replace(outlook, quantiles=quantiles, total_sd=self.totals.of(outlook))

    def _asked(self, outlook: Outlook) -> Floats:
        asked = np.broadcast_to(np.array(LEVELS), (*outlook.mean.shape, len(LEVELS))).copy()
        phases = phase_of(outlook.mean.shape[1])
        for name in set(outlook.classes):
            rows = np.array([found == name for found in outlook.classes])
            for phase in range(PHASES):
                levels = self.levels.get(f"{name}:{phase}") or self.levels.get(f"{EVERY}:{phase}")
                if levels:
                    asked[np.ix_(rows, phases == phase)] = levels
        return asked

    def text(self) -> str:
        """The spread as a JSON document."""
        body = {"widths": self.widths, "levels": self.levels, "whole": self.whole, "totals": self.totals.record()}
        return json.dumps(body, indent=1)


def from_text(text: str) -> Spread:
    """The spread that `text` wrote."""
    body = json.loads(text)
    widths = {key: (float(pair[0]), float(pair[1])) for key, pair in body["widths"].items()}
    levels = {key: tuple(map(float, values)) for key, values in body["levels"].items()}
    return Spread(widths, levels, bool(body["whole"]), TotalSpread.read(body["totals"]))


def fit_spread(past: Backtest, model: str, summed: str | None = None) -> Spread:
    """Learn the spread around one model's mean on origins that are over, and how far totals of `summed` fell from theirs."""
    whole = all(bool(np.all(np.mod(fold.sold[np.isfinite(fold.sold)], 1) == 0)) for fold in past.folds)
    widths = {name: _width(past, model, name, whole) for name in (EVERY, *CLASSES) if name == EVERY or _count(past, name) >= FEWEST}
    levels = {}
    for name in (EVERY, *CLASSES):
        for phase in range(PHASES):
            under, at = _places(past, model, name, phase, widths, whole)
            if len(at) >= FEWEST:
                levels[f"{name}:{phase}"] = levels_that_hold(under, at, name)
    return Spread(widths, levels, whole, fit_totals(past, summed or model))


def phase_of(horizon: int) -> NDArray[np.int64]:
    """Which part of the horizon each day belongs to: the first week, the second, the rest."""
    return np.minimum(np.arange(horizon) // 7, PHASES - 1)


def dispersion(profile: pd.DataFrame) -> Floats:
    """Variance over mean of each series, drawn towards what its volume suggests where little was sold."""
    mean, sd = profile["mean"].to_numpy(np.float64), profile["sd"].to_numpy(np.float64)
    sold = np.minimum(profile["age"].to_numpy(np.float64), PROFILE_DAYS) * np.minimum(mean, 1.0)
    own = np.where(mean > 0, sd**2 / np.maximum(mean, 1e-6), 1.0)
    usual = 1 + 0.25 * np.sqrt(mean)
    return np.asarray((own * sold + usual * PRIOR_WEIGHT) / (sold + PRIOR_WEIGHT))


def _shape(
    mean: Floats, profile: pd.DataFrame, classes: tuple[str, ...], widths: dict[str, tuple[float, float]], whole: bool
) -> _Distribution:
    pairs = np.array([widths.get(name, widths[EVERY]) for name in classes]).reshape(-1, 2)
    return _distribution(mean, dispersion(profile)[:, None] * pairs[:, :1] + pairs[:, 1:] * mean, whole, axis=True)


def _distribution(mean: Floats, ratio: Floats, whole: bool, axis: bool = False) -> _Distribution:
    """Negative binomial for whole units, gamma for anything else, with this mean and variance over mean."""
    from scipy import stats  # type: ignore[import-untyped]

    mean, ratio = np.maximum(mean, LEAST_MEAN), np.maximum(ratio, LEAST_DISPERSION)
    if axis:
        mean, ratio = mean[..., None], ratio[..., None]
    frozen: _Distribution = stats.nbinom(mean / (ratio - 1), 1 / ratio) if whole else stats.gamma(mean / ratio, scale=ratio)
    return frozen


def _rows(fold: Fold, name: str) -> NDArray[np.bool_]:
    return np.array([name in (EVERY, kind) for kind in fold.classes], dtype=bool)


def _count(past: Backtest, name: str) -> int:
    return sum(int(np.isfinite(fold.sold[_rows(fold, name)]).sum()) for fold in past.folds)


def _width(past: Backtest, model: str, name: str, whole: bool) -> tuple[float, float]:
    """The widening and the share of error with the highest likelihood on past days."""
    parts = [_flat(fold, model, _rows(fold, name), np.ones(past.horizon, dtype=bool)) for fold in past.folds]
    sold, mean, ratio = (np.concatenate([part[place] for part in parts]) for place in range(3))
    step = max(1, len(sold) // MOST_ROWS)
    sold, mean, ratio = sold[::step], mean[::step], ratio[::step]
    choices = [(wide, share) for wide in WIDENINGS for share in ERRORS]
    return max(choices, key=lambda pair: _likelihood(sold, mean, ratio * pair[0] + pair[1] * mean, whole)) if len(sold) else (1.0, 0.0)


def _likelihood(sold: Floats, mean: Floats, ratio: Floats, whole: bool) -> float:
    from scipy import stats

    mean, ratio = np.maximum(mean, LEAST_MEAN), np.maximum(ratio, LEAST_DISPERSION)
    if whole:
        return float(stats.nbinom.logpmf(sold, mean / (ratio - 1), 1 / ratio).sum())
    return float(stats.gamma.logpdf(np.maximum(sold, LEAST_MEAN), mean / ratio, scale=ratio).sum())


def _flat(fold: Fold, model: str, rows: NDArray[np.bool_], days: NDArray[np.bool_]) -> tuple[Floats, Floats, Floats]:
    """Sold, mean and dispersion of each day that says something."""
    sold, mean = fold.sold[np.ix_(rows, days)], fold.mean(model)[np.ix_(rows, days)]
    ratio = np.broadcast_to(dispersion(fold.profile)[rows][:, None], mean.shape)
    there = np.isfinite(sold) & (mean > 0)
    return sold[there], mean[there], ratio[there]


def _places(
    past: Backtest, model: str, name: str, phase: int, widths: dict[str, tuple[float, float]], whole: bool
) -> tuple[Floats, Floats]:
    """Where each day sold fell in its own distribution: the share under it, and at or under it."""
    under, at = [], []
    for fold in past.folds:
        for kind in {kind for kind in fold.classes if name in (EVERY, kind)}:
            sold, mean, ratio = _flat(fold, model, _rows(fold, kind), phase_of(past.horizon) == phase)
            wide, share = widths.get(kind, widths[EVERY])
            shape = _distribution(mean, ratio * wide + share * mean, whole)
            at.append(np.asarray(shape.cdf(sold)))
            under.append(np.asarray(shape.cdf(sold - 1)) if whole else at[-1])
    return (np.concatenate(under), np.concatenate(at)) if at else (np.zeros(0), np.zeros(0))


def levels_that_hold(under: Floats, at: Floats, kind: str) -> tuple[float, ...]:
    """The levels to ask the distributions of a class for; `under` and `at` say where past days fell: the share below, and at or below."""
    return tuple(_level(under, at, level, _ABOVE.get(kind, {}).get(level, 0.0)) for level in LEVELS)


def _level(under: Floats, at: Floats, level: float, above: float) -> float:
    """The level to ask for so that the quantile covers `level`: at or under it above the middle, strictly under it below.

    Split-conformal: an order statistic of where past days fell, one place up for the day to come.
    """
    if level < 0.5:
        return float(min(np.quantile(at, level), level * _LOWEST_STRETCH))
    if level == 0.5:
        return float(np.clip(np.quantile((under + at) / 2, 0.5), 0.4, 0.6))
    wanted = min(1.0, np.ceil((len(under) + 1) * (level + above)) / len(under))
    return float(np.clip(np.quantile(under, wanted), level - 0.1, 0.9995))
