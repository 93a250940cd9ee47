"""Where a trained forecast speaks and where it may not; how a product's forecast is shared out among its places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
import pytest

from ml import artifacts
from ml.contract import LEVELS, Outlook, Panel
from ml.forecast.serving import KIND
from ml.inventory import hindsight
from ml.inventory.demand import recent_outlook
from ml.inventory.hindsight import Hindsight
from ml.panel import panel_of_frame
from tests.tools.inventory.conftest import before, run
from tools.contract import ToolContext
from tools.facts import ModelEvidence
from tools.forecasting import foreseen
from tools.inventory import books as books_kept
from tools.inventory import trained
from tools.inventory.books import open_books
from tools.inventory.desk import open_desk
from tools.inventory.outlooks import FORECAST_DAYS, Ahead
from tools.inventory.terms import StockQuery
from tools.query.served import Served


@dataclass(frozen=True)
class Card:
    cut_off: str
    grain: str = "product"
    origins: tuple[str, ...] = ("2026-01-01",)
    horizon: int = 28

    def score_of(self, kind: str, model: str = "served") -> None:
        return None


@dataclass(frozen=True)
class Model:
    """Expects 30 units a day of every series it is asked about."""

    card: Card
    names: tuple[str, ...]
    version: str = "v000007"

    def predict(self, panel: Panel, days: int) -> Outlook:
        count = len(self.names)
        spread = np.tile(10.0 * np.sqrt(np.arange(1, days + 1)), (count, 1))
        quantiles = np.zeros((count, days, len(LEVELS)))
        return Outlook(self.names, panel.as_of, np.full((count, days), 30.0), quantiles, spread, ("trees",) * count, ("smooth",) * count)


@pytest.fixture
def home(served: Served, tmp_path: Path) -> Served:
    """The tiny company with a folder of models of its own."""
    return replace(served, home=tmp_path)


@pytest.fixture
def put(home: Served, monkeypatch: pytest.MonkeyPatch) -> Callable[[Model], None]:
    """Puts a model where the trained one would be."""
    sales = pd.DataFrame({"unique_id": ["x"], "ds": [date(2026, 1, 1)], "y": [1.0]})

    def put(model: Model) -> None:
        assert home.home is not None
        artifacts.write(home.home, KIND, {artifacts.CARD: "{}"})
        monkeypatch.setattr(foreseen, "_loaded", lambda folder, name: model)
        monkeypatch.setattr(foreseen, "_predicted", lambda asked, made: made.predict(panel_of_frame(sales, asked.served.context.as_of), 28))
        monkeypatch.setattr(foreseen, "_OUTLOOKS", WeakKeyDictionary())
        monkeypatch.setattr(books_kept, "_shelf", WeakKeyDictionary())

    return put


Put = Callable[[Model], None]


def ahead_of(served: Served) -> Ahead | str:
    context = ToolContext(served)
    books = open_books(context, "a test")
    return trained.trained_ahead(context, books, FORECAST_DAYS, usual_of(served))


def usual_of(served: Served) -> Outlook:
    """What the fallback expects."""
    return recent_outlook(open_books(ToolContext(served), "a test").history, FORECAST_DAYS, levels=())


def test_a_product_is_shared_out_by_recent_sales(home: Served, today: date, put: Put) -> None:
    books = open_books(ToolContext(home), "a test")
    put(Model(Card(str(today)), books.goods.ids[:5]))
    found, usual = ahead_of(home), usual_of(home)
    assert isinstance(found, Ahead) and found.version == "v000007" and isinstance(found.source, ModelEvidence)
    assert (found.source.score, found.source.naive_score) == (None, None)  # not measured is no 0
    for product in range(5):
        rows = np.flatnonzero(books.product == product)
        if usual.mean[rows].sum() > 0:
            own = 2 * found.outlook.mean[rows] - usual.mean[rows, :28]  # half of what is told is the model's
            assert own.sum(axis=0) == pytest.approx(np.full(28, 30.0))
            shares = own[:, 0] / 30
            means = usual.mean[rows, :28].mean(axis=1)
            assert shares == pytest.approx(means / means.sum())
            # A part of a product is never surer than its share of the whole.
            variance = 2 * found.outlook.total_sd[rows, 13] ** 2 - usual.total_sd[rows, 13] ** 2
            assert (variance >= (shares * 10) ** 2 * 14 - 1e-6).all()
    others = books.product >= 5
    assert np.array_equal(found.outlook.mean[others], usual.mean[others, :28])


def test_where_steadiness_served_better_the_models_past_weeks_count(home: Served, today: date, put: Put) -> None:
    """Past weeks said a third of what the model says now: their mean with it is half."""
    context = ToolContext(home)
    books = open_books(context, "a test")
    put(Model(Card(str(today)), books.goods.ids))
    asked = tuple(before(today, 7 * back) for back in (3, 2, 1))
    mean = np.full((3, len(books.goods.ids), 28), 10.0, dtype=np.float32)
    assert home.home is not None
    hindsight.keep(home.home, Hindsight(books.goods.ids, asked, asked, mean, mean), "v000001")
    now, steady = (trained.trained_ahead(context, books, FORECAST_DAYS, usual_of(home), weeks) for weeks in (1, 4))
    assert isinstance(now, Ahead) and isinstance(steady, Ahead)
    sells = usual_of(home).mean[:, 0] > 0
    own = [2 * each.outlook.mean[sells] - usual_of(home).mean[sells, :28] for each in (now, steady)]
    assert own[1].sum() == pytest.approx(own[0].sum() / 2)


def test_a_model_that_served_stock_worse_is_not_asked(home: Served, today: date, put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    put(Model(Card(str(today)), ("P0001",)))
    monkeypatch.setattr(trained, "part_of", lambda found, books: 0.0)
    monkeypatch.setattr(trained, "outlook_of", lambda context, model: pytest.fail("asked for nothing"))
    assert "served worse" in str(ahead_of(home))


def test_a_product_is_whole_where_it_is_at_every_place(home: Served) -> None:
    books = open_books(ToolContext(home), "a test")
    weighed = replace(books, whole=np.arange(len(books.whole)) != 3)
    found = trained.whole_products(weighed)
    assert np.flatnonzero(~found).tolist() == [int(books.product[3])]


def test_series_of_places_count_where_they_are_fed_from(home: Served, today: date, put: Put) -> None:
    books = open_books(ToolContext(home), "a test")
    fed = next(place for place, feeder in books.places.feeder.items() if place != feeder)
    product = books.goods.ids[int(books.product[books.location == books.places.ids.index(books.places.feeder[fed])][0])]
    put(Model(Card(str(today), "product_location"), (f"{product}|{books.places.feeder[fed]}", f"{product}|{fed}")))
    found = ahead_of(home)
    row = books.history.ids.index(f"{product}|{books.places.feeder[fed]}")
    usual = usual_of(home)
    assert isinstance(found, Ahead) and found.outlook.mean[row] == pytest.approx((60.0 + usual.mean[row, :28]) / 2)
    assert found.outlook.total_sd[row, 0] == pytest.approx(((200 + usual.total_sd[row, 0] ** 2) / 2) ** 0.5)


def test_a_model_that_has_seen_later_days_does_not_speak_and_says_so(home: Served, today: date, put: Put) -> None:
    put(Model(Card(str(today)), ("P0001",)))
    earlier = replace(home, context=replace(home.context, as_of=before(today, 30)))
    assert "were not known on" in str(ahead_of(earlier))


def test_nor_does_it_to_who_sees_some_places_only(home: Served, today: date, put: Put) -> None:
    put(Model(Card(str(today)), ("P0001",)))
    limited = replace(home, context=replace(home.context, locations=("L1",)))
    assert "only some places" in str(ahead_of(limited))


def test_files_that_are_no_model_are_named_in_the_answer(home: Served) -> None:
    assert home.home is not None
    artifacts.write(home.home, KIND, {artifacts.CARD: "{}"})
    found = run(home, "stockout_risk")
    assert any("not the trained forecast" in note and "written by another release" in note for note in found.notes)
    assert any("fallback" in note for note in found.notes)


def test_without_a_model_the_fallback_is_named_and_why(home: Served) -> None:
    assert "none" not in str(ahead_of(home)) and "./oiis train forecast" in str(ahead_of(home))
    found = run(home, "overstock")
    assert any("fallback" in note for note in found.notes) and any("./oiis train forecast" in note for note in found.notes)
    assert open_desk(ToolContext(home), StockQuery(), "a test").ahead.model.startswith("fallback")


def test_both_kinds_of_tools_ask_the_model_once(home: Served, today: date, put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    books = open_books(ToolContext(home), "a test")
    put(Model(Card(str(today)), books.goods.ids))
    asked: list[str] = []
    predicted = foreseen._predicted

    def counted(context: ToolContext, model: Model) -> Outlook:
        asked.append(context.tool)
        return predicted(context, model)  # type: ignore[arg-type]

    monkeypatch.setattr(foreseen, "_predicted", counted)
    first, second = run(home, "demand_forecast", days=7), run(home, "stockout_risk", horizon_days=7)
    assert asked == ["demand_forecast"]
    assert any(isinstance(each, ModelEvidence) and each.version == "v000007" for each in first.evidence)
    assert any(isinstance(each, ModelEvidence) and each.version == "v000007" for each in second.evidence)


def test_what_is_kept_is_bounded(home: Served, today: date, put: Put) -> None:
    put(Model(Card(str(before(today, 60))), ("P0001",)))
    for back in range(foreseen.KEPT + 3):
        context = ToolContext(replace(home, context=replace(home.context, as_of=before(today, back))))
        model = foreseen.current_model(context)
        assert not isinstance(model, str) and not isinstance(foreseen.outlook_of(context, model), str)
    assert [day for _, day in foreseen._OUTLOOKS[home.source]] == [before(today, back) for back in range(3, foreseen.KEPT + 3)]
