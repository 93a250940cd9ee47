"""Vectors kept by the hash of their text, so that an index is rebuilt without embedding anything twice."""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from knowledge.embed import DIMENSIONS, Embedder, Matrix

_PART = 512  # texts embedded and kept in one transaction: what a kill may cost
_ASKED = 500
_TABLE = "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL, crc INTEGER NOT NULL) WITHOUT ROWID"


class CachedEmbedder:
    """An embedder that remembers in a file; a damaged file or row is only a text to embed again."""

    def __init__(self, inner: Embedder, file: Path) -> None:
        self.inner, self.file, self.embedded = inner, file, 0
        self._asked: set[bytes] = set()

    @property
    def name(self) -> str:
        return self.inner.name

    def embed(self, texts: Sequence[str]) -> Matrix:
        """One vector for each text; `embedded` counts those that were not known."""
        keys = [self._key(text) for text in texts]
        self._asked.update(keys)
        found = np.zeros((len(texts), DIMENSIONS), np.float32)
        with self._opened() as connection:
            known = _read(connection, keys)
            missing = [place for place, key in enumerate(keys) if key not in known]
            for place, key in enumerate(keys):
                if key in known:
                    found[place] = known[key]
            del known
            for part in _parts(missing, texts):
                vectors = self.inner.embed([texts[place] for place in part])
                found[part] = vectors
                self._keep(connection, [keys[place] for place in part], vectors)
        self.embedded += len(missing)
        return found

    def forget_others(self) -> None:
        """Let go of every vector that was not asked for since this was made: what was removed leaves no trace here either."""
        with self._opened() as connection, connection:
            connection.execute("CREATE TEMP TABLE asked (key BLOB PRIMARY KEY) WITHOUT ROWID")
            connection.executemany("INSERT INTO asked VALUES (?)", [(key,) for key in self._asked])
            connection.execute("DELETE FROM vectors WHERE key NOT IN (SELECT key FROM asked)")

    def _key(self, text: str) -> bytes:
        return hashlib.blake2b(text.encode(), digest_size=16, key=self.name.encode()[:64]).digest()

    def _keep(self, connection: sqlite3.Connection, keys: Sequence[bytes], vectors: Matrix) -> None:
        rows = [(key, blob := vector.tobytes(), zlib.crc32(blob)) for key, vector in zip(keys, vectors, strict=True)]
        with connection:
            connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = _open(self.file)
        except sqlite3.DatabaseError:  # no database any more: what it knew can be computed again
            self.file.unlink(missing_ok=True)
            connection = _open(self.file)
        try:
            yield connection
        finally:
            connection.close()


def _open(file: Path) -> sqlite3.Connection:
    file.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(file, timeout=30)
    try:
        connection.execute("PRAGMA secure_delete=ON")  # what is deleted is not in the file any more
        connection.execute(_TABLE)
        connection.execute("SELECT key FROM vectors LIMIT 1").fetchall()
        (sound,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError:
        connection.close()
        raise
    if sound != "ok":
        connection.close()
        raise sqlite3.DatabaseError(sound)
    return connection


def _read(connection: sqlite3.Connection, keys: Sequence[bytes]) -> dict[bytes, Matrix]:
    known: dict[bytes, Matrix] = {}
    for start in range(0, len(keys), _ASKED):
        asked = keys[start : start + _ASKED]
        marks = ",".join("?" * len(asked))
        for key, blob, crc in connection.execute(f"SELECT key, vector, crc FROM vectors WHERE key IN ({marks})", asked):
            if zlib.crc32(blob) == crc and len(blob) == 4 * DIMENSIONS:
                known[key] = np.frombuffer(blob, np.float32)
    return known


def _parts(missing: Sequence[int], texts: Sequence[str]) -> Iterator[list[int]]:
    """Places of like length together, so that a part embeds without much padding."""
    order = sorted(missing, key=lambda place: len(texts[place]))
    return (order[start : start + _PART] for start in range(0, len(order), _PART))
