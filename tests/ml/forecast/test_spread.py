"""Spread: quantiles of known distributions, coverage on days that were held back, totals that widen."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy import stats  # type: ignore[import-untyped]

from ml.contract import LEVELS, Outlook
from ml.forecast.backtest import Backtest, Fold
from ml.forecast.classes import PROFILE
from ml.forecast.parts import parts_of
from ml.forecast.spread import fit_spread, from_text

DAYS, SERIES = 28, 150


def fold(rng: np.random.Generator, rate: float, kind: str, size: float = 1e9, scale: float = 1.0) -> Fold:
    means = rate * rng.uniform(0.7, 1.3, (SERIES, 1)) * np.ones((SERIES, DAYS))
    sold = rng.negative_binomial(size, size / (size + means)).astype(float) * scale
    means = means * scale
    profile = pd.DataFrame(np.zeros((SERIES, len(PROFILE))), columns=list(PROFILE))
    profile["age"], profile["mean"] = 300, means.mean(axis=1)
    profile["sd"] = np.sqrt(profile["mean"] * 1.2)
    profile["year_mean"] = profile["selling_mean"] = profile["mean"]
    profile["year_sd"] = profile["selling_sd"] = profile["sd"]
    profile["whole"] = float(scale == 1.0)
    ids = tuple(f"s{number}" for number in range(SERIES))
    centre = np.repeat(means[:, :, None], len(LEVELS), axis=2)
    told = Outlook(ids, date(2026, 1, 1), means, centre, np.zeros_like(means), ("m",) * SERIES, (kind,) * SERIES)
    series = pd.DataFrame({"unique_id": ids, "category": ""})
    outlooks = {"served": told, "boosted": told, "ses": told}
    return Fold(date(2026, 1, 1), series, profile, (kind,) * SERIES, sold, np.ones(SERIES), np.ones(SERIES), outlooks)  # type: ignore[arg-type]


def spread_out(past: Backtest, ahead: Fold) -> Outlook:
    told = ahead.outlooks["served"]
    return fit_spread(past, "served").apply(told, ahead.profile, parts_of(ahead.outlooks, told, ahead.profile))


@pytest.mark.parametrize(("rate", "kind"), [(40.0, "fast"), (8.0, "fast"), (2.0, "steady"), (0.5, "slow"), (0.1, "rare")])
@pytest.mark.parametrize("size", [2.0, 1e9])
def test_upper_quantiles_cover_what_they_say_on_days_held_back(rate: float, kind: str, size: float) -> None:
    rng = np.random.default_rng(5)
    past, ahead = Backtest(DAYS, tuple(fold(rng, rate, kind, size) for _ in range(3))), fold(rng, rate, kind, size)
    told = spread_out(past, ahead)
    for place, level in ((3, 0.90), (4, 0.95)):
        share = np.mean(ahead.sold <= told.quantiles[:, :, place])
        # No quantile in whole units can cover less than the probability of selling none.
        assert share == pytest.approx(max(level, np.mean(ahead.sold == 0)), abs=0.03)
    if kind == "fast":
        assert np.mean((ahead.sold >= told.quantiles[:, :, 1]) & (ahead.sold <= told.quantiles[:, :, 3])) == pytest.approx(0.8, abs=0.04)


def test_quantiles_are_sorted_whole_and_never_negative() -> None:
    rng = np.random.default_rng(6)
    past, ahead = Backtest(DAYS, (fold(rng, 1.0, "steady"),)), fold(rng, 1.0, "steady")
    quantiles = spread_out(past, ahead).quantiles
    assert (np.diff(quantiles, axis=2) >= 0).all() and (quantiles >= 0).all() and (quantiles == np.floor(quantiles)).all()


def test_weights_and_litres_are_not_rounded() -> None:
    rng = np.random.default_rng(6)
    past, ahead = Backtest(DAYS, (fold(rng, 30.0, "fast", scale=0.37),)), fold(rng, 30.0, "fast", scale=0.37)
    quantiles = spread_out(past, ahead).quantiles
    assert (quantiles != np.floor(quantiles)).mean() > 0.9


def test_a_total_of_free_days_spreads_as_their_sum_does() -> None:
    rng = np.random.default_rng(8)
    past, ahead = Backtest(DAYS, tuple(fold(rng, 8.0, "fast") for _ in range(4))), fold(rng, 8.0, "fast")
    told = spread_out(past, ahead)
    totals = np.cumsum(ahead.outlooks["served"].mean, axis=1)
    assert told.total_sd[:, -1].mean() == pytest.approx(np.sqrt(totals[:, -1]).mean(), rel=0.2)
    assert (np.diff(told.total_sd, axis=1) > 0).all()


def test_what_is_written_is_read_again() -> None:
    spread = fit_spread(Backtest(DAYS, (fold(np.random.default_rng(1), 3.0, "steady"),)), "served")
    assert from_text(spread.text()) == spread


def test_a_poisson_series_gets_poisson_quantiles() -> None:
    rng = np.random.default_rng(9)
    past, ahead = Backtest(DAYS, tuple(fold(rng, 20.0, "fast") for _ in range(4))), fold(rng, 20.0, "fast")
    told = spread_out(past, ahead)
    truth = stats.poisson.ppf(0.95, ahead.outlooks["served"].mean)
    assert np.abs(told.quantiles[:, :, 4] - truth).mean() < 1.0


def test_goods_that_come_back_as_they_were_get_upper_quantiles_for_it() -> None:
    """Half a shelf stays empty and half sells as it did: around the mean alone the upper quantile would miss the half that sells."""
    rng = np.random.default_rng(11)

    def paused() -> Fold:
        base = fold(rng, 0.2, "rare")
        back = rng.random((SERIES, 1)) < 0.15
        return replace(
            base,
            sold=np.where(back, rng.poisson(4.0, (SERIES, DAYS)), 0).astype(float),
            profile=base.profile.assign(since_sale=60, selling_mean=4.0, selling_sd=2.0),
        )

    ahead = paused()
    told = spread_out(Backtest(DAYS, tuple(paused() for _ in range(4))), ahead)
    assert (told.quantiles[:, :, 4] >= 4).mean() > 0.9 and (told.quantiles[:, :, 2] == 0).all()


def test_a_spread_of_other_parts_is_refused() -> None:
    spread = fit_spread(Backtest(DAYS, (fold(np.random.default_rng(1), 3.0, "steady"),)), "served")
    with pytest.raises(ValueError, match="has the parts one"):
        from_text(json.dumps({**json.loads(spread.text()), "parts": ["one"]}))
