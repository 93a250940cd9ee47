"""One recurrent network for all series: eight weeks in, every day of the horizon out at once, as counts around the series' own week."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ml.contract import LEVELS, Floats, Outlook, Panel
from ml.errors import BadPanel
from ml.forecast.classes import demand_classes
from ml.forecast.history_spread import quantiles
from ml.forecast.network_grid import KNOWN, WEEK, WINDOW, Grid, ahead, context, grid, level, profile, window

if TYPE_CHECKING:
    import torch

NAME = "network"
CONTEXT = 11
DAY_INPUTS = 3 + len(KNOWN)
THREADS = 1  # two wait for each other wherever the machine does anything else: 25 ms a step became 830
_MOST_MEAN = 3.0  # the network moves a day's mean by at most this many e-folds
_LEVEL_GRID = np.linspace(0.005, 0.995, 199)
_FEWEST_CASES = 2_000


@dataclass(frozen=True)
class NetworkSettings:
    """How large it is and how long it learns."""

    seeds: tuple[int, ...] = (1, 2, 3)
    hidden: int = 64
    embedding: int = 6
    steps: int = 700
    batch: int = 512
    rate: float = 3e-3
    weight_decay: float = 1e-4
    history_days: int = 1_100
    variance_power: float = 1.5


@dataclass(frozen=True)
class Network:
    """The forecaster: as many networks as there are seeds, and their mean."""

    settings: NetworkSettings = field(default_factory=NetworkSettings)
    say: Callable[[str], None] | None = None
    name: str = NAME

    def fit(self, panel: Panel, horizon: int) -> FittedNetwork:
        """Learn from every origin whose days ahead have come by `as_of`; the newest of them only set the quantiles right."""
        from ml.forecast.network_training import train

        of = grid(panel, horizon, self.settings.history_days)
        if of.days < WINDOW + 2 * horizon:
            raise BadPanel(f"{of.days} days are too few for a network that looks at {WINDOW} days; load more history, or use the ladder")
        states = tuple(train(of, horizon, self.settings, seed, self.say) for seed in self.settings.seeds)
        fitted = FittedNetwork(self.settings, horizon, states, {}, _whole(of), self.name)
        return replace(fitted, asked_levels=_levels_that_hold(fitted, of, panel, horizon))


State = dict[str, NDArray[np.float32]]


@dataclass(frozen=True)
class FittedNetwork:
    """Networks that have learned; plain arrays, so that they are kept without pickle."""

    settings: NetworkSettings
    horizon: int
    states: tuple[State, ...]
    asked_levels: dict[str, tuple[float, ...]]  # by class: the level to ask the counts for so that those wanted hold
    whole: bool
    name: str = NAME

    def predict(self, panel: Panel, horizon: int) -> Outlook:
        """Every series of the panel on the days after it; beyond the horizon learned the last week goes on."""
        of = grid(panel, self.horizon, self.settings.history_days)
        rows = np.arange(len(panel.series))
        mean, variance = self.expect(of, rows, np.full(len(rows), of.days))
        classes = demand_classes(panel)
        gone = ~np.isfinite(of.sold).any(axis=1) | np.array([kind == "ended" for kind in classes])
        mean[gone & (np.nansum(np.nan_to_num(of.sold[:, -182:]), axis=1) <= 0)] = 0.0
        days = _days_asked(self.horizon, horizon)
        mean, variance = mean[:, days], variance[:, days]
        spread = self._quantiles(mean, variance, classes)
        total = np.sqrt(np.cumsum(variance, axis=1) + (0.1 * np.cumsum(mean, axis=1)) ** 2)
        ids = tuple(panel.series["unique_id"])
        return Outlook(ids, panel.as_of, mean, spread, total, (self.name,) * len(ids), classes)

    def expect(self, of: Grid, rows: NDArray[np.int64], ends: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """Mean and variance of each day after `ends`: the mean over the networks."""
        pairs = [self._expect_one(model, of, rows, ends) for model in self._models]
        return np.mean([mean for mean, _ in pairs], axis=0), np.mean([variance for _, variance in pairs], axis=0)

    def of_seed(self, place: int) -> FittedNetwork:
        """One of the networks alone, to see how much they differ."""
        return replace(self, states=(self.states[place],), name=f"{self.name} seed {self.settings.seeds[place]}")

    @cached_property
    def _models(self) -> tuple[torch.nn.Module, ...]:
        from ml.forecast.network_model import build, load_state

        return tuple(load_state(build(self.settings, self.horizon), state) for state in self.states)

    def _expect_one(self, model: torch.nn.Module, of: Grid, rows: NDArray[np.int64], ends: NDArray[np.int64]) -> tuple[Floats, Floats]:
        import torch

        torch.set_num_threads(THREADS)
        means, variances = [], []
        with torch.no_grad():
            for start in range(0, len(rows), 2048):
                part = slice(start, start + 2048)
                mean, variance = model(inputs(of, rows[part], ends[part], self.horizon))
                means.append(mean.numpy().astype(np.float64))
                variances.append(variance.numpy().astype(np.float64))
        return np.concatenate(means), np.concatenate(variances)

    def _quantiles(self, mean: Floats, variance: Floats, classes: tuple[str, ...]) -> Floats:
        found = np.zeros((*mean.shape, len(LEVELS)))
        for kind in set(classes):
            rows = np.array([each == kind for each in classes])
            asked = self.asked_levels.get(kind) or self.asked_levels.get("all") or LEVELS
            flat = quantiles(mean[rows].ravel(), variance[rows].ravel(), asked, self.whole)
            found[rows] = flat.reshape(int(rows.sum()), mean.shape[1], len(LEVELS))
        found[mean <= 0] = 0.0
        return np.maximum.accumulate(found, axis=2)


@dataclass(frozen=True)
class Inputs:
    """One batch, as tensors."""

    window: torch.Tensor  # batch x weeks x (7 x DAY_INPUTS)
    context: torch.Tensor
    slots: torch.Tensor
    ahead: torch.Tensor  # batch x horizon x KNOWN
    holiday: torch.Tensor  # batch x horizon
    base: torch.Tensor  # batch x horizon: the level times the weekday, what the network corrects


def inputs(of: Grid, rows: NDArray[np.int64], ends: NDArray[np.int64], horizon: int) -> Inputs:
    """What the network is told about series on the day before `ends`."""
    import torch

    levels = level(of, rows, ends)
    columns = ends[:, None] + np.arange(horizon)[None, :]
    base = levels[:, None] * np.take_along_axis(profile(of, rows, ends), of.weekday[columns], axis=1)
    return Inputs(
        torch.from_numpy(window(of, rows, ends, levels)),
        torch.from_numpy(context(of, rows, ends, levels)),
        torch.from_numpy(of.slots[rows]),
        torch.from_numpy(ahead(of, rows, ends, columns)),
        torch.from_numpy(of.holiday[columns]),
        torch.from_numpy(base),
    )


def _days_asked(learned: int, asked: int) -> NDArray[np.int64]:
    days = np.arange(asked)
    return np.where(days < learned, days, learned - WEEK + (days - learned) % WEEK if learned >= WEEK else learned - 1)


def _whole(of: Grid) -> bool:
    sold = of.sold[np.isfinite(of.sold)]
    return bool(np.all(sold == np.rint(sold)))


def _levels_that_hold(fitted: FittedNetwork, of: Grid, panel: Panel, horizon: int) -> dict[str, tuple[float, ...]]:
    """On the newest origin whose days are over, which nothing was learned from: where the truth lay in the counts of each class."""
    from ml.forecast.network_calibration import levels_by_class

    return levels_by_class(fitted, of, panel, horizon)
