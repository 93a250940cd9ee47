"""Teaching the network: random series and origins, the mean by a Tweedie loss, the spread by the likelihood of the counts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray

from ml.forecast.network import THREADS, NetworkSettings, State, inputs
from ml.forecast.network_grid import WEEK, Grid
from ml.forecast.network_model import WeekNetwork, build, state_of

_LEAST_SEEN = 2 * WEEK  # a series teaches from its second week on
_RECENT_DAYS = 365.0  # an origin this old counts a third of one of today


def train(of: Grid, horizon: int, settings: NetworkSettings, seed: int, say: Callable[[str], None] | None = None) -> State:
    """One network; the same panel and seed give the same one."""
    torch.set_num_threads(THREADS)
    torch.manual_seed(seed)
    chance = np.random.default_rng(seed)
    model = build(settings, horizon)
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings.rate, weight_decay=settings.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, settings.rate, total_steps=settings.steps, pct_start=0.15)
    told = []
    for step in range(settings.steps):
        rows, ends = draw(of, horizon, settings.batch, chance)
        loss = _loss(model, of, rows, ends, horizon, settings)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        told.append(loss.item())
        if say and (step + 1) % 100 == 0:
            say(f"network seed {seed}, step {step + 1} of {settings.steps}: loss {np.mean(told[-100:]):.4f}")
    return state_of(model)


def draw(of: Grid, horizon: int, count: int, chance: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Series and origins to learn from, newer ones more often; the last horizon before the end is kept for the quantiles."""
    last = of.days - 2 * horizon
    able = np.flatnonzero(of.begins + _LEAST_SEEN <= last)
    rows = chance.choice(able, count)
    first = of.begins[rows] + _LEAST_SEEN
    back = chance.exponential(_RECENT_DAYS, count)
    ends = last - np.minimum(back, last - first).astype(np.int64)
    old = back > last - first
    ends[old] = chance.integers(first[old], last + 1)
    return rows, ends


def _loss(
    model: WeekNetwork, of: Grid, rows: NDArray[np.int64], ends: NDArray[np.int64], horizon: int, settings: NetworkSettings
) -> torch.Tensor:
    mean, variance = model(inputs(of, rows, ends, horizon))
    columns = ends[:, None] + np.arange(horizon)[None, :]
    sold = of.sold[rows[:, None], columns]
    there = np.isfinite(sold) & ~of.lost[rows[:, None], columns]
    truth, weight = torch.from_numpy(np.nan_to_num(sold)), torch.from_numpy(there.astype(np.float32))
    power = settings.variance_power
    tweedie = -truth * mean ** (1 - power) / (1 - power) + mean ** (2 - power) / (2 - power)
    counts = _counts(truth, mean.detach(), variance - mean)
    loss: torch.Tensor = ((tweedie + 0.1 * counts) * weight).sum() / weight.sum()
    return loss


def _counts(truth: torch.Tensor, mean: torch.Tensor, excess: torch.Tensor) -> torch.Tensor:
    """Minus the logarithm of the negative binomial likelihood; only the spread learns from it."""
    shape = mean.detach() ** 2 / torch.clamp(excess, min=1e-6)
    return -(
        torch.lgamma(truth + shape)
        - torch.lgamma(shape)
        - torch.lgamma(truth + 1)
        + shape * torch.log(shape / (shape + mean))
        + truth * torch.log(mean / (shape + mean))
    )
