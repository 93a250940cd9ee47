"""The tiny demo company, built once."""

from __future__ import annotations

import pytest

from ingestion.founding import found
from ingestion.warehouse import Warehouse
from tools.query.served import Served, serve_snapshot


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    warehouse = Warehouse(tmp_path_factory.mktemp("demo"))
    found(warehouse, "tiny", 7)
    return warehouse


@pytest.fixture(scope="session")
def served(demo: Warehouse) -> Served:
    return serve_snapshot(demo.snapshot())
