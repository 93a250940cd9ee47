"""Forecasts from one history alone: against exact answers, independent distributions, and any history at all."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.contract import LEVELS
from ml.forecast.classes import demand_classes
from ml.forecast.contract import CLASSES
from ml.forecast.history import Wishes, forecast_history, promotion_effect
from ml.forecast.history_ladder import MEDIAN, SEASONAL_NAIVE, choose, ladder, levels, weekday_profile
from ml.forecast.history_measure import HORIZONS, Part, draw_cases, held, levels_that_hold
from ml.forecast.history_reading import BadHistory, History, SoldDay, checked_horizon, read_history
from ml.forecast.history_rehearsal import rehearse
from ml.forecast.history_spread import BULK_A_DAY, chances, class_of, dispersion, drift_a_day, measured_coverage, quantiles
from ml.panel import panel_of_frame

LAST = date(2026, 5, 31)
M5 = Path(__file__).parents[4] / "shared" / "data" / "m5_subset.parquet"


def history(sold: list[float] | np.ndarray) -> History:
    return History("p", LAST, np.asarray(sold, dtype=np.float64), None)


def rows(quantities: list[float]) -> list[SoldDay]:
    return [SoldDay(LAST - timedelta(days=len(quantities) - 1 - place), units) for place, units in enumerate(quantities)]


def test_flat_methods_say_what_their_definitions_say() -> None:
    sold = np.random.default_rng(1).poisson(3.0, 100).astype(np.float64)
    told = {name: level(sold) for name, level in levels().items()}
    assert told["window average"] == pytest.approx(sold[-28:].mean())
    constant = {name: level(np.full(60, 4.0)) for name, level in levels().items()}
    for name, value in constant.items():
        # Syntetos and Boylan take 1 - alpha / 2 of Croston's value.
        assert value == pytest.approx(4.0 * 0.95 if name == "croston sba" else 4.0, rel=0.02), name


def test_the_median_is_the_median_and_the_week_repeats() -> None:
    sold = np.tile([0.0, 2, 9, 4, 1, 6, 3], 12)
    told = ladder(sold, 10)
    assert told[SEASONAL_NAIVE] == pytest.approx([0, 2, 9, 4, 1, 6, 3, 0, 2, 9])
    flat = [values for name, values in told.items() if name not in (MEDIAN, SEASONAL_NAIVE)]
    assert told[MEDIAN] == pytest.approx(np.median(flat, axis=0))
    assert ladder(sold, 10, seasonal=False)[MEDIAN] == pytest.approx(np.full(10, sold.mean()), rel=0.25)


def test_a_week_that_is_chance_is_drawn_flat_and_a_real_one_is_kept() -> None:
    chance = np.random.default_rng(2)
    noise = [np.abs(weekday_profile(chance.poisson(2.0, 182).astype(float)) - 1).mean() for _ in range(40)]
    truth = np.array([0.2, 0.6, 1.0, 1.0, 1.2, 1.6, 1.4])
    real = weekday_profile(chance.poisson(np.tile(5 * truth, 26)).astype(float))
    assert np.mean(noise) < 0.06
    assert real == pytest.approx(truth, abs=0.2)


def test_another_method_is_chosen_only_where_it_was_clearly_better() -> None:
    noisy = choose(np.random.default_rng(3).poisson(5.0, 300).astype(float), 14)
    assert noisy.method == MEDIAN and noisy.origins == 4
    jumps = choose(np.repeat([0.0, 30.0, 5.0], [100, 10, 90]) + np.tile([0, 1.0], 100), 14)
    assert jumps.test[jumps.method] <= jumps.test[MEDIAN]
    assert choose(np.ones(30), 28).origins == 0


@pytest.mark.parametrize(("mean", "spread"), [(0.3, 1.0), (0.3, 2.5), (4.0, 1.0), (4.0, 3.0), (60.0, 5.0), (900.0, 20.0)])
def test_quantiles_are_those_of_simulated_counts(mean: float, spread: float) -> None:
    """Counts drawn as a Poisson of a gamma, which knows nothing of the formulas."""
    chance = np.random.default_rng(4)
    rates = np.full(200_000, mean) if spread == 1 else chance.gamma(mean / (spread - 1), spread - 1, 200_000)
    drawn = chance.poisson(rates)
    found = quantiles(np.array([mean]), np.array([mean * spread]), LEVELS, whole=True)[0]
    for level, value in zip(LEVELS, found, strict=True):
        assert np.mean(drawn <= value) >= level - 0.006, level
        assert np.mean(drawn <= value - 1 - 0.002 * mean) <= level + 0.006, level


@given(st.floats(0.01, 5_000), st.floats(0.2, 50), st.integers(0, 6_000), st.booleans())
@settings(max_examples=200, deadline=None)
def test_chances_are_the_quantiles_the_other_way_round(mean: float, spread: float, sold: int, whole: bool) -> None:
    below, through = chances(np.array([mean]), np.array([mean * spread]), np.array([float(sold)]), whole)
    assert 0 <= below[0] <= through[0] <= 1 + 1e-12
    if 1e-6 < through[0] < 1 - 1e-6:
        level = float(through[0])
        asked = (level * (1 - 1e-9) - 1e-12, min(1.0, level * (1 + 1e-9) + 1e-12))
        low, high = quantiles(np.array([mean]), np.array([mean * spread]), asked, whole)[0]
        assert low - 1.01 <= sold <= high + 1.01


def test_classes_are_those_of_the_panel() -> None:
    chance = np.random.default_rng(5)
    days = pd.date_range(end=pd.Timestamp(LAST), periods=400)
    kinds = {"fast": 9.0, "steady": 2.0, "slow": 0.6, "rare": 0.05}
    series = {name: chance.poisson(rate, 400).astype(float) for name, rate in kinds.items()}
    for sold in series.values():
        sold[-20] = 1.0
    series["ended"] = np.where(np.arange(400) < 150, 3.0, 0.0)
    frame = pd.concat([pd.DataFrame({"unique_id": name, "ds": days, "y": sold}) for name, sold in series.items()])
    frame = pd.concat([frame, pd.DataFrame({"unique_id": "new", "ds": days[-10:], "y": 2.0})])
    panel = panel_of_frame(frame, LAST)
    expected = dict(zip(panel.series["unique_id"], demand_classes(panel), strict=True))
    told = {name: class_of(sold) for name, sold in {**series, "new": np.full(10, 2.0)}.items()}
    assert told == expected
    assert class_of(np.full(60, BULK_A_DAY)) == "bulk"


def test_chance_and_scatter_are_told_apart() -> None:
    chance = np.random.default_rng(6)
    poisson, wild = chance.poisson(5.0, 364).astype(float), chance.negative_binomial(1, 1 / 6, 364).astype(float)
    assert dispersion(poisson, np.ones(7)) == pytest.approx(1.0, abs=0.2)
    assert dispersion(wild, np.ones(7)) == pytest.approx(6.0, rel=0.35)
    walk = np.exp(np.cumsum(chance.normal(0, 0.05, 728))) * 200
    assert drift_a_day(walk, 1.0) > 3 * drift_a_day(chance.poisson(200.0, 728).astype(float), 1.0)


def test_every_class_was_measured_and_says_on_what() -> None:
    coverage = measured_coverage()
    assert {cell.demand_class for cell in coverage.cells} == {*CLASSES, "bulk"}
    assert {cell.up_to_days for cell in coverage.cells} <= set(HORIZONS)
    assert all(cell.cases >= 100 for cell in coverage.cells) and "M5" in coverage.measured_on
    sure = [cell for cell in coverage.cells if cell.demand_class not in ("rare", "ended")]
    assert np.mean([abs(cell.daily_covered_80 - 0.8) for cell in sure]) < 0.02
    assert coverage.of("fast", 8).up_to_days == 14
    assert coverage.of("fast", 9_999).up_to_days == max(HORIZONS)


def test_levels_are_found_so_that_intervals_hold_on_other_days() -> None:
    """Counts that scatter more than the history shows: the levels make up for it."""
    chance = np.random.default_rng(7)
    series = [np.repeat(chance.gamma(4, 2, 40), 28) * chance.gamma(3, 1 / 3, 1_120) for _ in range(60)]
    rounded = [np.rint(each) for each in series]
    setting, judging = (draw_cases(rounded, 300, seed, (28,)) for seed in (1, 2))
    found = levels_that_hold(setting, "daily")
    assert held(judging, found, "daily", 0.8) == pytest.approx(0.8, abs=0.04)


def test_the_promotion_effect_is_found_and_drawn_to_none_where_few_days_show_it() -> None:
    chance = np.random.default_rng(8)
    told = (np.arange(200) % 10 < 3).astype(float)
    sold = chance.poisson(np.where(told > 0, 12.0, 4.0)).astype(float)
    effect = promotion_effect(History("p", LAST, sold, told))
    assert effect == pytest.approx(3.0, rel=0.15)
    once = np.zeros(200)
    once[-1] = 1.0
    sold[-1] = 12.0
    few = promotion_effect(History("p", LAST, sold, once))
    assert few is not None and few < 1.5
    assert promotion_effect(History("p", LAST, sold, np.ones(200))) is None
    assert promotion_effect(history(sold)) is None


def test_sums_are_surer_than_days_and_blocks_add_up() -> None:
    found = forecast_history(history(np.random.default_rng(9).poisson(6.0, 300)), 28)
    total = found.summed()
    days = found.daily
    assert total[4] - total[0] < (days[:, 4] - days[:, 0]).sum()
    assert total[0] < found.mean.sum() < total[4]
    assert found.summed(0, 1)[2] == pytest.approx(days[0, 2], abs=2)


def test_nothing_of_the_days_asked_about_is_used() -> None:
    sold = np.random.default_rng(10).poisson(4.0, 200).astype(float)
    changed = sold.copy()
    changed[150:] = 99.0
    for cut in (sold, changed):
        cut_off = forecast_history(History("p", LAST, cut[:150], None), 14)
        assert cut_off.mean == pytest.approx(forecast_history(History("p", LAST, sold[:150], None), 14).mean)


@given(
    st.lists(st.one_of(st.just(0.0), st.integers(0, 40).map(float), st.floats(0, 1e6)), min_size=1, max_size=140),
    st.integers(1, 60),
    st.booleans(),
)
@settings(max_examples=120, deadline=None)
def test_any_history_ends_in_numbers_that_can_be_planned_with(sold: list[float], horizon: int, seasonal: bool) -> None:
    found = forecast_history(history(sold), horizon, Wishes(seasonal=seasonal))
    for values in (found.mean, found.daily, found.summed()):
        assert np.isfinite(values).all() and (values >= 0).all()
    assert found.mean.shape == (horizon,) and found.daily.shape == (horizon, len(LEVELS))
    assert (np.diff(found.daily, axis=1) >= 0).all()
    assert found.method and 0 <= found.cell.total_covered_80 <= 1
    assert found.mean.max() <= max(sold) * 7.5 + 1e-9


def test_rehearsal_counts_what_was_missed() -> None:
    flat = rehearse(history(np.full(300, 5.0)), 14)
    assert flat is not None and flat.missed == pytest.approx(0, abs=0.02) and flat.held == 1.0 and flat.origins == 12
    assert rehearse(history(np.full(60, 5.0)), 14) is None
    assert rehearse(history(np.zeros(300)), 14) is None


def test_a_history_is_read_whatever_its_order_and_gaps() -> None:
    told = rows([1, 2, 3, 4, 5])
    read = read_history("p", [told[4], told[0], told[2]])
    assert read.sold.tolist() == [1, 0, 3, 0, 5] and read.last_day == LAST and read.first_day == LAST - timedelta(days=4)
    assert len(read.notes) == 2
    long = read_history("p", rows([1.0] * 2_000))
    assert len(long.sold) == 1_096 and any("1096" in note for note in long.notes)


@pytest.mark.parametrize(
    ("days", "field"),
    [
        ([], "historicalData"),
        (rows([1.0] * 5_001), "historicalData"),
        (rows([1, -1]), "historicalData.1.quantity"),
        (rows([1, float("nan")]), "historicalData.1.quantity"),
        (rows([float("inf")]), "historicalData.0.quantity"),
        ([*rows([1]), *rows([1])], "historicalData.date"),
        ([SoldDay(date(1900, 1, 1), 1.0)], "historicalData.0.date"),
    ],
)
def test_a_history_that_cannot_be_read_says_why_and_what_to_do(days: list[SoldDay], field: str) -> None:
    with pytest.raises(BadHistory) as refused:
        read_history("p", days)
    assert refused.value.field == field
    assert refused.value.allowed and refused.value.remedy


@pytest.mark.parametrize("days", [0, -1, 366, 10_000])
def test_a_horizon_nobody_can_see_to_is_refused(days: int) -> None:
    with pytest.raises(BadHistory, match="1 to 365"):
        checked_horizon(days)


@pytest.mark.slow
@pytest.mark.skipif(not M5.exists(), reason="needs the M5 subset beside the repository (../shared/data)")
def test_the_coverage_that_is_told_is_the_one_real_products_show() -> None:
    """On products the widths were not set on (every second one), with origins of a seed of its own."""
    frame = pd.read_parquet(M5, columns=["store_id", "item_id", "date", "units"])
    wide = frame.assign(key=frame["store_id"] + frame["item_id"]).pivot(index="key", columns="date", values="units").to_numpy(float)
    series = [sold[np.flatnonzero(sold)[0] :] for sold in wide if sold.any()][1::2]
    cases = draw_cases(series, 2_500, 99, (7, 28))
    inside: dict[Part, list[float]] = {"daily": [], "total": []}
    for case in cases:
        cell = measured_coverage().of(case.outline.demand_class, case.horizon)
        inside["daily"].append(held([case], cell.daily_levels, "daily", 0.8))
        inside["total"].append(held([case], cell.total_levels, "total", 0.8))
    assert np.mean(inside["daily"]) == pytest.approx(0.8, abs=0.03)
    assert np.mean(inside["total"]) == pytest.approx(0.8, abs=0.03)
