"""The promise ledger: what was forecast or advised, kept as it was said, so that it can be scored when the outcome is known."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass, fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from ingestion.errors import IngestionError

FILE = "ledger.db"
MOST_ROWS = 50_000  # read at once
KEEP_DAYS, KEEP_ROWS = 1_100, 500_000  # three years of promises, and some 200 MB
_WAIT_SECONDS = 5.0

PromiseKind = Literal["forecast", "reorder"]
Scope = Literal["product", "category", "location", "total"]


class LedgerFault(IngestionError):
    """The ledger's file cannot be read or written."""


@dataclass(frozen=True)
class Promise:
    """One thing said about days after `made_as_of`; `subject` is the id or name the scope is about, empty for the total."""

    kind: PromiseKind
    scope: Scope
    subject: str
    location_id: str  # empty: all locations together
    made_as_of: date
    starts_on: date
    ends_on: date
    value: float  # units expected, or units advised to order
    low: float | None
    high: float | None
    coverage: float | None  # how often the truth should lie between low and high
    model: str
    version: str  # of the model, or of the rule
    demand_class: str = ""
    detail: str = "{}"  # what else is needed to score it, as JSON

    def __post_init__(self) -> None:
        if not self.made_as_of < self.starts_on <= self.ends_on:
            raise ValueError(f"a promise is about days after the day it is made: {self.made_as_of}, {self.starts_on} to {self.ends_on}")

    @property
    def key(self) -> str:
        """The same promise made twice is one promise."""
        said = [value.isoformat() if isinstance(value, date) else value for value in astuple(self)]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Due:
    """Promises whose days are over, the newest first, and how many older ones were not read."""

    promises: tuple[Promise, ...]
    left_out: int


_COLUMNS = tuple(field.name for field in fields(Promise))
_DATES = ("made_as_of", "starts_on", "ends_on")
# A row may go when it is older than what is kept, or no longer among the newest that are kept; no other may.
_KEPT = (
    f"OLD.recorded_at >= strftime('%Y-%m-%d', 'now', '-{KEEP_DAYS} days') AND OLD.rowid > (SELECT max(rowid) FROM promises) - {KEEP_ROWS}"
)
_LAYOUT = f"""
CREATE TABLE IF NOT EXISTS promises (
  key TEXT PRIMARY KEY, recorded_at TEXT NOT NULL, kind TEXT NOT NULL, scope TEXT NOT NULL, subject TEXT NOT NULL,
  location_id TEXT NOT NULL, made_as_of TEXT NOT NULL, starts_on TEXT NOT NULL, ends_on TEXT NOT NULL,
  value REAL NOT NULL, low REAL, high REAL, coverage REAL, model TEXT NOT NULL, version TEXT NOT NULL,
  demand_class TEXT NOT NULL, detail TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS promises_by_end ON promises (kind, ends_on);
CREATE TRIGGER IF NOT EXISTS promises_no_update BEFORE UPDATE ON promises BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
DROP TRIGGER IF EXISTS promises_no_delete;
CREATE TRIGGER IF NOT EXISTS promises_kept BEFORE DELETE ON promises WHEN {_KEPT}
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
"""


class Ledger:
    """The ledger of one home folder: an SQLite file that is only added to, until promises are three years old.

    Any number of processes may use it at once.
    """

    def __init__(self, home: Path) -> None:
        self.path = home / FILE

    def record(self, promises: Iterable[Promise], now: datetime | None = None) -> int:
        """Keep what was promised; how many of them were new."""
        at = (now or datetime.now(UTC)).isoformat(timespec="seconds")
        rows = [(promise.key, at, *_cells(promise)) for promise in promises]
        if not rows:
            return 0
        marks = ", ".join("?" * len(rows[0]))
        with self._open() as connection, connection:
            before = connection.total_changes
            connection.executemany(f"INSERT OR IGNORE INTO promises (key, recorded_at, {', '.join(_COLUMNS)}) VALUES ({marks})", rows)
            new = connection.total_changes - before
            _let_go(connection)
            return new

    def due(self, kind: PromiseKind, through: date, since: date | None = None, limit: int = MOST_ROWS) -> Due:
        """Promises whose days are all over on `through`, and that were made on or after `since`; the newest first."""
        if not self.path.exists():
            return Due((), 0)
        asked = (kind, through.isoformat(), (since or date.min).isoformat())
        wanted = "FROM promises WHERE kind = ? AND ends_on <= ? AND made_as_of >= ?"
        newest = f"SELECT {', '.join(_COLUMNS)} {wanted} ORDER BY ends_on DESC, key LIMIT ?"
        with self._open() as connection:
            rows = connection.execute(newest, (*asked, limit)).fetchall()
            every = len(rows) if len(rows) < limit else int(connection.execute(f"SELECT count(*) {wanted}", asked).fetchone()[0])
        return Due(tuple(_promise(row) for row in rows), every - len(rows))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A connection for one act; a file that cannot be used is named."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.path, timeout=_WAIT_SECONDS)) as connection:
                if connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'promises_kept'").fetchone()[0] == 0:
                    connection.executescript(_LAYOUT)
                yield connection
        except (sqlite3.Error, OSError) as error:
            raise LedgerFault(
                f"the promise ledger cannot be used ({error})", where=str(self.path), remedy="move the file aside; a new one is begun"
            ) from error


def _let_go(connection: sqlite3.Connection) -> None:
    """What is beyond the bounds goes as new rows come. Rows lie in the order they came in, so only those that go are looked at."""
    connection.execute("DELETE FROM promises WHERE rowid <= (SELECT max(rowid) FROM promises) - ?", (KEEP_ROWS,))
    oldest = "SELECT rowid FROM promises WHERE recorded_at >= strftime('%Y-%m-%d', 'now', ?) ORDER BY rowid LIMIT 1"
    connection.execute(f"DELETE FROM promises WHERE rowid < ({oldest})", (f"-{KEEP_DAYS} days",))


def _cells(promise: Promise) -> list[object]:
    return [value.isoformat() if isinstance(value, date) else value for value in astuple(promise)]


def _promise(row: tuple[object, ...]) -> Promise:
    said = dict(zip(_COLUMNS, row, strict=True))
    for name in _DATES:
        said[name] = date.fromisoformat(str(said[name]))
    return Promise(**said)  # type: ignore[arg-type]  # a row holds exactly what `_cells` wrote
