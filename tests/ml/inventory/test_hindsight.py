"""Forecasts of past days: made by models that knew what came before and nothing else, read as they were at hand, kept as text."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ml import artifacts
from ml.contract import Outlook, Panel
from ml.errors import BadPanel, NoModel
from ml.forecast.asking import Sample
from ml.forecast.boosted import Settings
from ml.inventory import hindsight
from ml.inventory.hindsight import KIND, Hindsight, from_text, look_back, quick
from ml.panel import panel_of_frame
from tests.ml.demand import weekly_demand

LAST = date(2026, 6, 28)
HORIZON = 28


@dataclass(frozen=True)
class WeekBefore:
    """Expects of every day the mean of the last seven days it is shown, and a spread that says when it was trained."""

    learned: date

    def predict(self, panel: Panel, horizon: int) -> Outlook:
        week = panel.days[panel.days["ds"] > pd.Timestamp(panel.as_of) - pd.Timedelta(days=7)]
        names = tuple(panel.series["unique_id"].astype(str))
        mean = week.groupby("unique_id")["y"].mean().reindex(list(names)).to_numpy(np.float64)
        spread = np.tile(np.sqrt(np.arange(1, horizon + 1)) * self.learned.toordinal() % 97, (len(names), 1))
        ahead = np.tile(mean[:, None], (1, horizon))
        return Outlook(names, panel.as_of, ahead, np.zeros((*ahead.shape, 5)), spread, ("m",) * len(names), ("c",) * len(names))


@dataclass(frozen=True)
class Made:
    served: WeekBefore


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[date]:
    """The days a model was trained on."""
    days: list[date] = []

    def train(panel: Panel, *_: object) -> Made:
        assert panel.days["ds"].max() <= pd.Timestamp(panel.as_of)
        days.append(panel.as_of)
        return Made(WeekBefore(panel.as_of))

    monkeypatch.setattr("ml.forecast.training.train", train)
    return days


def panel(changed_from: date | None = None) -> Panel:
    """Two products of 300 days; a third that begins 40 days before the last."""
    random = np.random.default_rng(5)
    days = pd.date_range(LAST - timedelta(days=299), LAST, freq="D")
    frame = pd.concat([pd.DataFrame({"unique_id": name, "ds": days, "y": random.poisson(5, 300).astype(float)}) for name in ("a", "b")])
    frame = pd.concat([frame, pd.DataFrame({"unique_id": "new", "ds": days[-40:], "y": 3.0})])
    if changed_from is not None:
        frame.loc[frame["ds"] >= pd.Timestamp(changed_from), "y"] += 1_000
    return panel_of_frame(frame, LAST)


def test_models_are_trained_and_asked_on_what_was_known_then(trained: list[date]) -> None:
    first = LAST - timedelta(days=140)
    found = look_back(panel(), quick(HORIZON), first, train_every=56)
    assert trained == [first, first + timedelta(days=56), first + timedelta(days=112)]
    assert found.asked == tuple(first + timedelta(days=7 * week) for week in range(21)) and found.asked[-1] == LAST
    assert all(learned <= day for learned, day in zip(found.learned, found.asked, strict=True))
    outlook = found.on(first + timedelta(days=70))
    assert outlook is not None and outlook.ids == ("a", "b")  # the third was not there yet
    sold = panel().days
    week = sold[(sold["unique_id"] == "b") & (sold["ds"] <= pd.Timestamp(first + timedelta(days=70)))]["y"].to_numpy()[-7:]
    assert outlook.mean[1] == pytest.approx(np.full(HORIZON, week.mean()))
    assert (found.on(LAST) or outlook).ids == ("a", "b", "new")


@pytest.mark.usefixtures("trained")
def test_of_very_many_those_that_sell_most_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hindsight, "_MOST_SERIES", 2)
    sold = panel().days[panel().days["ds"] > pd.Timestamp(LAST - timedelta(days=60))].groupby("unique_id")["y"].sum()
    found = look_back(panel(), quick(HORIZON), LAST - timedelta(days=60))
    assert set(found.ids) == set(sold.nlargest(2).index) and found.mean.shape[1] == 2
    monkeypatch.setattr(hindsight, "_MOST_SERIES", 3)
    whole = look_back(panel(), quick(HORIZON), LAST - timedelta(days=60))
    assert np.array_equal(found.mean, whole.mean[:, [whole.ids.index(name) for name in found.ids]])


def test_weeks_with_too_little_history_are_left_out(trained: list[date], monkeypatch: pytest.MonkeyPatch) -> None:
    from ml.forecast import training

    enough, learn = LAST - timedelta(days=50), training.train

    def train(panel: Panel, plan: object, snapshot: str) -> object:
        if panel.as_of < enough:
            raise BadPanel("too few days")
        return learn(panel, plan, snapshot)  # type: ignore[arg-type]

    monkeypatch.setattr("ml.forecast.training.train", train)
    found = look_back(panel(), quick(HORIZON), LAST - timedelta(days=140))
    assert trained == [LAST - timedelta(days=49)] and found.asked[0] == trained[0] and len(found.asked) == 8
    with pytest.raises(BadPanel, match="too few days"):
        enough = date.max
        look_back(panel(), quick(HORIZON), LAST - timedelta(days=140))


@pytest.mark.usefixtures("trained")
def test_no_day_to_come_moves_a_forecast() -> None:
    first, day = LAST - timedelta(days=140), LAST - timedelta(days=60)
    mine, theirs = (look_back(panel(changed), quick(HORIZON), first) for changed in (None, day + timedelta(days=1)))
    before = [place for place, asked in enumerate(mine.asked) if asked <= day]
    assert np.array_equal(mine.mean[before], theirs.mean[before], equal_nan=True)
    assert not np.array_equal(mine.mean[before[-1] + 1 :], theirs.mean[before[-1] + 1 :], equal_nan=True)


def test_nobody_knew_what_would_be_taken_out_of_the_range() -> None:
    """With models that really serve: a product taken out later is expected to sell until that day, and nothing from it on."""
    whole = weekly_demand(series=8, days=300)
    gone = whole.as_of - timedelta(days=10)
    ends = pd.Series(pd.NaT, index=whole.series.index).astype("datetime64[ns]")
    ends.iloc[:4] = pd.Timestamp(gone)
    small = Settings(rounds=15, leaves=7, min_leaf=50, sample=Sample(origins=12, one_of=2), threads=1)
    plan = replace(quick(14), settings=small)
    told, plain = (
        look_back(replace(whole, series=whole.series.assign(ends_on=each)), plan, whole.as_of - timedelta(days=28))
        for each in (ends, ends.where(ends.isna()))
    )
    before = [place for place, day in enumerate(told.asked) if day < gone]
    assert len(before) == 3 and told.ids == plain.ids
    assert np.array_equal(told.mean[before], plain.mean[before], equal_nan=True)
    assert np.array_equal(told.total_sd[before], plain.total_sd[before], equal_nan=True)
    assert (told.mean[before[-1], :4] > 0).all() and (told.mean[before[-1] + 1 :, :4] == 0).all() and (told.mean[-1, 4:7] > 0).all()


def made(asked: tuple[date, ...]) -> Hindsight:
    """Means that count the days ahead, so that it is seen which of them are read."""
    mean = np.broadcast_to(np.arange(1.0, HORIZON + 1), (len(asked), 2, HORIZON)).astype(np.float32).copy()
    mean[0, 1] = np.nan
    return Hindsight(("a", "b"), asked, asked, mean, mean * 10)


def test_a_forecast_asked_some_days_ago_is_read_from_today_on() -> None:
    found = made((LAST - timedelta(days=14), LAST - timedelta(days=7)))
    assert found.on(LAST - timedelta(days=15)) is None
    assert found.on(LAST + timedelta(days=7)) is None  # asked a fortnight ago: none that was at hand
    old, new = found.on(LAST - timedelta(days=12)), found.on(LAST - timedelta(days=3))
    assert old is not None and new is not None
    assert old.ids == ("a",) and old.mean[0].tolist() == list(range(3, HORIZON + 1))
    assert new.ids == ("a", "b") and new.mean[1, 0] == 5 and new.total_sd[1, 0] == 10 and new.as_of == LAST - timedelta(days=3)


def test_it_survives_its_text_and_its_files(tmp_path: Path) -> None:
    found = made((LAST,))
    again = from_text(found.text())
    assert (again.ids, again.asked, again.learned) == (found.ids, found.asked, found.learned)
    assert np.array_equal(again.mean, found.mean, equal_nan=True) and np.array_equal(again.total_sd, found.total_sd, equal_nan=True)
    name = hindsight.keep(tmp_path, found, "v000004")
    assert hindsight.read(tmp_path, name).asked == (LAST,)
    assert json.loads(artifacts.read(tmp_path, KIND).texts[artifacts.CARD])["snapshot"] == "v000004"


@pytest.mark.parametrize(
    "body", ["{}", '{"ids": ["a"], "asked": ["x"], "learned": [], "shape": [1], "mean": "", "total_sd": ""}', "no json"]
)
def test_files_of_another_release_are_named(tmp_path: Path, body: str) -> None:
    version = artifacts.write(tmp_path, KIND, {artifacts.CARD: "{}", "forecasts.json": body})
    with pytest.raises(NoModel, match="another release"):
        hindsight.read(tmp_path, version.name)


def test_what_looks_back_is_what_serves_without_the_ladder() -> None:
    plan = quick(HORIZON)
    assert plan.horizon == HORIZON and plan.rungs == ()
