"""Documents that this installation writes by itself: told from those of people by where they stand, and not written again once removed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from knowledge.contract import Document

Writer = Literal["person", "insights", "demo", "feed"]
_MARK = "!"  # no scope begins so, and every shelf of a person begins with a scope


@dataclass(frozen=True)
class Closed:
    """What a writer leaves alone: documents a person removed or wrote on, and contents a person removed."""

    documents: frozenset[str] = frozenset()
    contents: frozenset[str] = frozenset()

    def holds(self, doc_id: str, sha256: str) -> bool:
        """Whether a document may not be filed."""
        return doc_id in self.documents or sha256 in self.contents


def shelf_of(writer: Writer, place: str) -> str:
    """The shelf of a place; that of a machine is none a person can name."""
    return place if writer == "person" else f"{_MARK}{writer}/{place}"


def by_machine(shelf: str) -> bool:
    """Whether what stands there was written by this installation."""
    return shelf.startswith(_MARK)


def written_by(connection: sqlite3.Connection, writer: Writer) -> Iterator[Document]:
    """The versions that a machine wrote."""
    for (body,) in connection.execute("SELECT body FROM documents WHERE shelf GLOB ? ORDER BY doc_id, version", (f"{_MARK}{writer}/*",)):
        yield Document.model_validate_json(body)


def closed_to(connection: sqlite3.Connection, writer: Writer) -> Closed:
    """What a machine may not file."""
    removed = connection.execute("SELECT doc_id, sha256 FROM removals").fetchall()
    others = connection.execute("SELECT DISTINCT doc_id FROM documents WHERE shelf NOT GLOB ?", (f"{_MARK}{writer}/*",))
    documents = {str(row[0]) for row in others} | {str(doc_id) for doc_id, sha256 in removed if not sha256}
    return Closed(frozenset(documents), frozenset(str(sha256) for _, sha256 in removed if sha256))


def note_removal(connection: sqlite3.Connection, gone: Sequence[Document], left: int) -> None:
    """Remember by id and hash, without a word of it, what a person removed of a machine; all of the document when nothing is left."""
    for each in gone:
        key = (each.doc_id, each.version)
        row = connection.execute("SELECT shelf FROM documents WHERE doc_id = ? AND version = ?", key).fetchone()
        if row and by_machine(str(row[0])):
            kept = [(each.doc_id, each.sha256), *([] if left else [(each.doc_id, "")])]
            connection.executemany("INSERT OR IGNORE INTO removals VALUES (?, ?)", kept)
