"""What one history alone says of its next days: the ladder of plain methods, and the one that did best on the history itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ml.contract import Floats

WEEK = 7
TEST_ORIGINS, TEST_DAYS, LEAST_BEFORE = 4, 28, 28
LEVEL_DAYS = 364  # levels are taken over at most this much of the past
PROFILE_DAYS = 182
LEAST_WEEKDAY = 0.02
MARGIN = 0.10  # the median stays unless another method was this much better in the test
MEDIAN, SEASONAL_NAIVE = "median of the ladder", "seasonal naive"
Level = Callable[[Floats], float]


@dataclass(frozen=True)
class Chosen:
    """The method a history was given, and how all of them did in its rolling test (root mean square error; empty without one)."""

    method: str
    test: Mapping[str, float]
    origins: int


@lru_cache(maxsize=1)
def levels() -> Mapping[str, Level]:
    """Every method that says one number for all days ahead."""
    from statsforecast import models

    def of(model: Any) -> Level:
        return lambda sold: float(model.forecast(sold, 1)["mean"][0])

    return {
        "window average": lambda sold: float(sold[-28:].mean()),
        "exponential smoothing": of(models.SimpleExponentialSmoothingOptimized()),
        "croston sba": of(models.CrostonSBA()),
        "tsb": of(models.TSB(0.1, 0.1)),
        "adida": of(models.ADIDA()),
        "imapa": of(models.IMAPA()),
    }


def ladder(sold: Floats, horizon: int, seasonal: bool = True) -> dict[str, Floats]:
    """Every method's expected units on each day ahead; the week is that of the history, and flat where it shows none."""
    week = weekday_profile(sold) if seasonal else np.ones(WEEK)
    ahead = week[(len(sold) + np.arange(horizon)) % WEEK]
    first = max(0, len(sold) - LEVEL_DAYS)
    recent = sold[first:] / week[np.arange(first, len(sold)) % WEEK]
    found = {name: max(0.0, level(recent)) * ahead if sold.any() else np.zeros(horizon) for name, level in levels().items()}
    found[MEDIAN] = np.median(list(found.values()), axis=0)
    if len(sold) >= WEEK and seasonal:
        found[SEASONAL_NAIVE] = sold[-WEEK:][np.arange(horizon) % WEEK]
    return found


def weekday_profile(sold: Floats) -> Floats:
    """How much each place of the week sells against the mean (1), counted from the first day; drawn to 1 as far as chance explains it."""
    first = max(0, len(sold) - PROFILE_DAYS)
    recent, places = sold[first:], np.arange(first, len(sold)) % WEEK
    mean = recent.mean() if len(recent) else 0.0
    if mean <= 0 or len(recent) < 3 * WEEK:
        return np.ones(WEEK)
    counts = np.bincount(places, minlength=WEEK)
    means = np.bincount(places, recent, WEEK) / counts
    within = float(((recent - means[places]) ** 2).sum() / (len(recent) - WEEK))
    # As many weekdays differ by chance alone as their means scatter; what is left is the week (James and Stein).
    between, chance = float(((means - mean) ** 2).sum()), within * float((1 / counts).sum()) * (WEEK - 3) / WEEK
    kept = max(0.0, 1.0 - chance / between) if between > 0 else 0.0
    profile: Floats = 1.0 + kept * (means / mean - 1.0)
    bounded: Floats = np.maximum(profile / profile.mean(), LEAST_WEEKDAY)
    return bounded


def choose(sold: Floats, horizon: int, seasonal: bool = True) -> Chosen:
    """A rolling test on the history itself: the median of the ladder, unless another method was clearly better."""
    days = min(horizon, TEST_DAYS)
    errors: dict[str, list[float]] = {}
    ends = [len(sold) - days * (back + 1) for back in range(TEST_ORIGINS)]
    ends = [end for end in ends if end >= LEAST_BEFORE]
    for end in ends:
        for name, mean in ladder(sold[:end], days, seasonal).items():
            errors.setdefault(name, []).append(float(np.mean((sold[end : end + days] - mean) ** 2)))
    test = {name: float(np.sqrt(np.mean(each))) for name, each in errors.items()}
    best = min(test, key=test.__getitem__, default=MEDIAN)
    if len(ends) < 2 or test[best] > (1 - MARGIN) * test[MEDIAN]:
        best = MEDIAN
    return Chosen(best, test, len(ends))
