"""Made-up demand with a known truth, small enough to learn from in a second."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from ml.contract import Panel
from ml.panel import panel_of_frame

AHEAD = 60
FIRST = pd.Timestamp("2024-01-01")


def weekly_demand(series: int = 24, days: int = 420, seed: int = 7, volume: float = 2.0) -> Panel:
    """Poisson demand of many volumes, higher at weekends and on the days of a fair known ahead; the last series begins late."""
    rng = np.random.default_rng(seed)
    fair = pd.Series(rng.random(days + AHEAD) < 0.12, index=FIRST + pd.to_timedelta(np.arange(days + AHEAD), unit="D")).astype(float)
    parts = []
    for number in range(series):
        start = days - 20 if number == series - 1 else 0
        t = np.arange(start, days)
        ds = FIRST + pd.to_timedelta(t, unit="D")
        rate = volume * (0.2 + number / series * 3) * np.where(ds.dayofweek >= 5, 1.6, 1.0) * (1 + 1.5 * fair[ds].to_numpy())
        sold = rng.poisson(rate).astype(float)
        parts.append(
            pd.DataFrame({"unique_id": f"P{number:02d}", "ds": ds, "y": sold, "price": 10.0 + number, "fair": fair[ds].to_numpy()})
        )
    frame = pd.concat(parts, ignore_index=True)
    names = pd.DataFrame({"unique_id": [f"P{number:02d}" for number in range(series)]})
    names["category"] = np.where(np.arange(series) % 2, "odd", "even")
    ahead = names[["unique_id"]].merge(
        fair[fair.index > pd.Timestamp(last_day(days))].rename_axis("ds").reset_index(name="fair"), how="cross"
    )
    return panel_of_frame(frame, last_day(days), names, ahead)


def last_day(days: int = 420) -> date:
    return (FIRST + pd.Timedelta(days=days - 1)).date()
