"""Demand classes: how much and how lately a series sells decides which model serves it and whose measured coverage holds."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.contract import Floats, Panel
from ml.forecast.contract import ENDED_DAYS, FAST_A_DAY, NEW_DAYS, RECENT_DAYS, SLOW_A_DAY, STEADY_A_DAY, DemandClass
from ml.panel import KEYS

PROFILE_DAYS = 112
WEEK, YEAR_DAYS = 7, 364
YEAR = ("year_mean", "year_sd", "selling_mean", "selling_sd", "whole")  # of the last year, of its weeks with sales; sold in whole units
PROFILE = ("age", "since_sale", "recent", "mean", "sd", "zeros", "q50", "q75", "q90", "q95", "top", *YEAR)


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
    aligned = frame.join(_year(panel, end)).reindex(panel.series["unique_id"])
    aligned["age"] = aligned["age"].fillna(0)
    aligned["zeros"], aligned["whole"] = aligned["zeros"].fillna(1.0), aligned["whole"].fillna(1.0)
    return aligned[list(PROFILE)].fillna(0.0).reset_index(drop=True)


def _year(panel: Panel, end: pd.Timestamp) -> pd.DataFrame:
    """How each series sold over the last year, and over those of its weeks that were not empty; weeks are counted back from the cut."""
    days = panel.days[(panel.days["ds"] > end - pd.Timedelta(days=YEAR_DAYS)) & ~panel.days["censored"]]
    code, ids = pd.factorize(days["unique_id"])
    sold = days["y"].to_numpy(np.float64)
    week = code * (YEAR_DAYS // WEEK) + (end - days["ds"]).dt.days.to_numpy() // WEEK
    selling = np.bincount(week, sold)[week] > 0 if len(week) else np.zeros(0, dtype=bool)
    whole = np.bincount(code, sold % 1, minlength=len(ids)) == 0
    columns = (*_moments(code, sold, len(ids)), *_moments(code[selling], sold[selling], len(ids)), whole.astype(np.float64))
    return pd.DataFrame(dict(zip(YEAR, columns, strict=True)), index=pd.Index(ids, name="unique_id"))


def _moments(code: NDArray[np.int64], sold: Floats, count: int) -> tuple[Floats, Floats]:
    """Mean and standard deviation of each series' days."""
    number = np.maximum(np.bincount(code, minlength=count), 1)
    mean, square = (np.bincount(code, values, minlength=count) / number for values in (sold, sold**2))
    return mean, np.sqrt(np.maximum(square - mean**2, 0.0))
