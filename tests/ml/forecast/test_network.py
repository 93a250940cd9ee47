"""The network: the future moves nothing, the same seed gives the same network, files bring it back, and it learns what can be learned."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ml.contract import LEVELS, Panel
from ml.errors import BadPanel, NoModel
from ml.forecast.classes import demand_classes
from ml.forecast.network import FittedNetwork, Network, NetworkSettings
from ml.forecast.network_files import from_texts, texts
from ml.forecast.network_grid import KNOWN, WINDOW, ahead, context, grid, level, profile, slot, window
from ml.forecast.network_once import FitOnce
from ml.panel import cut, day_number, panel_of_frame

LAST = date(2026, 5, 31)
DAYS, HORIZON = 260, 14
SMALL = NetworkSettings(seeds=(1, 2), hidden=16, steps=150, batch=128, rate=1e-2)
WEEK = np.array([0.3, 0.6, 0.9, 1.1, 1.6, 1.8, 0.7])


def sales(series: int = 12, seed: int = 0, promoted: bool = True) -> pd.DataFrame:
    """Series of different sizes with one week, twice as much under promotion."""
    chance = np.random.default_rng(seed)
    days = pd.date_range(end=pd.Timestamp(LAST), periods=DAYS)
    frames = []
    for number in range(series):
        promotion = (chance.random(DAYS) < 0.15) * promoted
        rate = (1 + number) * WEEK[days.weekday] * np.where(promotion, 2.5, 1.0)
        frames.append(pd.DataFrame({"unique_id": f"s{number}", "ds": days, "y": chance.poisson(rate), "promotion": promotion * 0.3}))
    return pd.concat(frames, ignore_index=True)


def panel_of(frame: pd.DataFrame, as_of: date = LAST) -> Panel:
    ahead = frame[["unique_id", "ds", "promotion"]]
    series = pd.DataFrame({"unique_id": sorted(frame["unique_id"].unique())}).assign(category="food", location_id="L1")
    return panel_of_frame(frame, as_of, series, ahead)


@pytest.fixture(scope="module")
def panel() -> Panel:
    return panel_of(sales())


@pytest.fixture(scope="module")
def past(panel: Panel) -> Panel:
    return cut(panel, LAST - timedelta(days=HORIZON))


@pytest.fixture(scope="module")
def fitted(past: Panel) -> FittedNetwork:
    found = Network(SMALL).fit(past, HORIZON)
    assert isinstance(found, FittedNetwork)
    return found


def test_it_promises_what_every_forecaster_does(fitted: FittedNetwork, past: Panel) -> None:
    outlook = fitted.predict(past, HORIZON)
    assert outlook.ids == tuple(past.series["unique_id"]) and outlook.as_of == past.as_of
    assert outlook.mean.shape == (12, HORIZON) and outlook.quantiles.shape == (12, HORIZON, len(LEVELS))
    assert np.isfinite(outlook.mean).all() and (outlook.mean >= 0).all() and (outlook.quantiles >= 0).all()
    assert (np.diff(outlook.quantiles, axis=2) >= 0).all() and (np.diff(outlook.total_sd, axis=1) >= 0).all()
    assert outlook.models == ("network",) * 12 and outlook.classes == demand_classes(past)


def test_a_promotion_that_begins_after_the_origin_is_not_foreseen(panel: Panel) -> None:
    """On the days ahead of an origin only promotions count that had begun by then; what the window saw of them stays."""
    number = day_number(panel.days["ds"])
    begun = replace(
        panel, days=panel.days.assign(promotion_since=number), ahead=panel.ahead.assign(promotion_since=day_number(panel.ahead["ds"]))
    )
    told, hidden = grid(panel, HORIZON), grid(begun, HORIZON)
    rows, ends = np.arange(4), np.full(4, told.days - 2 * HORIZON)
    columns = ends[:, None] + np.arange(HORIZON)[None, :]
    place = KNOWN.index("promotion")
    assert ahead(told, rows, ends, columns)[..., place].any() and not ahead(hidden, rows, ends, columns)[..., place].any()
    levels = level(told, rows, ends)
    assert np.array_equal(window(told, rows, ends, levels), window(hidden, rows, ends, levels))
    long_ago = replace(begun, days=panel.days.assign(promotion_since=number - 60))
    assert np.array_equal(ahead(grid(long_ago, HORIZON), rows, ends, columns), ahead(told, rows, ends, columns))


def test_it_learns_the_size_the_week_and_the_promotion(fitted: FittedNetwork, panel: Panel, past: Panel) -> None:
    """The truth of these series is known: the mean must come near it."""
    mean = fitted.predict(past, HORIZON).mean
    days = pd.date_range(pd.Timestamp(past.as_of) + pd.Timedelta(days=1), periods=HORIZON)
    promoted = panel.days.pivot(index="unique_id", columns="ds", values="promotion").loc[list(past.series["unique_id"]), days] > 0
    size = np.array([1 + int(name[1:]) for name in past.series["unique_id"]])
    truth = size[:, None] * WEEK[days.weekday][None, :] * np.where(promoted, 2.5, 1.0)
    naive = size[:, None] * WEEK[days.weekday][None, :] * 1.2
    assert np.abs(mean - truth).mean() < 0.6 * np.abs(naive - truth).mean()


def test_nothing_after_the_cut_moves_what_it_is_told(panel: Panel) -> None:
    frame = sales()
    later = frame["ds"] > pd.Timestamp(LAST - timedelta(days=30))
    changed = frame.assign(y=np.where(later, 999, frame["y"]))
    day = LAST - timedelta(days=30)
    one, other = (grid(cut(panel_of(each), day), HORIZON) for each in (frame, changed))
    rows = np.arange(12)
    for ends in (one.days, one.days - 40):
        at = np.full(12, ends)
        levels = level(one, rows, at)
        assert np.array_equal(levels, level(other, rows, at))
        assert np.array_equal(profile(one, rows, at), profile(other, rows, at))
        assert np.array_equal(context(one, rows, at, levels), context(other, rows, at, levels))
        assert np.array_equal(window(one, rows, at, levels), window(other, rows, at, levels))


def test_an_origin_sees_no_day_after_it(panel: Panel) -> None:
    """Inside one grid, too: what is told at a past origin is what a grid cut there tells."""
    day = LAST - timedelta(days=40)
    whole, earlier = grid(panel, HORIZON), grid(cut(panel, day), HORIZON)
    rows, at, then = np.arange(12), np.full(12, whole.days - 40), np.full(12, earlier.days)
    levels = level(whole, rows, at)
    assert np.array_equal(levels, level(earlier, rows, then))
    assert np.allclose(profile(whole, rows, at), profile(earlier, rows, then))
    assert np.allclose(context(whole, rows, at, levels), context(earlier, rows, then, levels))
    assert np.allclose(window(whole, rows, at, levels), window(earlier, rows, then, levels), atol=1e-6)


def test_the_same_seed_gives_the_same_network_and_seeds_differ(past: Panel) -> None:
    quick = replace(SMALL, steps=8)
    one, again = (Network(quick).fit(past, HORIZON).predict(past, HORIZON).mean for _ in range(2))
    assert np.array_equal(one, again)
    fitted = Network(quick).fit(past, HORIZON)
    assert isinstance(fitted, FittedNetwork)
    first, second = (fitted.of_seed(place).predict(past, HORIZON).mean for place in (0, 1))
    assert not np.allclose(first, second)
    assert np.allclose(one, (first + second) / 2)


def test_an_untrained_network_is_the_seasonal_base(past: Panel) -> None:
    bare = Network(replace(SMALL, steps=1, rate=1e-12, weight_decay=0.0)).fit(past, HORIZON)
    of = grid(past, HORIZON)
    rows = np.arange(len(past.series))
    ends = np.full(len(rows), of.days)
    base = level(of, rows, ends)[:, None] * profile(of, rows, ends)[:, of.weekday[of.days : of.days + HORIZON]]
    assert np.allclose(bare.predict(past, HORIZON).mean, base, rtol=1e-4)


def test_files_bring_it_back_bit_by_bit_and_hold_only_text(fitted: FittedNetwork, past: Panel) -> None:
    files = texts(fitted)
    assert set(files) == {"network.json", "network_1.safetensors.b64", "network_2.safetensors.b64"}
    assert json.loads(files["network.json"])["horizon"] == HORIZON
    again = from_texts({name: str(text) for name, text in files.items()})
    one, other = (each.predict(past, HORIZON) for each in (fitted, again))
    assert np.array_equal(one.mean, other.mean) and np.array_equal(one.quantiles, other.quantiles)


@pytest.mark.parametrize("harm", ["missing", "cut", "noise"])
def test_files_that_are_not_whole_are_named(fitted: FittedNetwork, harm: str) -> None:
    files = texts(fitted)
    name = "network_2.safetensors.b64"
    if harm == "missing":
        del files[name]
    else:
        files[name] = files[name][: len(files[name]) // 2 // 4 * 4] if harm == "cut" else "AAAA"
    with pytest.raises(NoModel, match="train again"):
        from_texts(files)


def test_a_longer_horizon_goes_on_with_the_last_week(fitted: FittedNetwork, past: Panel) -> None:
    mean = fitted.predict(past, 21).mean
    assert np.array_equal(mean[:, HORIZON:], mean[:, HORIZON - 7 : HORIZON])
    assert np.array_equal(fitted.predict(past, 5).mean, mean[:, :5])


def test_a_product_it_never_saw_is_forecast_from_its_own_past(fitted: FittedNetwork, panel: Panel) -> None:
    frame = sales(1, seed=5).assign(unique_id="unseen")
    other = panel_of(frame)
    mean = fitted.predict(other, 7).mean
    assert mean.sum() == pytest.approx(WEEK.sum() * 1.2, rel=0.5)
    assert slot("") == 0 and slot("food") == slot("food") != 0


def test_learning_once_never_knows_a_day_too_many(past: Panel, panel: Panel) -> None:
    once = FitOnce(Network(replace(SMALL, steps=3, seeds=(1,))))
    learned = once.fit(past, HORIZON)
    assert once.name == "network"
    assert once.fit(panel, HORIZON) is learned
    assert once.fit(cut(past, past.as_of - timedelta(days=7)), HORIZON) is not learned


def test_too_little_history_is_refused_in_words() -> None:
    short = panel_of(sales(3).query("ds > '2026-03-20'"))
    with pytest.raises(BadPanel, match=f"{WINDOW} days"):
        Network(SMALL).fit(short, HORIZON)


def test_serving_and_planning_load_no_torch() -> None:
    """The server answers forecasts without it; only who trains or serves the network pays for it."""
    program = (
        "import sys\n"
        "import api.app, tools.catalog, ml.forecast.network, ml.forecast.history, ml.forecast.prophet_model\n"
        "from api.predicting import warm_predictions\n"
        "warm_predictions()\n"
        "print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[3], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
