"""The mixed-integer programme against every possible choice, and what must hold of any budget."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.contract import Floats
from ml.inventory.budget import Offer, offer_lots, spend
from ml.inventory.lead_demand import LeadDemand

UNLIMITED = np.array([np.inf, np.inf])


def random_offer(seed: int, lots: int = 9) -> Offer:
    random = np.random.default_rng(seed)
    line = np.sort(random.integers(0, 4, lots))
    units = random.integers(1, 9, lots).astype(float)
    value = random.uniform(1, 20, lots)
    for each in np.unique(line):
        value[line == each] = -np.sort(-value[line == each])
    return Offer(line, units, units * random.integers(1, 6, lots), value, line % 2, line % 2)


def best_by_hand(offer: Offer, budget: float, least: Floats, capacity: Floats) -> float:
    best = 0.0
    for choice in itertools.product([False, True], repeat=len(offer.line)):
        bought = np.array(choice)
        cost = [offer.cost[bought & (offer.group == group)].sum() for group in range(2)]
        space = [offer.units[bought & (offer.place == place)].sum() for place in range(2)]
        in_turn = all(not np.any(np.diff(bought[offer.line == line].astype(int)) > 0) for line in np.unique(offer.line))
        reached = all(each == 0 or each >= least[group] for group, each in enumerate(cost))
        if sum(cost) <= budget and in_turn and reached and all(each <= capacity[place] for place, each in enumerate(space)):
            best = max(best, float(offer.value[bought].sum()))
    return best


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(5, 120), st.integers(0, 30), st.integers(5, 40))
def test_it_is_the_best_of_all_choices(seed: int, budget: int, least: int, space: int) -> None:
    offer, minimum, capacity = random_offer(seed), np.array([float(least), 0.0]), np.array([float(space), np.inf])
    chosen = spend(offer, float(budget), minimum, capacity)
    assert chosen.value == pytest.approx(best_by_hand(offer, budget, minimum, capacity), abs=1e-6)
    assert chosen.cost <= budget and chosen.gap <= 1e-6


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 150), st.integers(1, 60))
def test_more_budget_never_brings_less(seed: int, budget: int, more: int) -> None:
    offer, least = random_offer(seed, 14), np.array([15.0, 0.0])
    assert spend(offer, budget + more, least, UNLIMITED).value >= spend(offer, budget, least, UNLIMITED).value - 1e-9


def test_very_many_lots_stay_near_the_bound_and_within_the_budget() -> None:
    random = np.random.default_rng(4)
    cost, value = random.uniform(5, 50, 3000), random.uniform(0.1, 30, 3000)
    lines = np.arange(3000)
    offer = Offer(lines, np.ones(3000), cost, value, np.zeros(3000, dtype=np.int64), np.zeros(3000, dtype=np.int64))
    chosen = spend(offer, 2000.0, np.zeros(1), np.array([np.inf]))
    order = np.argsort(-value / cost)
    bound = np.interp(2000.0, np.cumsum(cost[order]), np.cumsum(value[order]))
    assert bound * 0.997 <= chosen.value <= bound and chosen.cost <= 2000.0


def test_no_budget_buys_nothing() -> None:
    assert not spend(random_offer(1), 0.0, np.zeros(2), UNLIMITED).bought.any()
    assert not spend(random_offer(1), 50.0, np.array([1e9, 1e9]), UNLIMITED).bought.any()


def test_lots_fill_the_gap_in_packs_and_are_worth_less_and_less() -> None:
    demand = LeadDemand(np.array([[30.0], [5.0]]), np.array([[9.0], [3.0]]))
    position, up_to, pack = np.array([4.0, 20.0]), np.array([52.0, 12.0]), np.array([6.0, 4.0])
    zero = np.zeros(2, dtype=np.int64)
    offer = offer_lots(demand, position, up_to, pack, np.array([12.0, 0.0]), np.array([2.0, 2.0]), np.array([3.0, 3.0]), zero, zero)
    assert set(offer.line.tolist()) == {0} and offer.units.sum() == 48 and (offer.units % 6 == 0).all() and offer.units[0] == 12
    assert (np.diff(offer.value / offer.units) <= 1e-9).all()
    assert offer.value.sum() == pytest.approx(3 * (demand.beyond(position) - demand.beyond(np.array([52.0, 20.0])))[0])
    assert offer.cost.tolist() == (offer.units * 2).tolist()
