"""Documents and chunks as rows, and rows as documents and chunks."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from knowledge.contract import Chunk, Document, Parsed

_CHUNK = """
    SELECT c.ordinal, c.text, c.prefix, c.kind, c.page, c.section, p.text FROM chunks c
    JOIN parents p ON p.doc_id = c.doc_id AND p.version = c.version AND p.number = c.parent
    WHERE c.doc_id = ? AND c.version = ?
"""
ChunkRow = tuple[int, str, str, str, int | None, str, int]


@dataclass(frozen=True)
class ChunkRows:
    """Chunks with each text that surrounds some of them kept once."""

    chunks: tuple[ChunkRow, ...]
    parents: tuple[str, ...]


def chunk_rows(chunks: tuple[Chunk, ...]) -> ChunkRows:
    """The rows of a document's chunks."""
    parents: dict[str, int] = {}
    rows = [
        (each.ordinal, each.text, each.prefix, each.kind, each.page, each.section, parents.setdefault(each.parent, len(parents)))
        for each in chunks
    ]
    return ChunkRows(tuple(rows), tuple(parents))


def put_document(connection: sqlite3.Connection, document: Document, shelf: str, filed: int, parsed: Parsed, rows: ChunkRows) -> None:
    """A document with all that was made of it."""
    key = (document.doc_id, document.version)
    body, read = document.model_dump_json(), zlib.compress(parsed.model_dump_json().encode(), 6)
    connection.execute(
        "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*key, shelf, document.scope, document.sha256, filed, body, read)
    )
    connection.executemany("INSERT INTO parents VALUES (?, ?, ?, ?)", [(*key, number, text) for number, text in enumerate(rows.parents)])
    connection.executemany("INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", [(*key, *row) for row in rows.chunks])


def read_chunks(connection: sqlite3.Connection, doc_id: str, version: int) -> Iterator[Chunk]:
    """The chunks of a version in reading order."""
    for row in connection.execute(f"{_CHUNK} ORDER BY c.ordinal", (doc_id, version)):
        yield _chunk(doc_id, version, row)


def read_chunk(connection: sqlite3.Connection, chunk_id: str) -> Chunk | None:
    """The chunk of an id; None when there is none or it is no id."""
    doc_id, _, rest = chunk_id.partition(".")
    version, _, ordinal = rest.partition(".")
    if not (_number(version) and _number(ordinal)):
        return None
    row = connection.execute(f"{_CHUNK} AND c.ordinal = ?", (doc_id, int(version), int(ordinal))).fetchone()
    return _chunk(doc_id, int(version), row) if row else None


def _number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


def _chunk(doc_id: str, version: int, row: tuple[int, str, str, Literal["text", "table"], int | None, str, str]) -> Chunk:
    ordinal, text, prefix, kind, page, section, parent = row
    return Chunk(
        chunk_id=f"{doc_id}.{version}.{ordinal}",
        doc_id=doc_id,
        version=version,
        ordinal=ordinal,
        text=text,
        prefix=prefix,
        parent=parent,
        kind=kind,
        page=page,
        section=section,
    )
