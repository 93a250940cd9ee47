"""Which rows a model learns from and is asked about: a series, the day it is asked on (the origin), and how far ahead."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ml.contract import Floats, Panel
from ml.errors import BadHorizon
from ml.features.build import MAX_HORIZON
from ml.panel import EPOCH, day_number


@dataclass(frozen=True)
class Sample:
    """How far back learning goes, how often an origin is taken and which share of the days ahead of it."""

    origins: int = 104
    step_days: int = 14
    one_of: int = 5
    series: int = 2_500  # of more than this, the rows of so many are learnt from
    rows: int = 240_000  # more series than this serves are thinned, so that training time stays bounded


def check_horizon(horizon: int) -> None:
    """Refuse a horizon nobody can see to."""
    if not 1 <= horizon <= MAX_HORIZON:
        raise BadHorizon(f"a horizon of {horizon} days cannot be forecast; choose 1 to {MAX_HORIZON} days")


def asked_now(panel: Panel, horizon: int) -> pd.DataFrame:
    """Every series on the panel's last day, each day ahead."""
    check_horizon(horizon)
    ids = panel.series["unique_id"].to_numpy()
    frame = pd.DataFrame({"unique_id": np.repeat(ids, horizon), "origin": last_day(panel)})
    frame["h"] = np.tile(np.arange(1, horizon + 1), len(ids))
    return frame


def asked_before(panel: Panel, horizon: int, sample: Sample) -> pd.DataFrame:
    """Rows to learn from: past origins whose days ahead have come by `as_of`, thinned by a rule that depends on the row alone."""
    check_horizon(horizon)
    end = last_day(panel)
    origins = end - 1 - sample.step_days * np.arange(sample.origins)
    first = (panel.days.groupby("unique_id", sort=False)["ds"].min() - EPOCH).dt.days
    salt = np.array([zlib.crc32(str(unique_id).encode()) % 9973 for unique_id in first.index])
    chosen = np.sort(np.argsort(salt, kind="stable")[: sample.series])
    first, salt = first.iloc[chosen], salt[chosen]
    thinning = max(sample.one_of, -(-len(first) * len(origins) * horizon // sample.rows))
    parts = [_rows_of(int(origin), end, first, salt, horizon, thinning) for origin in origins]
    return pd.concat(parts, ignore_index=True)


def _rows_of(origin: int, end: int, first: pd.Series, salt: np.ndarray, horizon: int, thinning: int) -> pd.DataFrame:
    there = np.flatnonzero(first.to_numpy() <= origin)
    ahead = np.arange(1, min(horizon, end - origin) + 1)
    rows, h = np.repeat(there, len(ahead)), np.tile(ahead, len(there))
    kept = (h * 5 + salt[rows] + origin * 3) % thinning == 0
    return pd.DataFrame({"unique_id": first.index.to_numpy()[rows[kept]], "origin": origin, "h": h[kept]})


def sold(panel: Panel, rows: pd.DataFrame) -> tuple[Floats, np.ndarray]:
    """What was sold on the days asked about, and whether it could be sold at all; every day must be in the panel."""
    days = pd.DataFrame({"unique_id": panel.days["unique_id"], "t": day_number(panel.days["ds"]), "y": panel.days["y"]})
    days["censored"] = panel.days["censored"]
    found = rows[["unique_id", "t"]].merge(days, on=["unique_id", "t"], how="left")
    return found["y"].to_numpy(np.float64), ~found["censored"].fillna(True).to_numpy(bool)


def last_day(panel: Panel) -> int:
    """The day number of the panel's cut."""
    return (pd.Timestamp(panel.as_of) - EPOCH).days
