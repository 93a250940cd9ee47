"""How much of the trained forecast counts for stock: the part that would have served best on weeks that are over."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from ml.contract import Floats, Outlook
from ml.inventory.demand import WINDOW_DAYS, History, recent_outlook
from ml.inventory.hindsight import Hindsight
from ml.inventory.lead_demand import some
from ml.inventory.losses import AHEAD_DAYS, CLEARLY, looked_at, quantile_loss
from ml.inventory.spread import Whole

PARTS = (0.0, 0.5, 1.0)
HALF = 0.5
MOST_WEEKS, LEAST_WEEKS = 12, 4
LEVELS = (0.8, 0.95)  # what stock is held for


Memory = dict[date, Floats | None]  # the losses of weeks that were looked at before, on the same forecasts and sales


def best_part(found: Hindsight, history: History, whole: Whole = True, memory: Memory | None = None) -> float:
    """The part with the least loss over the last weeks whose days ahead are over on the last day of `history`, a row for each id.

    Half and half unless one of the two alone was clearly better: two forecasts whose misses differ are surer together than either.
    The loss is that of the quantiles of three weeks' totals at the certainties stock is held for, all goods together. Goods that
    nobody could buy on one of those days are left out of that week: what they sold is not what was wanted.
    """
    over = [day for day in found.asked if day <= history.as_of - timedelta(days=AHEAD_DAYS)]
    known: Memory = {} if memory is None else memory
    for day in over[-MOST_WEEKS:]:
        if day not in known:
            known[day] = _losses(found, history, (history.as_of - day).days, whole)
    losses = [loss for day in over[-MOST_WEEKS:] if (loss := known[day]) is not None]
    if len(losses) < LEAST_WEEKS:
        return HALF
    told = dict(zip(PARTS, np.sum(losses, axis=0), strict=True))
    best = min(PARTS, key=lambda part: float(told[part]))
    return best if told[best] < (1.0 - CLEARLY) * told[HALF] else HALF


def blend(trained: Outlook, usual: Outlook, part: float) -> Outlook:
    """So much of the trained forecast and the rest of the usual one of the same rows; variances as means."""
    mean = part * trained.mean + (1.0 - part) * usual.mean
    variance = part * np.square(trained.total_sd) + (1.0 - part) * np.square(usual.total_sd)
    return replace(usual, mean=mean, total_sd=np.maximum.accumulate(np.sqrt(variance), axis=1))


def _losses(found: Hindsight, history: History, back: int, whole: Whole) -> Floats | None:
    """The loss of each part on one past week; None where too little was known then, or nothing had stock on all of its days."""
    if (first := history.units.shape[1] - back) < WINDOW_DAYS:
        return None
    then, days = history.until(back), slice(first, first + AHEAD_DAYS)
    told, empty = found.on(then.as_of), set(np.flatnonzero(history.censored[:, days].any(axis=1)).tolist())
    place = {name: row for row, name in enumerate(history.ids) if row not in empty}
    if told is None or told.mean.shape[1] < AHEAD_DAYS or not (both := [each for each in told.ids if each in place]):
        return None
    mine = np.array([place[each] for each in both], dtype=np.int64)
    theirs = np.array([row for row, each in enumerate(told.ids) if each in place], dtype=np.int64)
    told, usual = looked_at(told, theirs), looked_at(recent_outlook(then, AHEAD_DAYS, levels=()), mine)
    sold = history.units[mine, days].sum(axis=1)
    return np.array([quantile_loss(sold, blend(told, usual, part), some(whole, mine), LEVELS) for part in PARTS])
