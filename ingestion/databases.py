"""Any SQLAlchemy database as a source: its tables or a map's queries, as raw text, from where the last sync stopped."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote as percent_encoded

from sqlalchemy import Connection, Engine, MetaData, create_engine, inspect, select, text
from sqlalchemy import Table as SqlTable
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from ingestion.errors import BadMapping, Unreachable
from ingestion.mapping import TARGETS, LoadMap, TableMap
from ingestion.presets.catalog import recognise_database
from ingestion.progress import Progress
from ingestion.readers.columns import name_columns
from ingestion.readers.contract import Limits, RawTable
from ingestion.readers.raw_table_writer import RawTableWriter

_FETCH_ROWS = 20_000
_CONNECT_SECONDS = 10
_SQLITE = "sqlite:///"
# A value that may be a mark, as drivers give it: it goes back as the same type, or the database would compare text with numbers.
Mark = int | float | str | Decimal | datetime | date


@dataclass(frozen=True)
class Extract:
    """What a database gave: raw tables, the map they are read with, and how far each watched column has come."""

    tables: tuple[RawTable, ...]
    load_map: LoadMap | None
    watermarks: tuple[tuple[str, str], ...]


def extract(url: str, load_map: LoadMap | None, watermarks: dict[str, str], into: Path, progress: Progress) -> Extract:
    """Read a database into raw tables under `into`; rows older than their watermark stay where they are."""
    address = _parse(url)
    with _connected(address) as connection:
        there = inspect(connection)
        names = there.get_table_names()
        chosen = load_map or recognise_database(names)
        if chosen and chosen.tables:
            for table_map in chosen.tables:
                _check_map(table_map, [*names, *there.get_view_names()])
            return _by_map(connection, address, chosen, watermarks, into, progress)
        return Extract(tuple(_whole_table(connection, name, into, progress) for name in sorted(names)), None, ())


def display(url: str) -> str:
    """The address without its password, for messages and the load history."""
    return _parse(url).render_as_string(hide_password=True)


def _parse(url: str) -> URL:
    if url.startswith(_SQLITE) and Path(url.removeprefix(_SQLITE)).is_file():
        return URL.create("sqlite", database=url.removeprefix(_SQLITE))  # a question mark in its name is no query
    try:
        # A bare postgresql:// would ask for the driver of another age.
        return make_url(url.replace("postgresql://", "postgresql+psycopg://", 1))
    except ArgumentError as error:
        raise Unreachable(
            f"{url!r} is no database address", expected="DIALECT://USER:PASSWORD@HOST/NAME, for example sqlite:///shop.sqlite"
        ) from error


@contextmanager
def _connected(address: URL) -> Iterator[Connection]:
    shown = address.render_as_string(hide_password=True)
    try:
        engine = _engine(address)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise Unreachable(
            f"no driver for {address.drivername} ({error})",
            where=shown,
            remedy=_driver(address.get_backend_name()) if isinstance(error, ModuleNotFoundError) else _ADDRESSES,
        ) from error
    try:
        with engine.connect() as connection:
            yield connection
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise Unreachable(
            reason, where=shown, remedy="check that the database runs, the address and the rights, then run it again"
        ) from error
    finally:
        engine.dispose()


_ADDRESSES = "name a database SQLAlchemy knows, such as postgresql+psycopg://, mysql+pymysql:// or sqlite:///"


def _driver(backend: str) -> str:
    """How to come by the driver that is missing."""
    if backend == "postgresql":
        return "./oiis extra postgres installs it"
    if backend in ("mysql", "mariadb"):
        return f"install its driver (.venv/bin/pip install PyMySQL) and write the address as {backend}+pymysql://USER@HOST/NAME"
    return f"install SQLAlchemy's driver for {backend} into .venv and name it in the address, {backend}+DRIVER://USER@HOST/NAME"


def _engine(address: URL) -> Engine:
    if address.get_backend_name() == "sqlite":
        path = Path(address.database or "")
        if not path.is_file():
            raise Unreachable("there is no such SQLite file", where=str(path), remedy="check the path")
        # A source is only ever read, and never created by a typing error.
        place = f"file:{percent_encoded(str(path.absolute()))}?mode=ro"
        return create_engine("sqlite://", creator=lambda: sqlite3.connect(place, uri=True))
    options = {"connect_timeout": _CONNECT_SECONDS} if address.get_backend_name() in ("postgresql", "mysql", "mariadb") else {}
    return create_engine(address, connect_args=options)


def _by_map(connection: Connection, address: URL, load_map: LoadMap, watermarks: dict[str, str], into: Path, progress: Progress) -> Extract:
    tables, moved, maps = [], [], []
    for place, table_map in enumerate(load_map.tables):
        name = table_map.source if table_map.source != "*" else f"{table_map.target}_{place}"
        progress(f"reading {name}", place / len(load_map.tables))
        key = f"{address.render_as_string(hide_password=True)}#{place}:{name}"
        raw, newest = _read(connection, table_map, name, watermarks.get(key), into / f"{place}.parquet")
        tables.append(raw)
        maps.append(table_map.model_copy(update={"source": name, "query": None}))
        if newest:
            moved.append((key, newest))
    return Extract(tuple(tables), load_map.model_copy(update={"tables": tuple(maps)}), tuple(moved))


def _check_map(table_map: TableMap, names: Sequence[str]) -> None:
    where = f"the map for {table_map.target}"
    if table_map.query is None and table_map.source == "*":
        raise BadMapping("it names neither a table (source:) nor a query", where=where, remedy="add one")
    if table_map.query is None and table_map.source not in names:
        raise BadMapping(f"the database has no table {table_map.source!r}", where=where, expected=f"one of {', '.join(sorted(names))}")
    numbered = "line_no" in TARGETS[table_map.target].column_names
    if table_map.watermark and numbered and "line_no" not in table_map.columns:
        raise BadMapping(
            "lines without a number of their own are counted within their order, and a watermark reads only some of them",
            where=where,
            remedy="map line_no, or leave watermark out: then the table is read whole",
        )


def _read(connection: Connection, table_map: TableMap, name: str, since: str | None, path: Path) -> tuple[RawTable, str | None]:
    quoted = connection.dialect.identifier_preparer.quote
    inner = table_map.query or f"SELECT * FROM {quoted(name)}"
    if not table_map.watermark:
        raw, _ = _stream(connection, text(inner), {}, name, path, None)
        return raw, None
    column = _watched(connection, inner, table_map.watermark, name)
    mark = _decode(since) if since else None
    # From the mark on, the mark included: rows of the same moment may have come later, and merging them again changes nothing.
    # A row without a moment could come at any time, so it is always read.
    condition = f" WHERE fresh.{quoted(column)} >= :since OR fresh.{quoted(column)} IS NULL" if mark is not None else ""
    statement = text(f"SELECT * FROM ({inner}) AS fresh{condition}")
    raw, newest = _stream(connection, statement, {} if mark is None else {"since": mark}, name, path, column)
    return raw, None if newest is None else _encode(newest)


def _watched(connection: Connection, inner: str, watermark: str, name: str) -> str:
    """The column of that name: some databases read the name of one that is not there as a text, and find nothing newer, ever."""
    columns: list[str] = list(connection.execute(text(f"SELECT * FROM ({inner}) AS fresh WHERE 1 = 0")).keys())
    found = [column for column in columns if column == watermark] or [
        column for column in columns if column.casefold() == watermark.casefold()
    ]
    if len(found) != 1:
        raise BadMapping(f"there is no column {watermark!r} to watch", where=name, expected=f"watermark is one of {', '.join(columns)}")
    return found[0]


def _whole_table(connection: Connection, name: str, into: Path, progress: Progress) -> RawTable:
    progress(f"reading {name}", None)
    table = SqlTable(name, MetaData(), autoload_with=connection)
    raw, _ = _stream(connection, select(table), {}, name, into / f"{len(list(into.iterdir()))}.parquet", None)
    return raw


def _stream(
    connection: Connection, statement: object, parameters: dict[str, Mark], name: str, path: Path, watermark: str | None
) -> tuple[RawTable, Mark | None]:
    result = connection.execution_options(stream_results=True, yield_per=_FETCH_ROWS).execute(statement, parameters)  # type: ignore[call-overload]
    watched = list(result.keys()).index(watermark) if watermark else None
    columns = name_columns(result.keys(), name, Limits())
    newest: Mark | None = None
    texts: set[int] = set()
    with RawTableWriter(path, columns) as writer:
        for rows in result.partitions(_FETCH_ROWS):
            texts |= {place for row in rows for place, value in enumerate(row) if isinstance(value, str)}
            cells = [[_text(value) for value in row] for row in rows]
            first = writer.rows + 1
            writer.write_rows(range(first, first + len(cells)), [None] * len(cells), cells)
            if watched is not None:
                newest = _newest(newest, (row[watched] for row in rows))
    typed = tuple(column for place, column in enumerate(columns) if place not in texts)
    return RawTable(name, name, path, columns, writer.rows, typed=typed), newest


def _newest(newest: Mark | None, values: Iterable[object]) -> Mark | None:
    """The largest as the database orders them; where numbers and text share a column, text comes after numbers."""
    marks = [value for value in values if isinstance(value, Mark)]
    return max([*marks, *([] if newest is None else [newest])], key=lambda mark: (isinstance(mark, str), mark), default=None)


def _encode(mark: Mark) -> str:
    """A mark as JSON that says its type."""
    return json.dumps({type(mark).__name__: mark if isinstance(mark, int | float | str) else str(mark)})


def _decode(stored: str) -> Mark | None:
    """The mark again; one that cannot be read is none, and the table is read from its beginning."""
    try:
        kind, value = next(iter(json.loads(stored).items()))
    except (ValueError, AttributeError):
        return None
    match kind:
        case "datetime":
            return datetime.fromisoformat(value)
        case "date":
            return date.fromisoformat(value)
        case "Decimal":
            return Decimal(value)
        case _:
            return value if isinstance(value, int | float) else str(value)


def _text(value: object) -> str | None:
    """A database value as a person would write it; bytes (pictures and the like) are left out."""
    match value:
        case None | bytes() | memoryview():
            return None
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.isoformat(sep=" ")
        case date() | time():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case _:
            return str(value)


def probe(url: str) -> str:
    """The address, once the database behind it has answered; raises Unreachable."""
    address = _parse(url)
    with _connected(address) as connection:
        connection.execute(text("SELECT 1"))
    return address.render_as_string(hide_password=True)
