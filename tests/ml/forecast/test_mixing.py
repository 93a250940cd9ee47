"""Mixtures: what slow goods fell short of is put back, as far as it was decided, and nothing else is moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from ml.contract import LEVELS, Outlook
from ml.forecast.backtest import Backtest, Fold
from ml.forecast.classes import PROFILE
from ml.forecast.mixing import FEWEST_SERIES, MOST_SCALE, fit_mixture

DAYS, CLASSES = 28, ("fast", "slow", "rare")


def fold(short: float, each: int = 40) -> Fold:
    """Each class is sold at its rate, on every day; what is expected falls short of it by the same share."""
    kinds = tuple(kind for kind in CLASSES for _ in range(each))
    rate = np.repeat([8.0, 0.5, 0.1], each)[:, None] * np.ones((1, DAYS))
    ids = tuple(f"s{number}" for number in range(len(kinds)))
    none = np.zeros((len(kinds), DAYS, len(LEVELS)))
    told = Outlook(ids, date(2026, 1, 1), rate / short, none, np.zeros_like(rate), ("m",) * len(kinds), kinds)
    series = pd.DataFrame({"unique_id": ids, "category": ""})
    profile = pd.DataFrame(np.zeros((len(kinds), len(PROFILE))), columns=list(PROFILE))
    ones = np.ones(len(kinds))
    return Fold(date(2026, 1, 1), series, profile, kinds, rate, ones, ones, {"m": told, "other": replace(told, mean=rate * 9)})  # type: ignore[arg-type]


def test_slow_goods_get_back_what_they_fell_short_of_and_rare_ones_a_part() -> None:
    test = Backtest(DAYS, (fold(1.25), fold(1.25)))
    mixture = fit_mixture(test, ("m", "other"))
    assert mixture.scale["slow"] == mixture.scale["fast"] == pytest.approx(1.25) and mixture.scale["rare"] == pytest.approx(1.25**0.25)
    mean = mixture.mix(test.folds[0].outlooks).mean[:, 0]
    np.testing.assert_allclose(mean[[0, 40, 80]], [8.0, 0.5, 0.1 / 1.25**0.75])


def test_daily_goods_are_left_alone_where_they_miss_by_little() -> None:
    assert set(fit_mixture(Backtest(DAYS, (fold(1.08),)), ("m",)).scale) == {"slow", "rare"}


def test_a_wild_shortfall_is_bounded_and_a_class_too_small_is_left_alone() -> None:
    assert fit_mixture(Backtest(DAYS, (fold(9.0),)), ("m",)).scale["slow"] == MOST_SCALE
    assert fit_mixture(Backtest(DAYS, (fold(2.0, each=FEWEST_SERIES - 1),)), ("m",)).scale == {}
