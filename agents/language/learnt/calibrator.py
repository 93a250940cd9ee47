"""How likely a reading is right: a logistic regression over named features, fitted so that 0.9 means nine times of ten."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_LEAST_SPREAD = 0.05  # a feature that hardly varies must not get a huge weight
_STEPS = 30
_DIGITS = 4


@dataclass(frozen=True)
class Calibrator:
    """A weight for each feature; features it does not know count nothing."""

    bias: float
    weights: Mapping[str, float]

    def probability(self, features: Mapping[str, float]) -> float:
        """From 0 to 1."""
        total = self.bias + sum(self.weights.get(name, 0.0) * value for name, value in features.items())
        return 1 / (1 + math.exp(-max(min(total, 30.0), -30.0)))


@dataclass(frozen=True)
class Example:
    """One reading, whether it was right, and how much it counts."""

    features: Mapping[str, float]
    right: bool
    weight: float = 1.0


def fit(examples: Sequence[Example], ridge: float = 3.0) -> Calibrator:
    """The weights that make the examples most likely, drawn towards zero by `ridge`: Newton's steps, rounded at the end."""
    import numpy as np

    names = sorted({name for example in examples for name in example.features})
    table = np.zeros((len(examples), len(names) + 1))
    places = {name: place for place, name in enumerate(names)}
    for row, example in enumerate(examples):
        table[row, -1] = 1
        for name, value in example.features.items():
            table[row, places[name]] = value
    spread = np.maximum(table.std(axis=0), _LEAST_SPREAD)
    spread[-1] = 1
    right = np.array([float(example.right) for example in examples])
    weight = np.array([example.weight for example in examples])
    found = _newton(table / spread, right, weight, ridge) / spread
    kept = {name: round(float(found[place]), _DIGITS) for name, place in places.items()}
    return Calibrator(round(float(found[-1]), _DIGITS), {name: value for name, value in kept.items() if value})


def _newton(table: Floats, right: Floats, weight: Floats, ridge: float) -> Floats:
    import numpy as np

    penalty = np.full(table.shape[1], ridge)
    penalty[-1] = 1e-6
    found = np.zeros(table.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(table @ found, -30, 30)))
        slope = table.T @ (weight * (right - chance)) - penalty * found
        curve = (table * (weight * chance * (1 - chance))[:, None]).T @ table + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        found += step
        if float(np.abs(step).max()) < 1e-9:
            break
    return found
