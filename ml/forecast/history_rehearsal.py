"""How a forecast from a history alone would have done on that history: totals over past windows against what was then sold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from ml.contract import LEVELS
from ml.forecast.history import Wishes, forecast_history
from ml.forecast.history_ladder import WEEK
from ml.forecast.history_reading import History

MOST_ORIGINS, LEAST_BEFORE_DAYS = 12, 56
LEAST_TO_SAY = 4
_LOW, _HIGH = LEVELS.index(0.1), LEVELS.index(0.9)


@dataclass(frozen=True)
class Rehearsal:
    """Totals of `days` days from so many past origins: what was missed of what was sold, and how often the interval held."""

    origins: int
    days: int
    missed: float  # of what was sold, as a fraction
    naive_missed: float  # by repeating the last week
    held: float  # share of totals inside their 80 % interval


def rehearse(history: History, days: int, wishes: Wishes | None = None) -> Rehearsal | None:
    """The account, or None where the past is too short for one worth telling."""
    step = max(WEEK, days // 2)
    ends = [len(history.sold) - days - step * back for back in range(MOST_ORIGINS)]
    ends = [end for end in ends if end >= LEAST_BEFORE_DAYS]
    if len(ends) < LEAST_TO_SAY:
        return None
    told = [_one(history, end, days, wishes) for end in ends]
    sold, expected, naive, inside = (np.array(column) for column in zip(*told, strict=True))
    if sold.sum() <= 0:
        return None
    missed, naive_missed = (float(np.abs(each - sold).sum() / sold.sum()) for each in (expected, naive))
    return Rehearsal(len(ends), days, missed, naive_missed, float(inside.mean()))


def _one(history: History, end: int, days: int, wishes: Wishes | None) -> tuple[float, float, float, bool]:
    promotion = None if history.promotion is None else history.promotion[:end]
    past = History(history.product_id, history.last_day - timedelta(days=len(history.sold) - end), history.sold[:end], promotion)
    forecast = forecast_history(past, days, wishes)
    sold = float(history.sold[end : end + days].sum())
    naive = float(past.sold[-WEEK:][np.arange(days) % WEEK].sum())
    ends = forecast.summed()
    return sold, float(forecast.mean.sum()), naive, bool(ends[_LOW] <= sold <= ends[_HIGH])
