"""Quantiles of the network set right: on days nothing was learned from, where the truth lay in the counts it expected."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from ml.contract import Panel
from ml.forecast.classes import demand_classes
from ml.forecast.contract import CLASSES, EVERY
from ml.forecast.history_spread import chances
from ml.forecast.network import FittedNetwork
from ml.forecast.network_grid import Grid
from ml.forecast.spread import levels_that_hold
from ml.panel import cut

_FEWEST_DAYS = 1_500


def levels_by_class(fitted: FittedNetwork, of: Grid, panel: Panel, horizon: int) -> dict[str, tuple[float, ...]]:
    """For each class the levels to ask for so that the wanted shares lie at or under them; the rule is the one of the served spread."""
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
            found[kind] = tuple(np.maximum.accumulate(levels_that_hold(below[chosen], through[chosen], kind)).tolist())
    return found
