"""Quantiles of the network set right: on days nothing was learned from, where the truth lay in the counts it expected."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from ml.contract import LEVELS, Floats, Panel
from ml.forecast.classes import demand_classes
from ml.forecast.contract import CLASSES, EVERY
from ml.forecast.history_spread import chances
from ml.forecast.network import FittedNetwork
from ml.forecast.network_grid import Grid
from ml.panel import cut

_FEWEST_DAYS = 1_500
_SURE, _HAIR = (1e-4, 1 - 1e-4), 1e-6  # a hair beyond: a chance that many days share must not become the next step


def levels_by_class(fitted: FittedNetwork, of: Grid, panel: Panel, horizon: int) -> dict[str, tuple[float, ...]]:
    """For each class the levels to ask for so that the wanted shares lie at or under them."""
    past = cut(panel, panel.as_of - timedelta(days=horizon))
    places = dict(zip(panel.series["unique_id"], range(len(panel.series)), strict=True))
    rows = np.array([places[unique_id] for unique_id in past.series["unique_id"]])
    ends = np.full(len(rows), of.days - horizon)
    mean, variance = fitted.expect(of, rows, ends)
    sold = of.sold[rows, of.days - horizon :].astype(np.float64)
    there = np.isfinite(sold) & ~of.lost[rows, of.days - horizon :]
    below, through = chances(mean.ravel(), variance.ravel(), np.nan_to_num(sold).ravel(), fitted.whole)
    classes = np.repeat(np.array(demand_classes(past)), horizon)
    found = {}
    for kind in (EVERY, *CLASSES):
        chosen = there.ravel() & ((classes == kind) | (kind == EVERY))
        if chosen.sum() >= _FEWEST_DAYS:
            found[kind] = _levels(below[chosen], through[chosen])
    return found


def _levels(below: Floats, through: Floats) -> tuple[float, ...]:
    """A level under the middle asks where the share lies strictly above, one over it where it lies at or under."""
    asked = [_asked(below, through, level) for level in LEVELS]
    return tuple(float(np.clip(each, *_SURE)) for each in np.maximum.accumulate(asked))


def _asked(below: Floats, through: Floats, level: float) -> float:
    low, high = np.quantile(through, level, method="inverted_cdf"), np.quantile(below, level, method="inverted_cdf")
    return float(low - _HAIR if level < 0.5 else high + _HAIR if level > 0.5 else (low + high) / 2)
