"""The forecast follows the data: trained by the worker where there is none, left alone while it is recent, and never a failure."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from api.store.open import Store
from api.work import training
from api.work.catalog import KINDS, kind_named
from api.work.contract import Report, Workplace
from api.work.dispatch import Dispatcher
from api.work.queue import Queue
from api.work.training import KeepForecast, LookBack, TrainForecast, keep_forecast, look_back, train_forecast
from ingestion.founding import found
from ingestion.progress import silent
from ingestion.warehouse import Warehouse
from ml import artifacts
from ml.errors import BadPanel
from ml.forecast.run import Published
from ml.forecast.serving import KIND, Card
from ml.inventory import hindsight
from tests.api.work.conftest import QUICK, running, until

CARD = Card(
    snapshot="v000001", cut_off="2026-10-31", grain="product", horizon=28, origins=("2026-09-06", "2026-10-03"), series=40, parameters={},
    weights={}, members=(), scores=(), wins=(), trained_at="2026-11-01T00:00:00+00:00", seconds=1.0,
)  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("company")
    found(Warehouse(folder), "tiny", 7)
    return folder


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[TrainForecast]:
    """Training takes minutes: here it is only written down."""
    told: list[TrainForecast] = []

    def train(arguments: TrainForecast, *_: object) -> str:
        told.append(arguments)
        return "trained"

    monkeypatch.setattr(training, "train_forecast", train)
    return told


class Loaded:
    """A model as far as its card goes."""

    version = "v000003"

    def __init__(self, card: Card) -> None:
        self.card = card


def trained(monkeypatch: pytest.MonkeyPatch, **changes: object) -> None:
    monkeypatch.setattr("ml.forecast.serving.load", lambda home: Loaded(CARD.model_copy(update=changes)))


def test_where_there_is_none_one_is_trained(home: Path, asked: list[TrainForecast]) -> None:
    assert keep_forecast(KeepForecast(), Workplace(home=home), silent) == "trained"
    assert asked == [TrainForecast()]


@pytest.mark.parametrize(("age", "again"), [(0, False), (6, False), (7, True), (40, True), (-3, True)])
def test_a_recent_one_is_left_alone_and_an_old_one_keeps_its_shape(
    home: Path, asked: list[TrainForecast], monkeypatch: pytest.MonkeyPatch, age: int, again: bool
) -> None:
    today = Warehouse(home).snapshot().card.as_of or date.max
    trained(monkeypatch, cut_off=str(today - timedelta(days=age)), horizon=56, grain="product_location")
    told = keep_forecast(KeepForecast(), Workplace(home=home), silent)
    assert asked == ([TrainForecast(horizon=56, grain="product_location")] if again else [])
    assert again or "recent enough" in told


def test_without_data_there_is_nothing_to_learn(own_home: Path, asked: list[TrainForecast]) -> None:
    assert "no sales" in keep_forecast(KeepForecast(), Workplace(home=own_home), silent)
    assert "no sales" in look_back(LookBack(), Workplace(home=own_home), silent)
    assert asked == [] and not (own_home / artifacts.FOLDER).exists()


def test_too_little_history_is_told_and_is_no_failure(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def short(*_: object) -> None:
        raise BadPanel("20 days of history are too few")

    monkeypatch.setattr(training, "train_forecast", short)
    told = keep_forecast(KeepForecast(), Workplace(home=home), silent)
    assert "no forecast was trained" in told and "20 days of history are too few" in told


def test_a_forecast_that_could_not_be_scored_says_so(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ml.forecast.run.train_forecast", lambda *_, **__: Published("v000001", CARD, ""))
    assert train_forecast(TrainForecast(), Workplace(home=own_home), silent) == (
        "forecast v000001 is served: too little was sold to score it on 2 origins"
    )


def test_new_data_brings_a_new_forecast_last_and_at_the_lowest_priority() -> None:
    assert "keep_forecast" in kind_named("keep_library").then and kind_named("keep_forecast").then == ("look_back",)
    assert kind_named("keep_forecast").niceness == kind_named("look_back").niceness == max(kind.niceness for kind in KINDS)


def test_the_dispatcher_queues_it_when_the_library_was_written(store: Store, file_queue: Queue) -> None:
    dispatcher = Dispatcher(store.jobs, file_queue, "here", tempo=QUICK)
    file_queue.show_presence()
    store.jobs.enqueue("keep_library", "{}", "library-v000001")
    with running(dispatcher):
        until(lambda: bool(store.jobs.with_status("leased", kind="keep_library")), 5)
        (writing,) = store.jobs.with_status("leased", kind="keep_library")
        file_queue.tell(writing.lease or "", Report(state="done", message="written"))
        until(
            lambda: bool(store.jobs.with_status("queued", kind="keep_forecast") or store.jobs.with_status("leased", kind="keep_forecast")),
            5,
        )


def test_nothing_heavy_is_read_at_start_up() -> None:
    looked = "import sys, api.work.catalog; print([n for n in ('lightgbm', 'torch', 'mlflow', 'pandas', 'duckdb') if n in sys.modules])"
    told = subprocess.run([sys.executable, "-c", looked], capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": "."})
    assert told.stdout.strip() == "[]"


@pytest.mark.slow
def test_the_whole_road_from_data_to_a_replay(tmp_path: Path) -> None:
    """A company with nothing trained: the worker trains, looks back, and both are left alone the second time."""
    found(Warehouse(tmp_path), "tiny", 7)
    place = Workplace(home=tmp_path)
    assert "is served: RMSSE" in keep_forecast(KeepForecast(), place, silent)
    assert "recent enough" in keep_forecast(KeepForecast(), place, silent)
    assert "past weeks" in look_back(LookBack(), place, silent)
    assert "recent day" in look_back(LookBack(), place, silent)
    assert artifacts.versions_of(tmp_path, KIND).current() and artifacts.versions_of(tmp_path, hindsight.KIND).current()
