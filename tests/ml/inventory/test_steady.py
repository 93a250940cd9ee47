"""How fast expectations follow: as past weeks show, and from nothing that was to come then."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from ml.contract import Floats, Outlook
from ml.inventory.demand import History, recent_outlook
from ml.inventory.hindsight import Hindsight
from ml.inventory.policies import Past
from ml.inventory.steady import WEEKS, Memory, best_weeks, steadied, steady_outlook, told_on

AS_OF, DAYS, SERIES = date(2026, 6, 28), 230, 120


def steady_demand(seed: int = 1) -> Floats:
    """Orders now and then around a level that never moves."""
    random = np.random.default_rng(seed)
    comes = random.random((SERIES, DAYS)) < 0.15
    return np.where(comes, random.poisson(12.0, (SERIES, DAYS)), 0).astype(np.float64)


def moving_demand(seed: int = 2) -> Floats:
    """Levels that double or halve for good every few weeks."""
    random = np.random.default_rng(seed)
    level = 12.0 * 2.0 ** random.normal(0, 0.9, (SERIES, DAYS // 28 + 1)).cumsum(axis=1).clip(-3, 3)
    return random.poisson(np.repeat(level, 28, axis=1)[:, :DAYS]).astype(np.float64)


def history(units: Floats) -> History:
    return History(tuple(f"s{row}" for row in range(SERIES)), units, np.zeros_like(units, dtype=bool), AS_OF)


def test_chance_is_not_followed_and_levels_that_move_are() -> None:
    assert best_weeks(history(steady_demand())) == WEEKS
    assert best_weeks(history(moving_demand())) == 1


def test_too_little_to_tell_follows() -> None:
    whole = history(steady_demand())
    assert best_weeks(history(steady_demand()[:, -80:])) == 1
    assert best_weeks(replace(whole, censored=np.ones_like(whole.censored))) == 1


def test_nothing_to_come_decides_and_what_was_looked_at_gives_the_same() -> None:
    plain, memory = history(np.concatenate([steady_demand(), moving_demand()], axis=1)), Memory()
    spoilt = replace(plain, units=plain.units.copy())
    spoilt.units[:, -60:] = 999
    for back in (130, 116, 102, 60):
        told = best_weeks(plain.until(back), memory=memory)
        assert told == best_weeks(spoilt.until(back)) == best_weeks(plain.until(back))


def test_the_level_is_the_mean_of_four_weeks_forecasts() -> None:
    units = np.full((SERIES, DAYS), 4.0)
    units[:, -14:] = 8.0
    whole = history(units)
    each = [recent_outlook(whole.until(7 * back), 28, levels=()).mean.mean(axis=1) for back in range(4)]
    found = steady_outlook(whole, 28, 4)
    assert found.mean.mean(axis=1) == pytest.approx(np.mean(each, axis=0), rel=1e-9) and (found.mean < each[0][:, None]).all()
    assert np.array_equal(steady_outlook(whole, 28, 1).mean, recent_outlook(whole, 28, levels=()).mean)
    assert (np.diff(found.total_sd, axis=1) >= 0).all()


def outlook(day: date, ids: tuple[str, ...], mean: float, spread: float) -> Outlook:
    shape = np.ones((len(ids), 28))
    total = spread * np.sqrt(np.arange(1.0, 29.0)) * shape
    return Outlook(ids, day, mean * shape, np.zeros((len(ids), 28, 0)), total, ("m",) * len(ids), ("c",) * len(ids), ())


def test_outlooks_of_other_goods_and_other_days_are_put_beside_each_other() -> None:
    now = outlook(AS_OF, ("a", "b", "gone"), 4.0, 3.0)
    now.mean[2] = 0.0
    found = steadied([now, outlook(AS_OF - timedelta(days=7), ("gone", "a"), 8.0, 1.0)], 28)
    assert found.mean[0] == pytest.approx(np.full(28, 6.0)) and found.mean[1] == pytest.approx(np.full(28, 4.0))
    assert (found.mean[2] == 0).all()  # what is not expected to sell any more stays so
    assert found.total_sd[0, 0] == pytest.approx(((9 + 1) / 2) ** 0.5) and found.total_sd[1, 0] == pytest.approx(3.0)


def test_trained_forecasts_of_past_weeks_are_those_that_were_at_hand() -> None:
    asked = tuple(AS_OF - timedelta(days=7 * back) for back in (3, 2, 1, 0))
    mean = np.broadcast_to(np.array([1.0, 2.0, 3.0, 4.0])[:, None, None], (4, 1, 28)).astype(np.float32)
    kept = Hindsight(("a",), asked, asked, mean, mean * np.sqrt(np.arange(1, 29)).astype(np.float32))
    level = {weeks: told_on(kept, AS_OF, weeks) for weeks in (1, 4)}
    assert [each and each.mean[0, 0] for each in level.values()] == pytest.approx([4.0, 2.5])
    served = outlook(AS_OF, ("a",), 6.0, 1.0)
    steady = told_on(kept, AS_OF, 4, served)
    assert steady is not None and steady.mean[0, 0] == pytest.approx((6 + 3 + 2 + 1) / 4)
    assert told_on(kept, AS_OF - timedelta(days=90), 4) is None


def test_what_is_replayed_knows_no_day_to_come() -> None:
    plain = history(np.concatenate([steady_demand(), moving_demand()], axis=1))
    spoilt = replace(plain, units=plain.units.copy())
    spoilt.units[:, -40:] = 500
    for day in (0, 20):
        mine, theirs = (Past(each, 60) for each in (plain, spoilt))
        first, second = mine.usual(mine.known(day), 28), theirs.usual(theirs.known(day), 28)
        assert np.array_equal(first.mean, second.mean) and np.array_equal(first.total_sd, second.total_sd)
