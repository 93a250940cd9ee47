"""How fast expectations follow what was sold last: this week's forecast alone, or the level of four weeks' forecasts, as the past shows.

A level that follows every week orders what chance asked for; where levels really move, one that lags is dearer still.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from ml.contract import Floats, Outlook
from ml.inventory.demand import WINDOW_DAYS, History, drift, recent_outlook
from ml.inventory.hindsight import Hindsight
from ml.inventory.lead_demand import some
from ml.inventory.losses import AHEAD_DAYS, CLEARLY, looked_at, quantile_loss
from ml.inventory.spread import Whole

WEEKS, WEEK_DAYS = 4, 7
CHECKS, CHECK_EVERY_DAYS, LEVEL = 6, 14, 0.9
MOST_TIMES = 10.0  # what hardly sells any more is not expected to sell as ever
Memory = dict[date, tuple[float, float] | None]  # the losses of weeks that were looked at before, on the same sales


def best_weeks(history: History, whole: Whole = True, memory: Memory | None = None, drifts: Floats | None = None) -> int:
    """Four where the level of four weeks' forecasts would have served clearly better on stretches that are over, else one.

    The loss is that of the 90 % quantile of three weeks' totals, all goods together that had stock on each of those days.
    """
    known: Memory = {} if memory is None else memory
    moving = drift(history) if drifts is None else drifts
    backs = [AHEAD_DAYS + CHECK_EVERY_DAYS * check for check in range(CHECKS)]
    for back in backs:
        day = history.as_of - timedelta(days=back)
        if day not in known:
            known[day] = _losses(history, back, moving, whole)
    told = [loss for back in backs if (loss := known[history.as_of - timedelta(days=back)]) is not None]
    now, steady = (sum(each) for each in zip(*told, strict=True)) if told else (0.0, 0.0)
    return WEEKS if steady < (1.0 - CLEARLY) * now else 1


def steady_outlook(history: History, days: int, weeks: int, drifts: Floats | None = None) -> Outlook:
    """The fallback's outlook at the level of so many weeks' forecasts; quantiles of single days are not made."""
    moving = drift(history) if drifts is None else drifts
    return steadied([recent_outlook(history.until(WEEK_DAYS * back), days + WEEK_DAYS * back, moving, ()) for back in range(weeks)], days)


def told_on(found: Hindsight, day: date, weeks: int, now: Outlook | None = None) -> Outlook | None:
    """What trained models said on a day, at the level of so many weeks' forecasts; `now` where that day's is at hand elsewhere."""
    latest = found.on(day) if now is None else now
    if latest is None:
        return None
    before = [found.on(day - timedelta(days=WEEK_DAYS * back)) for back in range(1, weeks)]
    return steadied([latest, *(each for each in before if each is not None)], latest.mean.shape[1])


def steadied(made: Sequence[Outlook], days: int) -> Outlook:
    """The first of these outlooks at the mean level and spread of them all; the others were made earlier, of any order of ids."""
    now = made[0]
    if len(made) == 1:
        return now
    every = [_beside(now, earlier, days) for earlier in made[1:]]
    level = (1.0 + np.sum([ratio for ratio, _ in every], axis=0)) / len(made)
    spread = np.sqrt((1.0 + np.sum([np.square(ratio) for _, ratio in every], axis=0)) / len(made))
    return replace(now, mean=now.mean * level[:, None], total_sd=now.total_sd * spread[:, None])


def _beside(now: Outlook, earlier: Outlook, days: int) -> tuple[Floats, Floats]:
    """Level and spread of an earlier outlook over those of now; 1 for what it did not know."""
    place = {name: row for row, name in enumerate(earlier.ids)}
    rows: NDArray[np.int64] = np.array([place.get(name, -1) for name in now.ids], dtype=np.int64)
    gone = (now.as_of - earlier.as_of).days
    shared = min(days, now.mean.shape[1], earlier.mean.shape[1] - gone)
    if shared <= 0:
        return np.ones(len(rows)), np.ones(len(rows))
    level = _ratio(earlier.mean[rows, gone : gone + shared].sum(axis=1), now.mean[:, :shared].sum(axis=1), rows)
    last = min(now.total_sd.shape[1], earlier.total_sd.shape[1]) - 1
    return level, _ratio(earlier.total_sd[rows, last], now.total_sd[:, last], rows)


def _ratio(earlier: Floats, now: Floats, rows: NDArray[np.int64]) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = earlier / now
    found: Floats = np.where((rows >= 0) & (now > 0) & np.isfinite(ratio), np.clip(ratio, 0.0, MOST_TIMES), 1.0)
    return found


def _losses(history: History, back: int, drifts: Floats, whole: Whole) -> tuple[float, float] | None:
    """The loss on one past stretch of this week's forecast, and of four; None where too little was known or nothing had stock."""
    first = history.units.shape[1] - back
    if first < WINDOW_DAYS + WEEK_DAYS * (WEEKS - 1):
        return None
    came = slice(first, first + AHEAD_DAYS)
    clear = np.flatnonzero(~history.censored[:, came].any(axis=1))
    if not len(clear):
        return None
    sold, then = history.units[clear, came].sum(axis=1), history.until(back)
    made = (looked_at(steady_outlook(then, AHEAD_DAYS, weeks, drifts), clear) for weeks in (1, WEEKS))
    now, steady = (quantile_loss(sold, each, some(whole, clear), (LEVEL,)) for each in made)
    return now, steady
