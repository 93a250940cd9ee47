"""Copies a Parquet file of any types into a raw table of text, batch by batch."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingestion.errors import BadFile
from ingestion.progress import Progress
from ingestion.readers.arrow_text import to_text
from ingestion.readers.columns import name_columns
from ingestion.readers.contract import Fault, Limits, RawTable
from ingestion.readers.raw_table_writer import RawTableWriter


def copy_as_text(source: Path, into: Path, limits: Limits, progress: Progress) -> RawTable:
    """The whole file, or BadFile when it is damaged."""
    try:
        return copy_batches(source, into, limits, progress)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowCapacityError, UnicodeDecodeError) as error:
        raise damaged(source, str(error)) from error
    except OSError as error:
        if error.errno is not None:  # the disk failed, not the file
            raise
        raise damaged(source, str(error)) from error


def copy_batches(source: Path, into: Path, limits: Limits, progress: Progress) -> RawTable:
    # Buffered reading asks for pages as they are needed instead of holding whole row groups.
    with pq.ParquetFile(source, buffer_size=1 << 20, pre_buffer=False, page_checksum_verification=True) as file:
        check_size(file, source, limits)
        promised = file.metadata.num_rows
        columns = name_columns(file.schema_arrow.names, source.name, limits)
        typed = tuple(name for name, kind in zip(columns, file.schema_arrow.types, strict=True) if is_typed(kind))
        with RawTableWriter(into / "table.parquet", columns) as writer:
            for batch in file.iter_batches(writer.batch_rows, use_threads=False):
                write_batch(writer, batch, source.name, limits)
                progress(f"reading {source.name}", writer.rows / max(1, promised))
            if writer.rows != promised:
                raise damaged(source, f"{promised:,} rows promised, {writer.rows:,} there")
    notes = () if writer.rows else ("no data rows",)
    return RawTable(source.stem, source.name, writer.path, columns, writer.rows, notes, typed=typed)


def is_typed(kind: pa.DataType) -> bool:
    return any(test(kind) for test in (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_temporal))


def check_size(file: pq.ParquetFile, source: Path, limits: Limits) -> None:
    groups = (file.metadata.row_group(place) for place in range(file.metadata.num_row_groups))
    expanded = sum(group.total_byte_size for group in groups)
    if expanded > limits.expanded_bytes:
        raise BadFile(
            f"the file unfolds to {expanded:,} bytes",
            where=source.name,
            expected=f"at most {limits.expanded_bytes:,}",
            remedy="split the file by date and load the parts",
        )


def write_batch(writer: RawTableWriter, batch: pa.RecordBatch, where: str, limits: Limits) -> None:
    """One batch as text, its rows counted from 1."""
    first = writer.rows + 1
    faults: dict[int, Fault] = {}
    texts = []
    for name, cells in zip(writer.columns, batch.columns, strict=True):
        text, damage = to_text(cells)
        check_cells(text, where, name, first, limits)
        faults |= damage
        texts.append(text)
    writer.write_columns(range(first, first + batch.num_rows), [faults.get(row) for row in range(batch.num_rows)], texts)


def check_cells(text: pa.Array, where: str, column: str, first: int, limits: Limits) -> None:
    lengths = pc.binary_length(text)
    if (pc.max(lengths).as_py() or 0) > limits.cell_bytes:
        row = first + pc.index(pc.fill_null(pc.greater(lengths, limits.cell_bytes), False), True).as_py()
        raise BadFile(
            f"a cell is longer than {limits.cell_bytes:,} bytes",
            where=f"{where}, row {row:,}, column {column}",
            expected="short texts and numbers",
            remedy="leave this column out of the export, or shorten its texts",
        )


def damaged(source: Path, reason: str) -> BadFile:
    return BadFile(
        f"this Parquet file is damaged or was not written whole ({' '.join(reason.split())[:200]})",
        where=source.name,
        expected="a complete Parquet file",
        remedy="export or copy the file again",
    )
