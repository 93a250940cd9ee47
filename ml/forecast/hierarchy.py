"""From products to categories, locations and the whole: sums of the same forecasts, with the spread sums were measured to have."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from ml.contract import Floats, Outlook
from ml.forecast.backtest import Backtest, Fold
from ml.forecast.totals import non_negative_fit

Level = Literal["category", "location", "total"]
LEVELS_UP: tuple[Level, ...] = ("category", "location", "total")
_COLUMN = {"category": "category", "location": "location_id"}


@dataclass(frozen=True)
class GroupSpread:
    """For each level: variance = unit x mean + square x mean squared, of a day and of a total since the first day."""

    days: dict[str, tuple[float, float]]
    totals: dict[str, tuple[float, float]]

    def text(self) -> str:
        """The spread as a JSON document."""
        return json.dumps({"days": self.days, "totals": self.totals}, indent=1)


def from_text(text: str) -> GroupSpread:
    """The spread that `text` wrote."""
    body = json.loads(text)
    days, totals = ({level: (float(pair[0]), float(pair[1])) for level, pair in body[key].items()} for key in ("days", "totals"))
    return GroupSpread(days, totals)


def groups_of(series: pd.DataFrame, level: Level) -> tuple[str, ...]:
    """Which group each series belongs to."""
    if level == "total":
        return ("total",) * len(series)
    return tuple(series[_COLUMN[level]].fillna("").astype(str))


def roll_up(outlook: Outlook, series: pd.DataFrame, level: Level, spread: GroupSpread) -> Outlook:
    """The outlook of whole groups: its means are the sums of its members' means, so every level tells the same story."""
    from scipy import special  # type: ignore[import-untyped]

    names = groups_of(series, level)
    ids = tuple(sorted(set(names)))
    mean = sum_by(outlook.mean, names, ids)
    unit, square = spread.days[level]
    sd = np.sqrt(unit * mean + square * mean**2)
    quantiles = np.maximum(mean[:, :, None] + sd[:, :, None] * special.ndtri(np.array(outlook.levels)), 0.0)
    unit, square = spread.totals[level]
    total = np.cumsum(mean, axis=1)
    models = ("sum of the forecasts below",) * len(ids)
    return Outlook(
        ids, outlook.as_of, mean, quantiles, np.sqrt(unit * total + square * total**2), models, (level,) * len(ids), outlook.levels
    )


def fit_groups(past: Backtest, model: str) -> GroupSpread:
    """Measure how far sums fell from their forecasts on origins that are over."""
    days: dict[str, tuple[float, float]] = {}
    totals: dict[str, tuple[float, float]] = {}
    for level in LEVELS_UP:
        pairs = [_sums(fold, model, level) for fold in past.folds]
        days[level] = _fit([(mean, sold) for mean, sold in pairs])
        totals[level] = _fit([(np.cumsum(mean, axis=1), np.cumsum(sold, axis=1)) for mean, sold in pairs])
    return GroupSpread(days, totals)


def sum_by(values: Floats, names: Sequence[str], ids: Sequence[str]) -> Floats:
    """Rows added up by name, in the order of `ids`."""
    places = np.searchsorted(np.array(ids, dtype=str), np.array(names, dtype=str))
    found = np.zeros((len(ids), values.shape[1]))
    np.add.at(found, places, values)
    return found


def _sums(fold: Fold, model: str, level: Level) -> tuple[Floats, Floats]:
    there = np.isfinite(fold.sold)
    names = groups_of(fold.series, level)
    ids = sorted(set(names))
    return sum_by(np.where(there, fold.mean(model), 0.0), names, ids), sum_by(np.where(there, fold.sold, 0.0), names, ids)


def _fit(pairs: list[tuple[Floats, Floats]]) -> tuple[float, float]:
    mean = np.maximum(np.concatenate([pair[0].ravel() for pair in pairs]), 0.01)
    sold = np.concatenate([pair[1].ravel() for pair in pairs])
    return non_negative_fit(mean, (sold - mean) ** 2)
