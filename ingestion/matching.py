"""Raw tables to sources: which table map reads which foreign table, from a map file, a preset or the headers themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

import duckdb

from ingestion.errors import BadMapping
from ingestion.likeness import ColumnEvidence
from ingestion.mapping import TARGETS, LoadMap, TableMap, needed, plain
from ingestion.presets.catalog import recognise
from ingestion.proposing import nearest, propose
from ingestion.raw_query import is_called, patterns, run_query
from ingestion.readers.contract import RawTable
from ingestion.reading import identifier
from ingestion.schema import quote
from ingestion.staging import Source
from ingestion.values import looks

_SAMPLE_ROWS = 5_000
_MISSPELT, _SIMILAR = 80, 60  # how alike (of 100) two headers are when one is a slip for the other, or may be


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
    table_maps = load_map.tables if load_map else ()
    used = {raw.path for raw, _ in batch.tables if _is_used(raw, table_maps)}
    idle = _check_entries(batch, used) if batch.load_map else []
    sources: list[Source] = []
    for table_map in table_maps:
        sources += _from_map(batch, table_map, len(sources), scratch)
    for raw, mark in batch.tables:
        if raw.path not in used and (proposal := _propose(connection, batch, raw, load_map)):
            sources.append(Source(len(sources), raw, proposal, mark, list(raw.notes)))
    if not sources:
        names = ", ".join(raw.name for raw, _ in batch.tables)
        raise BadMapping(f"none of the tables fits the contract: {names}", remedy="say how they are read with --map FILE (docs/data.md)")
    for source in sources:
        source.notes += _price_note(source)
    sources[0].notes += idle
    return sources


def _check_entries(batch: Batch, used: set[Path]) -> list[str]:
    """Notes on entries of the given map that found no table; BadMapping when a table would be guessed instead of read by them."""
    if batch.load_map is None:
        return []
    idle = [
        f"tables[{number}] ({table_map.target}, source: {table_map.source!r})"
        for number, table_map in enumerate(batch.load_map.tables)
        if not any(_speaks_of(table_map, raw) for raw, _ in batch.tables) and not _was_read_before(table_map, batch.skipped)
    ]
    guessed = [raw for raw, _ in batch.tables if raw.path not in used]
    if idle and guessed:
        raise BadMapping(
            f"the map's {idle[0]} matches none of the tables, and it has no entry for {', '.join(raw.name for raw in guessed)}",
            where=guessed[0].source,
            expected=f"source: one of {', '.join(raw.name for raw, _ in batch.tables)}; * and ? are wildcards",
            remedy="correct source: in the map, or load the other tables without it",
        )
    return [f"the map's {entry} found no table here" for entry in idle]


def _was_read_before(table_map: TableMap, skipped: Sequence[str]) -> bool:
    """Whether the table an entry is for may be in a file that was loaded before; which sheets a workbook had is not known any more."""
    return any(
        is_called(name, table_map.source) or is_called(name.partition(".")[0], table_map.source) or PurePath(name).suffix.lower() == ".xlsx"
        for name in skipped
    )


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
    return any(is_called(name, table_map.source) for name in (raw.name, raw.source))


def _queries(table_map: TableMap, raw: RawTable) -> bool:
    return any(is_called(raw.name, pattern) for pattern in patterns(table_map.query))


def _from_map(batch: Batch, table_map: TableMap, start: int, scratch: Path) -> list[Source]:
    spoken = [(raw, mark) for raw, mark in batch.tables if _speaks_of(table_map, raw)]
    if table_map.query and spoken:
        raw, mark = spoken[0]
        if not patterns(table_map.query):
            raise BadMapping(
                f"the query for {table_map.target} names no raw table",
                where=raw.source,
                expected="SELECT ... FROM {name}; a query without names is for ./oiis data sync",
                remedy="correct the map, or name another preset",
            )
        spoken = _ask(table_map.query, batch, spoken, scratch / f"query{start}")
    sources = []
    for place, (raw, mark) in enumerate(spoken):
        resolved, notes = _resolve(table_map, raw)
        sources.append(Source(start + place, raw, resolved, mark, [*raw.notes, *notes]))
    return sources


def _ask(query: str, batch: Batch, spoken: list[tuple[RawTable, str]], into: Path) -> list[tuple[RawTable, str]]:
    """The result of a query over the whole batch; one over `{*}` is asked of each table by itself."""
    if set(patterns(query)) == {"*"}:
        return [(run_query(query, [raw], raw, into.with_name(f"{into.name}-{place}")), mark) for place, (raw, mark) in enumerate(spoken)]
    raw, mark = spoken[0]
    return [(run_query(query, [table for table, _ in batch.tables], raw, into), mark)]


def _resolve(table_map: TableMap, raw: RawTable) -> tuple[TableMap, list[str]]:
    """The map with the headers this table really has, and notes on what is absent: `A|B` takes the one that is there."""
    columns = {field: header for field, wanted in table_map.columns.items() if (header := _find(wanted, raw.columns))}
    free = [header for header in raw.columns if header not in columns.values()]
    absent = [(field, wanted) for field, wanted in table_map.columns.items() if field not in columns]
    required = needed(TARGETS[table_map.target])
    notes = [note for field, wanted in absent if (note := _absence(field, wanted, free, raw, field in required))]
    return table_map.model_copy(update={"columns": columns}), notes


def _find(wanted: str, headers: Sequence[str]) -> str | None:
    """The header that is meant: exactly, or else without case, accents and separators."""
    there = {plain(header): header for header in reversed(headers)}
    names = wanted.split("|")
    exact = next((name for name in names if name in headers), None)
    return exact or next((there[plain(name)] for name in names if plain(name) in there), None)


def _absence(field: str, wanted: str, free: Sequence[str], raw: RawTable, required: bool) -> str | None:
    """A note on a header that is not there; BadMapping where it is needed, or where one that nothing reads is the same but for a slip."""
    near = max(filter(None, (nearest(name, free) for name in wanted.split("|"))), key=lambda pair: pair[1], default=("", 0.0))
    if required or near[1] >= _MISSPELT:
        hint = f"; did you mean {near[0]!r}?" if near[1] >= _SIMILAR else ""
        raise BadMapping(
            f"the column {wanted!r} for {field} is not there{hint}",
            where=raw.source,
            expected=f"one of {', '.join(raw.columns)}",
            remedy="correct the map file or the preset",
        )
    return f"{field}: no column {wanted!r} here; the nearest is {near[0]!r}, which is not used" if near[1] >= _SIMILAR else None


def _price_note(source: Source) -> list[str]:
    """Sales without money are counted, but bring no revenue; which columns were left tells why."""
    priced = {"unit_price", "net_amount"} & source.given
    if priced or source.target.name not in ("sales_lines", "order_lines"):
        return []
    unused = ", ".join(header for header in source.raw.columns if header not in source.map.columns.values()) or "none"
    return [f"no price or amount column was found; columns not used: {unused}"]


def _evidence(connection: duckdb.DuckDBPyConnection, raw: RawTable) -> dict[str, ColumnEvidence]:
    relation = f"read_parquet({quote(str(raw.path))})"
    listed = (f"coalesce(avg(CAST(regexp_matches({identifier(header)}, '^\\[\\s*\\{{') AS INT)), 0)" for header in raw.columns)
    filled = (f"coalesce(count({identifier(header)}) / nullif(count(*), 0), 1)" for header in raw.columns)
    row = connection.execute(f"SELECT {', '.join([*listed, *filled])} FROM (FROM {relation} LIMIT {_SAMPLE_ROWS})").fetchone() or ()
    shares = looks(connection, relation, raw.columns)
    return {
        header: ColumnEvidence(*shares[header], float(row[place]), float(row[place + len(raw.columns)]))
        for place, header in enumerate(raw.columns)
    }
