"""Cold start: how products of a category sell in their first weeks, and what that says of one that has only begun."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ml.contract import LEVELS, Floats, Outlook, Panel
from ml.forecast.classes import demand_classes
from ml.forecast.contract import EVERY

NAME = "launch_curve"
WEEKS = 13
WEEK = 7
OWN_DAYS = 14.0  # days of its own after which a product's mean counts as much as its category's curve
FEWEST = 5  # launches a category needs for a curve of its own


@dataclass(frozen=True)
class LaunchCurve:
    """The forecaster: nothing to choose."""

    name: str = NAME

    def fit(self, panel: Panel, horizon: int) -> LaunchCurves:
        """Units a day by week since launch, for each category; launches are series that begin after the panel does."""
        first = panel.days.groupby("unique_id", sort=False)["ds"].transform("min")
        age = (panel.days["ds"] - first).dt.days
        began = first > panel.days["ds"].min() + pd.Timedelta(days=2 * WEEK)
        rows = panel.days[(began & (age < WEEKS * WEEK) & ~panel.days["censored"])].assign(week=age // WEEK)
        rows = rows.merge(panel.series[["unique_id", "category"]], on="unique_id")
        everywhere = _curve(rows) if rows["unique_id"].nunique() >= FEWEST else _flat(panel)
        curves = {EVERY: everywhere}
        for category, part in rows.groupby("category"):
            if part["unique_id"].nunique() >= FEWEST:
                curves[str(category)] = _curve(part)
        return LaunchCurves(curves, self.name)


@dataclass(frozen=True)
class LaunchCurves:
    """What each category's launches sold a day, week by week."""

    curves: dict[str, tuple[float, ...]]
    name: str = NAME

    def predict(self, panel: Panel, horizon: int) -> Outlook:
        """The category's curve from a product's age on, drawn towards its own mean as its days add up."""
        lately = panel.days[panel.days["ds"] > pd.Timestamp(panel.as_of) - pd.Timedelta(days=8 * WEEK)]
        grouped = lately[~lately["censored"]].groupby("unique_id", sort=False)["y"]
        ids = panel.series["unique_id"]
        own, days = (found.reindex(ids).fillna(0.0).to_numpy(np.float64)[:, None] for found in (grouped.mean(), grouped.size()))
        trust = days / (days + OWN_DAYS)
        mean = np.asarray(trust * own + (1 - trust) * self._expected(panel, horizon))
        quantiles = np.repeat(mean[:, :, None], len(LEVELS), axis=2)
        return Outlook(tuple(ids), panel.as_of, mean, quantiles, np.zeros_like(mean), (self.name,) * len(ids), demand_classes(panel))

    def _expected(self, panel: Panel, horizon: int) -> Floats:
        first = panel.days.groupby("unique_id", sort=False)["ds"].min().reindex(panel.series["unique_id"])
        age = (pd.Timestamp(panel.as_of) - first).dt.days.fillna(-1).to_numpy(np.int64)
        weeks = np.clip((age[:, None] + np.arange(1, horizon + 1)) // WEEK, 0, WEEKS - 1)
        curves = np.array([self.curves.get(str(category), self.curves[EVERY]) for category in panel.series["category"]])
        return np.asarray(np.take_along_axis(curves.reshape(-1, WEEKS), weeks, axis=1))

    def text(self) -> str:
        """The curves as a JSON document."""
        return json.dumps(self.curves, indent=1)


def from_text(text: str) -> LaunchCurves:
    """The curves that `text` wrote."""
    return LaunchCurves({key: tuple(map(float, values)) for key, values in json.loads(text).items()})


def _curve(rows: pd.DataFrame) -> tuple[float, ...]:
    """Mean by week; weeks nobody reached yet repeat the last one known."""
    means = rows.groupby("week")["y"].mean().reindex(range(WEEKS)).ffill().bfill()
    return tuple(float(value) for value in means)


def _flat(panel: Panel) -> tuple[float, ...]:
    return (float(panel.days.groupby("unique_id")["y"].mean().median()),) * WEEKS
