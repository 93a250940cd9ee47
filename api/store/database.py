"""One way to the database for every part of the store: blocks that write, blocks that read, errors with a name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, Table, create_engine, make_url
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api.store import sqlite
from api.store.errors import BadAddress, Damaged, StorageFull, StoreError, Unreachable
from api.store.holder import Holder, hold
from api.store.limits import Limits
from api.store.migrate import upgrade

# SQLite's result codes: busy, locked, read-only, input/output, corrupt, full, cannot open, not a database.
_SQLITE_MEANINGS: dict[int, type[StoreError]] = {
    5: Unreachable,
    6: Unreachable,
    8: BadAddress,
    10: Unreachable,
    11: Damaged,
    13: StorageFull,
    14: BadAddress,
    26: Damaged,
}
_FORMS = "a path, sqlite:///PATH or postgresql://USER@HOST/NAME"
_POSTGRESQL_WAITS = "-c lock_timeout=10000 -c statement_timeout=30000"
_REMEDIES: dict[type[StoreError], str] = {
    Unreachable: "try again; if it stays, see whether the database runs and the disk answers",
    BadAddress: "see whether this account may write there",
    Damaged: "it was left as it is: restore it from a backup",
    StorageFull: "nothing was changed: free some space, then try again",
}


def utc_now() -> datetime:
    """The clock of a store when no other is given."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Database:
    """An open database: `write` commits at the end of its block or does nothing, `read` sees one state and cannot write."""

    place: str
    writer: Engine
    reader: Engine
    holder: Holder | None
    limits: Limits
    now: Callable[[], datetime] = field(default=utc_now)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with named_errors(self.place), self.writer.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with named_errors(self.place), self.reader.begin() as connection:
            yield connection

    def close(self) -> None:
        self.reader.dispose()
        self.writer.dispose()
        if self.holder:
            self.holder.let_go()


def open_database(address: str | Path, limits: Limits, now: Callable[[], datetime]) -> Database:
    """The database at a path or URL, brought to the newest layout."""
    url = _url(address)
    if url.get_backend_name() == "postgresql":
        return _open_postgresql(url, limits, now)
    return _open_sqlite(Path(url.database or ""), limits, now)


@contextmanager
def named_errors(place: str) -> Iterator[None]:
    """Tell a full disk, a lost server and a damaged file apart; a fault of ours stays what it is."""
    try:
        yield
    except PoolTimeout as error:
        raise Unreachable(f"{place} is too busy to answer in time. Next: try again.") from error
    except DBAPIError as error:
        meaning = _meaning(error)
        if meaning is None:
            raise
        raise meaning(f"{place}: {str(error.orig).strip()}. Next: {_REMEDIES[meaning]}.") from error


def put(connection: Connection, table: Table, key: Sequence[str], values: Mapping[str, object], keep: Sequence[str] = ()) -> None:
    """Insert a row, or change the one that has this key already, except its columns in `keep`."""
    changes = {name: value for name, value in values.items() if name not in (*key, *keep)}
    connection.execute(_insert(connection, table).values(values).on_conflict_do_update(index_elements=key, set_=changes))


def put_once(connection: Connection, table: Table, key: Sequence[str], values: Mapping[str, object]) -> None:
    """Insert a row, or leave the one that has this key already; two at once make one."""
    connection.execute(_insert(connection, table).values(values).on_conflict_do_nothing(index_elements=key))


def _insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite_dialect.Insert:
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite_dialect.insert(table)


def _meaning(error: DBAPIError) -> type[StoreError] | None:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return _SQLITE_MEANINGS.get(code & 0xFF)
    state = str(getattr(error.orig, "sqlstate", None) or "")
    if state == "53100":
        return StorageFull
    # 08 connection, 40 lost a race, 53 no resources, 55 locked, 57 stopped by an operator or a limit
    lost = error.connection_invalidated or state[:2] in ("08", "40", "53", "55", "57")
    return Unreachable if lost or (type(error).__name__ == "OperationalError" and not state) else None


def _url(address: str | Path) -> URL:
    if isinstance(address, Path) or "://" not in address:
        return URL.create("sqlite", database=str(address))
    try:
        url = make_url(address.replace("postgres://", "postgresql://", 1))
    except ArgumentError as error:
        raise BadAddress(f"The address of the app state is not a URL. Give {_FORMS}.") from error
    if url.get_backend_name() not in ("sqlite", "postgresql") or not url.database or url.database == ":memory:":
        shown = url.render_as_string(hide_password=True)
        raise BadAddress(f"{shown} cannot hold the app state. Give {_FORMS}.")
    return url


def _open_sqlite(path: Path, limits: Limits, now: Callable[[], datetime]) -> Database:
    holder = hold(path)
    try:
        with named_errors(str(path)):
            sqlite.found_file(path)
            sqlite.check_file(path)
            writer = sqlite.writer_engine(path)
            _upgrade(writer)
    except BaseException:
        holder.let_go()
        raise
    return Database(str(path), writer, sqlite.reader_engine(path), holder, limits, now)


def _open_postgresql(url: URL, limits: Limits, now: Callable[[], datetime]) -> Database:
    place = url.render_as_string(hide_password=True)
    arguments = {"connect_timeout": 5, "options": _POSTGRESQL_WAITS}
    try:
        writer = create_engine(
            url.set(drivername="postgresql+psycopg"),
            connect_args=arguments,
            pool_pre_ping=True,
            pool_size=5,
            max_overflow=15,
            pool_timeout=sqlite.WAIT_SECONDS,
            hide_parameters=True,
        )
    except ModuleNotFoundError as error:
        raise BadAddress(f"{place} needs the PostgreSQL driver. Install it with ./oiis extra postgres.") from error
    with named_errors(place):
        _upgrade(writer)
    reader = writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return Database(place, writer, reader, None, limits, now)


def _upgrade(engine: Engine) -> None:
    try:
        with engine.begin() as connection:
            upgrade(connection)
    except BaseException:
        engine.dispose()
        raise
