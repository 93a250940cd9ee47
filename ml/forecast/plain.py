"""Which days to come are plain: nothing that is known ahead of them moves sales, so what sold lately says what they will."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.contract import Panel
from ml.panel import known_columns

Flags = NDArray[np.bool_]
NO_EVENT = ("price", "promotion_since")  # set on every day, or told by another column


def plain_days(panel: Panel, horizon: int) -> Flags:
    """For each series of the panel and day after its cut, whether it has no promotion, no holiday and nothing else that is known ahead."""
    plain = np.ones((len(panel.series), horizon), dtype=bool)
    told = [column for column in known_columns(panel) if column not in NO_EVENT]
    place = pd.Index(panel.series["unique_id"]).get_indexer(pd.Index(panel.ahead["unique_id"]))
    day = (panel.ahead["ds"] - pd.Timestamp(panel.as_of)).dt.days.to_numpy() - 1
    moved = (place >= 0) & (day >= 0) & (day < horizon) & _any_event(panel.ahead, told)
    plain[place[moved], day[moved]] = False
    return plain


def _any_event(ahead: pd.DataFrame, told: list[str]) -> Flags:
    found = np.zeros(len(ahead), dtype=bool)
    for column in told:
        values = ahead[column]
        found |= (values.fillna(0) != 0 if pd.api.types.is_numeric_dtype(values) else values.fillna("").astype(str) != "").to_numpy(bool)
    return found
