"""What the parts of `ml` hand each other: demand as it was, and demand as it is expected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LEVELS = (0.05, 0.10, 0.50, 0.90, 0.95)


@dataclass(frozen=True)
class Panel:
    """Daily demand without gaps: a row for each series and day from its first to `as_of`, zero days included.

    `days` has `unique_id, ds, y, censored` (nothing could be sold: no stock) and what is known of the day: price, promotion,
    holiday. `series` has a row for each `unique_id`: `product_id, location_id, category` and what else does not change.
    `ahead` has the same known columns for days after `as_of`, only as far as they are truly known on `as_of`.
    """

    days: pd.DataFrame
    series: pd.DataFrame
    ahead: pd.DataFrame
    as_of: date


@dataclass(frozen=True)
class Outlook:
    """What is expected of many series on each day after `as_of`: series x days, and x levels for the quantiles."""

    ids: tuple[str, ...]
    as_of: date
    mean: Floats
    quantiles: Floats
    total_sd: Floats  # standard deviation of what is sold from the first day through this one, measured on the backtest
    models: tuple[str, ...]  # which model or fallback made each series
    classes: tuple[str, ...]  # the demand class whose measured coverage holds for each series
    levels: tuple[float, ...] = LEVELS
