"""What an expectation would have cost stock on days that are over: the loss of the totals it would have held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ml.contract import Floats, Outlook
from ml.inventory.lead_demand import LeadDemand
from ml.inventory.spread import Whole

AHEAD_DAYS = 21
CLEARLY = 0.02  # what is better by less may be so by chance


def looked_at(outlook: Outlook, rows: NDArray[np.int64]) -> Outlook:
    """Means and spreads of some series on the days a loss is counted on."""
    return replace(outlook, mean=outlook.mean[rows, :AHEAD_DAYS], total_sd=outlook.total_sd[rows, :AHEAD_DAYS])


def quantile_loss(sold: Floats, outlook: Outlook, whole: Whole, levels: Sequence[float]) -> float:
    """The loss of the quantiles of the total over an outlook's days against what was sold on them, all goods together."""
    demand = LeadDemand(outlook.mean.sum(axis=1)[:, None], outlook.total_sd[:, -1:], whole)
    off = [(level, sold - demand.quantile(level)) for level in levels]
    return float(sum(np.maximum(level * each, (level - 1.0) * each).sum() for level, each in off))
