"""The store of documents: originals by content, what was read from them, versions with their days; what is removed is gone.

A change is one transaction under the writer's lock. An original is on the disk before the transaction that names it, and is deleted
after the one that drops it; a kill in between leaves a file that nothing names, which the next writer deletes.
"""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from ingestion.versions import LOCK, writer_lock
from knowledge.chunk import cut
from knowledge.contract import Chunk, Document, Entity, Parsed
from knowledge.library_files import Originals
from knowledge.library_filing import Filing, alike, checked, corrected, file_document, new_id
from knowledge.library_machines import Closed, Writer, by_machine, closed_to, note_removal, written_by
from knowledge.library_rows import chunk_rows, put_document, read_chunk, read_chunks
from knowledge.library_tables import damage, empty_log, note_change, outdated, read_revision, read_state, reading, writing
from knowledge.library_visibility import in_force, known_from
from knowledge.parse import parse, read_bounded
from knowledge.parse_errors import BadDocument, NoDocument

__all__ = ["Added", "Filing", "Library", "missing"]

_WRITER_SECONDS = 60.0
Outcome = Literal["added", "new_version", "corrected", "unchanged", "duplicate"]
Item = tuple[Parsed, bytes, Filing]


@dataclass(frozen=True)
class Added:
    """What became of a document that was given."""

    document: Document
    outcome: Outcome
    notes: tuple[str, ...] = ()
    chunks: int = 0


class Library:
    """The documents under one folder; it makes nothing before the first is added."""

    def __init__(self, folder: Path, wait_seconds: float = _WRITER_SECONDS) -> None:
        self.folder, self._wait_seconds = folder, wait_seconds
        self._file = folder / "library.db"
        self._originals = Originals(folder / "originals")

    def add(self, source: Path | bytes, filing: Filing | None = None, known: Sequence[Entity] = ()) -> Added:
        """Take in a document: read behind a fence, cut, kept; the same content again changes nothing."""
        filing = filing or Filing()
        if isinstance(source, Path):
            filing = replace(filing, name=filing.name or source.name)
        filing = checked(filing)
        content = read_bounded(source, filing.name)
        if there := self._there(filing, hashlib.sha256(content).hexdigest()):
            return self._mended(there, content)
        read = parse(content, filing.name)
        filing = replace(filing, media_type=filing.media_type or read.media_type)
        return self.add_many([(read.parsed, content, filing)], known)[0]

    def add_many(self, items: Iterable[Item], known: Sequence[Entity] = ()) -> tuple[Added, ...]:
        """Take in documents that were read already: all of them or, when one cannot be, none."""
        with self._changing() as connection:
            return tuple(self._file_one(connection, parsed, content, checked(filing), known) for parsed, content, filing in items)

    def remove(self, doc_id: str, version: int | None = None) -> tuple[Document, ...]:
        """Delete a document, or one version of it, with all that was made of it; what was deleted. No machine files it again."""
        with self._changing() as connection:
            there = list(_documents(connection, doc_id))
            gone = [each for each in there if version in (None, each.version)]
            if not gone:
                raise missing(doc_id, version)
            note_removal(connection, gone, left=len(there) - len(gone))
            _delete(connection, gone)
        self.sweep()
        return tuple(gone)

    def withdraw(self, writer: Writer, doc_ids: Collection[str]) -> None:
        """Delete what a machine wrote under these ids, and nothing that anybody else did."""
        with self._changing() as connection:
            _delete(connection, [each for each in written_by(connection, writer) if each.doc_id in doc_ids])
        self.sweep()

    def written_by(self, writer: Writer) -> tuple[Document, ...]:
        """Every version that a machine wrote."""
        self._bring_up()
        with reading(self._file) as connection:
            return tuple(written_by(connection, writer)) if connection else ()

    def closed_to(self, writer: Writer) -> Closed:
        """What a machine has to leave alone."""
        self._bring_up()
        with reading(self._file) as connection:
            return closed_to(connection, writer) if connection else Closed()

    def sweep(self) -> int:
        """Delete what no document holds any more: originals left behind by a removal or a kill, and what the log remembers."""
        if not self._file.exists():
            return 0
        with writer_lock(self.folder / LOCK, self._wait_seconds):
            with reading(self._file) as connection:
                if connection is None:
                    return 0  # a file without tables says nothing of what is kept: it may be damaged, and the originals are what is left
                rows = connection.execute("SELECT sha256 FROM documents").fetchall()
            empty_log(self._file)
            return self._originals.sweep(frozenset(str(row[0]) for row in rows))

    def list(self, as_of: date | None = None) -> tuple[Document, ...]:
        """The newest version of each document, or those in force on a day; by title."""
        versions = self.versions()
        shown = in_force(versions, as_of) if as_of else tuple({each.doc_id: each for each in versions}.values())
        return tuple(sorted(shown, key=lambda each: (each.title.casefold(), each.doc_id)))

    def versions(self) -> tuple[Document, ...]:
        """Every version of every document, in the order of their ids."""
        with reading(self._file) as connection:
            return tuple(_documents(connection)) if connection else ()

    def get(self, doc_id: str, version: int | None = None) -> Document:
        """A document by its id, the newest version when none is named; NoDocument when there is none."""
        with reading(self._file) as connection:
            found = [each for each in _documents(connection, doc_id) if version in (None, each.version)] if connection else []
        if not found:
            raise missing(doc_id, version)
        return found[-1]

    def original(self, doc_id: str, version: int | None = None) -> bytes:
        """The bytes as they were given."""
        return self._originals.read(self.get(doc_id, version).sha256)

    def parsed(self, doc_id: str, version: int | None = None) -> Parsed:
        """The document as it was read."""
        document = self.get(doc_id, version)
        with reading(self._file) as connection:
            key = (document.doc_id, document.version)
            row = (
                connection.execute("SELECT parsed FROM documents WHERE doc_id = ? AND version = ?", key).fetchone() if connection else None
            )
        if row is None:
            raise missing(doc_id, version)
        return Parsed.model_validate_json(zlib.decompress(row[0]))

    def chunks(self, as_of: date | None = None) -> Iterator[tuple[Document, Chunk]]:
        """Every chunk with its document: of all versions, or of those in force on a day."""
        with reading(self._file) as connection:
            if connection is None:
                return
            speaking = None if as_of is None else frozenset(in_force(_documents(connection), as_of))
            for document in list(_documents(connection)):
                if speaking is not None and document not in speaking:
                    continue
                for chunk in read_chunks(connection, document.doc_id, document.version):
                    yield document, chunk

    def chunks_of(self, document: Document) -> tuple[Chunk, ...]:
        """All chunks of one version, in reading order."""
        with reading(self._file) as connection:
            return tuple(read_chunks(connection, document.doc_id, document.version)) if connection else ()

    def chunk(self, chunk_id: str) -> Chunk:
        """One chunk with what surrounds it; NoDocument when there is none."""
        with reading(self._file) as connection:
            found = read_chunk(connection, chunk_id) if connection else None
        if found is None:
            raise NoDocument(f"there is no chunk {chunk_id[:80]!r}", remedy="search again: its document may have been removed")
        return found

    def count_chunks(self, doc_id: str, version: int) -> int:
        """How many chunks a version has."""
        with reading(self._file) as connection:
            query = "SELECT count(*) FROM chunks WHERE doc_id = ? AND version = ?"
            return int(connection.execute(query, (doc_id, version)).fetchone()[0]) if connection else 0

    def state(self) -> str:
        """What the library holds, in a word that changes with every change and differs from that of any other library; empty at first."""
        with reading(self._file) as connection:
            return read_state(connection) if connection else ""

    def damage(self) -> tuple[str, ...]:
        """What is not as it was written: the file, the originals, and chunks that are not what their document gives when cut again."""
        if wrong := damage(self._file):
            return (wrong,)
        return tuple(told for document in self.versions() for told in self._damage_of(document))

    def _damage_of(self, document: Document) -> Iterator[str]:
        from knowledge.parse_errors import BadLibrary

        name = f"{document.doc_id} version {document.version}"
        try:
            self._originals.read(document.sha256)
            again = cut(document, self.parsed(document.doc_id, document.version))
        except (BadLibrary, zlib.error, ValueError) as error:
            yield f"{name}: {error}"
            return
        with reading(self._file) as connection:
            kept = tuple(read_chunks(connection, document.doc_id, document.version)) if connection else ()
        if kept != again:
            yield f"{name}: its chunks are not those of its text"

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        """The library for one change by one writer."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with writer_lock(self.folder / LOCK, self._wait_seconds), writing(self._file) as connection:
            before = connection.total_changes
            yield connection
            if connection.total_changes > before:
                note_change(connection)

    def _bring_up(self) -> None:
        """A library of an earlier release does not tell yet who wrote what."""
        if outdated(self._file):
            with self._changing():
                pass

    def _there(self, filing: Filing, sha256: str) -> Added | None:
        """What is already kept of exactly this content, found without reading it again."""
        with reading(self._file) as connection:
            return _same(connection, filing, sha256) if connection else None

    def _mended(self, there: Added, content: bytes) -> Added:
        """The same content given again puts back an original that was lost or damaged."""
        sha256 = there.document.sha256
        if self._originals.holds(sha256):
            return there
        with writer_lock(self.folder / LOCK, self._wait_seconds):
            self._originals.put(sha256, content)
        return replace(there, notes=(*there.notes, "its original was missing or damaged and has been put back"))

    def _file_one(self, connection: sqlite3.Connection, parsed: Parsed, content: bytes, filing: Filing, known: Sequence[Entity]) -> Added:
        sha256 = hashlib.sha256(content).hexdigest()
        there, held = _same(connection, filing, sha256), _held(connection, filing, sha256)
        self._originals.put(sha256, content)
        if there:
            return there
        if held:
            shelf = filing.shelf if _taken_over(held[1], filing) else held[1]
            return self._correct(connection, corrected(held[0], filing), shelf, parsed)
        doc_id, before = _place(connection, filing, parsed, sha256)
        version = before.version + 1 if before else 1
        document = file_document(filing, parsed, doc_id, version, sha256, known)
        document = document.model_copy(update={"added_at": datetime.now(UTC).isoformat(timespec="seconds")})
        chunks = chunk_rows(cut(document, parsed))
        put_document(connection, document, filing.shelf, read_revision(connection) + 1, parsed, chunks)
        return Added(document, "new_version" if before else "added", _notes(document, parsed, before), len(chunks.chunks))

    def _correct(self, connection: sqlite3.Connection, document: Document, shelf: str, parsed: Parsed) -> Added:
        """The same version under a better card: its chunks carry title and day, so they are cut again."""
        chunks = chunk_rows(cut(document, parsed))
        _delete(connection, [document])
        put_document(connection, document, shelf, read_revision(connection) + 1, parsed, chunks)
        return Added(document, "corrected", (), len(chunks.chunks))


def _documents(connection: sqlite3.Connection, doc_id: str | None = None) -> Iterator[Document]:
    query = "SELECT body FROM documents WHERE ?1 IS NULL OR doc_id = ?1 ORDER BY doc_id, version"
    for (body,) in connection.execute(query, (doc_id,)):
        yield Document.model_validate_json(body)


def _delete(connection: sqlite3.Connection, documents: Sequence[Document]) -> None:
    """All rows of these versions."""
    keys = [(each.doc_id, each.version) for each in documents]
    for table in ("chunks", "parents", "documents"):
        connection.executemany(f"DELETE FROM {table} WHERE doc_id = ? AND version = ?", keys)


def _held(connection: sqlite3.Connection, filing: Filing, sha256: str) -> tuple[Document, str] | None:
    """The newest version of a document with exactly this content for the same readers, and where it stands."""
    query = "SELECT body, shelf FROM documents WHERE sha256 = ? AND scope = ? ORDER BY doc_id, version"
    for body, shelf in connection.execute(query, (sha256, filing.scope)).fetchall():
        document = Document.model_validate_json(body)
        newest = [each.version for each in _documents(connection, document.doc_id)][-1] == document.version
        if newest and filing.doc_id in (None, document.doc_id):
            return document, shelf
    return None


def _same(connection: sqlite3.Connection, filing: Filing, sha256: str) -> Added | None:
    """What is there already of a document about which nothing new is said."""
    held = _held(connection, filing, sha256)
    if held is None or corrected(held[0], filing) != held[0] or _taken_over(held[1], filing):
        return None
    document, shelf = held
    return Added(document, "unchanged" if shelf == filing.shelf else "duplicate", (f"the same content is kept as {document.doc_id}",))


def _taken_over(shelf: str, filing: Filing) -> bool:
    """Whether a person gives what a machine wrote: from then on it is theirs."""
    return by_machine(shelf) and filing.writer == "person"


def _place(connection: sqlite3.Connection, filing: Filing, parsed: Parsed, sha256: str) -> tuple[str, Document | None]:
    """The id a document is kept under, and the version before it when there is one."""
    if filing.doc_id is not None:
        before = list(_documents(connection, filing.doc_id))
        if before and before[-1].scope != filing.scope:
            raise BadDocument(
                "bad_value", f"the document id {filing.doc_id!r} cannot be used", where=filing.name, remedy="choose another id"
            )
        return filing.doc_id, before[-1] if before else None
    title = filing.title or parsed.title or filing.name
    query = "SELECT DISTINCT doc_id FROM documents WHERE shelf = ? ORDER BY doc_id"
    beside = [list(_documents(connection, str(row[0])))[-1] for row in connection.execute(query, (filing.shelf,)).fetchall()]
    for newest in beside:
        if alike(newest.title, title):
            return newest.doc_id, newest
    return new_id(filing, sha256, bool(beside)), None


def _notes(document: Document, parsed: Parsed, before: Document | None) -> tuple[str, ...]:
    found = list(parsed.notes)
    if before is not None:
        found.append(f"takes the place of version {before.version} ({before.title})")
        if known_from(document) is None:
            found.append("it names no day, so it counts as a correction from the beginning; --effective-from says otherwise")
    if document.language == "other":
        found.append("it is in neither English nor Vietnamese: it is found by its words, less well by its meaning")
    return tuple(found)


def missing(doc_id: str, version: int | None) -> NoDocument:
    """The error for an id that leads nowhere."""
    what = f"there is no document {doc_id[:80]!r}" + (f" with a version {version}" if version is not None else "")
    return NoDocument(what, expected="an id as ./oiis docs list shows it", remedy="list the documents and take one of their ids")
