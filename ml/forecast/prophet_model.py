"""Prophet as one more model on the same backtest, where it is installed; each series is fitted on its own, so it is for few of them."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd

from ml.contract import LEVELS, Floats, Outlook, Panel
from ml.errors import MlError
from ml.forecast.classes import demand_classes

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = "prophet"
LEAST_DAYS = 60
_DRAWS = 300


class NoProphet(MlError):
    """Prophet is an extra of its own and is not installed."""


class ProphetLike(Protocol):
    """As much of Prophet as is used."""

    def fit(self, frame: pd.DataFrame) -> object: ...
    def predictive_samples(self, frame: pd.DataFrame) -> dict[str, Floats]: ...


def open_prophet() -> ProphetLike:
    """A model that has learned nothing, or NoProphet saying how to get it."""
    try:
        from prophet import Prophet  # type: ignore[import-not-found]
    except ModuleNotFoundError as error:
        raise NoProphet(
            "Prophet is not installed. It is an extra that no other part needs: pip install prophet, or leave it out of the models."
        ) from error
    logging.getLogger("cmdstanpy").setLevel(logging.WARNING)
    model: ProphetLike = Prophet(weekly_seasonality=True, yearly_seasonality=True, daily_seasonality=False, uncertainty_samples=_DRAWS)
    return model


@dataclass(frozen=True)
class ProphetModel:
    """The forecaster. It learns when it is asked: what it fits is one series up to the day it is asked on."""

    open: Callable[[], ProphetLike] = open_prophet
    name: str = NAME

    def fit(self, panel: Panel, horizon: int) -> FittedProphet:
        """Refuses at once where Prophet is not installed."""
        self.open()
        return FittedProphet(self.open, self.name)


@dataclass(frozen=True)
class FittedProphet:
    """Prophet on every series of the panel."""

    open: Callable[[], ProphetLike]
    name: str = NAME

    def predict(self, panel: Panel, horizon: int) -> Outlook:
        """Means and quantiles out of its draws, none under zero; a series shorter than 60 days has its mean of the last 28."""
        ids = tuple(panel.series["unique_id"])
        by_series = dict(tuple(panel.days.groupby("unique_id", sort=False)))
        draws = [self._draws(by_series.get(unique_id), panel, horizon) for unique_id in ids]
        mean = np.stack([each.mean(axis=1) for each in draws])
        quantiles = np.stack([np.quantile(each, LEVELS, axis=1).T for each in draws])
        total = np.stack([np.cumsum(each, axis=0).std(axis=1) for each in draws])
        return Outlook(ids, panel.as_of, mean, quantiles, total, (self.name,) * len(ids), demand_classes(panel))

    def _draws(self, days: pd.DataFrame | None, panel: Panel, horizon: int) -> Floats:
        """Possible futures: days x draws."""
        if days is None or len(days) < LEAST_DAYS:
            level = 0.0 if days is None else float(days["y"].tail(28).mean())
            return np.full((horizon, 1), level)
        model = self.open()
        told = days.loc[~days["censored"], ["ds", "y"]]
        model.fit(told)
        ahead = pd.DataFrame({"ds": pd.date_range(panel.as_of, periods=horizon + 1, freq="D")[1:]})
        return np.maximum(np.asarray(model.predictive_samples(ahead)["yhat"], dtype=np.float64), 0.0)
