"""The spread around a forecast: what a day may turn out as, weighed by what past days were, set right by class and horizon."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.contract import LEVELS, Floats, Outlook
from ml.forecast.backtest import Backtest, Fold
from ml.forecast.contract import CLASSES, EVERY
from ml.forecast.parts import PARTS, class_of_group, fallbacks, groups_of, parts_of
from ml.forecast.pool import Parts, learn_weights, quantiles
from ml.forecast.totals import TotalSpread, fit_totals

FEWEST = 2_000  # days of a group from which its own weights and levels are measured
FEWEST_AT_ALL = 400  # under so many in a part of the horizon, levels are left as they are
MOST_ROWS = 30_000  # days that weights, and levels, are learnt from
PHASES = 3  # parts of the horizon that are set right on their own
# Steps make every exact quantile of slow goods cover more than it says; the pooled coverage is led back this close to what is said.
_ABOVE = {"steady": {0.90: 0.012, 0.95: 0.011}, "slow": {0.90: 0.014, 0.95: 0.014}, "rare": {0.90: 0.014, 0.95: 0.014}}
_LOWEST_STRETCH = 1.5


@dataclass(frozen=True)
class Spread:
    """How far demand falls from its mean.

    `weights`: group -> the weight of each part; `levels`: group:phase -> the level to ask the mixture for, for each level.
    """

    weights: dict[str, tuple[float, ...]]
    levels: dict[str, tuple[float, ...]]
    totals: TotalSpread

    def apply(self, outlook: Outlook, profile: pd.DataFrame, parts: Parts) -> Outlook:
        """The outlook with quantiles out of its parts, and with cumulative spread."""
        groups = groups_of(outlook.classes, profile)
        cells = outlook.mean.size
        own: Floats = np.array([self._of(self.weights, group) for group in groups]).reshape(len(groups), 1, -1)
        weights = np.broadcast_to(own, parts.mean.shape).reshape(cells, -1)
        flat = Parts(parts.mean.reshape(cells, -1), parts.ratio.reshape(cells, -1), parts.whole.reshape(cells))
        found = quantiles(flat, weights, self._asked(groups, outlook.mean.shape[1]).reshape(cells, -1))
        found = np.maximum.accumulate(np.maximum(found, 0.0), axis=1).reshape(*outlook.mean.shape, -1)
        found[parts.mean[:, :, 0] <= 0] = 0.0
        return replace(outlook, quantiles=found, total_sd=self.totals.of(outlook))

    def _asked(self, groups: tuple[str, ...], horizon: int) -> Floats:
        asked = np.broadcast_to(np.array(LEVELS), (len(groups), horizon, len(LEVELS))).copy()
        phases = phase_of(horizon)
        for name in set(groups):
            rows = np.array([found == name for found in groups])
            for phase in range(PHASES):
                levels = self._of({key.rpartition("/")[0]: value for key, value in self.levels.items() if key.endswith(f"/{phase}")}, name)
                if levels:
                    asked[np.ix_(rows, phases == phase)] = levels
        return asked

    @staticmethod
    def _of(learnt: dict[str, tuple[float, ...]], group: str) -> tuple[float, ...]:
        return next((learnt[name] for name in fallbacks(group) if name in learnt), ())

    def text(self) -> str:
        """The spread as a JSON document."""
        body = {"parts": PARTS, "weights": self.weights, "levels": self.levels, "totals": self.totals.record()}
        return json.dumps(body, indent=1)


def from_text(text: str) -> Spread:
    """The spread that `text` wrote."""
    body = json.loads(text)
    if tuple(body["parts"]) != PARTS:
        raise ValueError(f"its spread has the parts {', '.join(body['parts'])}")
    weights, levels = ({key: tuple(map(float, values)) for key, values in body[name].items()} for name in ("weights", "levels"))
    return Spread(weights, levels, TotalSpread.read(body["totals"]))


@dataclass(frozen=True)
class _Days:
    """Past days that say something, one a row: what was sold, the parts, the group and the part of the horizon."""

    sold: Floats
    parts: Parts
    group: NDArray[np.str_]
    phase: NDArray[np.int64]

    def of(self, chosen: NDArray[np.bool_]) -> _Days:
        """These rows; of very many as many as anything is learnt from, drawn at random, always the same ones."""
        rows = np.flatnonzero(chosen)
        if len(rows) > MOST_ROWS:
            rows = np.sort(np.random.default_rng(7).choice(rows, MOST_ROWS, replace=False))
        return _Days(self.sold[rows], self.parts.rows(rows), self.group[rows], self.phase[rows])


def fit_spread(past: Backtest, model: str) -> Spread:
    """Learn the parts' weights and the levels that hold on origins that are over, and how far totals of `model` fell from theirs."""
    days = _days(past, model)
    weights: dict[str, tuple[float, ...]] = {}
    levels: dict[str, tuple[float, ...]] = {}
    for name in dict.fromkeys((EVERY, *CLASSES, *np.unique(days.group).tolist())):
        chosen = np.asarray((days.group == name) | (name == EVERY) | _of_class(days.group, name))
        if name != EVERY and chosen.sum() < FEWEST:
            continue
        some = days.of(chosen)
        found = learn_weights(some.parts.likelihood(some.sold)) if len(some.sold) else np.full(len(PARTS), 1 / len(PARTS))
        weights[name] = tuple(map(float, found))
        levels |= _levels(days, chosen, name, found)
    return Spread(weights, levels, fit_totals(past, model))


def phase_of(horizon: int) -> NDArray[np.int64]:
    """Which part of the horizon each day belongs to: the first week, the second, the rest."""
    return np.minimum(np.arange(horizon) // 7, PHASES - 1)


def _of_class(groups: NDArray[np.str_], name: str) -> NDArray[np.bool_]:
    """Whether each group is of the class called `name`."""
    return np.asarray(np.char.startswith(groups, f"{name}:"), dtype=bool)


def _days(past: Backtest, model: str) -> _Days:
    found = [_days_of(fold, model, past.horizon) for fold in past.folds]
    sold, mean, ratio, whole, group, phase = (np.concatenate(columns) for columns in zip(*found, strict=True))
    return _Days(sold, Parts(mean, ratio, whole), group, phase)


def _days_of(fold: Fold, model: str, horizon: int) -> tuple[NDArray[Any], ...]:
    """The columns of one origin's days."""
    parts = parts_of(fold.outlooks, fold.outlooks[model], fold.profile)
    there = np.isfinite(fold.sold) & (parts.mean[:, :, 0] > 0)
    groups = np.broadcast_to(np.array(groups_of(fold.classes, fold.profile), dtype=str)[:, None], there.shape)
    some, phases = parts.rows(there), np.broadcast_to(phase_of(horizon), there.shape)
    return fold.sold[there], some.mean, some.ratio, some.whole, groups[there], phases[there]


def _levels(days: _Days, chosen: NDArray[np.bool_], name: str, weights: Floats) -> dict[str, tuple[float, ...]]:
    """For each part of the horizon the levels that hold, where there are days enough to tell."""
    found = {}
    for phase in range(PHASES):
        some = days.of(chosen & (days.phase == phase))
        if len(some.sold) < FEWEST_AT_ALL:
            continue
        at = some.parts.at_or_under(some.sold) @ weights
        under = some.parts.under(some.sold) @ weights
        found[f"{name}/{phase}"] = levels_that_hold(under, at, class_of_group(name))
    return found


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
