"""`./oiis docs demo`: the documents of the demo company in one command, and a reason where it is not served."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.__main__ import app
from ingestion.founding import found
from ingestion.warehouse import Warehouse
from knowledge.library import Library


@pytest.fixture(autouse=True)
def unindexed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Embedding is tested where it is done."""
    monkeypatch.setattr("cli.docs._update", lambda quiet: None)


def test_the_documents_are_filed_and_counted(own_home: Path) -> None:
    found(Warehouse(own_home), "tiny", 7)
    done = CliRunner().invoke(app, ["docs", "demo", "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout.splitlines()[-1])
    kinds = [document.kind for document in Library(own_home / "documents").list()]
    assert told["insights"] == kinds.count("insight") > 0
    assert told["documents"] == told["added"] >= len(kinds) - kinds.count("insight")


def test_without_a_warehouse_it_says_what_to_do(own_home: Path) -> None:
    done = CliRunner().invoke(app, ["docs", "demo"])
    assert done.exit_code != 0
    assert not (own_home / "documents").exists()
