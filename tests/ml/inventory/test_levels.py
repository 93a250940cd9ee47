"""Levels against the textbooks' own numbers and against a long simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]

from ml.inventory.lead_demand import LeadDemand
from ml.inventory.levels import critical_ratio, economic_quantity, fill_rate, level_for, level_worth, normal_level
from tests.ml.inventory.test_lead_demand import steady


def test_economic_quantity_of_the_textbook() -> None:
    # Snyder & Shen, example 3.1: 1300 a year, 8 an order, 0.225 a unit and year to hold: 304.1.
    assert economic_quantity(1300, 8, 0.75, 0.3) == pytest.approx(304.05, abs=0.01)
    quantity = np.arange(1, 2000)
    assert quantity[np.argmin(8 * 1300 / quantity + 0.225 * quantity / 2)] == 304
    assert economic_quantity(0, 8, 1, 0.3) == 0 and economic_quantity(100, 8, 0, 0.3) == 0


def test_newsvendor_of_the_textbook() -> None:
    # Snyder & Shen, example 4.1: underage 0.70, overage 0.18, demand normal (50, 8): critical ratio 0.795, order 56.6.
    ratio = critical_ratio(1.0, 0.30, 0.12)
    assert ratio == pytest.approx(0.70 / 0.88) and stats.norm(50, 8).ppf(ratio) == pytest.approx(56.6, abs=0.05)
    # Poisson 6, underage 4, overage 1: the least S with F(S) >= 0.8 is 8.
    poisson = LeadDemand(np.array([[6.0]]), np.array([[6.0**0.5]]))
    assert poisson.quantile(critical_ratio(5.0, 1.0))[0] == 8
    assert critical_ratio(1.0, 2.0) == 0 and critical_ratio(2.0, 1.0, 1.0) == 1


def test_levels_and_costs_that_stockpyl_publishes() -> None:
    """What its pages print: EOQ 304.0468 at 68.4105; newsvendor with overage 2, underage 18, demand normal (120, 10): 132.8155 at 35.0997.

    Demand that is weighed is a gamma here, which is nearly normal where it is so far from nothing.
    """
    quantity = float(economic_quantity(1300, 8, 0.225, 1.0))
    assert quantity == pytest.approx(304.0467800264368)
    assert 8 * 1300 / quantity + 0.225 * quantity / 2 == pytest.approx(68.41052550594829)
    demand = LeadDemand(np.array([[120.0]]), np.array([[10.0]]), whole=False)
    level = demand.quantile(critical_ratio(18.0, 0.0, -2.0))
    short = float(demand.beyond(level)[0])
    assert level[0] == pytest.approx(132.815515655446, abs=0.4)
    assert 2 * (level[0] - 120 + short) + 18 * short == pytest.approx(35.09966638649737, rel=0.05)


def test_the_newsvendor_order_earns_most() -> None:
    outcomes = np.arange(400)
    chance = stats.nbinom(4.0, 0.1).pmf(outcomes)  # mean 36, variance 360
    profit = [(chance * (9 * np.minimum(outcomes, order) - 5 * order)).sum() for order in range(120)]
    demand = LeadDemand(np.array([[36.0]]), np.array([[360.0**0.5]]))
    assert demand.quantile(critical_ratio(9, 5))[0] == int(np.argmax(profit))


def test_normal_theory_by_hand() -> None:
    # 10 a day, variance 9, 4 days, lead time variance 1: 40 + 1.6449 x sqrt(4 x 9 + 100 x 1) = 59.18.
    found = normal_level(np.array([40.0]), np.array([10.0]), np.array([9.0]), np.array([4.0]), np.array([1.0]), 0.95)
    assert found[0] == pytest.approx(59.18, abs=0.01)


def test_fill_rate_against_a_long_simulation() -> None:
    """Order up to S every 4 days, 6 days to arrive, what is missing is delivered later: the setting of the formula."""
    random, days, up_to = np.random.default_rng(5), 200_000, 34
    demand = random.poisson(3, days)
    on_hand, coming, short = up_to, np.zeros(days + 20), 0
    position = up_to
    for day in range(days):
        on_hand += coming[day]
        served = max(min(demand[day], on_hand), 0)
        short += demand[day] - served
        on_hand -= demand[day]
        position -= demand[day]
        if day % 4 == 3:
            coming[day + 7] += up_to - position  # on the shelf before the sales of the seventh day after
            position = up_to
    ahead = steady(3, 3**0.5)
    found = fill_rate(np.array([float(up_to)]), ahead.over(np.array([[10.0]])), ahead.over(np.array([[6.0]])))
    assert found[0] == pytest.approx(1 - short / demand.sum(), abs=0.003)


def test_the_level_for_a_fill_rate_is_the_least_that_reaches_it() -> None:
    ahead = steady(3, 4.0)
    protected, until = ahead.over(np.array([[10.0, 14.0]])), ahead.over(np.array([[6.0, 10.0]]))
    level = level_for("fill", 0.97, protected, until)
    assert fill_rate(level, protected, until)[0] >= 0.97 > fill_rate(level - 1, protected, until)[0]


def test_the_level_worth_its_cost_is_where_the_next_unit_is_not() -> None:
    ahead = steady(3, 4.0)
    protected, until = ahead.over(np.array([[10.0, 14.0]])), ahead.over(np.array([[6.0, 10.0]]))
    level = level_worth(0.03, protected, until)
    stock = np.arange(0.0, 160.0)
    before, after = (np.mean([stats.nbinom.cdf(stock, 3 * d * 3 / (16 - 3), 3 / 16) for d in days], axis=0) for days in ((6, 10), (10, 14)))
    worth = (before - after) / ((before + after) / 2)  # asked for in the cycle, over the part of the cycle it is kept
    assert level[0] == np.flatnonzero(worth >= 0.03)[-1] + 1
    assert level_for("cost", 0.5, protected, until, 0.03)[0] == level[0]


def test_what_is_hardly_ever_asked_for_is_not_kept() -> None:
    rare = steady(0.001, 0.001**0.5)
    assert level_worth(0.05, rare.over(np.array([[17.0]])), rare.over(np.array([[10.0]])))[0] == 0


@settings(max_examples=30, deadline=None)
@given(st.floats(0.05, 30), st.floats(0.2, 3), st.floats(0.5, 0.99))
def test_higher_goals_never_lower_the_level(mean: float, ratio: float, service: float) -> None:
    ahead = steady(mean, mean * ratio)
    protected, until = ahead.over(np.array([[12.0, 17.0]])), ahead.over(np.array([[5.0, 10.0]]))
    for goal in ("cycle", "fill"):
        assert level_for(goal, service + 0.009, protected, until)[0] >= level_for(goal, service, protected, until)[0]
    assert level_worth(0.01, protected, until)[0] >= level_worth(0.05, protected, until)[0]
