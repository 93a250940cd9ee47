"""A snapshot out again, as files anybody can open: Parquet exactly as stored, or CSV that is safe to open in a spreadsheet."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from ingestion.errors import BadMapping
from ingestion.progress import Progress, silent
from ingestion.schema import TABLE_NAMES, Table, quote, table
from ingestion.warehouse import Snapshot, open_readonly

Format = Literal["parquet", "csv"]


def export(snapshot: Snapshot, folder: Path, file_format: Format, tables: tuple[str, ...] = (), progress: Progress = silent) -> list[Path]:
    """Write the chosen tables (all that have rows when none is named), one file each."""
    unknown = [name for name in tables if name not in TABLE_NAMES]
    if unknown:
        raise BadMapping(f"there is no table {unknown[0]!r}", expected=f"one of {', '.join(TABLE_NAMES)}")
    chosen = tables or tuple(name for name, rows in snapshot.card.rows.items() if rows)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    with open_readonly(snapshot.database) as connection:
        for place, name in enumerate(chosen):
            progress(f"writing {name}", place / len(chosen))
            path = folder / f"{name}.{file_format}"
            options = "FORMAT parquet, COMPRESSION zstd" if file_format == "parquet" else "FORMAT csv, HEADER"
            connection.execute(f"COPY ({_select(table(name), file_format)}) TO {quote(str(path))} ({options})")
            written.append(path)
    return written


def _select(source: Table, file_format: Format) -> str:
    order = ", ".join(source.key)
    if file_format == "parquet":
        return f"SELECT * FROM {source.name} ORDER BY {order}"
    cells = (f"{_harmless(column.name)} AS {column.name}" if column.kind in ("id", "text") else column.name for column in source.columns)
    return f"SELECT {', '.join(cells)} FROM {source.name} ORDER BY {order}"


def _harmless(name: str) -> str:
    """Text a spreadsheet would take for a formula gets a leading quote mark."""
    return f"CASE WHEN regexp_matches({name}, '^[-=+@\\t\\r\\x00]') THEN '''' || {name} ELSE {name} END"
