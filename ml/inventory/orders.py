"""What to order now: for each product and place, the receipt from expected demand to units in whole packs, and where it would turn."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ml.contract import Floats
from ml.inventory.lead_demand import LeadDemand, Totals, some
from ml.inventory.lead_times import LeadTimes
from ml.inventory.levels import DAYS_A_YEAR, Goal, critical_ratio, economic_quantity, level_for
from ml.inventory.lots import Bools, Ints, Minimum, meet_minimums, packs_within, whole_packs
from ml.inventory.spread import Whole

T = TypeVar("T", bound="Shelves")


@dataclass(frozen=True)
class Shelves:
    """What lies, is promised and is coming of each product at each place, and how it is bought. Unknown numbers are NaN."""

    ids: NDArray[np.str_]
    on_hand: Floats
    allocated: Floats
    on_order: Floats
    pack: Floats
    least_order: Floats
    unit_cost: Floats
    price: Floats
    shelf_life_days: Floats
    supplier: Ints  # row of the lead times; -1 for what has none
    order: Ints  # lines with the same number go on one purchase order
    least_value: Floats
    buyable: Bools  # False for what is no longer sold

    @property
    def position(self) -> Floats:
        """On hand, less what is promised, plus what is on order."""
        found: Floats = self.on_hand - self.allocated + self.on_order
        return found

    def rows(self: T, rows: NDArray[np.int64]) -> T:
        """Some of them."""
        return replace(self, **{each.name: getattr(self, each.name)[rows] for each in fields(self)})


@dataclass(frozen=True)
class Terms:
    """How sure one wants to be, how often one looks, and what ordering and keeping cost."""

    service: float = 0.95
    goal: Goal = "cycle"
    review_days: int = 7
    order_cost: float | None = None
    carrying_rate: float = 0.25
    minimum: Minimum = "wait"


@dataclass(frozen=True)
class Plan:
    """The receipt of each line, in the order of the shelves."""

    lead_days: Floats
    daily: Floats  # expected units a day until the next order would arrive
    demand: Floats  # expected from today until an order placed at the next look would arrive
    deviation: Floats
    until_arrival: Floats  # expected until an order placed today arrives
    reorder_point: Floats
    safety: Floats
    economic: Floats
    up_to: Floats
    position: Floats
    needed: Floats
    quantity: Floats
    cost: Floats
    urgent: Bools
    note: NDArray[np.str_]  # "", raised, waits, below, spoils

    def rows(self, rows: NDArray[np.int64]) -> Plan:
        """Some of them."""
        return Plan(**{each.name: getattr(self, each.name)[rows] for each in fields(self)})


def plan_orders(shelves: Shelves, totals: Totals, leads: LeadTimes, terms: Terms, whole: Whole = True) -> Plan:
    """The receipt of every line. Lines need a supplier with a known lead time; `orderable` says which have one."""
    days = leads.days[shelves.supplier]
    protected, until = totals.over(days + terms.review_days, whole), totals.over(days, whole)
    point = level_for(terms.goal, terms.service, protected, until, keeping_ratio(shelves, terms))
    demand, lead = protected.mean, days.mean(axis=1)
    daily = demand / np.maximum(lead + terms.review_days, 1.0)
    economic = _economic(daily, shelves, terms)
    up_to, spoils = _unspoilt(point + economic, shelves, totals, whole)
    position = shelves.position
    wanted = shelves.buyable & (position < point) & (demand > 0)
    needed = np.where(wanted, np.maximum(up_to - position, 0.0), 0.0)
    quantity = whole_packs(needed, shelves.pack, shelves.least_order)
    keeps = packs_within(np.maximum(up_to - position, 0.0), shelves.pack)
    quantity = np.where(spoils & (quantity > keeps), keeps, quantity)
    urgent = position < level_for("cycle", terms.service, until, until)
    cost = np.nan_to_num(shelves.unit_cost)
    with np.errstate(divide="ignore", invalid="ignore"):
        cover = np.where(daily > 0, (position + quantity) / daily, np.inf)
    open_lines = np.where(shelves.buyable & ~spoils, daily, 0.0)
    quantity, note = meet_minimums(
        quantity, cost, shelves.order, shelves.least_value, urgent, shelves.pack, cover, open_lines, terms.minimum
    )
    note = np.where((note == "") & spoils & wanted, "spoils", note)
    return Plan(
        lead_days=lead, daily=daily, demand=demand, deviation=protected.deviation, until_arrival=until.mean, reorder_point=point,
        safety=point - demand, economic=economic, up_to=up_to, position=position, needed=needed, quantity=quantity,
        cost=quantity * cost, urgent=urgent & wanted, note=note,
    )  # fmt: skip


def orderable(shelves: Shelves, leads: LeadTimes) -> Bools:
    """Lines with a supplier whose lead time is known."""
    known = ~np.isnan(leads.days).any(axis=1) if len(leads.days) else np.zeros(0, dtype=bool)
    found: Bools = (shelves.supplier >= 0) & np.append(known, False)[shelves.supplier]
    return found


def highest_lead_without_order(shelves: Shelves, totals: Totals, terms: Terms, longest: int, whole: Whole = True) -> Floats:
    """The longest certain lead time, in days, at which nothing would have to be ordered; NaN when even delivery at once is too late."""
    found = np.full(len(shelves.ids), np.nan)
    ratio = keeping_ratio(shelves, terms)
    position, alive = shelves.position, np.ones(len(shelves.ids), dtype=bool)
    for days in range(longest + 1):
        rows = np.flatnonzero(alive)
        if not len(rows):
            break
        mine, fixed, kind = totals.rows(rows), np.full((len(rows), 1), float(days)), some(whole, rows)
        protected, until = mine.over(fixed + terms.review_days, kind), mine.over(fixed, kind)
        good = _enough(position[rows], protected, until, terms, ratio[rows])
        found[rows[good]] = days
        alive[rows[~good]] = False
    return found


def _enough(position: Floats, protected: LeadDemand, until: LeadDemand, terms: Terms, ratio: Floats) -> Bools:
    """Whether the position is at or over the level wanted, without searching for that level where it can be told without."""
    if terms.goal == "cycle":
        good: Bools = protected.at_most(position) >= terms.service
        return good
    level = level_for(terms.goal, terms.service, protected, until, ratio)
    return np.asarray(position >= level)


def keeping_ratio(shelves: Shelves, terms: Terms) -> Floats:
    """What keeping a unit from one look to the next costs, over the margin a lost unit loses; 5 % where either is unknown."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = shelves.unit_cost * terms.carrying_rate * terms.review_days / DAYS_A_YEAR / (shelves.price - shelves.unit_cost)
    return np.where(np.isfinite(ratio) & (ratio > 0), np.minimum(ratio, 0.5), np.where(np.isfinite(ratio), 0.5, 0.05))


def _economic(daily: Floats, shelves: Shelves, terms: Terms) -> Floats:
    if not terms.order_cost:
        return np.zeros_like(daily)
    return np.round(economic_quantity(daily * DAYS_A_YEAR, terms.order_cost, shelves.unit_cost, terms.carrying_rate))


def _unspoilt(up_to: Floats, shelves: Shelves, totals: Totals, whole: Whole) -> tuple[Floats, Bools]:
    """The newsvendor's bound for what spoils: no more than is likely enough to sell within its shelf life to be worth its cost."""
    life = shelves.shelf_life_days
    short = np.flatnonzero(~np.isnan(life) & (life <= totals.days))
    spoils = np.zeros(len(up_to), dtype=bool)
    if not len(short):
        return up_to, spoils
    ratio = critical_ratio(shelves.price[short], shelves.unit_cost[short])
    ratio = np.where(np.isnan(ratio), 0.5, np.clip(ratio, 0.01, 0.9999))
    sells = totals.rows(short).over(life[short][:, None], some(whole, short)).quantile(ratio)
    bounded = up_to.copy()
    bounded[short] = np.minimum(up_to[short], sells)
    spoils[short] = sells < up_to[short]
    return bounded, spoils
