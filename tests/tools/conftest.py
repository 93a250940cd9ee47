"""The tiny demo company, built once for all tests of tools."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.founding import found
from ingestion.warehouse import Warehouse
from tools.contract import ToolContext
from tools.query.served import serve_snapshot


@pytest.fixture(scope="session")
def tiny_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny_company")
    found(Warehouse(folder), "tiny", 7)
    return folder


@pytest.fixture
def context(tiny_home: Path) -> ToolContext:
    return ToolContext(serve_snapshot(Warehouse(tiny_home).snapshot()))
