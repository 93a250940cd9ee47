"""The network itself: an LSTM over weeks, a head that says all days at once, and the state as plain arrays."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from ml.forecast.network import CONTEXT, DAY_INPUTS, Inputs, NetworkSettings, State
from ml.forecast.network_grid import KNOWN, SLOTS, WEEK

_MOST_MOVE = 3.0  # e-folds by which a day's mean may leave its base
_LEAST_SPREAD, _MOST_SPREAD = 0.02, 20.0


class WeekNetwork(nn.Module):
    """Mean and variance of each day ahead: a residual on the base, so that an untrained network is the seasonal naive."""

    def __init__(self, settings: NetworkSettings, horizon: int) -> None:
        super().__init__()
        hidden, size = settings.hidden, settings.embedding
        self.category, self.location = nn.Embedding(SLOTS, size), nn.Embedding(SLOTS, size)
        self.holiday = nn.Embedding(SLOTS, size, padding_idx=0)
        self.ahead = nn.Embedding(horizon, size)
        self.encoder = nn.LSTM(WEEK * DAY_INPUTS, hidden, batch_first=True)
        self.summary = nn.Sequential(nn.Linear(hidden + CONTEXT + 2 * size, hidden), nn.ReLU())
        move = nn.Linear(hidden, 2)
        self.day = nn.Sequential(nn.Linear(hidden + len(KNOWN) + 2 * size + 1, hidden), nn.ReLU(), move)
        nn.init.zeros_(move.weight)
        nn.init.zeros_(move.bias)

    def forward(self, told: Inputs) -> tuple[torch.Tensor, torch.Tensor]:
        state, _ = self.encoder(told.window)
        about = [state[:, -1], told.context, self.category(told.slots[:, 0]), self.location(told.slots[:, 1])]
        series = self.summary(torch.cat(about, dim=1))
        horizon = told.ahead.shape[1]
        days = self.ahead(torch.arange(horizon)).expand(len(series), -1, -1)
        base = torch.log(told.base)
        parts = [series[:, None, :].expand(-1, horizon, -1), told.ahead, self.holiday(told.holiday), days, base[:, :, None] / 3.0]
        move, spread = self.day(torch.cat(parts, dim=2)).unbind(dim=2)
        mean = told.base * torch.exp(_MOST_MOVE * torch.tanh(move / _MOST_MOVE))
        excess = torch.clamp(nn.functional.softplus(spread), _LEAST_SPREAD, _MOST_SPREAD)
        return mean, mean + excess * mean**2


def build(settings: NetworkSettings, horizon: int) -> WeekNetwork:
    """A network that has learned nothing."""
    return WeekNetwork(settings, horizon)


def state_of(model: WeekNetwork) -> State:
    """What it has learned, as arrays."""
    return {name: tensor.detach().numpy().copy() for name, tensor in model.state_dict().items()}


def load_state(model: WeekNetwork, state: State) -> WeekNetwork:
    """The network with what another one learned."""
    model.load_state_dict({name: torch.from_numpy(np.ascontiguousarray(values)) for name, values in state.items()})
    return model.eval()
