"""Forecasts put together: weights found on origins that are over, for each demand class, and kept only where they win there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np

from ml.contract import Floats, Outlook
from ml.forecast.backtest import Backtest, Fold
from ml.forecast.contract import CLASSES, EVERY
from ml.forecast.plain import Flags

NAME = "served"
STEPS = 10
FEWEST_SERIES = 15
UNSEEN = {"new": "launch_curve"}  # what serves a class that no origin had enough of
# How much of what past forecasts of slow goods fell short is put back: the squared error of a series is least below what it sells,
# so each point of the sum costs some of it. For the rare it costs most.
PUT_BACK = {"slow": 1.0, "rare": 0.25}
LEAST_SCALE, MOST_SCALE = 0.9, 1.6
# Trees that have not been taught two seasons know less of sums than a plain rung does. Sums of these classes are then those of the rung
# that missed past sums least, and the mixture shares them out among products and days; unless it missed them far less itself. A rung
# is told nothing of the days to come, so its sums hold for the plain ones.
LED, LEADERS = ("fast", "steady", "slow"), ("median", "ses")
LED_UNTIL_DAYS = 3 * 364  # a lesson needs the year before it: two seasons of lessons take three years
LEAST_LED, MOST_LED = 0.6, 1.6
OWN_SUMS, OWN_SUMS_TOLD = 0.5, 1.0  # where nothing is known ahead, and where trees are told what no rung is
LEAST_PLAIN = 0.25  # of a class' days: where more of them have something known ahead, a rung cannot tell its sum
# What goods that hardly sell come to beyond their forecasts is carried by those that sell much, whose errors it hardly moves.
LACKING, CARRIERS = ("rare", "ended"), ("fast", "steady")
MOST_CARRIED = 1.1


@dataclass(frozen=True)
class Mixture:
    """For each class, how much each member counts, weights that add up to 1; what their mean is then multiplied by; who leads its sums;
    and what goods that sell much are multiplied by so that sums hold those that hardly sell."""

    members: tuple[str, ...]
    weights: dict[str, tuple[float, ...]]
    scale: dict[str, float] = field(default_factory=dict)
    leader: str = ""  # of the led classes; nobody where trees know sums themselves
    carried: float = 1.0

    def mix(self, outlooks: Mapping[str, Outlook], plain: Flags | None = None) -> Outlook:
        """One outlook out of the members', each series by the weights of its class; of `plain` days nothing is known ahead."""
        first = outlooks[self.members[0]]
        rows = np.array([self.weights.get(kind, self.weights[EVERY]) for kind in first.classes]).reshape(-1, len(self.members))
        mean = sum(rows[:, place, None] * outlooks[member].mean for place, member in enumerate(self.members))
        spread = sum(rows[:, place, None, None] * outlooks[member].quantiles for place, member in enumerate(self.members))
        told = tuple(self.say(kind) for kind in first.classes)
        scaled = np.asarray(mean * self.scales(first.classes))
        mean = self._led(scaled, outlooks, np.ones(scaled.shape, dtype=bool) if plain is None else plain)
        mean[np.isin(np.array(first.classes), CARRIERS)] *= self.carried
        return replace(first, mean=mean, quantiles=np.asarray(spread), models=told)

    def _led(self, mean: Floats, outlooks: Mapping[str, Outlook], plain: Flags) -> Floats:
        """Each led class multiplied so that its plain days add up to what the leader expects of them; other days keep their lift."""
        led = mean.copy()
        for kind in LED if self.leader else ():
            leader = outlooks[self.leader]
            rows = np.array([kind == found for found in leader.classes], dtype=bool)
            there = rows[:, None] & plain
            ours, theirs = float(mean[there].sum()), float(leader.mean[there].sum())
            if ours > 0 and theirs > 0 and there.sum() >= LEAST_PLAIN * rows.sum() * mean.shape[1]:
                led[rows] *= np.clip(theirs / ours, LEAST_LED, MOST_LED)
        return led

    def scales(self, classes: Sequence[str]) -> Floats:
        """What each series' mean is multiplied by, as a column."""
        return np.array([self.scale.get(kind, 1.0) for kind in classes]).reshape(-1, 1)

    def say(self, kind: str) -> str:
        """What serves a class, in words."""
        weights = self.weights.get(kind, self.weights[EVERY])
        parts = " + ".join(f"{weight:.0%} {member}" for member, weight in zip(self.members, weights, strict=True) if weight > 0)
        return f"{parts}, its sums those of {self.leader}" if self.leader and kind in LED else parts


def fit_mixture(past: Backtest, members: Sequence[str], led: bool = False) -> Mixture:
    """The weights with the lowest mean RMSSE on these origins, for each class with enough series; `led` lets a rung lead the sums."""
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
    if led:
        mixture = replace(mixture, leader=_leader(past, mixture))
    back = [name for name in PUT_BACK if name in weights and not (mixture.leader and name in LED)]
    scale = {name: _shortfall(past, mixture, name) ** PUT_BACK[name] for name in back}
    mixture = replace(mixture, scale={name: float(np.clip(value, LEAST_SCALE, MOST_SCALE)) for name, value in scale.items()})
    return replace(mixture, carried=_carried(past, mixture))


def _carried(past: Backtest, mixture: Mixture) -> float:
    """What carriers are multiplied by to hold what goods that hardly sell came to beyond their forecasts, on all origins together."""
    lacking = carrying = 0.0
    for fold in past.folds:
        there, mean = np.isfinite(fold.sold), _mixed(fold, mixture)
        few, many = (np.isin(np.array(fold.classes), kinds)[:, None] & there for kinds in (LACKING, CARRIERS))
        lacking, carrying = lacking + float(fold.sold[few].sum() - mean[few].sum()), carrying + float(mean[many].sum())
    return float(np.clip(1 + lacking / carrying, 1.0, MOST_CARRIED)) if carrying > 0 else 1.0


def _leader(past: Backtest, mixture: Mixture) -> str:
    """The leader with whom sums of the led classes missed least, as shares of what was sold; nobody where its own missed far less."""
    led = {name: replace(mixture, leader=name) for name in LEADERS if name in mixture.members}
    missed = {name: sum(_sum_missed(fold, _mixed(fold, each)) for fold in past.folds) for name, each in led.items()}
    best = min(missed, key=lambda name: missed[name], default="")
    own = sum(_sum_missed(fold, _mixed(fold, mixture)) for fold in past.folds)
    told = any(fold.plain is not None and not fold.plain.all() for fold in past.folds)
    return best if best and own >= (OWN_SUMS_TOLD if told else OWN_SUMS) * missed[best] else ""


def _sum_missed(fold: Fold, mean: Floats) -> float:
    there = np.isin(fold.classes, LED)[:, None] & np.isfinite(fold.sold)
    sold, told = float(fold.sold[there].sum()), float(mean[there].sum())
    return abs(told / sold - 1) if sold > 0 else 0.0


def _mixed(fold: Fold, mixture: Mixture) -> Floats:
    return mixture.mix({member: fold.outlooks[member] for member in mixture.members}, fold.plain).mean


def _shortfall(past: Backtest, mixture: Mixture, name: str) -> float:
    """Units sold over units expected of a class, on all origins together."""
    sold = told = 0.0
    for fold in past.folds:
        there = np.array([kind == name for kind in fold.classes])[:, None] & np.isfinite(fold.sold)
        sold, told = sold + float(fold.sold[there].sum()), told + float(_mixed(fold, mixture)[there].sum())
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
