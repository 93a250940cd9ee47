"""The tiny demo company and its papers, made once."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from ingestion.founding import found
from ingestion.warehouse import Snapshot, Warehouse, open_readonly
from knowledge.demo.found import papers_for
from knowledge.demo.paper import Paper


@pytest.fixture(scope="session")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    warehouse = Warehouse(tmp_path_factory.mktemp("library_company"))
    found(warehouse, "tiny", 7)
    return warehouse.snapshot()


@pytest.fixture(scope="session")
def papers(snapshot: Snapshot) -> tuple[Paper, ...]:
    return papers_for(snapshot)


class Frames:
    """Tables of the warehouse as pandas frames, times on the clock of the business: the independent way of counting."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._database: Path = snapshot.database
        self._zone = snapshot.card.company.timezone

    def __getitem__(self, table: str) -> pd.DataFrame:
        with open_readonly(self._database) as connection:
            frame = connection.execute(f"SELECT * FROM {table}").df()
        for column in frame.columns:
            if column.endswith("_at"):
                frame[column] = pd.to_datetime(frame[column]).dt.tz_localize("UTC").dt.tz_convert(self._zone).dt.tz_localize(None)
        return frame


@pytest.fixture(scope="session")
def frames(snapshot: Snapshot) -> Frames:
    return Frames(snapshot)
