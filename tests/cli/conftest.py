"""The tiny demo company in a home that commands can be pointed at."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.founding import found
from ingestion.warehouse import Warehouse


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("asked")
    found(Warehouse(folder), "tiny", 7)
    return folder
