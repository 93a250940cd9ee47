"""When a shelf may run empty: the chance by each day, given what lies there and what is expected to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.contract import Floats
from ml.inventory.lead_demand import Totals
from ml.inventory.lead_times import remaining
from ml.inventory.spread import Whole, at_most, beyond

MOST_DELIVERIES = 4  # later ones of a series are taken together with the fourth


@dataclass(frozen=True)
class Delivery:
    """Goods on their way to one shelf: how many, how long ago they were ordered and how long that supplier may take."""

    row: int
    units: float
    age_days: float
    lead_days: Floats

    @property
    def overdue(self) -> bool:
        """Whether it has been awaited longer than its supplier is known to take: nothing says when it comes."""
        return not bool((self.lead_days > self.age_days).any())


@dataclass(frozen=True)
class Risk:
    """For each series the chance of having run out by each day ahead, and the units expected to be missing by then."""

    chance: Floats  # series x days, never falling
    missing: Floats

    def first_day(self, chance: float) -> NDArray[np.int64]:
        """The first day ahead (1 = tomorrow) on which the chance is reached; 0 when it never is."""
        reached = self.chance >= chance
        found: NDArray[np.int64] = np.where(reached.any(axis=1), reached.argmax(axis=1) + 1, 0)
        return found


def run_out(available: Floats, totals: Totals, deliveries: Sequence[Delivery], days: int, whole: Whole = True) -> Risk:
    """The risk of each shelf over so many days. How many deliveries have come is counted exactly; they come in the order they are due."""
    units, arrived = _by_series(len(available), deliveries, days)
    chance, missing = np.zeros((len(available), days)), np.zeros((len(available), days))
    means, spread = totals.means[:, 1 : days + 1], totals.deviations[:, 1 : days + 1]
    kind: Whole = whole if isinstance(whole, bool) else whole[:, None]
    stock = np.maximum(available, 0.0)
    for place, weight in enumerate(_how_many(arrived)):
        stock = stock + units[:, place - 1] if place else stock
        if weight.any():
            chance += weight * (1.0 - at_most(stock[:, None], means, spread, kind))
            missing += weight * beyond(stock[:, None], means, spread, kind)
    return Risk(np.maximum.accumulate(np.clip(chance, 0.0, 1.0), axis=1), np.maximum.accumulate(missing, axis=1))


def _how_many(arrived: Floats) -> list[Floats]:
    """The chance that none, one, two ... have come by each day, each delivery coming by itself."""
    found = [np.ones((len(arrived), arrived.shape[2]))]
    for place in range(arrived.shape[1]):
        came = arrived[:, place]
        before = [np.zeros_like(came), *found]
        found = [stay * (1.0 - came) + more * came for stay, more in zip([*found, np.zeros_like(came)], before, strict=True)]
    return found


def arrival_chance(delivery: Delivery, days: int) -> Floats:
    """The chance that a delivery is there on each day ahead, knowing how long it has been awaited."""
    left = np.ceil(remaining(delivery.age_days, delivery.lead_days))
    found: Floats = (left[None, :] <= np.arange(1, days + 1)[:, None]).mean(axis=1)
    return found


def _by_series(count: int, deliveries: Sequence[Delivery], days: int) -> tuple[Floats, Floats]:
    """Units of the first, second ... delivery of each series and the chance that each has come by each day."""
    units, arrived = np.zeros((count, MOST_DELIVERIES)), np.zeros((count, MOST_DELIVERIES, days))
    mine: dict[int, list[tuple[Floats, float]]] = {}
    for delivery in deliveries:
        mine.setdefault(delivery.row, []).append((arrival_chance(delivery, days), delivery.units))
    for row, each in mine.items():
        each.sort(key=lambda pair: -float(pair[0].sum()))
        for place, (chance, quantity) in enumerate(each):
            slot = min(place, MOST_DELIVERIES - 1)
            units[row, slot] += quantity
            arrived[row, slot] = chance
    return units, arrived
