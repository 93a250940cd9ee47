"""A training run from a warehouse to a served version: the worker's kind, the record of it, and the search for settings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from api.work.catalog import KINDS, kind_named, read_arguments
from api.work.errors import BadArguments
from ingestion.founding import found
from ingestion.warehouse import Warehouse
from ml import artifacts
from ml.forecast import serving
from ml.forecast.asking import Sample
from ml.forecast.boosted import Settings
from ml.forecast.run import Published, train_forecast
from ml.forecast.serving import frame_of
from ml.forecast.training import Plan
from ml.forecast.tuning import tune
from ml.panel_warehouse import panel_of_snapshot
from tests.ml.demand import weekly_demand

QUICK = Settings(rounds=30, leaves=15, min_leaf=50, sample=Sample(origins=20))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run_company")
    found(Warehouse(folder), "tiny", 7)
    return folder


@pytest.fixture(scope="module")
def published(home: Path) -> Published:
    plan = Plan(horizon=14, warm=1, scored=1, settings=QUICK, rungs=("ses", "median"))
    return train_forecast(home, plan)


def test_a_run_publishes_what_it_trained(home: Path, published: Published) -> None:
    served = serving.load(home)
    assert served.version == published.version == "v000001"
    assert served.card == published.card and served.card.snapshot == Warehouse(home).snapshot().name
    panel = panel_of_snapshot(Warehouse(home).snapshot())
    told = served.predict(panel, 14)
    assert np.isfinite(told.mean).all() and np.isfinite(told.total_sd).all()
    assert len(frame_of(told)) == 14 * len(panel.series)
    assert artifacts.versions_of(home, serving.KIND).damage(artifacts.versions_of(home, serving.KIND).get("v000001")) == []


def test_a_run_is_recorded_with_its_scores(home: Path, published: Published) -> None:
    from mlflow.tracking import MlflowClient

    run = MlflowClient(tracking_uri=f"sqlite:///{home / 'mlflow.db'}").get_run(published.tracked)
    row = next(row for row in published.card.scores if row["model"] == "served" and row["slice"] == "all")
    assert run.data.metrics["served/all/rmsse"] == pytest.approx(row["rmsse"])
    assert run.data.metrics["ses/all/rmsse"] > 0
    assert run.data.tags["version"] == "v000001" and run.info.status == "FINISHED"


def test_serving_does_not_import_mlflow_or_optuna(home: Path, published: Published) -> None:
    import subprocess
    import sys

    program = f"""
import sys
from pathlib import Path
from ml.forecast import serving
serving.load(Path({str(home)!r}))
assert not {{"mlflow", "optuna", "torch"}} & set(sys.modules), sorted(sys.modules)
"""
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[3])


def test_the_worker_knows_the_kind() -> None:
    kind = kind_named("train_forecast")
    assert kind in KINDS
    assert read_arguments(kind, '{"horizon": 7}').horizon == 7  # type: ignore[attr-defined]
    with pytest.raises(BadArguments, match="horizon"):
        read_arguments(kind, '{"horizon": 10000}')


def test_a_search_keeps_its_trials_and_goes_on(tmp_path: Path) -> None:
    import optuna

    panel = weekly_demand(series=8, days=300)
    storage = tmp_path / "trials.db"
    first = tune(panel, 7, 2, QUICK, storage)
    again = tune(panel, 7, 2, QUICK, storage)
    (study,) = optuna.get_all_study_names(f"sqlite:///{storage}")
    trials = optuna.load_study(study_name=study, storage=f"sqlite:///{storage}").trials
    assert len(trials) == 4
    assert trials[0].params["leaves"] == QUICK.leaves  # the settings in use are the first to be beaten
    best = min(trial.value for trial in trials if trial.value is not None and trial.state.name == "COMPLETE")
    assert best <= trials[0].value  # type: ignore[operator]
    assert first.rounds > 0 and again.rounds > 0
