"""The distributions against scipy's own and against sums over all outcomes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]

from ml.inventory.spread import at_most, beyond


@pytest.mark.parametrize(("mean", "variance"), [(0.3, 0.9), (4.0, 9.0), (60.0, 400.0)])
def test_pieces_are_negative_binomial(mean: float, variance: float) -> None:
    known = stats.nbinom(mean * mean / (variance - mean), mean / variance)
    outcomes = np.arange(0, 4000)
    for units in (0, 1, 5, 40, 120):
        assert at_most(units, mean, variance**0.5) == pytest.approx(known.cdf(units), abs=1e-9)
        assert beyond(units, mean, variance**0.5) == pytest.approx((np.maximum(outcomes - units, 0) * known.pmf(outcomes)).sum(), abs=1e-6)


def test_steadier_than_chance_is_poisson() -> None:
    known = stats.poisson(6)
    assert at_most(8, 6.0, 0.5) == pytest.approx(known.cdf(8), abs=1e-4)
    outcomes = np.arange(200)
    assert beyond(8, 6.0, 0.5) == pytest.approx((np.maximum(outcomes - 8, 0) * known.pmf(outcomes)).sum(), abs=1e-3)


def test_what_is_weighed_is_gamma() -> None:
    known = stats.gamma(4.0, scale=2.5)  # mean 10, spread 5
    assert at_most(12.5, 10.0, 5.0, whole=False) == pytest.approx(known.cdf(12.5))
    assert beyond(12.5, 10.0, 5.0, whole=False) == pytest.approx(known.expect(lambda x: x - 12.5, lb=12.5), rel=1e-6)


def test_both_kinds_side_by_side() -> None:
    found = at_most(np.array([3.5, 3.5]), np.array([4.0, 4.0]), np.array([3.0, 3.0]), np.array([True, False]))
    assert found[0] == at_most(3.5, 4.0, 3.0) and found[1] == at_most(3.5, 4.0, 3.0, False) and found[0] != found[1]


def test_nothing_expected_is_always_enough() -> None:
    assert at_most(0, 0.0, 0.0) == 1.0 and beyond(0, 0.0, 0.0) == 0.0
    assert at_most(-1, 3.0, 2.0) == 0.0 and beyond(-2, 3.0, 2.0) == pytest.approx(5.0)


@given(st.floats(0.01, 500), st.floats(0.1, 5), st.integers(0, 600), st.booleans())
def test_more_stock_is_never_worse(mean: float, ratio: float, units: int, whole: bool) -> None:
    spread = mean * ratio
    assert at_most(units + 1, mean, spread, whole) >= at_most(units, mean, spread, whole) - 1e-9
    assert -1e-6 <= beyond(units + 1, mean, spread, whole) <= beyond(units, mean, spread, whole) + 1e-6
    assert beyond(units, mean, spread, whole) >= mean - units - 1e-6
