"""The ladder of baselines: what anything trained must beat, from last week's day to exponential smoothing and the median of them all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, Protocol

import numpy as np
import pandas as pd

from ml.contract import LEVELS, Floats, Outlook, Panel
from ml.forecast.classes import demand_classes
from ml.forecast.contract import Forecaster

Rung = Literal["seasonal_naive", "window_average", "ses", "croston_sba", "tsb", "adida", "imapa", "ets", "median"]
RUNGS: tuple[Rung, ...] = ("seasonal_naive", "window_average", "ses", "croston_sba", "tsb", "adida", "imapa", "ets", "median")
HISTORY_DAYS = 364
EMPIRICAL_DAYS = 112
WEEK = 7


@dataclass(frozen=True)
class LadderRung:
    """One rung, for every series on its own; it has nothing to learn ahead of being asked."""

    name: Rung

    def fit(self, panel: Panel, horizon: int) -> LadderRung:
        """Itself: a rung reads the panel it is asked about."""
        return self

    def predict(self, panel: Panel, horizon: int) -> Outlook:
        """Means of the rung; spread as the series itself moved lately, or the model's own where it has one."""
        history = _history(panel)
        if self.name == "median":
            mean = np.median([_run(rung, history, horizon).mean for rung in RUNGS if rung not in ("median", "ets")], axis=0)
        else:
            told = _run(self.name, history, horizon)
            mean = told.mean
            if told.quantiles is not None:
                return _outlook(panel, self.name, mean, told.quantiles)
        return _outlook(panel, self.name, mean, _empirical(history, horizon))


def ladder(rungs: tuple[Rung, ...] = RUNGS) -> tuple[Forecaster, ...]:
    """Every rung as a forecaster."""
    return tuple(LadderRung(rung) for rung in rungs)


class _Model(Protocol):
    def forecast(self, *, y: Floats, h: int, level: list[int] | None = None) -> dict[str, Floats]: ...


@dataclass(frozen=True)
class _Told:
    mean: Floats
    quantiles: Floats | None = None


@dataclass(frozen=True)
class _History:
    """The last year of every series, one after the other."""

    values: Floats
    starts: tuple[int, ...]

    def of(self, place: int) -> Floats:
        return self.values[self.starts[place] : self.starts[place + 1]]

    def __len__(self) -> int:
        return len(self.starts) - 1


def _history(panel: Panel) -> _History:
    days = panel.days[panel.days["ds"] > pd.Timestamp(panel.as_of) - pd.Timedelta(days=HISTORY_DAYS)]
    counts = days.groupby("unique_id", sort=False).size()
    order = panel.series["unique_id"]
    by_series = dict(zip(counts.index, np.split(days["y"].to_numpy(np.float64), np.cumsum(counts.to_numpy())[:-1]), strict=True))
    parts = [by_series.get(unique_id, np.zeros(1)) for unique_id in order]
    return _History(np.concatenate(parts), tuple(np.concatenate([[0], np.cumsum([len(part) for part in parts])]).tolist()))


def _run(rung: Rung, history: _History, horizon: int) -> _Told:
    means = np.zeros((len(history), horizon))
    spread = np.zeros((len(history), horizon, len(LEVELS))) if rung == "ets" else None
    for place in range(len(history)):
        values = history.of(place)
        told = _one(rung, values, horizon)
        means[place] = told["mean"]
        if spread is not None:
            spread[place] = _levels(told, values)
    return _Told(np.maximum(means, 0.0), spread)


def expect_one(rung: Rung, values: Floats, horizon: int) -> Floats:
    """What one rung expects of one series, never below zero."""
    return np.maximum(_one(rung, values, horizon)["mean"], 0.0)


def _one(rung: Rung, values: Floats, horizon: int) -> dict[str, Floats]:
    """A rung on one series; a series too short or too flat for it gets its mean."""
    flat = {"mean": np.full(horizon, values.mean() if len(values) else 0.0)}
    if len(values) < 2 * WEEK or not values.any():
        return flat
    try:
        told = _model(rung).forecast(y=values, h=horizon, level=[80, 90] if rung == "ets" else None)
    except (ValueError, ZeroDivisionError, IndexError):  # what statsforecast raises where a form cannot be fitted
        return flat
    return told if np.isfinite(told["mean"]).all() else flat


@lru_cache
def _model(rung: Rung) -> _Model:
    from statsforecast import models

    made: dict[str, _Model] = {
        "seasonal_naive": models.SeasonalNaive(WEEK),
        "window_average": models.WindowAverage(28),
        "ses": models.SimpleExponentialSmoothingOptimized(),
        "croston_sba": models.CrostonSBA(),
        "tsb": models.TSB(0.1, 0.1),
        "adida": models.ADIDA(),
        "imapa": models.IMAPA(),
        # The form whose fit is affordable for thousands of series; the season is chosen, a trend seldom pays on daily sales.
        "ets": models.AutoETS(WEEK, model="ANZ"),
    }
    return made[rung]


def _levels(told: dict[str, Floats], values: Floats) -> Floats:
    if "lo-90" not in told:
        return np.repeat(np.quantile(values, LEVELS)[None, :], len(told["mean"]), axis=0)
    return np.maximum(np.stack([told["lo-90"], told["lo-80"], told["mean"], told["hi-80"], told["hi-90"]], axis=1), 0.0)


def _empirical(history: _History, horizon: int) -> Floats:
    rows = np.array([np.quantile(history.of(place)[-EMPIRICAL_DAYS:], LEVELS) for place in range(len(history))])
    return np.repeat(rows[:, None, :], horizon, axis=1)


def _outlook(panel: Panel, name: str, mean: Floats, quantiles: Floats) -> Outlook:
    spread = (quantiles[:, :, -1] - quantiles[:, :, 0]) / (2 * 1.645)
    total_sd = np.sqrt(np.cumsum(spread**2, axis=1))
    ids = tuple(panel.series["unique_id"])
    return Outlook(ids, panel.as_of, mean, quantiles, total_sd, (name,) * len(ids), demand_classes(panel))
