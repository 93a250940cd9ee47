"""Demand classes: how much and how lately a series sells decides which model serves it and whose measured coverage holds."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ml.contract import Panel
from ml.forecast.contract import ENDED_DAYS, FAST_A_DAY, NEW_DAYS, RECENT_DAYS, SLOW_A_DAY, STEADY_A_DAY, DemandClass
from ml.panel import KEYS

PROFILE_DAYS = 112
PROFILE = ("age", "since_sale", "recent", "mean", "sd", "zeros", "q50", "q75", "q90", "q95", "top")


def demand_classes(panel: Panel) -> tuple[DemandClass, ...]:
    """The class of each series of the panel, in its order."""
    return classes_of(profile(panel))


def classes_of(profiles: pd.DataFrame) -> tuple[DemandClass, ...]:
    """The classes of series with these profiles."""
    return tuple(
        _class_of(int(age), int(since), float(recent))
        for age, since, recent in zip(profiles["age"], profiles["since_sale"], profiles["recent"], strict=True)
    )


def _class_of(age: int, since_sale: int, recent: float) -> DemandClass:
    if since_sale >= ENDED_DAYS:
        return "ended"
    if age < NEW_DAYS:
        return "new"
    if recent >= FAST_A_DAY:
        return "fast"
    if recent >= STEADY_A_DAY:
        return "steady"
    return "slow" if recent >= SLOW_A_DAY else "rare"


def profile(panel: Panel) -> pd.DataFrame:
    """How each series of the panel sold lately: one row a series, in its order; days without stock are left out of the rates."""
    end = pd.Timestamp(panel.as_of)
    grouped = panel.days.groupby("unique_id", sort=False)["ds"]
    frame = pd.DataFrame({"age": (end - grouped.min()).dt.days + 1})
    sold = panel.days.loc[panel.days["y"] > 0, list(KEYS)].groupby("unique_id", sort=False)["ds"].max()
    frame["since_sale"] = (end - sold.reindex(frame.index)).dt.days.fillna(frame["age"])
    lately = panel.days[(panel.days["ds"] > end - pd.Timedelta(days=PROFILE_DAYS)) & ~panel.days["censored"]]
    recent = lately[lately["ds"] > end - pd.Timedelta(days=RECENT_DAYS)]
    frame["recent"] = recent.groupby("unique_id", sort=False)["y"].mean()
    by_series = lately.groupby("unique_id", sort=False)["y"]
    frame["mean"], frame["sd"], frame["top"] = by_series.mean(), by_series.std(), by_series.max()
    frame["zeros"] = (lately["y"] <= 0).groupby(lately["unique_id"], sort=False).mean()
    quantiles = by_series.quantile(np.array([0.5, 0.75, 0.9, 0.95])).unstack()
    for level, column in ((0.5, "q50"), (0.75, "q75"), (0.9, "q90"), (0.95, "q95")):
        frame[column] = quantiles.get(level, np.nan)
    aligned = frame.reindex(panel.series["unique_id"])
    aligned["age"] = aligned["age"].fillna(0)
    aligned["zeros"] = aligned["zeros"].fillna(1.0)
    return aligned[list(PROFILE)].fillna(0.0).reset_index(drop=True)
