"""Raw tables to typed rows with a verdict: every row read is in the stage, accepted (no verdict) or rejected with its reason."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date

import duckdb

from ingestion.checks import column_checks, is_strict, raw, verdict_sql
from ingestion.mapping import DERIVED, TARGETS, TableMap
from ingestion.readers.contract import RawTable
from ingestion.schema import Column, Table, quote
from ingestion.values import identifier, parse

# Without an id of their own, rows of these tables are known by their content: the same row again is the same event.
_CONTENT_KEYS = {
    "returns": "return_id",
    "shipments": "shipment_id",
    "stock_movements": "movement_id",
    "reviews": "review_id",
    "web_events": "event_id",
}
_DEFAULTS = {("orders", "status"): "delivered", ("sales_lines", "status"): "delivered", ("purchase_orders", "status"): "open"}
_NOTHING = ("null", "nan", "none", "n/a", "#n/a", "#n/d", "<na>", "nat", "\\n", "-", "--")
_NAMED_AFTER_KEY = {"suppliers": "supplier_id", "products": "product_id", "locations": "location_id"}


@dataclass
class Source:
    """One raw table on its way into one target."""

    number: int
    raw: RawTable
    map: TableMap
    fingerprint: str
    notes: list[str] = field(default_factory=list)
    blanked: tuple[str, ...] = ()  # headers with cells that say "nothing" in a word
    emptied: dict[str, int] = field(default_factory=dict)

    @property
    def target(self) -> Table:
        return TARGETS[self.map.target]

    @property
    def given(self) -> frozenset[str]:
        """The fields this source speaks about; the others keep what they were."""
        return frozenset(self.map.columns) | frozenset(self.map.constants)


@dataclass(frozen=True)
class Stage:
    """The typed rows of all sources that fill one target with the same fields."""

    name: str
    target: Table
    given: frozenset[str]
    sources: tuple[Source, ...]
    entity: bool = False


@dataclass(frozen=True)
class Clock:
    """The day a load believes it is, and the zone its files' naive times are in."""

    today: date
    timezone: str


def stage_all(connection: duckdb.DuckDBPyConnection, sources: list[Source], clock: Clock) -> list[Stage]:
    """Typed stages in database `stage`, one for each (target, fields) pair."""
    groups: dict[tuple[str, frozenset[str], bool], list[Source]] = {}
    for source in sources:
        groups.setdefault((source.map.target, source.given, source.map.entity), []).append(source)
    stages = []
    for number, ((target, given, entity), members) in enumerate(groups.items()):
        stage = Stage(f"stage.s{number}", TARGETS[target], given, tuple(members), entity)
        columns = ", ".join(f"{column.name} {column.sql_type}" for column in stage.target.columns)
        connection.execute(f"CREATE TABLE {stage.name} (_source INTEGER, _row BIGINT, _reason VARCHAR, _content UBIGINT, {columns})")
        for source in members:
            _blank_words(connection, source)
            _fill(connection, stage, source, clock)
        _name_by_content(connection, stage)
        stages.append(stage)
    return stages


def relation(source: Source) -> str:
    """The raw rows of a source as an SQL relation; cells that say nothing in a word are empty."""
    rows = f"read_parquet({quote(str(source.raw.path))})"
    if not source.blanked:
        return rows
    cells = (
        f"CASE WHEN {_says_nothing(header)} THEN NULL ELSE {identifier(header)} END AS {identifier(header)}" for header in source.blanked
    )
    return f"(SELECT * REPLACE ({', '.join(cells)}) FROM {rows})"


def _says_nothing(header: str) -> str:
    return f"lower({identifier(header)}) IN ({', '.join(map(quote, _NOTHING))})"


def _blank_words(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Find the columns in which other software wrote its word for an empty cell."""
    headers = tuple(dict.fromkeys(source.map.columns.values()))
    counted = ", ".join(f"count(*) FILTER ({_says_nothing(header)})" for header in headers)
    counts = connection.execute(f"SELECT {counted} FROM {relation(source)}").fetchone() or ()
    found = {header: count for header, count in zip(headers, counts, strict=True) if count}
    source.blanked = tuple(found)
    source.notes += [f"{header}: {count:,} cells like null, n/a or - were taken as empty" for header, count in found.items()]


def _fill(connection: duckdb.DuckDBPyConnection, stage: Stage, source: Source, clock: Clock) -> None:
    target = stage.target
    typed = {name: _typed(connection, source, target[name], clock) for name in source.map.columns}
    inner = [f"{identifier(header)} AS {raw(name)}" for name, header in source.map.columns.items()]
    inner += [f"{sql} AS {name}" for name, sql in typed.items()]
    content = f"hash({', '.join(identifier(header) for header in source.raw.columns)})"
    outer = [_outer(column, source, clock) for column in target.columns]
    checks = column_checks(target, source.map, clock.today)
    lenient = [name for name in typed if not is_strict(target[name]) and target[name].kind != "text"]
    rows = f"SELECT _row, _fault, {content} AS _content, {', '.join(inner)} FROM {relation(source)}"
    connection.execute(
        f"INSERT INTO {stage.name} SELECT {source.number}, _row, {verdict_sql(checks)}, _content, {', '.join(outer)} FROM ({rows})"
    )
    _count_emptied(connection, source, lenient, rows)


def _typed(connection: duckdb.DuckDBPyConnection, source: Source, column: Column, clock: Clock) -> str:
    table_map = source.map
    parsed = parse(
        connection,
        relation(source),
        table_map.columns[column.name],
        column,
        clock.timezone,
        table_map.date_order,
        "point" if table_map.columns[column.name] in source.raw.typed else table_map.decimal,
        table_map.values.get(column.name),
        bool(source.raw.decimal_comma),
        tuple(header for header in source.raw.columns if header != table_map.columns[column.name]),
    )
    if parsed.note:
        source.notes.append(f"{table_map.columns[column.name]}: {parsed.note}")
    return parsed.sql


def _outer(column: Column, source: Source, clock: Clock) -> str:
    """The expression that fills a target column: the typed cell, a constant of the map, or what the contract derives."""
    name, target = column.name, source.target.name
    constant = source.map.constants.get(name, _DEFAULTS.get((target, name)))
    default = f"CAST({quote(constant)} AS {column.sql_type})" if constant is not None else "NULL"
    if target in _NAMED_AFTER_KEY and name == "name":
        default = _NAMED_AFTER_KEY[target]
    if target == "stock_levels" and name == "as_of":
        default = f"DATE {quote(clock.today.isoformat())}"
    if name not in source.map.columns:
        return default
    cell = f"try_cast({name} AS {column.sql_type})"
    return f"coalesce({cell}, {default})" if name in DERIVED.get(target, {}) and default != "NULL" else cell


def _count_emptied(connection: duckdb.DuckDBPyConnection, source: Source, lenient: list[str], rows: str) -> None:
    if not lenient:
        return
    counted = ", ".join(f"count(*) FILTER ({raw(name)} IS NOT NULL AND {name} IS NULL)" for name in lenient)
    counts = connection.execute(f"SELECT {counted} FROM ({rows})").fetchone() or ()
    source.emptied = {name: int(count) for name, count in zip(lenient, counts, strict=True) if count}


def _name_by_content(connection: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    """Give rows without an id one made of their content and, for equal rows, their count."""
    key = _CONTENT_KEYS.get(stage.target.name)
    if key is None or key in stage.given:
        return
    cells = ", ".join(f"coalesce(CAST({name} AS VARCHAR), '')" for name in sorted(stage.given))
    digest = f"left(md5(concat_ws(chr(31), {cells})), 16)"
    connection.execute(
        f"UPDATE {stage.name} AS s SET {key} = named.id FROM ("
        f"  SELECT _source, _row, digest || CASE WHEN nth > 1 THEN '-' || nth ELSE '' END AS id FROM ("
        f"    SELECT _source, _row, digest, row_number() OVER (PARTITION BY _source, digest ORDER BY _row) AS nth"
        f"    FROM (SELECT _source, _row, {digest} AS digest FROM {stage.name}))) AS named"
        f" WHERE s._source = named._source AND s._row = named._row"
    )


def fingerprint(content_hash: str, mapping_text: str) -> str:
    """The identity of a batch: what the file holds and how it was asked to be read."""
    return hashlib.sha256(f"{content_hash}\n{mapping_text}".encode()).hexdigest()
