"""The spread of what is sold over several days together, measured on the backtest: errors last, so days do not add up as if free."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml.contract import Floats, Outlook
from ml.forecast.backtest import Backtest
from ml.forecast.contract import CLASSES, EVERY

FEWEST = 200


@dataclass(frozen=True)
class TotalSpread:
    """For each class, variance of a total = `by_unit` x its mean + `by_square` x its mean squared."""

    by_unit: dict[str, float]
    by_square: dict[str, float]

    def of(self, outlook: Outlook) -> Floats:
        """Standard deviation of what is sold from the first day through each day."""
        total = np.cumsum(np.maximum(outlook.mean, 0.01), axis=1)
        unit = np.array([self.by_unit.get(name, self.by_unit[EVERY]) for name in outlook.classes])[:, None]
        square = np.array([self.by_square.get(name, self.by_square[EVERY]) for name in outlook.classes])[:, None]
        return np.asarray(np.sqrt(unit * total + square * total**2))

    def record(self) -> dict[str, dict[str, float]]:
        return {"by_unit": self.by_unit, "by_square": self.by_square}

    @staticmethod
    def read(record: dict[str, dict[str, float]]) -> TotalSpread:
        return TotalSpread(record["by_unit"], record["by_square"])


def fit_totals(past: Backtest, model: str) -> TotalSpread:
    """Non-negative least squares of squared errors of totals on their means, each row scaled to count alike."""
    by_unit, by_square = {}, {}
    for name in (EVERY, *CLASSES):
        mean, square = _totals(past, model, name)
        if name == EVERY or len(mean) >= FEWEST:
            by_unit[name], by_square[name] = non_negative_fit(mean, square)
    return TotalSpread(by_unit, by_square)


def _totals(past: Backtest, model: str, name: str) -> tuple[Floats, Floats]:
    means, squares = [], []
    for fold in past.folds:
        rows = np.array([name in (EVERY, kind) for kind in fold.classes]) & np.isfinite(fold.sold).all(axis=1)
        mean = np.cumsum(np.maximum(fold.mean(model)[rows], 0.01), axis=1)
        means.append(mean.ravel())
        squares.append(((np.cumsum(fold.sold[rows], axis=1) - mean) ** 2).ravel())
    return np.concatenate(means), np.concatenate(squares)


def non_negative_fit(mean: Floats, square: Floats) -> tuple[float, float]:
    """Squared errors as a share of the mean and a share of its square, neither below zero."""
    from scipy.optimize import nnls  # type: ignore[import-untyped]

    if not len(mean):
        return 1.0, 0.0
    found, _ = nnls(np.stack([np.ones_like(mean), mean], axis=1), square / mean)
    return float(max(found[0], 1e-6)), float(found[1])
