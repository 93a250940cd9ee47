"""What simple rungs of the ladder say of a series on past days: levels that the trees may lean on."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.contract import Floats, Panel
from ml.forecast.ladder import HISTORY_DAYS, Rung, expect_one
from ml.panel import day_number

Rows = NDArray[np.int64]
RUNGS_USED: tuple[Rung, ...] = ("ses", "croston_sba", "tsb", "adida", "imapa")
COLUMNS = tuple(f"rung_{rung}" for rung in RUNGS_USED)
MOST_KEPT = 300_000  # levels a long-lived process holds on to: some 60 MB
MEDIAN = "rung_median"  # with the mean of four weeks, as the ladder's own median has it


@dataclass(frozen=True)
class RungLevels:
    """The rungs' levels, each worked out once: the key is the history itself, so the same past is never fitted twice in a backtest."""

    _known: dict[bytes, tuple[float, ...]] = field(default_factory=dict)

    def join(self, panel: Panel, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame (unique_id, origin, mean_28, ...) with the level of each rung at the end of its origin."""
        pairs = frame[["unique_id", "origin"]].drop_duplicates()
        rows = [self._level(values) for values in _histories(panel, pairs)]
        found = pairs.assign(**dict(zip(COLUMNS, np.array(rows, dtype=np.float32).reshape(-1, len(COLUMNS)).T, strict=True)))
        joined = frame.merge(found, on=["unique_id", "origin"], how="left")
        joined[MEDIAN] = np.median([*(joined[column] for column in COLUMNS), joined["mean_28"].fillna(0.0)], axis=0).astype(np.float32)
        return joined

    def _level(self, values: Floats) -> tuple[float, ...]:
        key = blake2b(values.tobytes(), digest_size=16).digest()
        if key not in self._known:
            if len(self._known) >= MOST_KEPT:
                self._known.clear()
            self._known[key] = tuple(float(expect_one(rung, values, 1)[0]) for rung in RUNGS_USED)
        return self._known[key]


def rows_after(panel: Panel, pairs: pd.DataFrame) -> tuple[Rows, Rows, Rows]:
    """For each pair of series and origin: the first row of the series, the row after the origin, and the row after its last.

    A panel has a row for every day, so rows count as days do.
    """
    ids, t = panel.days["unique_id"], day_number(panel.days["ds"]).to_numpy()
    starts = np.flatnonzero((ids != ids.shift()).to_numpy())
    place = pd.Series(np.arange(len(starts)), index=ids.to_numpy()[starts]).loc[pairs["unique_id"]].to_numpy()
    first, last = starts[place], np.append(starts[1:], len(t))[place]
    begin = np.clip(first + pairs["origin"].to_numpy(np.int64) - t[first] + 1, first, last)
    return np.asarray(first, np.int64), np.asarray(begin, np.int64), np.asarray(last, np.int64)


def _histories(panel: Panel, pairs: pd.DataFrame) -> list[Floats]:
    """The last year of each series as it was on its origin; nothing after the origin is touched."""
    sold = panel.days["y"].to_numpy(np.float64)
    first, ends, _ = rows_after(panel, pairs)
    return [sold[begin:end] for begin, end in zip(np.maximum(first, ends - HISTORY_DAYS), ends, strict=True)]
