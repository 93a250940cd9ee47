"""SQLite as a store: WAL, one connection that writes, others that cannot, and a file that is whole or refused."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event

from api.store.errors import BadAddress, Damaged
from api.store.migrate import upgrade

WAIT_SECONDS = 10.0
READERS = 16
_MAGIC = b"SQLite format 3\0"
# FULL: an acknowledged write is on the disk. secure_delete would rewrite every freed page.
_WRITER = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=OFF",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "journal_size_limit=67108864",
)
_READER = ("query_only=ON", "trusted_schema=OFF", "cell_size_check=ON")


def found_file(path: Path) -> None:
    """Make the file when there is none: built aside and renamed, so that a file of this name is always whole."""
    if path.exists():
        return
    if _beside(path, "-wal").exists():
        raise Damaged(f"{path} is missing, but its log {path.name}-wal is there. Restore the file from a backup, or move the log away.")
    aside = _beside(path, ".new")
    for suffix in ("", "-wal", "-shm"):
        _beside(aside, suffix).unlink(missing_ok=True)
    engine = writer_engine(aside)
    try:
        with engine.begin() as connection:
            upgrade(connection)
    finally:
        engine.dispose()
    _sync(aside)
    os.rename(aside, path)
    _sync(path.parent)


def check_file(path: Path) -> None:
    """Refuse a file that is not a whole database; never start an empty one in its place."""
    try:
        with path.open("rb") as handle:
            if handle.read(len(_MAGIC)) != _MAGIC:
                raise _damaged(path, "it does not begin like a SQLite database")
        with closing(_connect(path, _WRITER)) as connection:
            verdict = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except OSError as error:
        raise BadAddress(f"{path} cannot be used: {error.strerror}. Give a file this account may read and write.") from error
    except sqlite3.DatabaseError as error:
        raise _damaged(path, str(error)) from error
    if verdict != "ok":
        raise _damaged(path, verdict.splitlines()[-1])


def writer_engine(path: Path) -> Engine:
    """The one connection that writes; who wants it waits in line."""
    engine = create_engine(
        "sqlite://",
        creator=lambda: _connect(path, _WRITER),
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
        pool_timeout=WAIT_SECONDS,
        hide_parameters=True,  # what people write stays out of errors and logs
    )
    event.listen(engine, "begin", _begin_writing)
    return engine


def reader_engine(path: Path) -> Engine:
    """Connections that see one state for as long as their block lasts, and cannot write."""
    engine = create_engine(
        "sqlite://",
        creator=lambda: _connect(path, _READER, mode="ro"),
        poolclass=QueuePool,
        pool_size=READERS,
        max_overflow=0,
        pool_timeout=WAIT_SECONDS,
        hide_parameters=True,  # what people write stays out of errors and logs
    )
    event.listen(engine, "begin", _begin_reading)
    return engine


def _connect(path: Path, pragmas: tuple[str, ...], mode: str = "rwc") -> sqlite3.Connection:
    address = f"file:{quote(str(path.absolute()))}?mode={mode}"
    # isolation_level None leaves BEGIN to us: the driver would start transactions late and without the write lock.
    connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False, timeout=WAIT_SECONDS)
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _begin_writing(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_reading(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _damaged(path: Path, why: str) -> Damaged:
    return Damaged(f"{path} is damaged: {why}. It was left as it is: restore it from a backup, or move it away to start empty.")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
