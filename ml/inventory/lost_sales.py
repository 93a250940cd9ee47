"""Demand as it would have been: what was missed on days when the shelf was empty."""

from __future__ import annotations

import numpy as np

from ml.contract import Floats
from ml.inventory.demand import Bools, History, weekday_factors

AROUND_DAYS = 28
_LEAST_FACTOR = 0.05  # a weekday on which nobody buys is no reason to divide by nothing


def missed_units(history: History) -> Floats:
    """Units missed on each day of a history, its weekdays as everything in it sells on them."""
    days = history.units.shape[1]
    factors = np.maximum(weekday_factors(history, days), _LEAST_FACTOR)
    weekday = factors[(history.as_of.weekday() - np.arange(days)[::-1]) % 7]
    return lost_units(history.units, history.censored, weekday)


def lost_units(units: Floats, censored: Bools, weekday: Floats, around: int = AROUND_DAYS) -> Floats:
    """Units missed on each day: on a censored day what such a weekday brings around it, less what was sold; nothing on other days.

    The level around a day is the mean of the days with stock up to `around` days before and after it; a level of its own is found
    further away where there are none so near, and no loss is claimed for a series that never had stock.
    """
    # `weekday` is a factor for each column: days are made alike before they are averaged.
    open_days = ~censored
    alike = np.where(open_days, units / np.maximum(weekday, 1e-6)[None, :], 0.0)
    level = _window(alike, around) / np.maximum(_window(open_days.astype(np.float64), around), 1e-9)
    seen = _window(open_days.astype(np.float64), around)
    whole = alike.sum(axis=1, keepdims=True) / np.maximum(open_days.sum(axis=1, keepdims=True), 1)
    level = np.where(seen >= 3, level, whole)
    found: Floats = np.where(censored, np.maximum(level * weekday[None, :] - units, 0.0), 0.0)
    return found


def _window(values: Floats, around: int) -> Floats:
    """The sum of each day's neighbourhood, `around` days to either side."""
    total = np.concatenate([np.zeros((len(values), 1)), values.cumsum(axis=1)], axis=1)
    days = values.shape[1]
    last, first = np.minimum(np.arange(days) + around + 1, days), np.maximum(np.arange(days) - around, 0)
    found: Floats = total[:, last] - total[:, first]
    return found
