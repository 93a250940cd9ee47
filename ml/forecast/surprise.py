"""How much each past window teaches: one that came quite otherwise than anybody could expect counts less."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.contract import Floats, Panel
from ml.forecast.levels import MEDIAN, rows_after
from ml.panel import step_of

CALM = 0.3  # of the usual step from day to day: a window missed by less counts no more than one missed by this
LEAST, MOST = 0.3, 3.0


def weights(panel: Panel, frame: pd.DataFrame, horizon: int) -> Floats:
    """A weight for each row of `frame` (unique_id, origin, rung_median), one on the mean.

    A forecast is judged by the root of the squared error of a whole window, so a unit missed counts the less the more is missed
    beside it. What is missed is measured around the median of simple rungs, as it stood on the origin.
    """
    missed, step = _missed(panel, frame, horizon), step_of(panel).reindex(frame["unique_id"]).to_numpy(np.float64)
    found = np.clip(step / (missed + CALM * step), LEAST, MOST)
    found = np.where(np.isfinite(found), found, 1.0)
    return np.asarray(found / found.mean())


def _missed(panel: Panel, frame: pd.DataFrame, horizon: int) -> Floats:
    """Root mean square of what was sold over what the median rung said, over the days after each origin that say something."""
    ok = ~panel.days["censored"].to_numpy(bool)
    y = np.where(ok, panel.days["y"].to_numpy(np.float64), 0.0)
    _, begin, last = rows_after(panel, frame)
    end = np.minimum(begin + horizon, last)
    days, units, squares = (_sums(values, begin, end) for values in (ok.astype(np.float64), y, y**2))
    told = frame[MEDIAN].to_numpy(np.float64)
    summed = squares - 2 * told * units + days * told**2
    return np.asarray(np.sqrt(np.maximum(summed, 0.0) / np.maximum(days, 1.0)))


def _sums(values: Floats, begin: NDArray[np.int64], end: NDArray[np.int64]) -> Floats:
    running = np.concatenate([[0.0], np.cumsum(values)])
    return np.asarray(running[end] - running[begin])
