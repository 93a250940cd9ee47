"""Mixtures: what slow goods fell short of is put back, as far as it was decided; sums of short histories are led; nothing else is moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from ml.contract import LEVELS, Outlook
from ml.forecast.backtest import Backtest, Fold
from ml.forecast.classes import PROFILE
from ml.forecast.contract import EVERY
from ml.forecast.mixing import FEWEST_SERIES, MOST_CARRIED, MOST_LED, MOST_SCALE, Mixture, fit_mixture

DAYS, CLASSES = 28, ("fast", "slow", "rare")
MEMBERS = ("m", "median", "ses")


def fold(short: float, each: int = 40) -> Fold:
    """Each class is sold at its rate, on every day; what is expected falls short of it by the same share."""
    kinds = tuple(kind for kind in CLASSES for _ in range(each))
    rate = np.repeat([8.0, 0.5, 0.1], each)[:, None] * np.ones((1, DAYS))
    ids = tuple(f"s{number}" for number in range(len(kinds)))
    none = np.zeros((len(kinds), DAYS, len(LEVELS)))
    told = Outlook(ids, date(2026, 1, 1), rate / short, none, np.zeros_like(rate), ("m",) * len(kinds), kinds)
    series = pd.DataFrame({"unique_id": ids, "category": ""})
    profile = pd.DataFrame(np.zeros((len(kinds), len(PROFILE))), columns=list(PROFILE))
    ones = np.ones(len(kinds))
    return Fold(date(2026, 1, 1), series, profile, kinds, rate, ones, ones, {"m": told, "other": replace(told, mean=rate * 9)})  # type: ignore[arg-type]


def test_slow_goods_get_back_what_they_fell_short_of_and_rare_ones_a_part() -> None:
    test = Backtest(DAYS, (fold(1.25), fold(1.25)))
    mixture = fit_mixture(test, ("m", "other"))
    assert mixture.scale == {"slow": pytest.approx(1.25), "rare": pytest.approx(1.25**0.25)} and mixture.leader == ""
    mean = mixture.mix(test.folds[0].outlooks).mean[:, 0]
    np.testing.assert_allclose(mean[[0, 40, 80]], [8.0 / 1.25 * mixture.carried, 0.5, 0.1 / 1.25**0.75])


def led(short: float, median: float, ses: float) -> Fold:
    """The same, with two that may lead: what they expect is this multiple of what is sold, for every class."""
    base = fold(short)
    plain = base.outlooks["m"]
    others = {"median": replace(plain, mean=base.sold * median), "ses": replace(plain, mean=base.sold * ses)}
    return replace(base, outlooks={"m": plain, **others})


def test_led_sums_are_those_of_whoever_missed_them_least() -> None:
    test = Backtest(DAYS, (led(1.3, 0.8, 0.9), led(1.3, 0.7, 0.9)))
    mixture = replace(fit_mixture(test, MEMBERS, led=True), weights={EVERY: (1.0, 0.0, 0.0)})
    assert mixture.leader == "ses" and set(mixture.scale) == {"rare"}
    mean = mixture.mix(test.folds[0].outlooks).mean
    sums = [mean[part].sum() for part in (slice(0, 40), slice(40, 80))]
    np.testing.assert_allclose(sums, [8.0 * 0.9 * 40 * DAYS * mixture.carried, 0.5 * 0.9 * 40 * DAYS])
    assert mean[80, 0] == pytest.approx(0.1 / 1.3 * mixture.scale["rare"])  # the rare are left to what is put back


def test_who_leads_moves_sums_and_not_what_products_share_of_them() -> None:
    rng = np.random.default_rng(5)
    base = led(1.0, 1.2, 1.2)
    uneven = replace(
        base, outlooks={**base.outlooks, "m": replace(base.outlooks["m"], mean=base.sold * rng.uniform(0.5, 1.5, base.sold.shape))}
    )
    own, moved = (Mixture(("m",), {EVERY: (1.0,)}, leader=name).mix(uneven.outlooks).mean[:40] for name in ("", "median"))
    np.testing.assert_allclose(moved / moved.sum(), own / own.sum())
    assert moved.sum() == pytest.approx(8.0 * 1.2 * 40 * DAYS)


def test_a_forecast_says_whose_sums_it_has() -> None:
    mixture = Mixture(("m",), {EVERY: (1.0,)}, leader="median")
    assert [mixture.say(kind) for kind in ("fast", "rare")] == ["100% m, its sums those of median", "100% m"]


def test_a_wild_leader_is_followed_only_so_far() -> None:
    base = led(1.0, 9.0, 9.0)
    assert Mixture(("m",), {EVERY: (1.0,)}, leader="median").mix(base.outlooks).mean[0, 0] == pytest.approx(8.0 * MOST_LED)


def test_nobody_leads_unless_asked_or_where_no_leader_is_mixed_in() -> None:
    test = Backtest(DAYS, (led(1.3, 0.8, 0.9),))
    assert fit_mixture(test, MEMBERS).leader == "" and fit_mixture(test, ("m",), led=True).leader == ""


@pytest.mark.parametrize(("told", "leader"), [(1.0, ""), (0.95, ""), (0.85, "median")])
def test_nobody_leads_a_mixture_that_knew_past_sums_far_better(told: float, leader: str) -> None:
    """The leader misses sums by a fifth: under a tenth is far better."""
    assert fit_mixture(Backtest(DAYS, (led(1 / told, 0.8, 0.5),)), MEMBERS, led=True).leader == leader


def test_a_wild_shortfall_is_bounded_and_a_class_too_small_is_left_alone() -> None:
    assert fit_mixture(Backtest(DAYS, (fold(9.0),)), ("m",)).scale["slow"] == MOST_SCALE
    assert fit_mixture(Backtest(DAYS, (fold(2.0, each=FEWEST_SERIES - 1),)), ("m",)).scale == {}


def test_what_rare_goods_sell_beyond_their_forecasts_is_carried_by_those_that_sell_much() -> None:
    """Rare goods sell twice what is expected of them, everything else what is expected: the sum comes right, theirs stays low."""
    base = fold(1.0)
    mean = np.where(np.array(base.classes)[:, None] == "rare", base.sold / 2, base.sold)
    test = Backtest(DAYS, (replace(base, outlooks={"m": replace(base.outlooks["m"], mean=mean)}),))
    mixture = fit_mixture(test, ("m",))
    told = mixture.mix(test.folds[0].outlooks).mean
    assert told.sum() == pytest.approx(base.sold.sum()) and mixture.carried > 1.0
    assert told[80:].sum() < 0.8 * base.sold[80:].sum() and told[40:80].sum() == pytest.approx(base.sold[40:80].sum())


def test_little_is_carried_where_nearly_everything_is_rare_and_nothing_where_nothing_lacks() -> None:
    base = fold(1.0)
    rates = {"fast": 1.0, "slow": 1.0, "rare": 0.001}
    mean = base.sold * np.array([rates[kind] for kind in base.classes])[:, None]
    rare = replace(base, sold=np.where(np.array(base.classes)[:, None] == "rare", 50.0, base.sold))
    wild = fit_mixture(Backtest(DAYS, (replace(rare, outlooks={"m": replace(base.outlooks["m"], mean=mean)}),)), ("m",))
    assert wild.carried == MOST_CARRIED and fit_mixture(Backtest(DAYS, (fold(0.8),)), ("m",)).carried == 1.0


def test_days_with_something_known_ahead_keep_their_lift_over_plain_ones() -> None:
    base = led(1.0, 1.2, 1.2)
    fair = np.zeros(base.sold.shape, dtype=bool)
    fair[:, 10:14] = True
    lifted = {"m": replace(base.outlooks["m"], mean=np.where(fair, 3.0, 1.0) * base.sold), "median": base.outlooks["median"]}
    mixture = Mixture(("m",), {EVERY: (1.0,)}, leader="median")
    mean = mixture.mix(lifted, ~fair).mean
    np.testing.assert_allclose(mean[0, [0, 10]], [8.0 * 1.2, 3 * 8.0 * 1.2])
    assert mixture.mix(lifted).mean[0, 0] < 8.0 * 1.2  # unless it is known, a fair is taken for a level
    np.testing.assert_allclose(mixture.mix(lifted, np.zeros_like(fair)).mean, lifted["m"].mean)  # no plain day, nobody to follow
