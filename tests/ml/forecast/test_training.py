"""Training on made-up demand: what is learnt, what is served, what is refused, and the canaries."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ml import artifacts
from ml.contract import LEVELS, Outlook, Panel
from ml.errors import BadHorizon, BadPanel, NoModel
from ml.forecast import boosted, serving
from ml.forecast.asking import Sample
from ml.forecast.backtest import after, backtest, origins
from ml.forecast.boosted import Boosted, Settings
from ml.forecast.contract import EVERY
from ml.forecast.ladder import LadderRung
from ml.forecast.launch import LaunchCurve
from ml.forecast.mixing import fit_mixture
from ml.forecast.parts import centre_of
from ml.forecast.scores import score
from ml.forecast.training import Plan, Trained, led_until, train
from ml.panel import cut, panel_of_frame
from tests.ml.demand import last_day, weekly_demand

HORIZON = 14
QUICK = Settings(rounds=60, leaves=15, min_leaf=150, sample=Sample(origins=30, one_of=2))
PLAN = Plan(horizon=HORIZON, warm=2, scored=2, settings=QUICK, rungs=("seasonal_naive", "ses", "ets", "median"))


@pytest.fixture(scope="module")
def panel() -> Panel:
    return weekly_demand()


@pytest.fixture(scope="module")
def trained(panel: Panel) -> Trained:
    return train(panel, PLAN, "v000001")


def test_the_week_is_learnt_and_the_ladder_is_beaten(trained: Trained) -> None:
    served, best = trained.scores.of("served"), trained.scores.best(EVERY, among=PLAN.rungs)
    assert served and best and served.rmsse and best.rmsse
    assert served.rmsse < 0.97 * best.rmsse
    assert abs(served.bias or 9) < 0.05
    win = next(win for win in trained.scores.wins if win.score == "rmsse")
    assert win.sure and win.against == best.model


def test_a_shuffled_target_falls_to_the_baseline(panel: Panel) -> None:
    """Days in another order hold nothing to learn: whoever beats the mean there has seen the answer."""
    shuffled = panel.days.copy()
    rng = np.random.default_rng(3)
    shuffled["y"] = shuffled.groupby("unique_id")["y"].transform(lambda y: rng.permutation(y.to_numpy()))
    mixed = replace(panel, days=shuffled)
    days = origins(mixed, HORIZON, 3)
    test = backtest(mixed, (Boosted(QUICK), LadderRung("window_average")), HORIZON, days)
    found = score(test)
    boosted, mean = found.of("boosted"), found.of("window_average")
    assert boosted and mean and boosted.rmsse and mean.rmsse
    assert boosted.rmsse > 0.96 * mean.rmsse


def test_no_model_is_better_than_the_truth_allows(trained: Trained) -> None:
    """The too-good alarm: Poisson demand leaves sqrt(rate) of error to whoever knows the rate itself."""
    for fold in trained.test.folds:
        truth = fold.sold[np.isfinite(fold.sold)].mean()
        error = np.sqrt(np.nanmean((fold.sold - fold.mean("served")) ** 2))
        assert error > 0.85 * np.sqrt(truth)


def test_the_backtest_shows_models_only_the_past(panel: Panel) -> None:
    class Spy:
        name = "spy"

        def fit(self, past: Panel, horizon: int) -> Spy:
            assert past.days["ds"].max() <= pd.Timestamp(past.as_of)
            return self

        def predict(self, past: Panel, horizon: int) -> Outlook:
            return LadderRung("ses").predict(past, horizon)

    days = origins(panel, HORIZON, 3)
    test = backtest(panel, (Spy(),), HORIZON, days)
    assert [fold.origin for fold in test.folds] == list(days) and days[-1] == panel.as_of - timedelta(days=HORIZON)
    sold = panel.days[(panel.days["unique_id"] == "P03") & (panel.days["ds"] > pd.Timestamp(days[0]))]["y"].to_numpy()[:HORIZON]
    assert test.folds[0].sold[3].tolist() == sold.tolist()


def test_a_forecast_is_the_same_twice_and_after_saving(trained: Trained, panel: Panel, tmp_path: Path) -> None:
    before = trained.served.predict(panel, HORIZON)
    artifacts.write(tmp_path, serving.KIND, trained.served.files())
    again = serving.load(tmp_path)
    after_ = again.predict(panel, HORIZON)
    for name in ("mean", "quantiles", "total_sd"):
        np.testing.assert_array_equal(getattr(before, name), getattr(after_, name))
    assert again.card == trained.served.card and again.version == "v000001"
    assert again.card.coverage_of("steady") == trained.scores.of("served", "steady").covered_80  # type: ignore[union-attr]


def test_an_artifact_holds_text_only_and_names_its_scores(trained: Trained) -> None:
    files = trained.served.files()
    assert set(files) == {
        "boosted.txt",
        "boosted_centre.txt",
        "boosted.json",
        "launch.json",
        "mixture.json",
        "spread.json",
        "groups.json",
        "card.json",
    }
    card = json.loads(files["card.json"])
    assert card["snapshot"] == "v000001" and card["cut_off"] == last_day().isoformat()
    assert {row["model"] for row in card["scores"]} >= {"served", "boosted", *PLAN.rungs}


def test_a_changed_file_is_not_served(trained: Trained, tmp_path: Path) -> None:
    version = artifacts.write(tmp_path, serving.KIND, trained.served.files())
    path = version.path / "spread.json"
    path.write_text(path.read_text(encoding="utf-8").replace("weights", "weight"), encoding="utf-8")
    with pytest.raises(NoModel, match=r"spread\.json .*does not match"):
        serving.load(tmp_path)
    with pytest.raises(NoModel, match="train one with"):
        serving.load(tmp_path / "elsewhere")


def test_unseen_products_start_from_their_category(trained: Trained, panel: Panel) -> None:
    extra = pd.DataFrame({"unique_id": ["new"], "product_id": ["new"], "location_id": [""], "category": ["odd"]})
    told = trained.served.predict(replace(panel, series=pd.concat([panel.series, extra], ignore_index=True)), HORIZON)
    assert told.classes[-1] == "new" and "launch_curve" in told.models[-1]
    assert (told.mean[-1] > 0).all() and (told.quantiles[-1, :, 4] > 0).any()


def test_a_product_taken_out_of_the_range_is_forecast_zero(trained: Trained, panel: Panel) -> None:
    ends = pd.Series(pd.NaT, index=panel.series.index)
    ends[3], ends[4] = pd.Timestamp(panel.as_of), pd.Timestamp(panel.as_of) + pd.Timedelta(days=5)
    told = trained.served.predict(replace(panel, series=panel.series.assign(ends_on=ends)), HORIZON)
    assert told.mean[3].sum() == 0 and told.quantiles[3].sum() == 0 and told.models[3] == "taken out of the range"
    assert (told.mean[4, :5] > 0).all() and told.mean[4, 5:].sum() == 0


@pytest.mark.parametrize("horizon", [0, -3, 10_000])
def test_a_horizon_nobody_can_see_to_is_refused(trained: Trained, panel: Panel, horizon: int) -> None:
    with pytest.raises(BadHorizon, match="choose 1 to 180"):
        trained.served.predict(panel, horizon)


def test_too_little_history_is_refused() -> None:
    short = panel_of_frame(pd.DataFrame({"unique_id": "a", "ds": pd.date_range("2026-01-01", periods=20), "y": 1.0}), date(2026, 1, 20))
    with pytest.raises(BadHorizon, match="too few"):
        train(short, PLAN, "v1")
    silent = panel_of_frame(pd.DataFrame({"unique_id": "a", "ds": pd.date_range("2025-01-01", periods=300), "y": 0.0}), date(2025, 10, 27))
    with pytest.raises(BadPanel, match="no demand"):
        train(silent, PLAN, "v1")


def test_weights_go_to_who_was_right(panel: Panel) -> None:
    class Right:
        name = "right"

        def fit(self, past: Panel, horizon: int) -> Right:
            return self

        def predict(self, past: Panel, horizon: int) -> Outlook:
            return replace(LadderRung("ses").predict(past, horizon), mean=np.nan_to_num(after(panel, past, horizon)))

    test = backtest(panel, (Right(), LadderRung("seasonal_naive")), HORIZON, origins(panel, HORIZON, 2))
    assert fit_mixture(test, ("right", "seasonal_naive")).weights[EVERY] == (1.0, 0.0)


def test_launch_curves_are_the_mean_of_launches() -> None:
    parts = [pd.DataFrame({"unique_id": "old", "ds": pd.date_range("2025-01-01", periods=200), "y": 9.0})]
    parts += [
        pd.DataFrame({"unique_id": f"n{k}", "ds": pd.date_range("2025-03-01", periods=100), "y": np.repeat([2.0, 4.0], [7, 93])})
        for k in range(6)
    ]
    panel = panel_of_frame(pd.concat(parts), date(2025, 7, 19), to_end=False)
    curves = LaunchCurve().fit(panel, HORIZON)
    assert curves.curves[EVERY][:3] == (2.0, 4.0, 4.0)


def test_forecasts_read_nothing_after_the_cut(trained: Trained, panel: Panel) -> None:
    past = cut(panel, last_day() - timedelta(days=20))
    changed = panel.days.copy()
    changed.loc[changed["ds"] > pd.Timestamp(past.as_of), "y"] = 1000.0
    told, again = (trained.served.predict(cut(each, past.as_of), HORIZON) for each in (panel, replace(panel, days=changed)))
    np.testing.assert_array_equal(told.mean, again.mean)
    np.testing.assert_array_equal(told.quantiles, again.quantiles)


def test_quantiles_are_spread_around_the_trees_except_for_what_is_new() -> None:
    panel = weekly_demand(series=3, days=120)
    mixed = LadderRung("ses").predict(panel, 3)
    own = mixed.mean + np.array([[5.0], [-1e9], [5.0]]).clip(-mixed.mean, None)
    centre = centre_of(replace(mixed, quantiles=np.repeat(own[:, :, None], len(LEVELS), axis=2)), mixed)
    assert mixed.classes[2] == "new"
    np.testing.assert_allclose(centre.mean[0], mixed.mean[0] + 5)
    np.testing.assert_allclose(centre.mean[1:], mixed.mean[1:])


def test_fewer_rows_teach_fewer_and_smaller_trees() -> None:
    full = Settings()
    assert full.for_rows(full.full_rows) == full.for_rows(10 * full.full_rows) == full
    sizes = [full.for_rows(rows) for rows in (100, 20_000, 60_000, 120_000, 150_000)]
    assert [(each.rounds, each.leaves) for each in sizes] == sorted((each.rounds, each.leaves) for each in sizes)
    assert sizes[0].rounds >= 60 and sizes[0].leaves >= 15 and sizes[0].min_leaf > full.min_leaf
    assert replace(full, full_rows=0).for_rows(100) == replace(full, full_rows=0)  # what a search found is left as it is


def test_the_centre_is_taught_by_more_and_smaller_trees() -> None:
    served, centre = Settings(), Settings().for_centre()
    assert centre.rounds > served.rounds and centre.leaves < served.leaves and centre.min_leaf > served.min_leaf
    assert centre.variance_power < served.variance_power and centre.sample == served.sample  # large days count more, of the same days
    few = centre.for_rows(20_000)
    assert few.leaves == 15 and few.min_leaf == 200 and few.rounds < centre.rounds


def test_what_is_no_longer_sold_spreads_no_further(trained: Trained, panel: Panel) -> None:
    ends = pd.Series(pd.NaT, index=panel.series.index)
    ends[3], ends[4] = pd.Timestamp(panel.as_of), pd.Timestamp(panel.as_of) + pd.Timedelta(days=5)
    told = trained.served.predict(replace(panel, series=panel.series.assign(ends_on=ends)), HORIZON)
    assert (told.total_sd[3] == 0).all() and (told.total_sd[4, 5:] == told.total_sd[4, 4]).all() and told.total_sd[4, 4] > 0


def test_trees_of_an_earlier_release_have_one_model_for_both(trained: Trained, panel: Panel) -> None:
    texts = trained.served.trees.texts()
    both = boosted.from_texts(texts).predict(panel, HORIZON)
    del texts["boosted_centre.txt"]
    one = boosted.from_texts(texts).predict(panel, HORIZON)
    np.testing.assert_array_equal(one.mean, both.mean)
    np.testing.assert_array_equal(one.quantiles[:, :, 2], one.mean)
    assert not np.array_equal(both.quantiles[:, :, 2], both.mean)


def test_sums_are_led_until_two_seasons_of_lessons_are_there(panel: Panel) -> None:
    assert led_until(panel) == panel.days["ds"].min().date() + timedelta(days=3 * 364)
