"""History played again: the same demand, the orders a policy would have placed with what it could know, lead times drawn at random."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ml.contract import Floats
from ml.inventory.lots import Ints, whole_packs
from ml.inventory.spread import Whole

# A policy: the day of the review (how many days of the replayed stretch have passed) -> order-up-to levels, settings x series.
Policy = Callable[[int], Floats]


@dataclass(frozen=True)
class Stretch:
    """What really happened on the days replayed, and how goods could be bought then."""

    demand: Floats  # series x days
    leads: Ints  # series x days: how long an order placed on that day takes
    review: Ints  # series: how many days from one look to the next; series look on different days
    pack: Floats
    least_order: Floats
    unit_cost: Floats
    margin: Floats
    whole: Whole = True  # sold in pieces; what is weighed is not rounded to units

    @property
    def days(self) -> int:
        return int(self.demand.shape[1])


@dataclass(frozen=True)
class Outcome:
    """What came of it, settings x series: of one policy at several settings of its one parameter."""

    asked: Floats  # units asked for
    sold: Floats
    stock: Floats  # mean units on the shelf at the end of a day
    orders: Floats
    empty_days: Floats
    unit_cost: Floats
    margin: Floats

    def fill_rate(self, rows: Ints | None = None) -> Floats:
        """Share of all units asked for that were served, at each setting."""
        chosen = slice(None) if rows is None else rows
        found: Floats = self.sold[:, chosen].sum(axis=1) / np.maximum(self.asked[:, chosen].sum(axis=1), 1e-12)
        return found

    def mean_stock(self, rows: Ints | None = None) -> Floats:
        """Units on the shelves on a mean day."""
        found: Floats = self.stock[:, slice(None) if rows is None else rows].sum(axis=1)
        return found

    def stock_value(self) -> Floats:
        """The same at cost."""
        found: Floats = (self.stock * self.unit_cost[None, :]).sum(axis=1)
        return found

    def lost_margin(self) -> Floats:
        """Margin of what was asked for and not there."""
        found: Floats = ((self.asked - self.sold) * self.margin[None, :]).sum(axis=1)
        return found


def replay(stretch: Stretch, policy: Policy, settings: int, warm_days: int = 56) -> Outcome:
    """Runs one policy at all its settings at once. Demand not met is lost. The first days fill the shelves and are not counted.

    A series is looked at every `review` days; its order is placed after that day's sales and comes on the morning of day + lead time.
    """
    series, days = stretch.demand.shape
    longest = int(stretch.leads.max(initial=1)) + 1
    on_hand, coming = np.zeros((settings, series)), np.zeros((longest, settings, series))
    on_order = np.zeros((settings, series))
    sold, stock, orders, empty = (np.zeros((settings, series)) for _ in range(4))
    columns = np.arange(series)
    for day in range(days):
        slot = day % longest
        on_hand += coming[slot]
        on_order -= coming[slot]
        coming[slot] = 0.0
        if day == 0:  # the shelf starts where the policy wants it
            on_hand = np.where(stretch.whole, np.ceil(policy(0)), policy(0))
        asked = stretch.demand[:, day][None, :]
        served = np.minimum(on_hand, asked)
        on_hand = on_hand - served
        if day >= warm_days:
            sold += served
            stock += on_hand
            empty += on_hand <= 0
        due = np.flatnonzero((day + columns) % stretch.review == 0)
        if len(due):
            missing = policy(day + 1)[:, due] - on_hand[:, due] - on_order[:, due]
            quantity = whole_packs(missing, stretch.pack[None, due], stretch.least_order[None, due])
            on_order[:, due] += quantity
            arrival = (day + np.maximum(stretch.leads[due, day], 1)) % longest
            for setting in range(settings):
                coming[arrival, setting, due] += quantity[setting]
            if day >= warm_days:
                orders[:, due] += quantity > 0
    counted = days - warm_days
    total = np.broadcast_to(stretch.demand[:, warm_days:].sum(axis=1)[None, :], (settings, series))
    return Outcome(total.copy(), sold, stock / counted, orders, empty, stretch.unit_cost, stretch.margin)
