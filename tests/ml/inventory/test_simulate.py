"""The replay against one written out day by day, the curves it makes, and that no policy sees what is to come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest
from scipy import stats  # type: ignore[import-untyped]

from ml.inventory.demand import History
from ml.inventory.lead_times import LeadTimes
from ml.inventory.policies import Past, cover_days, flat_cover_days, normal_theory, whole_distribution, worth_keeping
from ml.inventory.simulate import Outcome, Policy, Stretch, replay
from ml.inventory.tradeoff import compare, stock_at

DAYS, SERIES, AS_OF = 140, 6, date(2026, 3, 31)


def stretch(seed: int = 1, pack: float = 1.0) -> Stretch:
    random = np.random.default_rng(seed)
    demand = random.poisson(np.array([[0.4], [1], [2], [4], [8], [15]]), (SERIES, DAYS)).astype(float)
    ones = np.ones(SERIES)
    return Stretch(demand, random.integers(2, 9, (SERIES, DAYS)), np.full(SERIES, 7), ones * pack, ones * 0, ones * 2, ones * 5)


def by_hand(scene: Stretch, level: float, row: int, warm: int) -> tuple[float, float, int]:
    """One series, one level, one day after the other."""
    arrivals: list[tuple[int, float]] = []
    on_hand, sold, stock, orders = 0.0, 0.0, 0.0, 0
    for day in range(scene.days):
        on_hand += sum(units for when, units in arrivals if when == day)
        arrivals = [(when, units) for when, units in arrivals if when > day]
        if day == 0:
            on_hand = float(np.ceil(level))
        served = min(on_hand, scene.demand[row, day])
        on_hand -= served
        if day >= warm:
            sold, stock = sold + served, stock + on_hand
        if (day + row) % 7 == 0:
            missing = np.ceil(level - on_hand - sum(units for _, units in arrivals))
            if missing > 0:
                arrivals.append((day + int(scene.leads[row, day]), np.ceil(missing / scene.pack[row]) * scene.pack[row]))
                orders += day >= warm
    return sold, stock / (scene.days - warm), orders


@pytest.mark.parametrize("pack", [1.0, 6.0])
def test_the_replay_is_the_one_by_hand(pack: float) -> None:
    scene = stretch(pack=pack)
    levels = np.array([[3.0, 9, 20.5, 40, 80, 150], [6, 20, 40, 80, 160, 300]])
    found = replay(scene, lambda day: levels, 2, warm_days=20)
    for setting in range(2):
        for row in range(SERIES):
            sold, stock, orders = by_hand(scene, levels[setting, row], row, 20)
            assert found.sold[setting, row] == sold and found.stock[setting, row] == pytest.approx(stock)
            assert found.orders[setting, row] == orders
    assert found.asked[0].tolist() == scene.demand[:, 20:].sum(axis=1).tolist()
    assert found.fill_rate()[1] > found.fill_rate()[0] and found.mean_stock()[1] > found.mean_stock()[0]
    assert found.lost_margin()[0] == pytest.approx(5 * (found.asked[0] - found.sold[0]).sum())
    assert found.stock_value()[0] == pytest.approx(2 * found.mean_stock()[0])


def past(units: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> Past:
    return Past(History(tuple("abcdef"), units, np.zeros_like(units, dtype=bool), AS_OF), DAYS)


def test_no_policy_sees_a_day_to_come() -> None:
    random = np.random.default_rng(2)
    units = random.poisson(3, (SERIES, DAYS + 120)).astype(float)
    spoilt = units.copy()
    spoilt[:, 120 + 21 :] = 500  # from the 22nd day of the stretch on
    leads = LeadTimes(np.tile(np.arange(3.0, 15.0), (SERIES, 1)), (), ())
    rules: tuple[Callable[[Past], Policy], ...] = (
        lambda p: whole_distribution(p, leads, 7, (0.8, 0.95)),
        lambda p: worth_keeping(p, leads, 7, (0.2, 0.05)),
        lambda p: cover_days(p, leads, 7, (0.0, 5.0)),
        lambda p: flat_cover_days(p, (10.0, 20.0)),
        lambda p: normal_theory(p, leads, 7, (0.8, 0.95)),
    )
    for rule in rules:
        mine, theirs = rule(past(units)), rule(past(spoilt))
        for day in (0, 1, 7, 14, 21, 27):
            assert np.array_equal(mine(day), theirs(day)), day
        assert not np.array_equal(mine(35), theirs(35))


def test_policies_by_hand() -> None:
    units = np.full((SERIES, DAYS + 120), 2.0)
    leads = LeadTimes(np.tile(np.full(12, 6.0), (SERIES, 1)), (), ())
    assert cover_days(past(units), leads, 7, (0.0, 3.0))(0)[:, 0].tolist() == [26, 32]
    assert flat_cover_days(past(units), (10.0,))(0)[0, 0] == 20
    assert normal_theory(past(units), leads, 7, (0.95,))(0)[0, 0] == pytest.approx(26)


def outcome(sold: list[float], stock: list[float]) -> Outcome:
    column = np.array(sold)[:, None] * np.ones((1, 8)), np.array(stock)[:, None] * np.ones((1, 8))
    return Outcome(np.full((len(sold), 8), 100.0), column[0], column[1], column[1], column[1], np.ones(8), np.ones(8))


def test_stock_is_read_off_the_curve() -> None:
    ours, other = outcome([80, 95], [10, 20]), outcome([95, 80], [40, 20])
    # Half of what is lost between 20 % and 5 % is 10 %: stock there is half way.
    assert stock_at(ours, 0.9) == pytest.approx(15 * 8) and np.isnan(stock_at(ours, 0.7))
    found = compare(ours, other, 0.9)
    assert found.saving == pytest.approx(0.5) and found.low == pytest.approx(0.5) == found.high
    assert np.isnan(compare(ours, other, 0.5).saving)


def test_few_settings_tell_what_many_do() -> None:
    """Poisson demand of a week, exactly: the curve read between far settings against the stock that really gives the rate."""
    level = np.arange(20, 61)
    kept = np.array([(np.maximum(s - np.arange(400), 0) * stats.poisson.pmf(np.arange(400), 30)).sum() for s in level])
    lost = np.array([(np.maximum(np.arange(400) - s, 0) * stats.poisson.pmf(np.arange(400), 30)).sum() / 30 for s in level])
    far = outcome((100 * (1 - lost[::6])).tolist(), kept[::6].tolist())
    for place in range(8, 21):
        read, chord = stock_at(far, 1 - lost[place]) / 8, np.interp(1 - lost[place], 1 - lost[::6], kept[::6])
        assert 0.98 * kept[place] <= read <= chord + 0.01 and read == pytest.approx(kept[place], rel=0.12)
