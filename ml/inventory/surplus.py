"""What lies there too long: days of cover, units beyond any likely need, dead stock, and what keeping it costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.contract import Floats
from ml.inventory.lead_demand import Totals
from ml.inventory.spread import Whole

MOST_COVER_DAYS = 3650.0


@dataclass(frozen=True)
class Surplus:
    """Of each series: how long stock lasts, what of it is beyond the need, whether it is dead, and the cost of keeping that a year."""

    cover_days: Floats  # NaN when nothing is expected to sell
    need: Floats
    excess: Floats
    dead: NDArray[np.bool_]
    value: Floats
    carrying_cost: Floats


def find_surplus(
    available: Floats,
    totals: Totals,
    days: int,
    service: float,
    days_since_sale: Floats,
    dead_after_days: int,
    unit_cost: Floats,
    carrying_rate: float,
    whole: Whole = True,
) -> Surplus:
    """Excess is stock beyond what covers so many days of demand with the wanted certainty; of dead stock all is excess."""
    need = totals.over(np.full((len(available), 1), float(days)), whole).quantile(service)
    dead = (available > 0) & (days_since_sale > dead_after_days)
    excess = np.where(dead, np.maximum(available, 0.0), np.maximum(available - need, 0.0))
    value = excess * np.nan_to_num(unit_cost)
    return Surplus(cover_days(available, totals), need, excess, dead, value, value * carrying_rate)


def cover_days(available: Floats, totals: Totals) -> Floats:
    """Days until expected demand has used up what is available; beyond the days ahead at the mean of all of them."""
    stock = np.maximum(available, 0.0)
    lasts = (totals.means <= stock[:, None] + 1e-9).sum(axis=1) - 1
    end = totals.means[:, -1]
    place = np.minimum(lasts, totals.days - 1)
    rows = np.arange(len(stock))
    day = np.maximum(totals.means[rows, place + 1] - totals.means[rows, place], 1e-12)
    within = place + np.clip((stock - totals.means[rows, place]) / day, 0.0, 1.0)
    rate = end / totals.days
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = np.where(end <= 1e-9, np.nan, np.where(lasts >= totals.days, stock / rate, within))
    return np.minimum(found, MOST_COVER_DAYS)
