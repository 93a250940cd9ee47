"""Demand classes by volume, age and the last sale."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from ml.forecast.classes import demand_classes, profile
from ml.panel import panel_of_frame


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([5.0] * 100, "fast"),
        ([1.0, 2.0] * 50, "steady"),
        ([1.0, 0.0] * 50, "slow"),
        ([1.0] + [0.0] * 19 + [1.0] * 0, "new"),
        ([1.0] + [0.0] * 99, "rare"),
        ([3.0] + [0.0] * 200, "ended"),
        ([4.0] * 20, "new"),
    ],
)
def test_a_class_follows_from_the_history(values: list[float], kind: str) -> None:
    days = pd.date_range("2026-01-01", periods=len(values))
    panel = panel_of_frame(pd.DataFrame({"unique_id": "a", "ds": days, "y": values}), days[-1].date())
    assert demand_classes(panel) == (kind,)


def test_days_without_stock_do_not_make_a_product_slow() -> None:
    days = pd.date_range("2026-01-01", periods=100)
    frame = pd.DataFrame({"unique_id": "a", "ds": days, "y": np.r_[np.full(70, 6.0), np.zeros(30)], "censored": np.arange(100) >= 70})
    panel = panel_of_frame(frame, date(2026, 4, 10))
    assert demand_classes(panel) == ("fast",)
    assert profile(panel)["mean"].tolist() == [6.0]


def test_the_year_and_its_weeks_with_sales_are_told_apart() -> None:
    """Four weeks of 2 a day, then sixteen empty ones: a fifth of the days, all of those that sold."""
    days = pd.date_range("2026-01-01", periods=140)
    frame = pd.DataFrame({"unique_id": "a", "ds": days, "y": np.r_[np.tile([1.0, 3.0], 14), np.zeros(112)]})
    found = profile(panel_of_frame(frame, days[-1].date())).iloc[0]
    assert found["year_mean"] == pytest.approx(0.4) and found["selling_mean"] == 2.0 and found["selling_sd"] == 1.0
    assert found["year_sd"] == pytest.approx(frame["y"].std(ddof=0)) and found["whole"] == 1.0
    weighed = frame.assign(y=frame["y"] / 4)
    assert profile(panel_of_frame(weighed, days[-1].date()))["whole"].tolist() == [0.0]
