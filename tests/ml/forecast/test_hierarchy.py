"""The hierarchy: every level adds up to the next, and sums spread as they were measured to."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.contract import LEVELS, Outlook
from ml.forecast.backtest import Backtest, Fold
from ml.forecast.classes import PROFILE
from ml.forecast.hierarchy import LEVELS_UP, GroupSpread, fit_groups, from_text, groups_of, roll_up

SPREAD = GroupSpread(dict.fromkeys(LEVELS_UP, (1.0, 0.01)), dict.fromkeys(LEVELS_UP, (1.0, 0.01)))


def outlook(mean: np.ndarray) -> Outlook:
    count = len(mean)
    ids = tuple(f"s{number}" for number in range(count))
    return Outlook(ids, date(2026, 1, 1), mean, np.zeros((*mean.shape, len(LEVELS))), mean, ("m",) * count, ("fast",) * count)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy"), st.floats(0, 1e4)), min_size=1, max_size=12))
def test_every_level_adds_up(rows: list[tuple[str, str, float]]) -> None:
    series = pd.DataFrame(rows, columns=["category", "location_id", "mean"])
    told = outlook(np.outer(series["mean"], np.ones(5)))
    for level, column in (("category", "category"), ("location", "location_id")):
        up = roll_up(told, series, level, SPREAD)  # type: ignore[arg-type]
        expected = series.groupby(column)["mean"].sum()
        assert dict(zip(up.ids, up.mean[:, 0], strict=True)) == pytest.approx(expected.to_dict())
    whole = roll_up(told, series, "total", SPREAD)
    assert whole.mean.sum() == pytest.approx(told.mean.sum())
    assert (np.diff(whole.quantiles, axis=2) >= 0).all() and (whole.quantiles >= 0).all()


def test_the_spread_of_sums_is_the_one_measured() -> None:
    rng = np.random.default_rng(4)
    series = pd.DataFrame({"unique_id": [f"s{n}" for n in range(40)], "category": ["a", "b"] * 20, "location_id": ""})
    mean = np.full((40, 28), 5.0)
    profile = pd.DataFrame(np.ones((40, len(PROFILE))), columns=list(PROFILE))

    def fold() -> Fold:
        sold = rng.poisson(mean).astype(float)
        return Fold(date(2026, 1, 1), series, profile, ("fast",) * 40, sold, np.ones(40), np.ones(40), {"m": outlook(mean)})

    spread = fit_groups(Backtest(28, tuple(fold() for _ in range(8))), "m")
    up = roll_up(outlook(mean), series, "category", spread)
    ahead = [fold().sold[::2].sum(axis=0) for _ in range(40)]
    assert np.mean(np.array(ahead) <= up.quantiles[0, :, 3]) == pytest.approx(0.9, abs=0.04)
    assert up.total_sd[0, -1] == pytest.approx(np.sqrt(20 * 5 * 28), rel=0.25)
    assert from_text(spread.text()) == spread


def test_series_without_a_category_stay_together() -> None:
    assert groups_of(pd.DataFrame({"category": ["a", None]}), "category") == ("a", "")
