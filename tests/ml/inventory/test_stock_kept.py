"""Classes, surplus, transfers and lost sales by hand, by brute force and by planted truth."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.inventory.classes import abc, error_rate, xyz
from ml.inventory.demand import History
from ml.inventory.lost_sales import lost_units, missed_units
from ml.inventory.surplus import cover_days, find_surplus
from ml.inventory.transfers import match_moves
from tests.ml.inventory.test_lead_demand import steady


def test_abc_holds_the_one_that_crosses_the_line() -> None:
    assert "".join(abc(np.array([50.0, 25, 10, 10, 4, 1]))) == "AAABCC"  # 75 to 85 % crosses the first line, 95 % is the second
    assert "".join(abc(np.array([9.0, 91, 0, np.nan]))) == "BACC"
    assert "".join(abc(np.zeros(3))) == "CCC"


def test_xyz_by_the_error_of_the_forecast() -> None:
    rates = error_rate(np.array([10.0, 10, 10, 0]), np.array([5.0, 10, 11, 3]))
    assert rates.tolist() == [0.5, 1.0, 1.1, np.inf] and "".join(xyz(rates)) == "XYZZ"


def test_surplus_by_hand() -> None:
    ahead = steady(2, 2**0.5, 30, 3)
    found = find_surplus(np.array([100.0, 20.0, 40.0]), ahead, 30, 0.95, np.array([1.0, 1.0, 99.0]), 90, np.array([3.0, 3.0, np.nan]), 0.2)
    assert found.need[0] == 73  # Poisson 60
    assert found.excess.tolist() == [27, 0, 40] and found.dead.tolist() == [False, False, True]
    assert found.value.tolist() == [81, 0, 0] and found.carrying_cost[0] == pytest.approx(16.2)
    assert found.cover_days.tolist() == [50, 10, 20]


def test_cover_counts_days_of_the_forecast() -> None:
    ahead = steady(4, 1, 10, 4)
    assert cover_days(np.array([0.0, 6, 40, 80]), ahead).tolist() == [0, 1.5, 10, 20]
    assert np.isnan(cover_days(np.array([5.0]), steady(0, 0, 10)))[0]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 30), st.integers(0, 30)), min_size=2, max_size=10))
def test_moves_fill_as_much_as_can_be_filled(lines: list[tuple[int, int, int]]) -> None:
    product = np.array([f"P{each}" for each, _, _ in lines])
    spare = np.array([float(heap if heap > gap else 0) for _, heap, gap in lines])
    missing = np.array([float(gap if heap <= gap else 0) for _, heap, gap in lines])
    moves = match_moves(product, spare, missing)
    for row in range(len(lines)):
        assert sum(move.units for move in moves if move.source == row) <= spare[row]
        assert sum(move.units for move in moves if move.target == row) <= missing[row]
    assert all(product[move.source] == product[move.target] and move.units >= 1 for move in moves)
    possible = sum(min(spare[product == each].sum(), missing[product == each].sum()) for each in set(product))
    assert sum(move.units for move in moves) == possible


def test_lost_sales_find_planted_demand() -> None:
    random = np.random.default_rng(3)
    weekday = np.array([0.8, 0.8, 1, 1, 1.2, 1.4, 0.8])[np.arange(140) % 7]
    demand = random.poisson(4 * weekday, (300, 140)).astype(float)
    censored = np.zeros_like(demand, dtype=bool)
    censored[:, 60:75] = random.random((300, 1)) < 0.5
    sold = np.where(censored, 0.0, demand)
    lost = lost_units(sold, censored, weekday)
    assert lost.sum() == pytest.approx((demand - sold).sum(), rel=0.03)
    assert (lost[~censored] == 0).all()
    assert (sold + lost_units(sold, censored, weekday)).sum() == pytest.approx(demand.sum(), rel=0.01)
    told = missed_units(History(tuple(map(str, range(len(sold)))), sold, censored, date(2026, 3, 29)))
    assert (sold + told).sum() == pytest.approx(demand.sum(), rel=0.02)


def test_no_loss_is_claimed_of_what_never_had_stock() -> None:
    assert lost_units(np.zeros((1, 50)), np.ones((1, 50), dtype=bool), np.ones(50)).sum() == 0


def test_what_one_would_have_said_that_day_knows_no_later_day_and_finds_what_was_missed() -> None:
    random, days = np.random.default_rng(9), 210
    rate = random.uniform(2, 12, (30, 1)) * np.where(np.arange(days) % 7 >= 5, 1.8, 0.7)[None, :]
    demand, censored = random.poisson(rate).astype(float), random.random((30, days)) < 0.2
    seen = History(tuple(map(str, range(30))), np.where(censored, 0.0, demand), censored, date(2026, 3, 29))
    found = seen.wanted - seen.units
    assert (found[~censored] == 0).all()
    late = np.arange(days) >= 56
    assert found[:, late].sum() == pytest.approx(demand[:, late][censored[:, late]].sum(), rel=0.05)
    for back in (1, 40, 150):
        then, kept = seen.until(back), days - back
        alone = History(seen.ids, seen.units[:, :kept].copy(), censored[:, :kept].copy(), then.as_of)
        assert np.allclose(alone.wanted, then.wanted) and np.array_equal(then.wanted, seen.wanted[:, :kept])
    weekend, week = (found[:, late & (np.arange(days) % 7 >= 5)], found[:, late & (np.arange(days) % 7 < 5)])
    assert weekend[weekend > 0].mean() > 2 * week[week > 0].mean()
