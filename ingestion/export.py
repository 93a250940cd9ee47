"""A snapshot out again, as files anybody can open: Parquet exactly as stored, or CSV that is safe to open in a spreadsheet.

What is exported says all of what is stored: loading it gives the same rows, in any time zone and from both formats.
"""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path
from typing import Literal

import duckdb

from ingestion.errors import BadMapping
from ingestion.progress import Progress, silent
from ingestion.readers.contract import RawTable
from ingestion.reading import identifier
from ingestion.schema import TABLE_NAMES, TABLES, Column, Table, quote, table
from ingestion.versions import full
from ingestion.warehouse import Snapshot, open_readonly

Format = Literal["parquet", "csv"]
# What a spreadsheet would run. Text that looks like such a cell made harmless is quoted once more, so that it comes back.
_RUNS = quote(r"^'*[-=+@\t\r\x00]")
_QUOTED = quote(r"^'+[-=+@\t\r\x00]")


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
            _copy(connection, _select(table(name), file_format), path, file_format)
            written.append(path)
    return written


def _copy(connection: duckdb.DuckDBPyConnection, rows: str, path: Path, file_format: Format) -> None:
    options = "FORMAT parquet, COMPRESSION zstd" if file_format == "parquet" else "FORMAT csv, HEADER"
    try:
        connection.execute(f"COPY ({rows}) TO {quote(str(path))} ({options})")
    except duckdb.IOException as error:
        if "No space left" in str(error):
            raise full(path.parent) from error
        raise OSError(errno.EIO, str(error).splitlines()[0], str(path)) from error


def _select(source: Table, file_format: Format) -> str:
    write = _as_parquet if file_format == "parquet" else _as_csv
    cells = ", ".join(f"{write(column)} AS {column.name}" for column in source.columns)
    return f"SELECT {cells} FROM {source.name} ORDER BY {', '.join(f'{source.name}.{name}' for name in source.key)}"


def _as_parquet(column: Column) -> str:
    return f"{column.name} AT TIME ZONE 'UTC'" if column.kind == "timestamp" else column.name


def _as_csv(column: Column) -> str:
    """Moments with their zone, and text that no spreadsheet takes for a formula: it gets a leading quote mark."""
    name = column.name
    if column.kind == "timestamp":
        return f"replace(CAST({name} AS VARCHAR), ' ', 'T') || 'Z'"
    if column.kind in ("id", "text"):
        return f"CASE WHEN regexp_matches({name}, {_RUNS}) THEN chr(39) || {name} ELSE {name} END"
    return name


def undo_quotes(raw: RawTable) -> RawTable:
    """A raw table as it was before a CSV export made its text harmless; any other table as it is."""
    ours = raw.source.casefold().endswith(".csv") and any(set(raw.columns) <= set(each.column_names) for each in TABLES)
    if not ours:
        return raw
    relation = f"read_parquet({quote(str(raw.path))})"
    found = " OR ".join(f"regexp_matches({identifier(name)}, {_QUOTED})" for name in raw.columns)
    connection = duckdb.connect(config={"threads": 2})
    try:
        if not (connection.execute(f"SELECT count(*) FROM {relation} WHERE {found}").fetchone() or (0,))[0]:
            return raw
        path = raw.path.with_name(f"{raw.path.stem}-unquoted.parquet")
        cells = ", ".join(f"{_bare(name)} AS {name}" for name in map(identifier, raw.columns))
        connection.execute(f"COPY (SELECT * REPLACE ({cells}) FROM {relation}) TO {quote(str(path))} (FORMAT parquet)")
    finally:
        connection.close()
    return replace(raw, path=path)


def _bare(name: str) -> str:
    return f"CASE WHEN regexp_matches({name}, {_QUOTED}) THEN substr({name}, 2) ELSE {name} END"
