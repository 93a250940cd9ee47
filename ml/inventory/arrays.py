"""Sums by group, typed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ml.contract import Floats


def summed(group: NDArray[np.int64], values: Floats, groups: int) -> Floats:
    """The sum of `values` in each of so many groups."""
    found: Floats = np.bincount(group, values, groups).astype(np.float64)
    return found
