"""Prophet as an extra: named when it is missing, and held to the contract of every forecaster when it is there."""

from __future__ import annotations

import builtins
import sys
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ml.contract import LEVELS, Floats
from ml.forecast.prophet_model import NoProphet, ProphetModel, open_prophet
from ml.panel import panel_of_frame

LAST = date(2026, 5, 31)


@dataclass
class Stand:
    """In the place of Prophet: remembers what it was told and draws around its mean."""

    told: list[pd.DataFrame] = field(default_factory=list)

    def fit(self, frame: pd.DataFrame) -> object:
        self.told.append(frame)
        return self

    def predictive_samples(self, frame: pd.DataFrame) -> dict[str, Floats]:
        draws = np.random.default_rng(1).normal(self.told[-1]["y"].mean(), 2.0, (len(frame), 400))
        return {"yhat": draws}


def frame() -> pd.DataFrame:
    days = pd.date_range(end=pd.Timestamp(LAST), periods=100)
    long = pd.DataFrame({"unique_id": "long", "ds": days, "y": 3.0, "censored": np.arange(100) < 10})
    return pd.concat([long, pd.DataFrame({"unique_id": "short", "ds": days[-20:], "y": 5.0, "censored": False})])


def test_without_prophet_the_way_to_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **options: Any) -> Any:
        if name == "prophet":
            raise ModuleNotFoundError(name)
        return real(name, *args, **options)

    monkeypatch.delitem(sys.modules, "prophet", raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(NoProphet, match="pip install prophet"):
        open_prophet()
    with pytest.raises(NoProphet):
        ProphetModel().fit(panel_of_frame(frame(), LAST), 7)


def test_its_draws_become_an_outlook() -> None:
    stand = Stand()
    panel = panel_of_frame(frame(), LAST)
    outlook = ProphetModel(lambda: stand).fit(panel, 7).predict(panel, 7)
    assert outlook.ids == ("long", "short") and outlook.mean.shape == (2, 7) and outlook.quantiles.shape == (2, 7, len(LEVELS))
    assert outlook.mean[0] == pytest.approx(np.full(7, 3.15), abs=0.4)
    assert outlook.mean[1] == pytest.approx(np.full(7, 5.0))
    assert (outlook.quantiles >= 0).all() and (np.diff(outlook.quantiles, axis=2) >= 0).all()
    assert len(stand.told) == 1 and len(stand.told[0]) == 90, "a day without stock teaches nothing"
