"""The library is written from the data by the worker: once a snapshot, and for a company of one's own without the invented papers."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.work.catalog import KEEP_LIBRARY, KINDS
from api.work.contract import Workplace
from api.work.library import KeepLibrary, keep_library
from ingestion.founding import found
from ingestion.progress import silent
from ingestion.warehouse import CARD, Card, Warehouse
from knowledge.library import Library


@pytest.fixture
def unindexed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Embedding is tested where it is done."""
    monkeypatch.setattr("api.work.library.update_index", lambda arguments, place, progress: "indexed")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kept")
    found(Warehouse(folder), "tiny", 7)
    return folder


@pytest.mark.usefixtures("unindexed")
def test_the_demo_company_gets_its_papers_and_what_its_data_show(home: Path) -> None:
    told = keep_library(KeepLibrary(), Workplace(home=home), silent)
    assert "documents of the demo company" in told and "insights written" in told and told.endswith("indexed")
    library = Library(home / "documents")
    kinds = {document.kind for document in library.list()}
    assert {"contract", "insight"} <= kinds
    state = library.state()
    assert "0 added" in keep_library(KeepLibrary(), Workplace(home=home), silent)
    assert library.state() == state


@pytest.mark.usefixtures("unindexed")
def test_a_company_of_ones_own_gets_insights_only(own_home: Path) -> None:
    warehouse = Warehouse(own_home)
    found(warehouse, "tiny", 7)
    card = warehouse.snapshot().version.path / CARD
    own = Card.model_validate_json(card.read_text(encoding="utf-8"))
    loads = (own.loads[0].model_copy(update={"fingerprint": "sales-2026.csv"}),)
    card.write_text(own.model_copy(update={"loads": loads}).model_dump_json(), encoding="utf-8")
    told = keep_library(KeepLibrary(), Workplace(home=own_home), silent)
    assert "demo company" not in told
    assert {document.kind for document in Library(own_home / "documents").list()} == {"insight"}


def test_without_data_there_is_nothing_to_write(own_home: Path) -> None:
    assert keep_library(KeepLibrary(), Workplace(home=own_home), silent) == "there is no data to write about yet"
    assert not (own_home / "documents").exists()


def test_answering_goes_before_writing() -> None:
    assert KEEP_LIBRARY in KINDS
    assert KEEP_LIBRARY.niceness >= 10
