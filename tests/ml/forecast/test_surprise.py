"""How much past windows teach: against the same weights worked out one window at a time."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from ml.contract import Panel
from ml.forecast.surprise import CALM, LEAST, MOST, weights
from ml.panel import EPOCH, panel_of_frame

HORIZON, FIRST = 7, date(2025, 3, 1)


@pytest.fixture(scope="module")
def panel() -> Panel:
    """Two that sell, one of them with days nobody could buy on, and one that never moved."""
    rng = np.random.default_rng(4)
    parts = []
    for name, start, days in (("a", 0, 60), ("b", 10, 50), ("still", 0, 60)):
        ds = pd.date_range(FIRST + timedelta(days=start), periods=days)
        y = np.full(days, 3.0) if name == "still" else rng.poisson(4.0, days) * (1.0 + 9.0 * (np.arange(days) > days - 8))
        parts.append(pd.DataFrame({"unique_id": name, "ds": ds, "y": y, "censored": (np.arange(days) % 5 == 0) & (name == "b")}))
    return panel_of_frame(pd.concat(parts), FIRST + timedelta(days=59))


def rows(panel: Panel) -> pd.DataFrame:
    start = (pd.Timestamp(FIRST) - EPOCH).days
    pairs = [(name, start + back) for name in ("b", "a", "still") for back in (20, 35, 54, 58)]
    return pd.DataFrame(pairs, columns=["unique_id", "origin"]).assign(rung_median=4.0)


def by_hand(panel: Panel, unique_id: str, origin: int) -> float:
    days = panel.days[panel.days["unique_id"] == unique_id]
    number = (days["ds"] - EPOCH).dt.days
    window = days[(number > origin) & (number <= origin + HORIZON) & ~days["censored"]]["y"]
    step = float(np.sqrt(np.mean(np.diff(days["y"]) ** 2)))
    missed = float(np.sqrt(np.mean((window - 4.0) ** 2))) if len(window) else 0.0
    return float(np.clip(step / (missed + CALM * step), LEAST, MOST)) if step else 1.0


def test_each_window_weighs_what_it_does_by_hand(panel: Panel) -> None:
    frame = rows(panel)
    expected = np.array([by_hand(panel, unique_id, origin) for unique_id, origin in zip(frame["unique_id"], frame["origin"], strict=True)])
    np.testing.assert_allclose(weights(panel, frame, HORIZON), expected / expected.mean())


def test_a_window_that_came_quite_otherwise_teaches_less(panel: Panel) -> None:
    found = rows(panel).assign(weight=weights(panel, rows(panel), HORIZON)).set_index(["unique_id", "origin"])["weight"]
    start = (pd.Timestamp(FIRST) - EPOCH).days
    assert found["a", start + 54] < 0.5 * found["a", start + 20]  # ten times as much from the 53rd day on
    assert found.mean() == pytest.approx(1.0)
