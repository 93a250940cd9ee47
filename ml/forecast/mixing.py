"""Forecasts put together: weights found on origins that are over, for each demand class, and kept only where they win there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np

from ml.contract import Floats, Outlook
from ml.forecast.backtest import Backtest
from ml.forecast.contract import CLASSES, EVERY

NAME, CENTRE = "served", "centre"
STEPS = 10
FEWEST_SERIES = 15
UNSEEN = {"new": "launch_curve"}  # what serves a class that no origin had enough of
# How much of what past forecasts of slow goods fell short is put back: the squared error of a series is least below what it sells,
# so each point of the sum costs some of it. For the rare it costs most.
PUT_BACK = {"slow": 1.0, "rare": 0.25}
# Goods that sell daily miss by a few per cent, now above, now below; only what is more than that is put back, and then all of it.
TOLERATED = {"fast": 1.1, "steady": 1.1}
LEAST_SCALE, MOST_SCALE = 0.9, 1.6


@dataclass(frozen=True)
class Mixture:
    """For each class, how much each member counts, weights that add up to 1; and what their mean is then multiplied by."""

    members: tuple[str, ...]
    weights: dict[str, tuple[float, ...]]
    scale: dict[str, float] = field(default_factory=dict)

    def mix(self, outlooks: Mapping[str, Outlook], name: str = NAME) -> Outlook:
        """One outlook out of the members', each series by the weights of its class."""
        first = outlooks[self.members[0]]
        rows = np.array([self.weights.get(kind, self.weights[EVERY]) for kind in first.classes]).reshape(-1, len(self.members))
        mean = sum(rows[:, place, None] * outlooks[member].mean for place, member in enumerate(self.members))
        spread = sum(rows[:, place, None, None] * outlooks[member].quantiles for place, member in enumerate(self.members))
        told = tuple(self.say(kind) for kind in first.classes)
        return replace(first, mean=np.asarray(mean * self.scales(first.classes)), quantiles=np.asarray(spread), models=told)

    def scales(self, classes: Sequence[str]) -> Floats:
        """What each series' mean is multiplied by, as a column."""
        return np.array([self.scale.get(kind, 1.0) for kind in classes]).reshape(-1, 1)

    def say(self, kind: str) -> str:
        """What serves a class, in words."""
        weights = self.weights.get(kind, self.weights[EVERY])
        return " + ".join(f"{weight:.0%} {member}" for member, weight in zip(self.members, weights, strict=True) if weight > 0)


def centre_of(trees: Outlook, mixed: Outlook) -> Outlook:
    """What quantiles are spread around: the trees' own mean, which is not drawn down for goods that pause and come back.

    The mixture is chosen for its squared error and lies lower there; a series too new for the trees keeps the mixture's mean.
    """
    own = np.array([kind != "new" for kind in mixed.classes])[:, None] & (trees.mean > 0)
    return replace(mixed, mean=np.asarray(np.where(own, trees.mean, mixed.mean)))


def fit_mixture(past: Backtest, members: Sequence[str]) -> Mixture:
    """The weights with the lowest mean RMSSE on these origins, for each class with enough series."""
    choices = _simplex(len(members))
    weights = {}
    for name in (EVERY, *CLASSES):
        scores, count = _scores(past, members, choices, name)
        if name == EVERY or count >= FEWEST_SERIES:
            weights[name] = tuple(float(weight) for weight in choices[int(np.argmin(scores))])
    for kind, member in UNSEEN.items():
        if kind not in weights and member in members:
            weights[kind] = tuple(float(name == member) for name in members)
    mixture = Mixture(tuple(members), weights)
    scale = {name: _shortfall(past, mixture, name) ** share for name, share in PUT_BACK.items() if name in weights}
    short = {name: _shortfall(past, mixture, name) for name in TOLERATED if name in weights}
    scale |= {name: value for name, value in short.items() if value > TOLERATED[name]}
    return replace(mixture, scale={name: float(np.clip(value, LEAST_SCALE, MOST_SCALE)) for name, value in scale.items()})


def _shortfall(past: Backtest, mixture: Mixture, name: str) -> float:
    """Units sold over units expected of a class, on all origins together."""
    sold = told = 0.0
    for fold in past.folds:
        there = np.array([kind == name for kind in fold.classes])[:, None] & np.isfinite(fold.sold)
        mixed = mixture.mix({member: fold.outlooks[member] for member in mixture.members})
        sold, told = sold + float(fold.sold[there].sum()), told + float(mixed.mean[there].sum())
    return sold / told if sold > 0 and told > 0 else 1.0


def _simplex(members: int) -> Floats:
    """Every way to share 1 among the members in steps."""
    steps = STEPS if members <= 4 else 5
    grid = [parts for parts in product(range(steps + 1), repeat=members) if sum(parts) == steps]
    return np.array(grid, dtype=np.float64) / steps


def _scores(past: Backtest, members: Sequence[str], choices: Floats, name: str) -> tuple[Floats, int]:
    """Mean RMSSE of every choice: a quadratic form of the members' error products, so each choice costs nothing."""
    totals, count = np.zeros(len(choices)), 0
    for fold in past.folds:
        rows = np.asarray(np.array([name in (EVERY, kind) for kind in fold.classes]) & np.isfinite(fold.step), dtype=bool)
        if not rows.any():
            continue
        errors = np.stack([fold.sold[rows] - fold.mean(member)[rows] for member in members], axis=2)
        there = np.isfinite(errors).all(axis=2)
        errors = np.where(there[:, :, None], errors, 0.0)
        products = np.einsum("shi,shj->sij", errors, errors) / np.maximum(there.sum(axis=1), 1)[:, None, None]
        squares = np.einsum("ci,sij,cj->sc", choices, products, choices, optimize=True)
        totals += np.sqrt(np.maximum(squares, 0.0) / fold.step[rows, None] ** 2).sum(axis=0)
        count += int(rows.sum())
    return totals / max(count, 1), count
