"""What a day may turn out as: as the trees foresee it, as lately, as over the year, or as in those of its weeks in which a product sold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from ml.contract import LEVELS, Floats, Outlook
from ml.forecast import boosted
from ml.forecast.classes import PROFILE_DAYS, YEAR_DAYS
from ml.forecast.contract import EVERY
from ml.forecast.pool import LEAST_MEAN, Parts

NARROW, WIDE = 0.7, 1.5  # of a series' own variance over mean: how the centre may scatter
UNSURE = 0.3  # relative variance of a level that may be another one soon
PARTS = ("centre, narrow", "centre, wide", "centre, as wide as the year", "centre, level unsure", "told", "ses", "year", "selling weeks")
PRIOR_UNITS = 50.0  # units sold after which a series' own dispersion counts as much as what its volume suggests
QUIET_DAYS = 28  # without a sale for so long: it may be gone, or come back as it was, so the parts weigh otherwise
QUIET, LIVELY = "quiet", "lively"
_PARTED = ("fast", "steady", "slow", "rare")


def parts_of(outlooks: Mapping[str, Outlook], mixed: Outlook, profile: pd.DataFrame) -> Parts:
    """The parts of every series and day."""
    trees, centre = outlooks[boosted.NAME].mean, centre_of(outlooks[boosted.NAME], mixed).mean
    lately = _ratio(profile["mean"], profile["sd"], profile["age"].clip(upper=PROFILE_DAYS) * profile["mean"].clip(upper=1.0))
    year = _ratio(profile["year_mean"], profile["year_sd"], profile["age"].clip(upper=YEAR_DAYS) * profile["year_mean"].clip(upper=1.0))
    selling = _ratio(profile["selling_mean"], profile["selling_sd"], pd.Series(2 * PRIOR_UNITS, index=profile.index))
    shape = centre / np.maximum(centre.mean(axis=1, keepdims=True), LEAST_MEAN)
    pairs = [
        (centre, lately * NARROW),
        (centre, lately * WIDE),
        (centre, year),
        (centre, lately + UNSURE * centre),
        (np.where(trees > 0, trees, centre), lately),
        (outlooks["ses"].mean * shape, lately),
        (_column(profile["year_mean"]) * shape, year),
        (_column(profile["selling_mean"]) * shape, selling),
    ]
    mean, ratio = (np.stack([np.broadcast_to(pair[place], centre.shape) for pair in pairs], axis=2) for place in range(2))
    whole = np.broadcast_to(profile["whole"].to_numpy(np.float64)[:, None] > 0, centre.shape)
    return Parts(mean, ratio, whole)


def centre_of(trees: Outlook, mixed: Outlook) -> Outlook:
    """The trees' own centre, which is not drawn down for goods that pause and come back.

    The mixture is chosen for its squared error and lies lower there; a series too new for the trees keeps the mixture's mean.
    """
    centre = trees.quantiles[:, :, LEVELS.index(0.5)]
    own = np.array([kind != "new" for kind in mixed.classes])[:, None] & (centre > 0)
    return replace(mixed, mean=np.asarray(np.where(own, centre, mixed.mean)))


def groups_of(classes: Sequence[str], profile: pd.DataFrame) -> tuple[str, ...]:
    """The group that weighs each series' parts: its class, those without a sale for four weeks apart."""
    quiet = profile["since_sale"].to_numpy(np.float64) >= QUIET_DAYS
    return tuple(f"{kind}:{QUIET if still else LIVELY}" if kind in _PARTED else kind for kind, still in zip(classes, quiet, strict=True))


def class_of_group(group: str) -> str:
    """The class a group is of."""
    return group.partition(":")[0]


def fallbacks(group: str) -> tuple[str, ...]:
    """Where to look for what a group has learnt: itself, its class, all."""
    return tuple(dict.fromkeys((group, class_of_group(group), EVERY)))


def _column(values: pd.Series) -> Floats:
    return np.asarray(values.to_numpy(np.float64)[:, None])


def _ratio(mean: pd.Series, deviation: pd.Series, sold: pd.Series) -> Floats:
    """Variance over mean, drawn towards what the volume suggests where little was sold; a column."""
    level, units = mean.to_numpy(np.float64), sold.to_numpy(np.float64)
    own = np.where(level > 0, deviation.to_numpy(np.float64) ** 2 / np.maximum(level, 1e-6), 1.0)
    usual = 1 + 0.25 * np.sqrt(level)
    return np.asarray((own * units + usual * PRIOR_UNITS) / (units + PRIOR_UNITS))[:, None]
