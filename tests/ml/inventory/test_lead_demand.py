"""Demand over an uncertain lead time against textbook cases, brute force and properties."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]

from ml.contract import LEVELS, Outlook
from ml.inventory.lead_demand import LeadDemand, Totals, totals


def steady(mean: float, spread: float, days: int = 60, series: int = 1) -> Totals:
    """Independent days with this mean and spread."""
    length = np.arange(days + 1)
    means = np.tile(length * mean, (series, 1)).astype(np.float64)
    return Totals(means, np.tile(spread * np.sqrt(length), (series, 1)))


def test_base_stock_with_poisson_demand() -> None:
    # Demand 2 a day, 3 days: Poisson 6. The least S with F(S) >= 0.95 is 10 (F(9) = 0.916, F(10) = 0.957).
    found = steady(2, 2**0.5).over(np.full((1, 12), 3.0)).quantile(0.95)
    assert found.tolist() == [10.0] == [stats.poisson(6).ppf(0.95)]


def test_large_demand_is_as_the_normal_textbook() -> None:
    # Mean 200 and spread 30 a day over 9 days: 1800 + 1.645 x 90 = 1948.
    found = steady(200, 30).over(np.full((1, 12), 9.0)).quantile(0.95)
    assert found[0] == pytest.approx(1948, rel=0.01)


def test_variance_of_lead_time_and_demand_add_as_in_the_textbook() -> None:
    # E[L] var(d) + mean^2 var(L)
    days = np.array([[4.0, 8.0]])
    found = steady(10, 3).over(days)
    assert found.mean[0] == pytest.approx(60) and found.deviation[0] ** 2 == pytest.approx(6 * 9 + 100 * 4)


def test_the_mixture_against_brute_force() -> None:
    days = np.array([[2.0, 5.0, 14.0]])
    demand = steady(1.5, 2.0).over(days)
    known = [stats.nbinom(m * m / (v - m), m / v) for m, v in ((1.5 * d, 4.0 * d) for d in (2, 5, 14))]
    outcomes = np.arange(2000)
    for level in (0.5, 0.8, 0.95, 0.99):
        cumulated = np.mean([each.cdf(outcomes) for each in known], axis=0)
        assert demand.quantile(level)[0] == outcomes[cumulated >= level][0]
    short = np.mean([(np.maximum(outcomes - 20, 0) * each.pmf(outcomes)).sum() for each in known])
    assert demand.beyond(np.array([20.0]))[0] == pytest.approx(short, abs=1e-6)
    enough = demand.for_shortfall(np.array([short + 1e-9]))
    assert enough[0] == 20


def test_weighed_goods_need_no_whole_units() -> None:
    found = steady(1.5, 2.0).over(np.array([[2.0, 5.0]]), whole=False).quantile(0.9)[0]
    assert found != round(found) and found == round(found, 2)


means, spreads, lengths = st.floats(0.01, 40), st.floats(0.1, 4), st.integers(0, 40)


@settings(max_examples=60, deadline=None)
@given(means, spreads, lengths, st.integers(1, 15), st.floats(0.5, 0.998), st.booleans())
def test_a_longer_lead_time_or_a_higher_service_never_lowers_the_level(
    mean: float, ratio: float, days: int, more: int, service: float, whole: bool
) -> None:
    ahead = steady(mean, mean * ratio)
    spread = np.array([[days, days + 2.0, days + 5.0]])
    short, long = ahead.over(spread, whole), ahead.over(np.minimum(spread + more, 60), whole)
    assert long.quantile(service)[0] >= short.quantile(service)[0]
    assert short.quantile(min(service + 0.001, 0.999))[0] >= short.quantile(service)[0]
    level = short.quantile(service)
    assert short.at_most(level)[0] >= service - 1e-9


def test_an_outlook_is_carried_on_beyond_its_last_day() -> None:
    week = np.array([[1.0, 2, 3, 4, 5, 6, 7]])
    mean = np.tile(week, (1, 2))
    spread = np.sqrt(np.arange(1, 15))[None, :] * 3.0
    found = totals(Outlook(("a",), date(2026, 1, 1), mean, np.zeros((1, 14, len(LEVELS))), spread, ("m",), ("c",)), 28)
    assert found.days == 28 and found.means[0, 28] == pytest.approx(4 * 28)
    assert found.deviations[0, 28] == pytest.approx(3 * 28**0.5)  # grows on as it grew
    shorter = totals(Outlook(("a",), date(2026, 1, 1), mean, np.zeros((1, 14, len(LEVELS))), spread, ("m",), ("c",)), 5)
    assert shorter.means[0].tolist() == [0, 1, 3, 6, 10, 15]


def test_rows_keep_their_kind() -> None:
    both = LeadDemand(np.array([[4.0], [4.0]]), np.array([[3.0], [3.0]]), np.array([True, False]))
    assert both.quantile(0.8)[0] == both.rows(np.array([0])).quantile(0.8)[0]
    assert both.quantile(0.8)[1] == both.rows(np.array([1])).quantile(0.8)[0]
