"""Plain days: those of which nothing that moves sales is known ahead."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd

from ml.forecast.plain import plain_days
from ml.panel import panel_of_frame

LAST = date(2026, 3, 1)


def test_a_promotion_a_holiday_and_a_fair_are_no_plain_days_and_a_price_is() -> None:
    days = pd.DataFrame({"unique_id": ["a"] * 9 + ["b"] * 9, "ds": [*pd.date_range(end=LAST, periods=9)] * 2, "y": 1.0})
    panel = panel_of_frame(days, LAST)
    ahead = pd.DataFrame({"unique_id": ["a"] * 6, "ds": pd.date_range(LAST + timedelta(days=1), periods=6), "price": 3.0})
    ahead["promotion"], ahead["promotion_since"] = [0.2, 0.0, 0.0, 0.0, 0.0, 0.0], 5
    ahead["holiday"], ahead["fair"] = ["", "Tet", "", "", "", ""], [0.0, 0.0, None, 1.0, 0.0, 0.0]
    found = plain_days(replace(panel, ahead=ahead), 5)
    assert found.tolist() == [[False, False, True, False, True], [True] * 5]
    assert plain_days(panel, 3).all()
