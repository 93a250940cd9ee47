"""Reading a file in this process, for tests of what is read; tests of the fence use read_file itself."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ingestion.progress import silent
from ingestion.readers.catalog import READERS
from ingestion.readers.choice import choose_reader
from ingestion.readers.contract import FAULT, ROW, RawTable, ReadOptions

Cells = tuple[str | None, ...]


@dataclass(frozen=True)
class Content:
    """A raw table and what its Parquet file holds."""

    table: RawTable
    numbers: list[int]
    faults: list[str | None]
    cells: list[Cells]


def load(table: RawTable) -> Content:
    data = pq.read_table(table.path)
    assert data.column_names == [ROW, FAULT, *table.columns]
    assert data.num_rows == table.rows
    columns = [data.column(place).to_pylist() for place in range(2, data.num_columns)]
    cells = list(zip(*columns, strict=True)) if columns else []
    return Content(table, data.column(ROW).to_pylist(), data.column(FAULT).to_pylist(), cells)


def read_here(source: Path, into: Path, options: ReadOptions | None = None) -> list[Content]:
    into.mkdir(exist_ok=True)
    reader = choose_reader(source, READERS)
    return [load(table) for table in reader.read(source, into, options or ReadOptions(), silent)]


Read = Callable[..., Content]


@pytest.fixture(autouse=True)
def _own_field_limit() -> Iterator[None]:
    before = csv.field_size_limit()
    yield
    csv.field_size_limit(before)


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Writes bytes under a name and reads them back as the one table they hold."""

    def read_bytes(data: bytes, name: str = "data.csv", options: ReadOptions | None = None) -> Content:
        source = tmp_path / name
        source.write_bytes(data)
        (content,) = read_here(source, tmp_path / "into", options)
        return content

    return read_bytes


@pytest.fixture
def data() -> Path:
    """Real files of other people, where there are any."""
    folder = Path(__file__).parents[3].parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real data sets (../shared/data) are not here")
    return folder
