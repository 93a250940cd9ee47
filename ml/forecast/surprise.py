"""How much each past window teaches: one that came quite otherwise than anybody could expect counts less."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.contract import Floats, Panel
from ml.forecast.levels import MEDIAN
from ml.panel import day_number

CALM = 0.3  # of the usual step from day to day: a window missed by less counts no more than one missed by this
LEAST, MOST = 0.3, 3.0


def weights(panel: Panel, frame: pd.DataFrame, horizon: int) -> Floats:
    """A weight for each row of `frame` (unique_id, origin, rung_median), one on the mean.

    A forecast is judged by the root of the squared error of a whole window, so a unit missed counts the less the more is missed
    beside it. What is missed is measured around the median of simple rungs, as it stood on the origin.
    """
    missed, step = _missed(panel, frame, horizon), _steps(panel, frame["unique_id"])
    found = np.clip(step / (missed + CALM * step), LEAST, MOST)
    found = np.where(np.isfinite(found), found, 1.0)
    return np.asarray(found / found.mean())


def _missed(panel: Panel, frame: pd.DataFrame, horizon: int) -> Floats:
    """Root mean square of what was sold over what the median rung said, over the days after each origin that say something."""
    ok = ~panel.days["censored"].to_numpy(bool)
    y = np.where(ok, panel.days["y"].to_numpy(np.float64), 0.0)
    begin, end = _window(panel, frame, horizon)
    days, units, squares = (_sums(values, begin, end) for values in (ok.astype(np.float64), y, y**2))
    told = frame[MEDIAN].to_numpy(np.float64)
    summed = squares - 2 * told * units + days * told**2
    return np.asarray(np.sqrt(np.maximum(summed, 0.0) / np.maximum(days, 1.0)))


def _window(panel: Panel, frame: pd.DataFrame, horizon: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rows of the panel from the day after each origin to the horizon, or to the panel's end."""
    ids, t = panel.days["unique_id"], day_number(panel.days["ds"]).to_numpy()
    starts = np.flatnonzero((ids != ids.shift()).to_numpy())
    place = pd.Index(ids.to_numpy()[starts]).get_indexer(pd.Index(frame["unique_id"]))
    last = np.append(starts[1:], len(t))[place]
    begin = np.clip(starts[place] + frame["origin"].to_numpy(np.int64) + 1 - t[starts[place]], starts[place], last)
    return np.asarray(begin, dtype=np.int64), np.asarray(np.minimum(begin + horizon, last), dtype=np.int64)


def _sums(values: Floats, begin: NDArray[np.int64], end: NDArray[np.int64]) -> Floats:
    running = np.concatenate([[0.0], np.cumsum(values)])
    return np.asarray(running[end] - running[begin])


def _steps(panel: Panel, ids: pd.Series) -> Floats:
    """Root mean square of the step from one day to the next of each row's series, over all its days; NaN where it never moved."""
    squares = panel.days.groupby("unique_id", sort=False)["y"].diff().pow(2)
    found = squares.groupby(panel.days["unique_id"], sort=False).mean().pow(0.5).replace(0.0, np.nan)
    return np.asarray(found.reindex(ids).to_numpy(np.float64))
