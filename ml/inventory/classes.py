"""ABC by what a product brings, XYZ by how far forecasts of it miss."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ml.contract import Floats

Letters = NDArray[np.str_]


def abc(values: Floats, a_share: float = 0.8, b_share: float = 0.95) -> Letters:
    """A until the first share of the whole is reached, B until the second, C the rest; the one that crosses a line belongs above it."""
    worth = np.maximum(np.nan_to_num(values), 0.0)
    order = np.argsort(-worth, kind="stable")
    total = worth.sum()
    before = np.concatenate([[0.0], np.cumsum(worth[order])[:-1]]) / total if total > 0 else np.ones(len(worth))
    ranked = np.where(before < a_share - 1e-12, "A", np.where(before < b_share - 1e-12, "B", "C"))
    found = np.empty(len(worth), dtype="<U1")
    found[order] = np.where(worth[order] > 0, ranked, "C")
    return found


def error_rate(mean: Floats, deviation: Floats) -> Floats:
    """The spread of the forecast's error as a part of what is forecast; infinite where nothing is."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = np.where(mean > 1e-9, deviation / mean, np.inf)
    return found


def xyz(rates: Floats, x_limit: float = 0.5, y_limit: float = 1.0) -> Letters:
    """X up to the first limit of the error rate, Y up to the second, Z beyond."""
    found: Letters = np.where(rates <= x_limit, "X", np.where(rates <= y_limit, "Y", "Z"))
    return found
