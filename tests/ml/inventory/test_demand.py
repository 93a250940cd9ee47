"""The fallback forecast: what it expects, how wide it is, and that it never sees a day to come."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from ml.inventory.demand import NAME, History, drift, measure_level, recent_outlook, weekday_factors
from ml.inventory.lead_demand import totals

AS_OF = date(2026, 6, 28)  # a Sunday
SHAPE = np.array([0.8, 0.8, 1, 1, 1.2, 1.4, 0.8])


def history(days: int = 210, series: int = 200, seed: int = 0, moving: float = 0.0) -> History:
    random = np.random.default_rng(seed)
    level = random.choice([0.1, 0.6, 3.0], series)[:, None] * np.exp(moving * random.normal(size=(series, days // 7 + 1)).cumsum(axis=1))
    weekday = SHAPE[(AS_OF.weekday() - np.arange(days)[::-1]) % 7]
    units = random.poisson(np.repeat(level, 7, axis=1)[:, :days] * weekday).astype(float)
    return History(tuple(f"s{each}" for each in range(series)), units, np.zeros_like(units, dtype=bool), AS_OF)


def test_level_and_weekdays_are_found() -> None:
    found = recent_outlook(history(series=600), 14)
    assert found.models[0] == NAME and found.as_of == AS_OF
    assert weekday_factors(history(series=600)) == pytest.approx(SHAPE, abs=0.08)
    truth = np.random.default_rng(0).choice([0.1, 0.6, 3.0], 600)
    assert found.mean.sum() == pytest.approx(14 * truth.sum(), rel=0.04)
    assert set(found.classes) == {"slow", "medium", "fast"}


def test_days_without_stock_are_no_days_without_demand() -> None:
    whole = history()
    censored = np.zeros_like(whole.censored)
    censored[:, -10:] = True
    sold = np.where(censored, 0.0, whole.units)
    marked = measure_level(History(whole.ids, sold, censored, AS_OF))
    plain = measure_level(History(whole.ids, sold, np.zeros_like(censored), AS_OF))
    assert marked.mean.sum() == pytest.approx(measure_level(whole).mean.sum(), rel=0.1)
    assert plain.mean.sum() < 0.7 * marked.mean.sum()


def test_what_ran_out_long_ago_is_expected_to_sell_as_it_did_then() -> None:
    whole, gone = history(), 70
    censored = np.zeros_like(whole.censored)
    censored[:100, -gone:] = True
    sold = np.where(censored, 0.0, whole.units)
    found = measure_level(History(whole.ids, sold, censored, AS_OF)).mean
    before = whole.units[:100, -gone - 56 : -gone].mean(axis=1)
    assert found[:100] == pytest.approx(before, rel=0.2, abs=0.05) and found[:100].sum() == pytest.approx(before.sum(), rel=0.05)
    assert np.array_equal(measure_level(History(whole.ids, 0 * sold, np.ones_like(censored), AS_OF)).mean, np.zeros(200))


def test_a_day_that_emptied_the_shelf_counts_with_what_it_sold() -> None:
    """Shelves are filled every week and empty when a busy day comes: leaving those days out would leave the demand out."""
    whole = history(series=600, seed=5)
    held = np.maximum(np.round(whole.units.mean(axis=1, keepdims=True) * 7), 1.0)
    units, censored = np.zeros_like(whole.units), np.zeros_like(whole.censored)
    left = held.copy()
    for day in range(whole.units.shape[1]):
        left = held.copy() if day % 7 == 0 else left
        units[:, day] = np.minimum(whole.units[:, day], left[:, 0])
        left[:, 0] -= units[:, day]
        censored[:, day] = left[:, 0] <= 0
    seen, truth = History(whole.ids, units, censored, AS_OF), measure_level(whole).mean.sum()
    open_days = ~censored[:, -56:]
    left_out = ((units[:, -56:] * open_days).sum(axis=1) / np.maximum(open_days.sum(axis=1), 1)).sum()
    assert censored.mean() > 0.1 and left_out < 0.92 * truth
    assert measure_level(seen).mean.sum() == pytest.approx(truth, rel=0.06)


def test_no_day_to_come_moves_anything() -> None:
    known, other = history(), history()
    other.units[:, -28:] = 999
    for back in (28, 60):
        mine, theirs = recent_outlook(known.until(back), 28), recent_outlook(other.until(back), 28)
        assert np.array_equal(mine.mean, theirs.mean) and np.array_equal(mine.total_sd, theirs.total_sd)
        assert np.array_equal(mine.quantiles, theirs.quantiles) and mine.as_of == theirs.as_of
    assert not np.array_equal(recent_outlook(known.until(20), 28).mean, recent_outlook(other.until(20), 28).mean)


def test_steady_levels_have_no_drift_and_moving_ones_have() -> None:
    # Of slow series hardly anything is known, which counts as moving too; the others are told apart from chance.
    assert drift(history(series=600))[1:].max() <= 0.1
    assert drift(history(series=600, moving=0.25))[2] >= 0.25
    assert drift(history(days=60)).tolist() == [0.4, 0.4, 0.4]  # too short to tell


@pytest.mark.parametrize("moving", [0.0, 0.15])
def test_totals_are_covered_as_often_as_they_say(moving: float) -> None:
    whole = history(days=238, series=900, seed=3, moving=moving)
    past = whole.until(28)
    came = whole.units[:, -28:].sum(axis=1)
    for level in (0.8, 0.95):
        reach = totals(recent_outlook(past, 28), 28).over(np.full((900, 1), 28.0)).quantile(level)
        assert (came <= reach).mean() == pytest.approx(level, abs=0.05)


def test_quantiles_of_a_day_are_sorted_and_whole() -> None:
    found = recent_outlook(history(), 7).quantiles
    assert found.shape == (200, 7, 5) and (np.diff(found, axis=2) >= 0).all() and (found == np.round(found)).all()
