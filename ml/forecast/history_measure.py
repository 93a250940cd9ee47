"""How often the intervals of history-only forecasts hold: widths set on one half of the products, measured on the other half."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from ml.contract import LEVELS, Floats
from ml.forecast.contract import CLASSES, NEW_DAYS
from ml.forecast.history import Outline, Wishes, outline
from ml.forecast.history_reading import History
from ml.forecast.history_spread import Cell, Coverage, HistoryClass, chances, quantiles

HORIZONS = (7, 14, 28, 56, 91, 182, 365)
LENGTHS = (30, 60, 90, 180, 365, 730)
LEAST_CASES = 100
BULK: HistoryClass = "bulk"
VERSION = "history-1"
Part = Literal["daily", "total"]
_ANY_DAY = date(2020, 1, 5)
_NEW_SHARE = 0.2
_SURE, _HAIR = (1e-4, 1 - 1e-4), 2e-5


@dataclass(frozen=True)
class Case:
    """One forecast and what was sold then."""

    outline: Outline
    horizon: int
    sold: Floats


def draw_cases(series: Sequence[Floats], count: int, seed: int, horizons: Sequence[int] = HORIZONS) -> list[Case]:
    """Histories of any length that end on any day of any series, each with a horizon; a share of them short."""
    chance = np.random.default_rng(seed)
    cases: list[Case] = []
    for _ in range(count):
        sold = series[int(chance.integers(len(series)))]
        horizon = int(chance.choice(horizons))
        short = chance.random() < _NEW_SHARE
        length = int(chance.integers(3, NEW_DAYS)) if short else int(chance.choice(LENGTHS))
        most = len(sold) - horizon
        if most < length:
            continue
        # Half of the short histories are those of a product that has just been launched.
        end = length if short and chance.random() < 0.5 else int(chance.integers(length, most + 1))
        history = History("", _ANY_DAY, sold[end - length : end], None)
        cases.append(Case(outline(history, horizon, Wishes()), horizon, sold[end : end + horizon]))
    return cases


def sums_of(series: Sequence[Floats], count: int, seed: int) -> list[Floats]:
    """Sums of series drawn at random, twenty of them up to all, over the days they end with: what categories and totals are like."""
    chance = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        many = int(np.exp(chance.uniform(np.log(min(20, len(series))), np.log(len(series)))))
        drawn = [series[place] for place in chance.choice(len(series), many, replace=False)]
        days = max(len(each) for each in drawn)
        found.append(np.sum([np.pad(each, (days - len(each), 0)) for each in drawn], axis=0))
    return found


def levels_that_hold(cases: Sequence[Case], part: Part) -> tuple[float, ...]:
    """For each of LEVELS the level to ask for so that the share wanted lies at or under it: found where the truth of these cases lay."""
    below, through = (np.concatenate(each) for each in zip(*(_chances(case, part) for case in cases), strict=True))
    days = [case.horizon if part == "daily" else 1 for case in cases]
    weights = np.concatenate([np.full(count, 1.0 / count) for count in days])  # each case counts as one
    found = []
    for level in LEVELS:
        low, high = _quantile(through, weights, level), _quantile(below, weights, level)
        # A hair beyond, so that a chance many cases share does not turn into the next step.
        found.append(low - _HAIR if level < 0.5 else high + _HAIR if level > 0.5 else (low + high) / 2)
    return tuple(round(float(np.clip(each, *_SURE)), 5) for each in np.maximum.accumulate(found))


def held(cases: Sequence[Case], levels: Sequence[float], part: Part, nominal: float) -> float:
    """The share of days (or of sums) that lay in their interval, each case counting as one."""
    ends = [levels[place] for place, level in enumerate(LEVELS) if abs(abs(level - 0.5) - nominal / 2) < 1e-9]
    inside = []
    for case in cases:
        found = case.outline
        middle, variance, sold = _part(case, part)
        low, high = quantiles(middle, variance, ends, found.whole).T
        inside.append(float(np.mean((sold >= low) & (sold <= high))))
    return float(np.mean(inside))


def _part(case: Case, part: Part) -> tuple[Floats, Floats, Floats]:
    found = case.outline
    if part == "daily":
        return found.middle, found.of_day, case.sold
    return found.middle.sum(keepdims=True), found.of_sum[-1:], case.sold.sum(keepdims=True)


def _chances(case: Case, part: Part) -> tuple[Floats, Floats]:
    middle, variance, sold = _part(case, part)
    return chances(middle, variance, sold, case.outline.whole)


def _quantile(values: Floats, weights: Floats, level: float) -> float:
    order = np.argsort(values)
    reached = np.cumsum(weights[order]) / weights.sum()
    return float(values[order][min(int(np.searchsorted(reached, level)), len(values) - 1)])


def measure(setting: Sequence[Case], judging: Sequence[Case], measured_on: str, say: Callable[[str], None] = lambda text: None) -> Coverage:
    """For each class and horizon the least width that holds on the setting cases, and what it covers on the judging ones."""
    cells: list[Cell] = []
    for demand_class in (*CLASSES, BULK):
        for horizon in HORIZONS:
            cell = _cell(demand_class, horizon, _of(setting, demand_class, horizon), _of(judging, demand_class, horizon))
            if cell is not None:
                cells.append(cell)
                say(cell.model_dump_json())
    return Coverage(measured_on=measured_on, version=VERSION, cells=tuple(cells))


def _cell(demand_class: HistoryClass, horizon: int, setting: list[Case], judging: list[Case]) -> Cell | None:
    if min(len(setting), len(judging)) < LEAST_CASES:
        return None
    daily, total = levels_that_hold(setting, "daily"), levels_that_hold(setting, "total")
    return Cell(
        demand_class=demand_class,
        up_to_days=horizon,
        daily_levels=daily,
        total_levels=total,
        daily_covered_80=round(held(judging, daily, "daily", 0.8), 4),
        total_covered_80=round(held(judging, total, "total", 0.8), 4),
        daily_covered_90=round(held(judging, daily, "daily", 0.9), 4),
        total_covered_90=round(held(judging, total, "total", 0.9), 4),
        cases=len(judging),
    )


def _of(cases: Sequence[Case], demand_class: HistoryClass, horizon: int) -> list[Case]:
    return [case for case in cases if case.outline.demand_class == demand_class and case.horizon == horizon]
