"""The rolling backtest: every forecaster learns on the same past days and is asked about the days that came after them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ingestion.progress import Progress, silent
from ml.contract import Floats, Outlook, Panel
from ml.errors import BadHorizon
from ml.forecast.classes import classes_of, profile
from ml.forecast.contract import DemandClass, Forecaster
from ml.forecast.plain import Flags, plain_days
from ml.panel import cut, step_of

WEEK = 7


@dataclass(frozen=True)
class Fold:
    """One origin: what was sold after it, what every model had expected, and the measures errors are scaled by."""

    origin: date
    series: pd.DataFrame
    profile: pd.DataFrame
    classes: tuple[DemandClass, ...]
    sold: Floats  # series x days; NaN where nothing could be sold or the day is not in the panel
    step: Floats  # in-sample root mean square of the one-day step, for RMSSE
    season: Floats  # in-sample mean of the absolute one-week step, for MASE
    outlooks: dict[str, Outlook]
    plain: Flags | None = None  # series x days: nothing that moves sales is known ahead; None where nothing is known of any day

    def mean(self, model: str) -> Floats:
        return self.outlooks[model].mean

    def with_outlook(self, name: str, outlook: Outlook) -> Fold:
        return replace(self, outlooks={**self.outlooks, name: outlook})


@dataclass(frozen=True)
class Backtest:
    """All origins, oldest first."""

    horizon: int
    folds: tuple[Fold, ...]

    @property
    def models(self) -> tuple[str, ...]:
        return tuple(self.folds[0].outlooks) if self.folds else ()

    def latest(self, count: int) -> Backtest:
        return replace(self, folds=self.folds[-count:])

    def map(self, change: Callable[[int, Fold], Fold]) -> Backtest:
        return replace(self, folds=tuple(change(place, fold) for place, fold in enumerate(self.folds)))


def origins(panel: Panel, horizon: int, count: int, step_days: int | None = None) -> tuple[date, ...]:
    """`count` days to stand on, oldest first, the last one a whole horizon before the panel ends."""
    first = panel.days["ds"].min().date()
    step = step_days or horizon
    found = [panel.as_of - timedelta(days=horizon + step * place) for place in range(count)]
    early = [day for day in found if (day - first).days < 2 * horizon]
    if early:
        room = (panel.as_of - first).days
        raise BadHorizon(
            f"{room} days of history are too few for {count} origins of {horizon} days; shorten the horizon, or load more history"
        )
    return tuple(reversed(found))


def backtest(
    panel: Panel, forecasters: Sequence[Forecaster] | Callable[[date], Sequence[Forecaster]], horizon: int, days: Sequence[date],
    progress: Progress = silent,
) -> Backtest:  # fmt: skip
    """Fit and ask every forecaster, or those named for the day, on every origin; each sees the panel as it was then."""
    folds = []
    for place, day in enumerate(sorted(days)):
        progress(f"backtest {place + 1} of {len(days)}", place / len(days))
        past = cut(panel, day)
        chosen = forecasters(day) if callable(forecasters) else forecasters
        outlooks = {forecaster.name: forecaster.fit(past, horizon).predict(past, horizon) for forecaster in chosen}
        folds.append(fold(panel, past, horizon, outlooks))
    return Backtest(horizon, tuple(folds))


def fold(panel: Panel, past: Panel, horizon: int, outlooks: dict[str, Outlook]) -> Fold:
    """What came after `past` in the whole panel, beside what was expected."""
    profiles = profile(past)
    step, season = _scales(past)
    kinds, plain = classes_of(profiles), plain_days(past, horizon)
    return Fold(past.as_of, past.series, profiles, kinds, after(panel, past, horizon), step, season, outlooks, plain)


def after(panel: Panel, past: Panel, horizon: int) -> Floats:
    """Units sold on the days after `past.as_of`, in the order of its series; NaN where the day says nothing of demand."""
    start, end = pd.Timestamp(past.as_of), pd.Timestamp(past.as_of) + pd.Timedelta(days=horizon)
    later = panel.days[(panel.days["ds"] > start) & (panel.days["ds"] <= end)]
    rows = _places(past, later["unique_id"])
    found = np.full((len(past.series), horizon), np.nan)
    columns = ((later["ds"] - start).dt.days - 1).to_numpy()
    values = np.where(later["censored"].to_numpy(bool), np.nan, later["y"].to_numpy(np.float64))
    there = rows >= 0
    found[rows[there], columns[there]] = values[there]
    return found


def _places(past: Panel, ids: pd.Series) -> NDArray[np.int64]:
    return np.asarray(pd.Index(past.series["unique_id"]).get_indexer(pd.Index(ids)), dtype=np.int64)


def _scales(past: Panel) -> tuple[Floats, Floats]:
    """The scales of RMSSE and MASE, from the days each series has behind it; NaN where it never moved."""
    weeks = past.days.groupby("unique_id", sort=False)["y"].diff(WEEK).abs()
    season = weeks.groupby(past.days["unique_id"], sort=False).mean().replace(0.0, np.nan)
    order = past.series["unique_id"]
    return step_of(past).reindex(order).to_numpy(np.float64), season.reindex(order).to_numpy(np.float64)
