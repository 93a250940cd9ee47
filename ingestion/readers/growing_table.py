"""A raw table whose columns only become known row by row: written in parts, joined at the end when there are several."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.errors import BadFile
from ingestion.readers.byte_source import ByteSource
from ingestion.readers.columns import ColumnNames
from ingestion.readers.contract import FAULT, ROW, Fault
from ingestion.readers.dialect import has_decimal_comma
from ingestion.readers.json_objects import BAD_LINE, Digits, JsonRecord, KeyPath
from ingestion.readers.raw_table_writer import BATCH_CELLS, BATCH_CHARACTERS, BATCH_ROWS, RawTableWriter
from ingestion.readers.wording import count

BAD_LINE_COLUMN = "_line"
SAMPLE_ROWS = 1_000


class GrowingTable:
    """Takes records with any keys; a batch with new columns starts a new part."""

    def __init__(self, into: Path, source: ByteSource) -> None:
        self.path = into / "table.parquet"
        self.bad_rows = self.blank_rows = 0
        self.decimal_comma: bool | None = None
        self._into, self._source = into, source
        self._names = ColumnNames(source.path.name, source.limits)
        self._columns: dict[KeyPath, str] = {}
        self._records: list[JsonRecord] = []
        self._texts: set[KeyPath] = set()  # columns with a cell that was no number
        self._numbers: set[KeyPath] = set()
        self._characters = 0
        self._parts: list[RawTableWriter] = []

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self._columns.values())

    @property
    def typed(self) -> tuple[str, ...]:
        """The columns whose every filled cell was a number."""
        return tuple(name for path, name in self._columns.items() if path in self._numbers and path not in self._texts)

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self._parts)

    def notes(self) -> Iterator[str]:
        if self.blank_rows:
            yield f"{count(self.blank_rows, 'blank row')} skipped"
        if self.bad_rows:
            yield f"{count(self.bad_rows, 'record')} of bad JSON kept as text in column {self._columns[BAD_LINE]}"
        if not self.rows:
            yield "no data rows"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            self._flush()
            self._join()
        elif self._parts:
            self._parts[-1].__exit__(kind, error, trace)

    def add(self, record: JsonRecord) -> bool:
        """Keeps one record; true when this completed a batch."""
        texts = list(filter(None, record.cells.values()))
        if all(map(str.isspace, texts)):
            self.blank_rows += 1
            return False
        self.bad_rows += BAD_LINE in record.cells
        if not self._columns.keys() >= record.cells.keys():
            self._widen(record)
        characters = sum(map(len, texts))
        if characters > self._source.limits.cell_bytes:
            self._check(record)
        self._characters += characters
        self._records.append(record)
        room = min(BATCH_ROWS, BATCH_CELLS // len(self._columns) + 1)
        if len(self._records) < room and self._characters < BATCH_CHARACTERS:
            return False
        self._flush()
        return True

    def _widen(self, record: JsonRecord) -> None:
        for path in record.cells:
            if path not in self._columns:
                self._columns[path] = self._names.add(name_path(path))

    def _check(self, record: JsonRecord) -> None:
        for path, cell in record.cells.items():
            if cell and len(cell) > self._source.limits.cell_bytes:
                raise BadFile(
                    f"a cell is longer than {self._source.limits.cell_bytes:,} characters",
                    where=f"{self._source.path.name}, row {record.number:,}, column {self._columns[path]}",
                    expected="short texts and numbers",
                    remedy="leave this field out of the export, or shorten its texts",
                )

    def _flush(self) -> None:
        if self._parts and not self._records:
            return
        if not self._parts:
            first = self._records[:SAMPLE_ROWS]
            self.decimal_comma = has_decimal_comma(cell.strip() for record in first for cell in record.cells.values() if cell)
        if not self._parts or self._parts[-1].columns != self.columns:
            self._close_part()
            self._parts.append(RawTableWriter(self._into / f"part-{len(self._parts)}.parquet", self.columns))
        self._note_kinds()
        faults: list[Fault | None] = [record.fault for record in self._records]
        columns = [pa.array([record.cells.get(path) for record in self._records], pa.string()) for path in self._columns]
        self._parts[-1].write_columns([record.number for record in self._records], faults, columns)
        self._records, self._characters = [], 0

    def _note_kinds(self) -> None:
        for path in self._columns.keys() - self._texts:
            kinds = {type(cell) for record in self._records if (cell := record.cells.get(path))}
            if kinds - {Digits}:
                self._texts.add(path)
            elif kinds:
                self._numbers.add(path)

    def _close_part(self) -> None:
        if self._parts:
            self._parts[-1].__exit__(None, None, None)

    def _join(self) -> None:
        self._close_part()
        if len(self._parts) == 1:
            self._parts[0].path.rename(self.path)
            return
        with RawTableWriter(self.path, self.columns) as whole:
            for part in self._parts:
                append_part(whole, part.path)


def name_path(path: KeyPath) -> str:
    if path == BAD_LINE:
        return BAD_LINE_COLUMN
    return path if isinstance(path, str) else ".".join(path)


def append_part(whole: RawTableWriter, path: Path) -> None:
    """The rows of a part, whose columns are the first ones of the whole; the others are empty there."""
    with pq.ParquetFile(path) as part:
        for batch in part.iter_batches(whole.batch_rows, use_threads=False):
            known = batch.columns[2:]
            missing = [pa.nulls(batch.num_rows, pa.string())] * (len(whole.columns) - len(known))
            whole.write_columns(batch.column(ROW).to_pylist(), batch.column(FAULT).to_pylist(), [*known, *missing])
    path.unlink()
