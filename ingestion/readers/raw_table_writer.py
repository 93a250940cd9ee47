"""Rows of text go to a Parquet file in bounded batches: stripped, and empty text becomes null."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingestion.readers.contract import FAULT, ROW, Fault

BATCH_ROWS = 50_000
BATCH_CELLS = 1_000_000  # keeps a batch of a very wide table as small as one of a narrow table
BATCH_CHARACTERS = 32_000_000

Row = Sequence[str | None]


class RawTableWriter:
    """A raw table being written; the file only gets its name when it is whole."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.path, self.columns, self.rows = path, tuple(columns), 0
        self.batch_rows = max(1, min(BATCH_ROWS, BATCH_CELLS // max(1, len(columns))))
        fields = [pa.field(ROW, pa.int64()), pa.field(FAULT, pa.string())]
        self._schema = pa.schema(fields + [pa.field(column, pa.string()) for column in columns])
        self._partial = path.with_suffix(".partial")
        self._file = self._partial.open("wb")
        self._writer = pq.ParquetWriter(self._file, self._schema, compression="zstd", write_statistics=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            self._writer.close()
            self._file.close()
            self._partial.rename(self.path)
        else:
            # The Parquet footer is left out on purpose: nothing can take the torso for a table.
            self._writer.is_open = False
            self._file.close()
            self._partial.unlink(missing_ok=True)

    def write_rows(self, numbers: Sequence[int], faults: Sequence[Fault | None], rows: Sequence[Row]) -> None:
        """Rows of exactly as many cells as there are columns."""
        if rows:
            self.write_columns(numbers, faults, [pa.array(column, pa.string()) for column in zip(*rows, strict=True)])

    def write_columns(self, numbers: Sequence[int], faults: Sequence[Fault | None], columns: Sequence[pa.Array]) -> None:
        """The same, column by column."""
        arrays = [pa.array(numbers, pa.int64()), pa.array(faults, pa.string()), *map(clean, columns)]
        self._writer.write_batch(pa.record_batch(arrays, schema=self._schema))
        self.rows += len(numbers)


def clean(cells: pa.Array) -> pa.Array:
    """The cells without surrounding white space; null where nothing is left."""
    stripped = pc.utf8_trim_whitespace(cells)
    return pc.if_else(pc.equal(pc.binary_length(stripped), 0), pa.scalar(None, pa.string()), stripped)


class RowBatches:
    """Collects single rows and hands them to the writer in batches."""

    def __init__(self, writer: RawTableWriter) -> None:
        self._writer = writer
        self._numbers: list[int] = []
        self._faults: list[Fault | None] = []
        self._rows: list[Row] = []
        self._characters = 0

    def add(self, number: int, row: Row, fault: Fault | None = None) -> bool:
        """Keeps one row; true when this completed a batch."""
        self._numbers.append(number)
        self._faults.append(fault)
        self._rows.append(row)
        self._characters += sum(map(len, filter(None, row)))
        if len(self._rows) >= self._writer.batch_rows or self._characters >= BATCH_CHARACTERS:
            self.flush()
            return True
        return False

    def flush(self) -> None:
        self._writer.write_rows(self._numbers, self._faults, self._rows)
        self._numbers, self._faults, self._rows, self._characters = [], [], [], 0
