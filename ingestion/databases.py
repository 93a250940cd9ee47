"""Any SQLAlchemy database as a source: its tables or a map's queries, as raw text, from where the last sync stopped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

from sqlalchemy import Connection, Engine, MetaData, create_engine, inspect, select, text
from sqlalchemy import Table as SqlTable
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from ingestion.errors import BadMapping, Unreachable
from ingestion.mapping import LoadMap, TableMap
from ingestion.presets.catalog import recognise_database
from ingestion.progress import Progress
from ingestion.readers.columns import name_columns
from ingestion.readers.contract import Limits, RawTable
from ingestion.readers.raw_table_writer import RawTableWriter

_FETCH_ROWS = 20_000
_CONNECT_SECONDS = 10


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
        names = inspect(connection).get_table_names()
        chosen = load_map or recognise_database(names)
        if chosen and chosen.tables:
            return _by_map(connection, address, chosen, watermarks, into, progress)
        return Extract(tuple(_whole_table(connection, name, into, progress) for name in sorted(names)), None, ())


def display(url: str) -> str:
    """The address without its password, for messages and the load history."""
    return _parse(url).render_as_string(hide_password=True)


def _parse(url: str) -> URL:
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
            remedy="./oiis extra postgres brings PostgreSQL's",
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


def _engine(address: URL) -> Engine:
    if address.get_backend_name() == "sqlite":
        path = Path(address.database or "")
        if not path.is_file():
            raise Unreachable("there is no such SQLite file", where=str(path), remedy="check the path")
        # A source is only ever read, and never created by a typing error.
        return create_engine(f"sqlite:///file:{path.absolute()}?mode=ro&uri=true")
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


def _read(connection: Connection, table_map: TableMap, name: str, since: str | None, path: Path) -> tuple[RawTable, str | None]:
    if table_map.query is None and table_map.source == "*":
        raise BadMapping(f"the map for {table_map.target} names neither a table (source:) nor a query", remedy="add one")
    quoted = connection.dialect.identifier_preparer.quote(name)
    inner = table_map.query or f"SELECT * FROM {quoted}"
    if not table_map.watermark:
        return _stream(connection, text(inner), {}, name, path, None)
    column = connection.dialect.identifier_preparer.quote(table_map.watermark)
    # From the mark on, the mark included: rows of the same moment may have come later, and merging them again changes nothing.
    condition = f" WHERE {column} >= :since" if since else ""
    return _stream(
        connection, text(f"SELECT * FROM ({inner}) AS fresh{condition}"), {"since": since} if since else {}, name, path, table_map.watermark
    )


def _whole_table(connection: Connection, name: str, into: Path, progress: Progress) -> RawTable:
    progress(f"reading {name}", None)
    table = SqlTable(name, MetaData(), autoload_with=connection)
    raw, _ = _stream(connection, select(table), {}, name, into / f"{len(list(into.iterdir()))}.parquet", None)
    return raw


def _stream(
    connection: Connection, statement: object, parameters: dict[str, str], name: str, path: Path, watermark: str | None
) -> tuple[RawTable, str | None]:
    result = connection.execution_options(stream_results=True, yield_per=_FETCH_ROWS).execute(statement, parameters)  # type: ignore[call-overload]
    columns = name_columns(result.keys(), name, Limits())
    watched = columns.index(watermark) if watermark in columns else None
    newest: str | None = None
    texts: set[int] = set()
    with RawTableWriter(path, columns) as writer:
        for rows in result.partitions(_FETCH_ROWS):
            texts |= {place for row in rows for place, value in enumerate(row) if isinstance(value, str)}
            cells = [[_text(value) for value in row] for row in rows]
            first = writer.rows + 1
            writer.write_rows(range(first, first + len(cells)), [None] * len(cells), cells)
            newest = _newest(newest, cells, watched)
    typed = tuple(column for place, column in enumerate(columns) if place not in texts)
    return RawTable(name, name, path, columns, writer.rows, typed=typed), newest


def _newest(newest: str | None, cells: Sequence[Sequence[str | None]], watched: int | None) -> str | None:
    if watched is None:
        return None
    values = [value for row in cells if (value := row[watched]) is not None]
    return max([*values, *([newest] if newest else [])], default=None)


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
