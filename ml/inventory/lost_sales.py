"""Demand as it would have been: what was missed on days when the shelf was empty."""

from __future__ import annotations

import numpy as np

from ml.contract import Floats
from ml.inventory.demand import History, weekday_factors
from ml.inventory.unseen import LEAST_FACTOR, LEAST_OPEN, Bools, missing, weekdays, window

AROUND_DAYS = 28


def missed_units(history: History) -> Floats:
    """Units missed on each day of a history, its weekdays as everything in it sells on them; days after it count as well."""
    days = history.units.shape[1]
    factors = np.maximum(weekday_factors(history, days), LEAST_FACTOR)
    return lost_units(history.units, history.censored, factors[weekdays(history.as_of, 1 - days, days)])


def lost_units(units: Floats, censored: Bools, weekday: Floats, around: int = AROUND_DAYS) -> Floats:
    """Units missed on each day: on a censored day what such a weekday brings around it, less what was sold; nothing on other days.

    The level around a day is the mean of the days with stock up to `around` days before and after it; a level of its own is found
    further away where there are none so near, and no loss is claimed for a series that never had stock.
    """
    # `weekday` is a factor for each column: days are made alike before they are averaged.
    open_days = ~censored
    alike = np.where(open_days, units / np.maximum(weekday, 1e-6)[None, :], 0.0)
    seen = window(open_days.astype(np.float64), around, around)
    level = window(alike, around, around) / np.maximum(seen, 1e-9)
    whole = alike.sum(axis=1, keepdims=True) / np.maximum(open_days.sum(axis=1, keepdims=True), 1)
    return missing(np.where(seen >= LEAST_OPEN, level, whole), units, censored, weekday)
