"""The risk of running out against a simulation of many futures."""

from __future__ import annotations

import numpy as np
import pytest

from ml.inventory.risk import Delivery, arrival_chance, run_out
from tests.ml.inventory.test_lead_demand import steady

DAYS = 20


def test_without_deliveries_it_is_the_chance_that_demand_exceeds_stock() -> None:
    random = np.random.default_rng(1)
    total = random.poisson(2, (200_000, DAYS)).cumsum(axis=1)
    found = run_out(np.array([24.0]), steady(2, 2**0.5, DAYS), (), DAYS)
    assert found.chance[0] == pytest.approx((total > 24).mean(axis=0), abs=0.01)
    assert found.missing[0] == pytest.approx(np.maximum(total - 24, 0).mean(axis=0), abs=0.05)


def test_deliveries_come_as_their_supplier_may_be_late() -> None:
    random, count = np.random.default_rng(2), 200_000
    total = random.poisson(2, (count, DAYS)).cumsum(axis=1)
    leads = np.array([5.0, 8, 10, 16])
    first, second = random.choice(leads - 2, (2, count))  # both have waited for two days
    days = np.arange(1, DAYS + 1)
    # The chance of running out by a day counts what has come by that day, deliveries taken in the order they are due.
    early, late = np.minimum(first, second), np.maximum(first, second)
    came = 10 * (early[:, None] <= days) + 10 * (late[:, None] <= days)
    known = (total > 14 + came).mean(axis=0)
    both = (Delivery(0, 10, 2, leads), Delivery(0, 10, 2, leads))
    found = run_out(np.array([14.0]), steady(2, 2**0.5, DAYS), both, DAYS)
    assert np.abs(found.chance[0] - np.maximum.accumulate(known)).max() < 0.01
    assert (np.diff(found.chance[0]) >= 0).all()


def test_what_has_waited_longer_than_ever_is_due_tomorrow() -> None:
    assert arrival_chance(Delivery(0, 5, 30, np.array([5.0, 9.0])), 3).tolist() == [1, 1, 1]
    assert arrival_chance(Delivery(0, 5, 4, np.array([5.0, 6.0])), 3).tolist() == [0.5, 1, 1]


def test_more_stock_or_more_deliveries_never_raise_the_risk() -> None:
    ahead = steady(2, 3, DAYS, 3)
    risk = run_out(np.array([5.0, 10.0, 10.0]), ahead, (Delivery(2, 10, 1, np.array([3.0, 6.0])),), DAYS)
    assert (risk.chance[1] <= risk.chance[0]).all() and (risk.chance[2] <= risk.chance[1] + 1e-12).all()
    assert risk.first_day(0.5)[0] < risk.first_day(0.5)[1] and risk.first_day(1.1)[0] == 0


def test_an_empty_shelf_is_at_risk_at_once() -> None:
    found = run_out(np.array([-3.0]), steady(5, 2, DAYS), (), DAYS)
    assert found.first_day(0.5)[0] == 1 and found.missing[0, 4] == pytest.approx(25, rel=0.01)
