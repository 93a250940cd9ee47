"""The `query:` of a map over raw tables: one SELECT in a database that sees these tables and nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

import duckdb

from ingestion.errors import BadMapping
from ingestion.readers.columns import name_columns
from ingestion.readers.contract import FAULT, ROW, Fault, Limits, RawTable
from ingestion.schema import quote

_PATTERN = re.compile(r"{(.*?)}")
# What is the query's fault; a full disk or memory is not.
_FAULTS = (duckdb.ProgrammingError, duckdb.DataError, duckdb.NotSupportedError, duckdb.PermissionException)
_MEMORY, _THREADS, _BATCH_ROWS = "2GB", 2, 50_000


def is_called(name: str, pattern: str) -> bool:
    """Whether a table or file has this name, or one that the wildcards in it allow."""
    return name.casefold() == pattern.casefold() or fnmatchcase(name.casefold(), pattern.casefold())


def patterns(query: str | None) -> list[str]:
    """The `{pattern}` places of a query, each standing for the raw tables it matches."""
    return _PATTERN.findall(query or "")


@dataclass(frozen=True)
class _View:
    name: str
    paths: tuple[Path, ...]


def run_query(query: str, tables: Sequence[RawTable], raw: RawTable, into: Path) -> RawTable:
    """A raw table made of others, as text; BadMapping when the query is not one SELECT over them."""
    sql, views = _over_views(query, tables, raw.source)
    into.mkdir()
    try:
        with duckdb.connect(":memory:", config={"threads": _THREADS, "memory_limit": _MEMORY}) as connection:
            _lock(connection, views, into)
            _check(connection, sql, raw.source)
            return _copy(connection.execute(sql), raw, into / "table.parquet")
    except _FAULTS as error:
        reason = str(error).splitlines()[0]
        raise BadMapping(f"the query of the map fails ({reason})", where=raw.source, remedy="correct the map") from error


def _over_views(query: str, tables: Sequence[RawTable], where: str) -> tuple[str, list[_View]]:
    views: list[_View] = []

    def view(match: re.Match[str]) -> str:
        paths = tuple(table.path for table in tables if is_called(table.name, match[1]))
        if not paths:
            raise BadMapping(f"the map needs a table called {match[1]}", where=where, remedy="load all of its files together")
        views.append(_View(f"raw_{len(views)}", paths))
        return views[-1].name

    return _PATTERN.sub(view, query), views


def _lock(connection: duckdb.DuckDBPyConnection, views: Sequence[_View], into: Path) -> None:
    """A map comes from someone else: its query reads the raw tables, and no other file, address or setting."""
    for view in views:
        paths = ", ".join(quote(str(path)) for path in view.paths)
        connection.execute(f"CREATE VIEW {view.name} AS SELECT * FROM read_parquet([{paths}], union_by_name = true)")
    readable = sorted({str(path) for view in views for path in view.paths})
    connection.execute(f"SET temp_directory = {quote(str(into / 'spill'))}")
    connection.execute(f"SET allowed_paths = [{', '.join(map(quote, readable))}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _check(connection: duckdb.DuckDBPyConnection, sql: str, where: str) -> None:
    statements = connection.extract_statements(sql)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        kinds = ", ".join(statement.type.name for statement in statements) or "nothing"
        raise BadMapping(
            f"the query of the map is {kinds}", where=where, expected="one SELECT over raw tables, written {name}", remedy="correct the map"
        )


def _copy(result: duckdb.DuckDBPyConnection, raw: RawTable, path: Path) -> RawTable:
    from ingestion.readers.arrow_text import to_text
    from ingestion.readers.parquet_copy import is_typed
    from ingestion.readers.raw_table_writer import RawTableWriter

    batches = result.to_arrow_reader(_BATCH_ROWS)
    places = [place for place, name in enumerate(batches.schema.names) if name not in (ROW, FAULT)]
    columns = name_columns((batches.schema.names[place] for place in places), raw.source, Limits())
    # A column that is handed through as text is still what it was in its source.
    typed = tuple(name for name, place in zip(columns, places, strict=True) if is_typed(batches.schema.types[place]) or name in raw.typed)
    with RawTableWriter(path, columns) as writer:
        for batch in batches:
            there = batch.schema.names
            first = writer.rows + 1
            numbers = batch.column(ROW).to_pylist() if ROW in there else list(range(first, first + batch.num_rows))
            faults: list[Fault | None] = batch.column(FAULT).to_pylist() if FAULT in there else [None] * batch.num_rows
            writer.write_columns(numbers, faults, [to_text(batch.column(place))[0] for place in places])
    return replace(raw, path=path, columns=columns, rows=writer.rows, typed=typed)
