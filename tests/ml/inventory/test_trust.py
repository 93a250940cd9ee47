"""How much of the trained forecast counts: what past weeks show, and no day that was to come then."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from ml.contract import Floats, Outlook
from ml.inventory.demand import History, recent_outlook
from ml.inventory.hindsight import Hindsight
from ml.inventory.losses import AHEAD_DAYS, looked_at, quantile_loss
from ml.inventory.trust import HALF, LEAST_WEEKS, Memory, best_part, blend

LAST, DAYS, SERIES, HORIZON = date(2026, 6, 28), 210, 40, 28


def rising() -> Floats:
    """Demand that triples in the last hundred days: a mean of past weeks runs behind."""
    rate = 6.0 * (1.0 + np.maximum(np.arange(DAYS) - (DAYS - 100), 0) / 50)
    return np.random.default_rng(3).poisson(rate, (SERIES, DAYS)).astype(np.float64)


def history(units: Floats) -> History:
    return History(tuple(f"s{row}" for row in range(SERIES)), units, np.zeros_like(units, dtype=bool), LAST)


def told(units: Floats, factor: float) -> Hindsight:
    """Forecasts that knew the mean of the days to come, times a factor."""
    asked = tuple(LAST - timedelta(days=7 * back) for back in range(14, -1, -1))
    mean = np.zeros((len(asked), SERIES, HORIZON), dtype=np.float32)
    for place, day in enumerate(asked):
        end = DAYS - (LAST - day).days
        came = units[:, end : end + HORIZON] if end < DAYS else units[:, -HORIZON:]
        mean[place] = factor * came.mean()
    spread = np.sqrt(np.cumsum(np.maximum(mean, 0.01), axis=2))
    return Hindsight(tuple(f"s{row}" for row in range(SERIES)), asked, asked, mean, spread)


@pytest.mark.parametrize(("factor", "part"), [(1.0, 1.0), (0.3, 0.0)])
def test_what_was_clearly_better_counts_alone(factor: float, part: float) -> None:
    units = rising()
    assert best_part(told(units, factor), history(units)) == part


def test_what_is_about_as_good_counts_half() -> None:
    units = np.random.default_rng(4).poisson(6.0, (SERIES, DAYS)).astype(np.float64)
    asked = told(units, 1.0).asked
    same = [recent_outlook(history(units).until((LAST - day).days), HORIZON, levels=()) for day in asked]
    mean, spread = (np.stack([getattr(each, name) for each in same]).astype(np.float32) for name in ("mean", "total_sd"))
    assert best_part(Hindsight(same[0].ids, asked, asked, mean, spread), history(units)) == HALF


def test_too_few_weeks_to_tell_are_half() -> None:
    units = rising()
    found = told(units, 1.0)
    few = slice(-(LEAST_WEEKS + 2), None)
    late = replace(found, asked=found.asked[few], mean=found.mean[few], total_sd=found.total_sd[few])
    assert best_part(late, history(units)) == HALF
    assert best_part(replace(found, ids=tuple(f"other{row}" for row in range(SERIES))), history(units)) == HALF


def test_what_empty_shelves_sold_is_not_what_was_wanted() -> None:
    """Most series are out of stock on half of their days and sell nothing then: half of what was wanted is no better a forecast."""
    wanted = np.random.default_rng(4).poisson(6.0, (SERIES, DAYS)).astype(np.float64)
    empty = np.zeros_like(wanted, dtype=bool)
    empty[4:, 1::2] = True  # four series never are, and tell
    seen = replace(history(np.where(empty, 0.0, wanted)), censored=empty)
    assert best_part(told(wanted, 0.5), seen) == 0.0
    assert best_part(told(wanted, 0.5), replace(seen, censored=np.ones_like(empty))) == HALF  # nothing can be told


def test_what_was_looked_at_before_gives_the_same() -> None:
    units, memory = rising(), Memory()
    for back in (42, 28, 14, 0):
        as_of = history(units).until(back)
        assert best_part(told(units, 1.0), as_of, memory=memory) == best_part(told(units, 1.0), as_of)
    assert len(memory) > 10


def test_only_weeks_that_are_over_count() -> None:
    """What is asked and sold after a day changes nothing as of that day."""
    units = rising()
    spoilt = units.copy()
    spoilt[:, -40:] = 500
    as_of = history(units).until(40)
    assert best_part(told(units, 1.0), as_of) == best_part(told(units, 1.0), history(spoilt).until(40)) == 1.0
    later = told(units, 1.0)
    later.mean[[day > as_of.as_of - timedelta(days=AHEAD_DAYS) for day in later.asked]] = 9_999
    assert best_part(later, as_of) == best_part(told(units, 1.0), as_of)


def test_a_loss_is_that_of_the_quantile_of_the_total_by_pieces_or_by_weight() -> None:
    """Against quantiles found by drawing: negative binomial for the first two goods, gamma for the third."""
    random, mean, variance = np.random.default_rng(5), np.array([40.0, 9.0, 0.6]), np.array([90.0, 30.0, 0.04])
    shape = np.ones((3, AHEAD_DAYS + 7))
    total = np.sqrt(np.cumsum(shape, axis=1) / AHEAD_DAYS * variance[:, None])
    ahead = Outlook(
        ("a", "b", "c"), LAST, mean[:, None] * shape / AHEAD_DAYS, np.zeros((*shape.shape, 0)), total, ("m",) * 3, ("c",) * 3, ()
    )
    level, sold, pieces = 0.9, np.array([60.0, 2.0, 0.5]), np.array([True, True, False])
    draws = [random.negative_binomial(m * m / (v - m), m / v, 200_000) for m, v in zip(mean[:2], variance[:2], strict=True)]
    held = np.array([*(np.quantile(each, level) for each in draws), np.quantile(random.gamma(0.36 / 0.04, 0.04 / 0.6, 200_000), level)])
    wanted = np.where(sold > held, level * (sold - held), (1 - level) * (held - sold))
    for row in range(3):
        rows = np.array([row])
        assert quantile_loss(sold[rows], looked_at(ahead, rows), pieces[rows], (level,)) == pytest.approx(wanted[row], abs=2e-3)
    rows = np.arange(3)
    both = quantile_loss(sold, looked_at(ahead, rows), pieces, (level, level))
    assert both == pytest.approx(2 * wanted.sum(), abs=2e-2)


def test_what_is_weighed_is_judged_by_weight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kilograms of a good whose days are a fraction of one: as pieces every forecast would hold a whole one and none would be better."""
    units = rising() / 500
    found = told(units, 1.0)
    found.total_sd[:] = (np.sqrt(np.arange(1, HORIZON + 1)) * 0.006).astype(np.float32)
    assert best_part(found, history(units), whole=True) == HALF
    assert best_part(found, history(units), whole=np.zeros(SERIES, dtype=bool)) == 1.0


def test_a_blend_is_the_mean_of_means_and_of_variances() -> None:
    def outlook(mean: float, spread: float) -> Outlook:
        shape = np.ones((2, 5))
        total = spread * np.sqrt(np.cumsum(shape, axis=1))
        return Outlook(("a", "b"), LAST, mean * shape, np.zeros((2, 5, 0)), total, ("m",) * 2, ("c",) * 2, ())

    found = blend(outlook(4, 3), outlook(2, 1), 0.25)
    assert (found.mean == 2.5).all() and found.total_sd[:, 0] == pytest.approx(3**0.5)
    assert np.array_equal(blend(outlook(4, 3), outlook(2, 1), 1.0).total_sd, outlook(4, 3).total_sd)
    assert np.array_equal(blend(outlook(4, 3), outlook(2, 1), 0.0).mean, outlook(2, 1).mean)
