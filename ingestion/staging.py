"""Raw tables to typed rows with a verdict: every row read is in the stage, accepted (no verdict) or rejected with its reason."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import duckdb

from ingestion.checks import column_checks, is_strict, raw, verdict_sql
from ingestion.errors import BadMapping
from ingestion.mapping import DERIVED, TARGETS, TableMap, plain
from ingestion.readers.contract import RawTable
from ingestion.reading import DateOrder, Reading, identifier
from ingestion.schema import Column, Table, quote
from ingestion.values import parse

# Without an id of their own, rows of these tables are known by what makes them the same event, whatever else a file tells of them.
_CONTENT_KEYS = {
    "returns": ("return_id", ("order_id", "product_id", "returned_at", "quantity")),
    "shipments": ("shipment_id", ("order_id", "carrier", "shipped_at")),
    "stock_movements": ("movement_id", ("moved_at", "location_id", "product_id", "kind", "quantity")),
    "reviews": ("review_id", ("product_id", "customer_id", "reviewed_at", "rating")),
    "web_events": ("event_id", ("occurred_at", "visitor_id", "event", "product_id")),
}
_DEFAULTS = {("orders", "status"): "delivered", ("sales_lines", "status"): "delivered", ("purchase_orders", "status"): "open"}
_NOTHING = ("null", "nan", "none", "n/a", "#n/a", "#n/d", "<na>", "nat", "\\n", "-", "--")
_CURRENCY_HEADERS = ("currency", "currencycode", "tiente", "loaitien", "matiente", "waehrung", "wahrung", "devise")
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
    """The day a load believes it is, the zone its files' naive times are in, and how dates of each feed were read before."""

    today: date
    timezone: str
    date_orders: dict[str, DateOrder] = field(default_factory=dict)


def stage_type(column: Column) -> str:
    """Money keeps its fractions of a cent until it has been multiplied; the contract rounds it."""
    return "DECIMAL(24,6)" if column.kind == "money" else column.sql_type


def contract_columns(target: Table, names: Iterable[str]) -> str:
    """The columns of a stage as the contract stores them."""
    return ", ".join(f"CAST({name} AS {target[name].sql_type}) AS {name}" for name in names)


def stage_all(connection: duckdb.DuckDBPyConnection, sources: list[Source], clock: Clock) -> list[Stage]:
    """Typed stages in database `stage`, one for each (target, fields) pair."""
    groups: dict[tuple[str, frozenset[str], bool], list[Source]] = {}
    for source in sources:
        groups.setdefault((source.map.target, source.given, source.map.entity), []).append(source)
    stages = []
    for number, ((target, given, entity), members) in enumerate(groups.items()):
        stage = Stage(f"stage.s{number}", TARGETS[target], given, tuple(members), entity)
        columns = ", ".join(f"{column.name} {stage_type(column)}" for column in stage.target.columns)
        connection.execute(f"CREATE TABLE {stage.name} (_source INTEGER, _row BIGINT, _reason VARCHAR, _content UBIGINT, {columns})")
        for feed in _feeds(members):
            _fill(connection, stage, feed, clock)
        _name_by_content(connection, stage)
        stages.append(stage)
    return stages


def _feeds(members: list[Source]) -> list[list[Source]]:
    """Sources with the same headers and map are one feed: how its columns are written is decided once, from all of its files."""
    feeds: dict[tuple[tuple[str, ...], str], list[Source]] = {}
    for source in members:
        like = source.map.model_dump_json(exclude={"source"})
        feeds.setdefault((source.raw.columns, like), []).append(source)
    return list(feeds.values())


def relation(source: Source) -> str:
    """The raw rows of a source as an SQL relation; cells that say nothing in a word are empty."""
    return _relation([source])


def _relation(feed: list[Source]) -> str:
    paths = ", ".join(quote(str(source.raw.path)) for source in feed)
    numbers = ", ".join(str(source.number) for source in feed)
    emptied = "".join(
        f", CASE WHEN {_says_nothing(header)} THEN NULL ELSE {identifier(header)} END AS {identifier(header)}" for header in feed[0].blanked
    )
    replaced = f" REPLACE ({emptied[2:]})" if emptied else ""
    source = f"[{numbers}][list_position([{paths}], _file)] AS _source"
    return f"(SELECT * EXCLUDE (_file){replaced}, {source} FROM read_parquet([{paths}], filename = '_file'))"


def _says_nothing(header: str) -> str:
    return f"lower({identifier(header)}) IN ({', '.join(map(quote, _NOTHING))})"


def _blank_words(connection: duckdb.DuckDBPyConnection, feed: list[Source]) -> None:
    """Find the columns in which other software wrote its word for an empty cell."""
    headers = tuple(dict.fromkeys(feed[0].map.columns.values()))
    counted = ", ".join(f"count(*) FILTER ({_says_nothing(header)})" for header in headers)
    counts = connection.execute(f"SELECT {counted} FROM {_relation(feed)}").fetchone() or ()
    found = {header: count for header, count in zip(headers, counts, strict=True) if count}
    for source in feed:
        source.blanked = tuple(found)
        source.notes += [f"{header}: {count:,} cells like null, n/a or - were taken as empty" for header, count in found.items()]


def _fill(connection: duckdb.DuckDBPyConnection, stage: Stage, feed: list[Source], clock: Clock) -> None:
    _blank_words(connection, feed)
    _one_currency(connection, feed)
    target, first = stage.target, feed[0]
    typed = {name: _typed(connection, feed, target[name], clock) for name in first.map.columns}
    inner = [f"{identifier(header)} AS {raw(name)}" for name, header in first.map.columns.items()]
    inner += [f"{sql} AS {name}" for name, sql in typed.items()]
    content = f"hash({', '.join(identifier(header) for header in first.raw.columns)})"
    outer = [_outer(column, first, clock) for column in target.columns]
    checks = column_checks(target, first.map, clock.today)
    lenient = [name for name in typed if not is_strict(target[name]) and target[name].kind != "text"]
    rows = f"SELECT _source, _row, _fault, {content} AS _content, {', '.join(inner)} FROM {_relation(feed)}"
    connection.execute(f"INSERT INTO {stage.name} SELECT _source, _row, {verdict_sql(checks)}, _content, {', '.join(outer)} FROM ({rows})")
    _count_emptied(connection, feed, lenient, rows)


def _one_currency(connection: duckdb.DuckDBPyConnection, feed: list[Source]) -> None:
    """A column that names the currency of each row must name one: amounts in several cannot be added up."""
    header = next((header for header in feed[0].raw.columns if plain(header) in _CURRENCY_HEADERS), None)
    if header is None or not any(column.kind == "money" for column in feed[0].target.columns if column.name in feed[0].map.columns):
        return
    cell = f"upper(trim({identifier(header)}))"
    rows = connection.execute(f"SELECT DISTINCT {cell} FROM {_relation(feed)} WHERE {cell} IS NOT NULL ORDER BY 1 LIMIT 5").fetchall()
    if len(rows) > 1:
        raise BadMapping(
            f"amounts in several currencies: {', '.join(row[0] for row in rows)}",
            where=f"{feed[0].raw.source}, column {header}",
            remedy="export each currency by itself",
        )


def _typed(connection: duckdb.DuckDBPyConnection, feed: list[Source], column: Column, clock: Clock) -> str:
    first = feed[0]
    header = first.map.columns[column.name]
    memory = f"{hashlib.sha256(repr(first.raw.columns).encode()).hexdigest()[:12]}:{header}"
    parsed = parse(
        Reading(
            connection,
            _relation(feed),
            header,
            column,
            clock.timezone,
            date_order=first.map.date_order,
            remembered=clock.date_orders.get(memory),
            decimal="point" if all(header in source.raw.typed for source in feed) else first.map.decimal,
            decimal_comma=next((source.raw.decimal_comma for source in feed if source.raw.decimal_comma is not None), None),
            others=tuple(other for other in first.raw.columns if other != header),
            words=first.map.values.get(column.name, {}),
        )
    )
    if parsed.date_order:
        clock.date_orders[memory] = parsed.date_order
    if parsed.note:
        for source in feed:
            source.notes.append(f"{header}: {parsed.note}")
    return parsed.sql


def _outer(column: Column, source: Source, clock: Clock) -> str:
    """The expression that fills a target column: the typed cell, a constant of the map, or what the contract derives."""
    name, target = column.name, source.target.name
    constant = source.map.constants.get(name, _DEFAULTS.get((target, name)))
    default = f"CAST({quote(constant)} AS {stage_type(column)})" if constant is not None else "NULL"
    if target in _NAMED_AFTER_KEY and name == "name":
        default = _NAMED_AFTER_KEY[target]
    if target == "stock_levels" and name == "as_of":
        default = f"DATE {quote(clock.today.isoformat())}"
    if name not in source.map.columns:
        return default
    cell = f"try_cast({name} AS {stage_type(column)})"
    supplied = name in DERIVED.get(target, {}) or (target, name) in _DEFAULTS
    return f"coalesce({cell}, {default})" if supplied and default != "NULL" else cell


def _count_emptied(connection: duckdb.DuckDBPyConnection, feed: list[Source], lenient: list[str], rows: str) -> None:
    if not lenient:
        return
    counted = ", ".join(f"count(*) FILTER ({raw(name)} IS NOT NULL AND {name} IS NULL)" for name in lenient)
    by_source = {row[0]: row[1:] for row in connection.execute(f"SELECT _source, {counted} FROM ({rows}) GROUP BY 1").fetchall()}
    for source in feed:
        counts = by_source.get(source.number, (0,) * len(lenient))
        source.emptied = {name: int(count) for name, count in zip(lenient, counts, strict=True) if count}


def _name_by_content(connection: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    """Give rows without an id one made of what makes them the same event and, for equal ones, their count."""
    key, core = _CONTENT_KEYS.get(stage.target.name, ("", ()))
    if not key or key in stage.given:
        return
    connection.execute(
        f"UPDATE {stage.name} AS s SET {key} = named.id FROM ({numbered_digest(stage, core)}) AS named"
        f" WHERE s._source = named._source AND s._row = named._row"
    )


def numbered_digest(stage: Stage, core: Iterable[str]) -> str:
    """SQL for (_source, _row, id): a hash of the core fields; the second equal row of a source gets -2, and so on."""
    cells = ", ".join(f"coalesce(CAST({name} AS VARCHAR), '')" for name in core if name in stage.given)
    digest = f"left(md5(concat_ws(chr(31), '', {cells})), 16)" if cells else "''"
    return (
        f"SELECT _source, _row, digest || CASE WHEN nth > 1 THEN '-' || nth ELSE '' END AS id FROM ("
        f" SELECT _source, _row, digest, row_number() OVER (PARTITION BY _source, digest ORDER BY _row) AS nth"
        f" FROM (SELECT _source, _row, {digest} AS digest FROM {stage.name}))"
    )


def fingerprint(content_hash: str, mapping_text: str) -> str:
    """The identity of a batch: what the file holds and how it was asked to be read."""
    return hashlib.sha256(f"{content_hash}\n{mapping_text}".encode()).hexdigest()
