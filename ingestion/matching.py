"""Raw tables to sources: which table map reads which foreign table, from a map file, a preset or the headers themselves."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path

import duckdb

from ingestion.errors import BadMapping
from ingestion.mapping import TARGETS, ColumnEvidence, LoadMap, TableMap, needed, plain, propose
from ingestion.presets.catalog import recognise
from ingestion.readers.contract import RawTable
from ingestion.schema import quote
from ingestion.staging import Source
from ingestion.values import looks


@dataclass(frozen=True)
class Batch:
    """Raw tables that came in together, each with the identity of its source, and what the source knows about itself."""

    tables: tuple[tuple[RawTable, str], ...]
    load_map: LoadMap | None
    skipped: tuple[str, ...] = ()
    optional: bool = False  # tables that nothing explains are passed over (and named), as in a database full of other things
    watermarks: tuple[tuple[str, str], ...] = ()


def match_sources(connection: duckdb.DuckDBPyConnection, batch: Batch, scratch: Path) -> list[Source]:
    """A source for every raw table; one that nothing explains stops the load with the nearest map."""
    load_map = map_of(batch)
    sources: list[Source] = []
    table_maps = load_map.tables if load_map else ()
    for table_map in table_maps:
        sources += _from_map(connection, batch, table_map, len(sources), scratch)
    used = {raw.path for raw, _ in batch.tables if _is_used(raw, table_maps)}
    for raw, mark in batch.tables:
        if raw.path not in used and (proposal := _propose(connection, batch, raw, load_map)):
            sources.append(Source(len(sources), raw, proposal, mark, list(raw.notes)))
    if not sources:
        names = ", ".join(raw.name for raw, _ in batch.tables)
        raise BadMapping(f"none of the tables fits the contract: {names}", remedy="say how they are read with --map FILE (docs/data.md)")
    return sources


def _propose(connection: duckdb.DuckDBPyConnection, batch: Batch, raw: RawTable, load_map: LoadMap | None) -> TableMap | None:
    try:
        return propose(raw.name, raw.source, _evidence(connection, raw), load_map.only if load_map else None)
    except BadMapping:
        if batch.optional:
            return None
        raise


def map_of(batch: Batch) -> LoadMap | None:
    """The map a batch is read with, when its headers are those of a preset."""
    return batch.load_map or recognise(raw.columns for raw, _ in batch.tables)


def _is_used(raw: RawTable, table_maps: tuple[TableMap, ...]) -> bool:
    return any(_speaks_of(table_map, raw) or _queries(table_map, raw) for table_map in table_maps)


def _speaks_of(table_map: TableMap, raw: RawTable) -> bool:
    return any(fnmatch(name.casefold(), table_map.source.casefold()) for name in (raw.name, raw.source))


def _queries(table_map: TableMap, raw: RawTable) -> bool:
    return any(fnmatch(raw.name.casefold(), pattern.casefold()) for pattern in re.findall(r"{(.*?)}", table_map.query or ""))


def _from_map(connection: duckdb.DuckDBPyConnection, batch: Batch, table_map: TableMap, start: int, scratch: Path) -> list[Source]:
    spoken = [(raw, mark) for raw, mark in batch.tables if _speaks_of(table_map, raw)]
    if table_map.query and "{" in table_map.query and spoken:
        raw, mark = spoken[0]
        spoken = [(_query(connection, batch, table_map, raw, scratch / f"query{start}.parquet"), mark)]
    return [Source(start + place, raw, _resolve(table_map, raw), mark, list(raw.notes)) for place, (raw, mark) in enumerate(spoken)]


def _resolve(table_map: TableMap, raw: RawTable) -> TableMap:
    """The map with the headers this table really has: `A|B` takes the one that is there; an optional one may be absent."""
    there = {plain(header): header for header in raw.columns}
    columns = {}
    for field, wanted in table_map.columns.items():
        found = next((there[plain(name)] for name in wanted.split("|") if plain(name) in there), None)
        if found:
            columns[field] = found
        elif field in needed(TARGETS[table_map.target]):
            raise BadMapping(
                f"the column {wanted!r} for {field} is not there",
                where=raw.source,
                expected=f"one of {', '.join(raw.columns)}",
                remedy="correct the map file or the preset",
            )
    return table_map.model_copy(update={"columns": columns})


def _query(connection: duckdb.DuckDBPyConnection, batch: Batch, table_map: TableMap, raw: RawTable, into: Path) -> RawTable:
    """A raw table made of others: `{pattern}` in the query stands for every raw table whose name matches."""

    def relation(match: re.Match[str]) -> str:
        paths = [table.path for table, _ in batch.tables if fnmatch(table.name.casefold(), match[1].casefold())]
        if not paths:
            raise BadMapping(f"the preset needs a table called {match[1]}", where=raw.source, remedy="load all of its files together")
        return f"read_parquet([{', '.join(quote(str(path)) for path in paths)}], union_by_name = true)"

    sql = re.sub(r"{(.*?)}", relation, table_map.query or "")
    connection.execute(f"COPY ({sql}) TO {quote(str(into))} (FORMAT parquet)")
    described = connection.execute(f"DESCRIBE SELECT * FROM read_parquet({quote(str(into))})").fetchall()
    count = connection.execute(f"SELECT count(*) FROM read_parquet({quote(str(into))})").fetchone()
    columns = tuple(str(row[0]) for row in described if not str(row[0]).startswith("_"))
    return replace(raw, path=into, columns=columns, rows=int(count[0]) if count else 0)


def _evidence(connection: duckdb.DuckDBPyConnection, raw: RawTable) -> dict[str, ColumnEvidence]:
    relation = f"read_parquet({quote(str(raw.path))})"
    return {header: ColumnEvidence(*shares) for header, shares in looks(connection, relation, raw.columns).items()}
