"""The planner taught by the worker: a version like any other, kept only when it reads no worse."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.language.learnt import learnt as kept
from agents.language.learnt.adapting import fingerprint
from agents.language.learnt.calibrator import Calibrator
from agents.language.learnt.followed import FOLDER, Followed
from agents.language.learnt.labels import HEADS, NOTHING
from agents.language.learnt.learnt import Learnt, Lines
from agents.language.learnt.material import material_of
from agents.language.learnt.pairs import Material
from agents.language.learnt.perceptron import train
from agents.language.learnt.trees import Trees
from agents.session_ground import Ground
from api.work.catalog import KINDS, kind_named
from api.work.teaching import TrainPlanner, teach_planner, train_planner
from ingestion.founding import found
from ingestion.metrics import load_definitions
from ingestion.versions import Versions
from ingestion.warehouse import Warehouse
from tools.query.served import serve_snapshot

FEW = 600


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    warehouse = Warehouse(tmp_path_factory.mktemp("taught"))
    found(warehouse, "tiny", 7)
    return Ground(serve_snapshot(warehouse.snapshot()), load_definitions())


@pytest.fixture
def knows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What ships is replaced by something that never heard a question."""
    voters = train([([0], dict.fromkeys(HEADS, NOTHING))])
    empty = Learnt(voters, Trees((), ()), Calibrator(0.0, {}), Lines(answer=0.5, plain=0.8, sure=0.9))
    monkeypatch.setattr(kept, "base", lambda: empty)


@pytest.mark.usefixtures("knows_nothing")
def test_what_was_learnt_is_a_version_that_is_followed(ground: Ground, tmp_path: Path) -> None:
    told = teach_planner(ground, tmp_path, pairs=FEW)
    assert told.startswith("v000001")
    learnt = Followed(tmp_path)()
    assert learnt is not None
    assert "ranking" in learnt.voters.heads["tool"].labels
    assert Versions(tmp_path / FOLDER).current() is not None


@pytest.mark.usefixtures("knows_nothing")
def test_nothing_is_learnt_twice(ground: Ground, tmp_path: Path) -> None:
    teach_planner(ground, tmp_path, pairs=FEW)
    assert "already" in teach_planner(ground, tmp_path, pairs=FEW)
    assert teach_planner(ground, tmp_path, again=True, pairs=FEW).startswith("v000002")


def test_what_reads_worse_is_not_kept(ground: Ground, tmp_path: Path) -> None:
    """A hundred pairs teach far less than what ships was taught."""
    assert "nothing was kept" in teach_planner(ground, tmp_path, pairs=100)
    assert Versions(tmp_path / FOLDER).current() is None


def test_another_name_is_something_new(ground: Ground) -> None:
    material = material_of(ground)
    more = Material(
        material.metrics, material.dimensions, {**material.members, "category": [*material.members["category"], "Kites"]}, material.as_of
    )
    assert fingerprint(material) == fingerprint(material_of(ground))
    assert fingerprint(material) != fingerprint(more)


def test_the_worker_teaches_after_the_data_changed() -> None:
    assert kind_named("train_planner").run is train_planner
    assert {kind.name for kind in KINDS if "train_planner" in kind.then} == {"load_files", "sync_database", "apply_events"}
    assert TrainPlanner().again is False
