"""The file that says what the library holds: SQLite, one writer at a time, any number of readers beside it."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from ingestion.versions import full
from knowledge.parse_errors import BadLibrary

FORM = 2
_APPLICATION = 0x01150D0C
_WAIT_SECONDS = 30.0
_READER_MS = 50  # how long emptying the log waits for somebody who still reads the past
_FIRST = """
    CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE documents (
        doc_id TEXT NOT NULL, version INTEGER NOT NULL, shelf TEXT NOT NULL, scope TEXT NOT NULL, sha256 TEXT NOT NULL,
        filed INTEGER NOT NULL, body TEXT NOT NULL, parsed BLOB NOT NULL, PRIMARY KEY (doc_id, version)) STRICT;
    CREATE INDEX documents_by_shelf ON documents (shelf);
    CREATE INDEX documents_by_content ON documents (sha256);
    CREATE TABLE parents (
        doc_id TEXT NOT NULL, version INTEGER NOT NULL, number INTEGER NOT NULL, text TEXT NOT NULL,
        PRIMARY KEY (doc_id, version, number)) STRICT, WITHOUT ROWID;
    CREATE TABLE chunks (
        doc_id TEXT NOT NULL, version INTEGER NOT NULL, ordinal INTEGER NOT NULL, text TEXT NOT NULL, prefix TEXT NOT NULL,
        kind TEXT NOT NULL, page INTEGER, section TEXT NOT NULL, parent INTEGER NOT NULL,
        PRIMARY KEY (doc_id, version, ordinal)) STRICT, WITHOUT ROWID;
    INSERT INTO counters VALUES ('revision', 0);
"""
# Documents of machines stood on shelves like those of people; only machines said a period or chose an id without a hash.
_SECOND = """
    CREATE TABLE marks (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE removals (doc_id TEXT NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY (doc_id, sha256)) STRICT, WITHOUT ROWID;
    UPDATE documents SET shelf = '!insights/' || shelf
        WHERE shelf = 'documents:read/insights/' || doc_id || '.md' AND json_extract(body, '$.period_from') IS NOT NULL;
    UPDATE documents SET shelf = '!demo/' || shelf
        WHERE shelf GLOB 'documents:read/demo/*' AND NOT doc_id GLOB '*-' || replace(hex(zeroblob(6)), '0', '[0-9a-f]');
    UPDATE documents SET shelf = '!feed/' || shelf
        WHERE shelf GLOB 'documents:read/feeds/*' AND shelf GLOB '*/' || substr(doc_id, 6) || '.txt' AND doc_id GLOB 'news-*';
"""
# FULL: what was acknowledged is on the disk. secure_delete: what was removed is not in the file any more.
_WRITER = ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "trusted_schema=OFF", "cell_size_check=ON", "foreign_keys=ON")
_READER = ("query_only=ON", "trusted_schema=OFF", "cell_size_check=ON")


@contextmanager
def writing(path: Path) -> Iterator[sqlite3.Connection]:
    """One transaction, committed when the block ends well; the caller holds the writer's lock.

    Only under that lock is anything written or checkpointed: SQLite before 3.51.3 could lose a log that two connections reset at once.
    """
    with _told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(_connect(path, "rwc", _WRITER)) as connection:
            _found(connection, path)
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
            _empty_log(connection)


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection | None]:
    """One state of the library for as long as the block lasts; None when nothing was ever added."""
    if not path.exists():
        yield None
        return
    with _told(path), closing(_connect(path, "ro", _READER)) as connection:
        connection.execute("BEGIN")
        form = _form(connection, path)
        yield connection if form else None


def outdated(path: Path) -> bool:
    """Whether the library was last written by an earlier release; the next writer brings it up to this one."""
    if not path.exists():
        return False
    with _told(path), closing(_connect(path, "ro", _READER)) as connection:
        return 0 < _form(connection, path) < FORM


def note_change(connection: sqlite3.Connection) -> None:
    """Count a change, under a mark that no other library and no other course of events has."""
    connection.execute("UPDATE counters SET value = value + 1 WHERE name = 'revision'")
    connection.execute("INSERT OR REPLACE INTO marks VALUES ('change', ?)", (secrets.token_hex(8),))


def read_revision(connection: sqlite3.Connection) -> int:
    """How often the library was changed."""
    return int(connection.execute("SELECT value FROM counters WHERE name = 'revision'").fetchone()[0])


def read_state(connection: sqlite3.Connection) -> str:
    """What the library holds, in a word: the same again only when nothing was changed; a restored backup has its own."""
    marked = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'marks'").fetchone()
    row = connection.execute("SELECT value FROM marks WHERE name = 'change'").fetchone() if marked else None
    return f"{read_revision(connection)}{f'-{row[0]}' if row else ''}"


def empty_log(path: Path) -> None:
    """Let go of what the log still holds of the past; the caller holds the writer's lock. While somebody reads, it stays."""
    if path.with_name(f"{path.name}-wal").exists() and path.exists():
        with _told(path), closing(_connect(path, "rw", _WRITER)) as connection:
            _empty_log(connection)


def damage(path: Path) -> str | None:
    """What is wrong with the file, as SQLite tells it."""
    try:
        with reading(path) as connection:
            if connection is None:
                return None
            told = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except BadLibrary as error:
        return error.what
    return None if told == "ok" else told.splitlines()[-1]


def _empty_log(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA busy_timeout={_READER_MS}")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _connect(path: Path, mode: str, pragmas: tuple[str, ...]) -> sqlite3.Connection:
    address = f"file:{quote(str(path.absolute()))}?mode={mode}"
    connection = sqlite3.connect(address, uri=True, isolation_level=None, timeout=_WAIT_SECONDS, check_same_thread=False)
    try:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _found(connection: sqlite3.Connection, path: Path) -> None:
    form = _form(connection, path)
    if form < FORM:
        steps = "".join((_FIRST, _SECOND)[form:])
        connection.executescript(f"BEGIN IMMEDIATE; {steps} PRAGMA user_version={FORM}; PRAGMA application_id={_APPLICATION}; COMMIT;")


def _form(connection: sqlite3.Connection, path: Path) -> int:
    """The form of the file: 0 when it is new; one we do not know is left alone."""
    form = int(connection.execute("PRAGMA user_version").fetchone()[0])
    application = int(connection.execute("PRAGMA application_id").fetchone()[0])
    if form > FORM or (form and application != _APPLICATION):
        remedy = "run the release that wrote it, or move the file away and add the documents again"
        raise BadLibrary("this file is no library of documents, or one of a newer release", where=path.name, remedy=remedy)
    return form


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Faults of the file as one error that says what to do."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "full" in str(error):
            raise full(path.parent) from error
        remedy = "see whether the folder can be read and written by this account, then try again"
        raise BadLibrary(f"the library cannot be used ({error})", where=path.name, remedy=remedy) from error
    except sqlite3.DatabaseError as error:
        remedy = "restore the documents folder from a backup, or move it away and add the documents again"
        raise BadLibrary(f"the library is damaged ({error})", where=path.name, remedy=remedy) from error
