"""Mixtures of distributions beside scipy's own: chances, quantiles, and weights that are found again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]

from ml.contract import Floats
from ml.forecast.pool import Parts, learn_weights, quantiles

LEVELS = np.array([[0.05, 0.3, 0.5, 0.9, 0.95, 0.999]])


def parts(mean: Floats, ratio: Floats, whole: bool = True) -> Parts:
    return Parts(np.atleast_2d(mean), np.atleast_2d(ratio), np.full(len(np.atleast_2d(mean)), whole))


@pytest.mark.parametrize("sold", [0.0, 1.0, 7.0, 60.0])
def test_chances_of_counts_are_the_negative_binomials(sold: float) -> None:
    mean, ratio = np.array([0.05, 0.8, 6.0, 40.0]), np.array([1.1, 2.0, 1.5, 7.0])
    truth, found = stats.nbinom(mean / (ratio - 1), 1 / ratio), parts(mean, ratio)
    np.testing.assert_allclose(found.at_or_under(np.array([sold]))[0], truth.cdf(sold), rtol=1e-9)
    np.testing.assert_allclose(found.under(np.array([sold]))[0], truth.cdf(sold - 1), rtol=1e-9)
    np.testing.assert_allclose(found.likelihood(np.array([sold]))[0], truth.pmf(sold), rtol=1e-6, atol=1e-15)


def test_what_is_weighed_is_gamma() -> None:
    found, truth = parts(np.array([3.0, 11.5]), np.array([1.4, 5.0]), whole=False), stats.gamma([3.0 / 1.4, 11.5 / 5], scale=[1.4, 5.0])
    np.testing.assert_allclose(found.at_or_under(np.array([2.7]))[0], truth.cdf(2.7))
    np.testing.assert_allclose(found.likelihood(np.array([2.7]))[0], truth.cdf(2.95) - truth.cdf(2.45))
    told = quantiles(found, np.array([[0.0, 1.0]]), LEVELS)
    np.testing.assert_allclose(told[0], stats.gamma.ppf(LEVELS[0], 11.5 / 5, scale=5.0), atol=0.02)


@given(
    means=st.lists(st.floats(0.004, 300), min_size=2, max_size=4),
    ratio=st.floats(1.05, 30),
    shares=st.lists(st.floats(0.01, 1), min_size=4, max_size=4),
)
def test_a_quantile_is_the_least_count_that_reaches_the_chance(means: list[float], ratio: float, shares: list[float]) -> None:
    weights = np.array([shares[: len(means)]]) / sum(shares[: len(means)])
    told = quantiles(parts(np.array(means), np.full(len(means), ratio)), weights, LEVELS)[0]
    truth = stats.nbinom(np.array(means) / (ratio - 1), 1 / ratio)
    for level, units in zip(LEVELS[0], told, strict=True):
        assert truth.cdf(units) @ weights[0] >= level - 1e-9
        assert units == 0 or truth.cdf(units - 1) @ weights[0] < level + 1e-9
    assert (np.diff(told) >= 0).all()


def test_counts_and_weights_stand_side_by_side() -> None:
    both = Parts(np.full((2, 1), 9.3), np.full((2, 1), 2.0), np.array([True, False]))
    told = quantiles(both, np.ones((2, 1)), np.repeat(LEVELS, 2, axis=0))
    assert (told[0] == np.floor(told[0])).all() and (told[1, 1:] != np.floor(told[1, 1:])).all()


def test_weights_that_made_the_days_are_found_again() -> None:
    rng = np.random.default_rng(3)
    from_second = rng.random(20_000) < 0.3
    sold = np.where(from_second, rng.poisson(9.0, 20_000), rng.poisson(1.0, 20_000)).astype(float)
    made = parts(np.tile([1.0, 9.0, 40.0], (20_000, 1)), np.full((20_000, 3), 1.02))
    np.testing.assert_allclose(learn_weights(made.likelihood(sold)), [0.7, 0.3, 0.0], atol=0.02)
