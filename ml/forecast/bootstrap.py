"""Is a gain more than luck: a paired bootstrap that draws whole blocks, a series with all its days or a week with all its groups."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from ml.forecast.contract import Win

DRAWS = 2000


def gain(
    ours: pd.Series, theirs: pd.Series, model: str, against: str, slice_: str, score: Literal["rmsse", "pinball", "weekly_wape"]
) -> Win:
    """The relative gain of `ours` over `theirs`, block by block the same ones, with its 95 % interval."""
    both = pd.concat([ours.rename("ours"), theirs.rename("theirs")], axis=1).dropna().to_numpy(np.float64)
    drawn = np.random.default_rng(7).integers(0, len(both), (DRAWS, len(both))) if len(both) else np.zeros((1, 0), dtype=np.int64)
    sums = both[drawn].sum(axis=1) if len(both) else np.ones((1, 2))
    gains = 1 - sums[:, 0] / np.maximum(sums[:, 1], 1e-12)
    point = 1 - both[:, 0].sum() / max(both[:, 1].sum(), 1e-12) if len(both) else 0.0
    low, high = np.quantile(gains, [0.025, 0.975])
    return Win(model, against, slice_, score, float(point), float(low), float(high))
