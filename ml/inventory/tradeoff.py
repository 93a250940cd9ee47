"""Policies side by side: stock needed for the same fill rate, with an interval from drawing the series again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml.contract import Floats
from ml.inventory.lots import Ints
from ml.inventory.simulate import Outcome

DRAWS = 400
_NOTHING_LOST = 1e-6


@dataclass(frozen=True)
class Saving:
    """How much less stock one policy needs than another at the same fill rate, as a fraction, with its 95 % interval."""

    fill_rate: float
    stock: float
    other_stock: float
    saving: float
    low: float
    high: float


def stock_at(outcome: Outcome, fill: float, rows: Ints | None = None) -> float:
    """Mean stock at a fill rate, read off the curve between its settings; NaN outside it.

    Stock grows as the logarithm of what is lost falls, so that is what is straight between two settings: a chord would tell too much.
    """
    rates, stock = outcome.fill_rate(rows), outcome.mean_stock(rows)
    order = np.argsort(rates)
    rates, stock = rates[order], stock[order]
    if not rates[0] <= fill <= rates[-1]:
        return float("nan")
    return float(np.interp(_rarely_lost(np.array(fill)), _rarely_lost(rates), stock))


def _rarely_lost(fill: Floats) -> Floats:
    found: Floats = -np.log(np.maximum(1.0 - fill, _NOTHING_LOST))
    return found


def compare(ours: Outcome, other: Outcome, fill: float, seed: int = 7, draws: int = DRAWS) -> Saving:
    """The saving at one fill rate; the series are drawn again, the same ones for both, to say how sure it is."""
    mine, theirs = stock_at(ours, fill), stock_at(other, fill)
    random, series = np.random.default_rng(seed), ours.asked.shape[1]
    drawn = []
    for _ in range(draws):
        rows: Ints = np.asarray(random.integers(0, series, series))
        pair = stock_at(ours, fill, rows), stock_at(other, fill, rows)
        drawn.append(1.0 - pair[0] / pair[1])
    spread: Floats = np.array([each for each in drawn if np.isfinite(each)])
    low, high = np.quantile(spread, [0.025, 0.975]) if len(spread) >= draws / 2 else (float("nan"), float("nan"))
    return Saving(fill, mine, theirs, 1.0 - mine / theirs, float(low), float(high))
