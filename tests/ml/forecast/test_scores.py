"""Scores against the formulas written out by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from ml.contract import LEVELS, Outlook
from ml.forecast.backtest import Backtest, Fold
from ml.forecast.bootstrap import gain
from ml.forecast.classes import PROFILE
from ml.forecast.scores import score, wins

DAYS = 14


def outlook(mean: np.ndarray, width: float = 1.0) -> Outlook:
    offsets = width * np.array([-2, -1, 0, 1, 2])
    quantiles = np.maximum(mean[:, :, None] + offsets, 0)
    ids = tuple(f"s{number}" for number in range(len(mean)))
    return Outlook(ids, date(2026, 1, 1), mean, quantiles, np.zeros_like(mean), ("m",) * len(ids), ("fast", "slow")[: len(ids)])


def test_every_score_is_its_formula() -> None:
    rng = np.random.default_rng(1)
    sold, mean = rng.poisson(5, (2, DAYS)).astype(float), np.full((2, DAYS), 4.0)
    sold[0, 3] = np.nan
    series = pd.DataFrame({"unique_id": ["s0", "s1"], "category": ["a", "b"]})
    profile = pd.DataFrame(np.ones((2, len(PROFILE))), columns=list(PROFILE))
    step, season = np.array([2.0, 3.0]), np.array([1.0, 2.0])
    test = Backtest(DAYS, (Fold(date(2026, 1, 1), series, profile, ("fast", "slow"), sold, step, season, {"m": outlook(mean)}),))
    found = score(test).of("m")
    miss = sold - mean
    assert found is not None
    assert found.rmsse == pytest.approx(np.mean(np.sqrt(np.nanmean(miss**2, axis=1)) / step))
    assert found.mase == pytest.approx(np.mean(np.nanmean(np.abs(miss), axis=1) / season))
    assert found.bias == pytest.approx(4.0 * (2 * DAYS - 1) / np.nansum(sold) - 1)
    flat = sold[np.isfinite(sold)]
    losses = [np.mean(np.maximum(level * (flat - q), (level - 1) * (flat - q))) for level, q in zip(LEVELS, (2, 3, 4, 5, 6), strict=True)]
    per_series = [
        np.nanmean(np.maximum(level * (sold - q), (level - 1) * (sold - q))) for level, q in zip(LEVELS, (2, 3, 4, 5, 6), strict=True)
    ]
    assert found.pinball == pytest.approx(np.mean(per_series)) == pytest.approx(np.mean(losses))
    assert found.covered_80 == pytest.approx(np.mean((flat >= 3) & (flat <= 5)))
    assert found.under_95 == pytest.approx(np.mean(flat <= 6))


def test_weekly_wape_adds_up_before_it_compares() -> None:
    sold = np.tile([2.0, 0, 0, 0, 0, 0, 0], (2, 2))
    mean = np.array([[1 / 7] * DAYS, [3 / 7] * DAYS])  # one week each: 1 and 3 instead of 2 and 2
    series = pd.DataFrame({"unique_id": ["s0", "s1"], "category": ["a", "b"]})
    profile = pd.DataFrame(np.ones((2, len(PROFILE))), columns=list(PROFILE))
    test = Backtest(DAYS, (Fold(date(2026, 1, 1), series, profile, ("fast", "slow"), sold, np.ones(2), np.ones(2), {"m": outlook(mean)}),))
    assert score(test).of("m", "category").weekly_wape == pytest.approx(0.5)  # type: ignore[union-attr]
    assert score(test).of("m", "total").weekly_wape == pytest.approx(0.0)  # type: ignore[union-attr]


def test_a_gain_is_sure_only_where_it_is_even() -> None:
    rng = np.random.default_rng(3)
    theirs = pd.Series(rng.uniform(1, 2, 300))
    even = gain(theirs * 0.97, theirs, "ours", "theirs", "all", "rmsse")
    assert even.gain == pytest.approx(0.03) and even.sure
    luck = gain(theirs + rng.normal(0, 0.5, 300), theirs, "ours", "theirs", "all", "rmsse")
    assert not luck.sure and luck.low < luck.gain < luck.high


def test_wins_are_counted_against_the_best_rung() -> None:
    rng = np.random.default_rng(2)
    sold = rng.poisson(5, (2, DAYS)).astype(float)
    series = pd.DataFrame({"unique_id": ["s0", "s1"], "category": ["a", "b"]})
    profile = pd.DataFrame(np.ones((2, len(PROFILE))), columns=list(PROFILE))
    outlooks = {"good": outlook(np.full((2, DAYS), 5.0)), "bad": outlook(np.full((2, DAYS), 50.0)), "ours": outlook(sold)}
    test = Backtest(DAYS, (Fold(date(2026, 1, 1), series, profile, ("fast", "slow"), sold, np.ones(2), np.ones(2), outlooks),))
    found = {(win.score, win.slice): win for win in wins(test, "ours", ("good", "bad"), score(test))}
    assert found["rmsse", "all"].against == "good" and found["rmsse", "all"].gain == pytest.approx(1.0)
