"""Levels of the rungs on past days: the ladder's own numbers, unmoved by what came later, each history fitted once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from statsforecast import models

from ml.contract import Panel
from ml.forecast.asking import last_day
from ml.forecast.levels import COLUMNS, MEDIAN, RungLevels
from ml.panel import cut
from tests.ml.demand import weekly_demand


@pytest.fixture(scope="module")
def panel() -> Panel:
    return weekly_demand(series=6)


def asked(panel: Panel, back: int = 30) -> pd.DataFrame:
    ids = panel.series["unique_id"].head(5)
    return pd.DataFrame({"unique_id": np.repeat(ids, 2), "origin": last_day(panel) - back, "mean_28": 1.0}).reset_index(drop=True)


def test_levels_are_those_of_the_library(panel: Panel) -> None:
    found = RungLevels().join(panel, asked(panel))
    sold = panel.days[(panel.days["unique_id"] == "P02") & (panel.days["ds"] <= pd.Timestamp(panel.as_of - timedelta(days=30)))]
    past = sold["y"].to_numpy(np.float64)[-364:]
    row = found[found["unique_id"] == "P02"].iloc[0]
    assert row["rung_ses"] == pytest.approx(models.SimpleExponentialSmoothingOptimized().forecast(y=past, h=1)["mean"][0], rel=1e-6)
    assert row["rung_tsb"] == pytest.approx(models.TSB(0.1, 0.1).forecast(y=past, h=1)["mean"][0], rel=1e-6)
    assert row[MEDIAN] == pytest.approx(np.median([*row[list(COLUMNS)].to_numpy(np.float64), 1.0]), rel=1e-6)


def test_what_came_later_moves_no_level(panel: Panel) -> None:
    later = panel.days["ds"] > pd.Timestamp(panel.as_of - timedelta(days=30))
    changed = replace(panel, days=panel.days.assign(y=panel.days["y"].where(~later, 99.0)))
    here, there, short = (RungLevels().join(each, asked(panel)) for each in (panel, changed, cut(panel, panel.as_of - timedelta(days=30))))
    pd.testing.assert_frame_equal(here, there)
    pd.testing.assert_frame_equal(here, short)


def test_rows_keep_their_order_and_a_history_is_fitted_once(panel: Panel) -> None:
    rungs = RungLevels()
    mixed = asked(panel).sample(frac=1.0, random_state=3).reset_index(drop=True)
    first = rungs.join(panel, mixed)
    assert first["unique_id"].tolist() == mixed["unique_id"].tolist()
    known = len(rungs._known)
    pd.testing.assert_frame_equal(first, rungs.join(cut(panel, panel.as_of - timedelta(days=10)), mixed))
    assert known == len(rungs._known) == 5
