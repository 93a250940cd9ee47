"""How much to hold: safety stock, reorder point, order-up-to level, economic quantity, and the newsvendor for what spoils."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special  # type: ignore[import-untyped]

from ml.contract import Floats
from ml.inventory.lead_demand import LeadDemand, halve

Goal = Literal["cycle", "fill", "cost"]
DAYS_A_YEAR = 365.0
_MOST_RATIO = 1.5  # a unit that is asked for in every cycle is kept for half of each


def level_for(goal: Goal, service: float, protected: LeadDemand, until_arrival: LeadDemand, ratio: Floats | float = 0.05) -> Floats:
    """The stock, counting what is on order, that lasts until an order placed at the next look arrives.

    cycle: enough in that share of the times. fill: of what is asked between two looks, that share is served. cost: as long as one
    more unit saves more than it costs, whatever the share; `ratio` as in `level_worth`.
    """
    if goal == "cost":
        return level_worth(ratio, protected, until_arrival)
    if goal == "cycle":
        return protected.quantile(service)
    asked = np.maximum(protected.mean - until_arrival.mean, 1e-12)
    found = protected.for_shortfall((1.0 - service) * asked)
    return _refined(found, service, asked, protected, until_arrival)


def level_worth(ratio: Floats | float, protected: LeadDemand, until_arrival: LeadDemand) -> Floats:
    """The stock up to which one more unit still saves more in each cycle than keeping it costs.

    `ratio` is the cost of keeping a unit for a cycle over what a lost unit loses. One more unit is asked for in the cycle when it is
    asked for by its end and not before its beginning; it is kept, and costs, for the part of the cycle in which it was not asked for.
    """
    step = protected.steps()
    ratios = np.clip(np.broadcast_to(np.asarray(ratio, dtype=np.float64), step.shape), 1e-6, _MOST_RATIO)
    low, high = protected.bracket(1.0 - ratios / 4.0)

    def too_much(units: Floats, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        before, after = until_arrival.rows(rows).at_most(units), protected.rows(rows).at_most(units)
        return np.asarray(before - after < ratios[rows] * (before + after) / 2.0)

    return halve(np.floor(low / step), np.ceil(high / step), step, too_much)


def fill_rate(level: Floats, protected: LeadDemand, until_arrival: LeadDemand) -> Floats:
    """The share served from the shelf at this level: what is missing at the end of a cycle less what was missing at its start."""
    asked = np.maximum(protected.mean - until_arrival.mean, 1e-12)
    missing = protected.beyond(level) - until_arrival.beyond(level)
    found: Floats = np.clip(1.0 - missing / asked, 0.0, 1.0)
    return found


def _refined(level: Floats, service: float, asked: Floats, protected: LeadDemand, until_arrival: LeadDemand) -> Floats:
    """Steps down while the exact rate still holds: the search counted what was missing before the cycle began as well."""
    step = protected.steps()
    for _ in range(64):
        lower = np.maximum(level - step, 0.0)
        holds = (fill_rate(lower, protected, until_arrival) >= service) & (lower < level)
        if not holds.any():
            break
        level = np.where(holds, lower, level)
    return level


def economic_quantity(yearly_units: ArrayLike, order_cost: ArrayLike, unit_cost: ArrayLike, carrying_rate: ArrayLike) -> Floats:
    """EOQ: the quantity at which ordering and carrying cost the same; nothing where demand or a cost is nothing."""
    demand, cost = np.asarray(yearly_units, dtype=np.float64), np.asarray(unit_cost, dtype=np.float64) * np.asarray(carrying_rate)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.sqrt(2.0 * demand * np.asarray(order_cost, dtype=np.float64) / cost)
    settled: Floats = np.where(np.isfinite(found), found, 0.0)
    return settled


def critical_ratio(price: ArrayLike, cost: ArrayLike, salvage: ArrayLike = 0.0) -> Floats:
    """Newsvendor: underage over underage plus overage; 0 where selling brings nothing."""
    under = np.asarray(price, dtype=np.float64) - np.asarray(cost, dtype=np.float64)
    over = np.asarray(cost, dtype=np.float64) - np.asarray(salvage, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = under / (under + over)
    found: Floats = np.where((under > 0) & (over > 0), ratio, np.where(under > 0, 1.0, 0.0))
    return found


def normal_level(mean: Floats, daily_mean: Floats, daily_variance: Floats, days: Floats, lead_variance: Floats, service: float) -> Floats:
    """The textbook: mean over the protected time plus z times sqrt(days var + mean^2 var(lead time))."""
    z = float(special.ndtri(service))
    deviation = np.sqrt(days * daily_variance + np.square(daily_mean) * lead_variance)
    found: Floats = np.maximum(mean + z * deviation, 0.0)
    return found
