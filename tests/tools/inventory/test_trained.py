"""Where a trained forecast speaks and where it may not; how a product's forecast is shared out among its places."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pytest

from ml.contract import LEVELS, Outlook, Panel
from ml.errors import NoModel
from ml.panel import panel_of_frame
from tests.tools.inventory.conftest import before, run
from tools.contract import ToolContext
from tools.facts import ModelEvidence
from tools.inventory import trained
from tools.inventory.books import open_books
from tools.inventory.desk import open_desk
from tools.inventory.outlooks import FORECAST_DAYS, Ahead, look_ahead
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


@pytest.fixture(autouse=True)
def usual(served: Served) -> None:
    """What is kept for other tests is the fallback, not the model put here."""
    context = ToolContext(served)
    look_ahead(context, open_books(context, "a test"))


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch) -> object:
    """Puts a model where the trained one would be."""
    import pandas as pd

    sales = pd.DataFrame({"unique_id": ["x"], "ds": [date(2026, 1, 1)], "y": [1.0]})

    def put(model: Model) -> None:
        monkeypatch.setattr(trained, "load", lambda home: model)
        monkeypatch.setattr(trained, "panel_of_snapshot", lambda snapshot, day, grain: panel_of_frame(sales, day))

    return put


def ahead_of(served: Served) -> tuple[ToolContext, Ahead | None]:
    context = ToolContext(served)
    books = open_books(context, "a test")
    usual = look_ahead(context, books).outlook
    return context, trained.trained_ahead(context, books, FORECAST_DAYS, usual)


def test_a_product_is_shared_out_by_recent_sales(served: Served, today: date, put) -> None:  # type: ignore[no-untyped-def]
    context = ToolContext(served)
    books, goods = open_books(context, "a test"), open_books(context, "a test").goods
    put(Model(Card(str(today)), goods.ids[:5]))
    _, found = ahead_of(served)
    assert found is not None and found.version == "v000007" and isinstance(found.source, ModelEvidence)
    usual = look_ahead(context, books).outlook
    for product in range(5):
        rows = np.flatnonzero(books.product == product)
        if usual.mean[rows].sum() > 0:
            assert found.outlook.mean[rows].sum(axis=0) == pytest.approx(np.full(28, 30.0))
            shares = found.outlook.mean[rows, 0] / 30
            assert shares == pytest.approx(usual.mean[rows].mean(axis=1) / usual.mean[rows].mean(axis=1).sum())
            # A part of a product is never surer than its share of the whole.
            assert (found.outlook.total_sd[rows, 13] >= shares * 10 * 14**0.5 - 1e-9).all()
    others = books.product >= 5
    assert np.array_equal(found.outlook.mean[others], usual.mean[others, :28])


def test_series_of_places_count_where_they_are_fed_from(served: Served, today: date, put) -> None:  # type: ignore[no-untyped-def]
    books = open_books(ToolContext(served), "a test")
    fed = next(place for place, feeder in books.places.feeder.items() if place != feeder)
    product = books.goods.ids[int(books.product[books.location == books.places.ids.index(books.places.feeder[fed])][0])]
    put(Model(Card(str(today), "product_location"), (f"{product}|{books.places.feeder[fed]}", f"{product}|{fed}")))
    _, found = ahead_of(served)
    row = books.history.ids.index(f"{product}|{books.places.feeder[fed]}")
    assert found is not None and found.outlook.mean[row].tolist() == [60.0] * 28
    assert found.outlook.total_sd[row, 0] == pytest.approx(10 * 2**0.5)


def test_a_model_that_has_seen_later_days_does_not_speak(served: Served, today: date, put) -> None:  # type: ignore[no-untyped-def]
    put(Model(Card(str(today)), ("P0001",)))
    earlier = replace(served, context=replace(served.context, as_of=before(today, 30)))
    assert ahead_of(earlier)[1] is None


def test_nor_does_it_to_who_sees_some_places_only(served: Served, today: date, put) -> None:  # type: ignore[no-untyped-def]
    put(Model(Card(str(today)), ("P0001",)))
    limited = replace(served, context=replace(served.context, locations=("L1",)))
    assert ahead_of(limited)[1] is None


def test_files_another_release_wrote_are_no_model(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def other(home: object) -> None:
        raise KeyError("balance")

    monkeypatch.setattr(trained, "load", other)
    assert ahead_of(served)[1] is None


def test_without_a_model_the_fallback_is_named(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(home: object) -> None:
        raise NoModel("no forecast model was trained yet")

    monkeypatch.setattr(trained, "load", none)
    assert ahead_of(served)[1] is None
    found = run(served, "overstock")
    assert any("fallback" in note for note in found.notes)
    assert open_desk(ToolContext(served), StockQuery(), "a test").ahead.model.startswith("fallback")
