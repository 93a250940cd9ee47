"""Demand on days when the shelf was empty, as one would have said on that day: at least what was sold, or what days before brought."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from ml.contract import Floats

BEFORE_DAYS = 56
LEAST_OPEN = 3  # days with stock a level needs; with fewer the last level holds on
LEAST_FACTOR = 0.05  # a weekday on which nobody buys is no reason to divide by nothing
Bools = NDArray[np.bool_]


def missed_as_known(units: Floats, censored: Bools, as_of: date) -> Floats:
    """Units missed on each day of a history whose last column is `as_of`, from nothing but the last 56 days with stock before that day.

    On the day itself only a least is known: who sold more than was expected before the shelf was empty has missed nothing here. What
    has been gone for long is expected to sell as it did last.
    """
    found = np.zeros_like(units)
    rows = np.flatnonzero(censored.any(axis=1))
    if not len(rows):
        return found
    weekday = np.maximum(_factors_as_known(units, as_of), LEAST_FACTOR)
    mine, open_days = units[rows], ~censored[rows]
    level = _last_open(np.where(open_days, mine / weekday[None, :], 0.0), open_days)
    found[rows] = missing(level, mine, ~open_days, weekday)
    return found


def missing(level: Floats, units: Floats, censored: Bools, weekday: Floats) -> Floats:
    """What a level and the weekday bring beyond what was sold, on days without stock."""
    found: Floats = np.where(censored, np.maximum(level * weekday[None, :] - units, 0.0), 0.0)
    return found


def weekdays(as_of: date, first: int, count: int) -> NDArray[np.int64]:
    """The weekday of so many days, the first of them so many after `as_of`, Monday 0."""
    return (as_of.weekday() + first + np.arange(count)) % 7


def window(values: Floats, before: int, after: int) -> Floats:
    """The sum of each day's neighbourhood, from so many days before it to so many after it."""
    total = np.concatenate([np.zeros((len(values), 1)), values.cumsum(axis=1)], axis=1)
    days = values.shape[1]
    last, first = np.clip(np.arange(days) + after + 1, 0, days), np.maximum(np.arange(days) - before, 0)
    found: Floats = total[:, last] - total[:, first]
    return found


def _last_open(alike: Floats, open_days: Bools) -> Floats:
    """The mean of the last 56 days with stock up to each day; nothing while too few were seen."""
    total, seen = alike.cumsum(axis=1), open_days.cumsum(axis=1)
    every = np.argsort(~open_days, axis=1, kind="stable")  # the days with stock, in their order
    reached = np.take_along_axis(total, every, axis=1)
    gone = seen - BEFORE_DAYS
    before = np.where(gone > 0, np.take_along_axis(reached, np.maximum(gone - 1, 0), axis=1), 0.0)
    found: Floats = np.where(seen >= LEAST_OPEN, (total - before) / np.clip(seen, 1, BEFORE_DAYS), 0.0)
    return found


def _factors_as_known(units: Floats, as_of: date) -> Floats:
    """The factor of each day's weekday, as the eight weeks before that day sold; 1 in the first two weeks."""
    days = np.arange(units.shape[1])
    weekday = weekdays(as_of, 1 - len(days), len(days))
    mine = (weekday[None, :] == np.arange(7)[:, None]).astype(np.float64)
    counted = window(mine, BEFORE_DAYS, -1)
    mean = window(mine * units.sum(axis=0)[None, :], BEFORE_DAYS, -1) / np.maximum(counted, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = mean[weekday, days] / mean.mean(axis=0)
    found: Floats = np.where((days >= 14) & np.isfinite(factor), factor, 1.0)
    return found
