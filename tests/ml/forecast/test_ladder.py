"""The ladder: rungs against their definitions, and series they cannot be run on."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from ml.forecast.ladder import RUNGS, LadderRung
from ml.panel import panel_of_frame
from tests.ml.demand import weekly_demand


def test_the_simple_rungs_are_what_they_say() -> None:
    panel = weekly_demand(series=4, days=200)
    y = panel.days[panel.days["unique_id"] == "P01"]["y"].to_numpy()
    assert LadderRung("seasonal_naive").predict(panel, 10).mean[1].tolist() == [*y[-7:], *y[-7:-4]]
    assert LadderRung("window_average").predict(panel, 3).mean[1] == pytest.approx([y[-28:].mean()] * 3)


def test_the_median_is_the_middle_of_the_rungs() -> None:
    panel = weekly_demand(series=3, days=200)
    means = [LadderRung(rung).predict(panel, 7).mean for rung in RUNGS if rung not in ("median", "ets")]
    np.testing.assert_allclose(LadderRung("median").predict(panel, 7).mean, np.median(means, axis=0))


@pytest.mark.parametrize("rung", RUNGS)
@pytest.mark.parametrize("values", [[0.0] * 60, [5.0], [3.0] * 60, [0.0] * 59 + [1.0], [1e6, 0.0] * 40])
def test_every_rung_answers_on_every_history(rung: str, values: list[float]) -> None:
    days = pd.date_range("2026-01-01", periods=len(values))
    panel = panel_of_frame(pd.DataFrame({"unique_id": "a", "ds": days, "y": values}), days[-1].date())
    told = LadderRung(rung).predict(panel, 9)  # type: ignore[arg-type]
    assert told.mean.shape == (1, 9) and np.isfinite(told.mean).all() and (told.mean >= 0).all()
    assert (np.diff(told.quantiles, axis=2) >= -1e-9).all() and np.isfinite(told.quantiles).all()


def test_a_series_without_a_day_is_answered_with_zero() -> None:
    panel = weekly_demand(series=2, days=100)
    extra = pd.concat(
        [panel.series, pd.DataFrame({"unique_id": ["unseen"], "product_id": ["unseen"], "location_id": [""], "category": [""]})]
    )
    told = LadderRung("median").predict(type(panel)(panel.days, extra.reset_index(drop=True), panel.ahead, date(2024, 4, 9)), 5)
    assert told.mean[2].tolist() == [0.0] * 5
