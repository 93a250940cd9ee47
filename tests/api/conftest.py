"""The tiny demo company, built once, and a server over it for each module of tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ingestion.founding import found
from ingestion.warehouse import Warehouse
from tests.api.stage import Live, live, stage_settings


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with data in it, which no test changes."""
    home = tmp_path_factory.mktemp("company")
    found(Warehouse(home), "tiny", 7)
    return home


@pytest.fixture(scope="module")
def stage(company: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A server that the tests of a module share."""
    with live(stage_settings(company, tmp_path_factory.mktemp("state"))) as opened:
        yield opened


@pytest.fixture
def client(stage: Live) -> Iterator[httpx.Client]:
    with stage.client() as opened:
        yield opened
