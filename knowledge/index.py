"""The search index of the library: a version like any other, built aside, checked, flipped; made of the library alone."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

import numpy as np
from pydantic import ConfigDict

from ingestion.errors import Busy, IngestionError, NoWarehouse
from ingestion.versions import LOCK, POINTER, Version, Versions, writer_lock
from knowledge.contract import Chunk, Document, Frozen
from knowledge.embed import Embedder, MiniLM
from knowledge.embed_cache import CachedEmbedder
from knowledge.index_corpus import Corpus, Unit
from knowledge.index_parts import table_parts, text_parts
from knowledge.index_state import CARD, FORMAT
from knowledge.keyword_words import terms
from knowledge.vectors import ChromaVectors, StoreAway, VectorsDown, drop_collections, drop_others

OWNER, CANARIES, THREADS = "owner", 8, 2


Marks = tuple[tuple[int, int], ...]


class Shelf(Protocol):
    """What an index needs of a library."""

    def chunks(self, as_of: date | None = None) -> Iterator[tuple[Document, Chunk]]: ...

    def state(self) -> str: ...


class BadIndex(IngestionError):
    """The index is damaged, or what was built is not what it should be."""

    exit_code = 8


class Canary(Frozen):
    """A unit that must be found: by these words of its, and by its own vector."""

    place: int
    words: tuple[str, ...]


class Card(Frozen):
    """What an index version says of itself; earlier releases said more."""

    model_config = ConfigDict(extra="ignore")

    format: int
    state: str = ""  # of the library, which is another one after every change and after a backup was put back
    embedder: str
    units: int
    documents: int
    canaries: tuple[Canary, ...]


@dataclass(frozen=True)
class Built:
    """What building did."""

    version: str
    documents: int
    chunks: int
    embedded: int
    seconds: float
    notes: tuple[str, ...] = ()


@dataclass
class OpenIndex:
    """A version opened for searching; `near` is missing when the vector store does not answer."""

    version: str
    card: Card
    corpus: Corpus
    near: ChromaVectors | None
    notes: tuple[str, ...] = ()
    marks: Marks = ()  # how its files looked when they were checked
    users: int = 0
    retired: bool = False

    def close(self) -> None:
        """Let go of the vector store."""
        if self.near:
            self.near.close()

    def retire(self) -> None:
        """Close it once the last who ranks with it has ended."""
        self.retired = True
        if not self.users:
            self.close()

    def leave(self) -> None:
        """One fewer ranks with it."""
        self.users -= 1
        if self.retired and not self.users:
            self.close()


class DocumentIndex:
    """The versions of the index under one folder, with the vectors of the texts the newest one holds.

    One version is kept: it can be made again from the library, and what was removed lies in no older one.
    """

    def __init__(self, root: Path, chroma_url: str | None = None, embedder: Embedder | None = None) -> None:
        self.root, self._url = root, chroma_url
        self._versions = Versions(root, keep=1)
        self.embedder: Embedder = embedder or MiniLM(threads=THREADS)

    def current(self) -> Version | None:
        """The version that is searched; None when none was built, or when it is gone."""
        try:
            return self._versions.current()
        except NoWarehouse:
            return None

    def card(self) -> Card | None:
        """What the current version says of itself; None when there is none or it cannot be read."""
        version = self.current()
        return _card(version) if version else None

    def update(self, shelf: Shelf, wait_seconds: float = 30.0) -> Built:
        """Build a version when the current one does not hold what the library holds now, or is damaged."""
        card, state = self._sound_card(), shelf.state()
        version = self.current()
        if card and version and (card.state, card.embedder, card.format) == (state, self.embedder.name, FORMAT):
            return Built(version.name, card.documents, card.units, 0, 0.0)
        return self.rebuild(shelf, wait_seconds)

    def rebuild(self, shelf: Shelf, wait_seconds: float = 30.0) -> Built:
        """Build a version from the library alone; readers keep the old one until the new one is whole."""
        started = time.monotonic()
        with self._versions.building(wait_seconds) as draft:
            if self.current() is None:  # the pointer names a version that cannot be read; it would stop the next from being sealed
                (self.root / POINTER).unlink(missing_ok=True)
            state = shelf.state()
            embedder = CachedEmbedder(self.embedder, self.root / "embeddings.sqlite")
            units = [unit_of(document, chunk) for document, chunk in shelf.chunks()]
            corpus = Corpus.build(units, embedder)
            card = Card(
                format=FORMAT,
                state=state,
                embedder=embedder.name,
                units=len(units),
                documents=len(corpus.documents),
                canaries=_canaries(units),
            )
            corpus.save(draft.path)
            (draft.path / CARD).write_text(card.model_dump_json(indent=1), encoding="utf-8")
            check(Corpus.load(draft.path), card)
            notes = self._store_vectors(draft.name, corpus, card)
            draft.keep()
        with contextlib.suppress(Busy), writer_lock(self.root / LOCK, 2.0):  # whoever builds now clears up as well
            embedder.forget_others()
            self._drop_stores()
        return Built(draft.name, card.documents, card.units, embedder.embedded, time.monotonic() - started, notes)

    def trouble(self) -> tuple[str, ...]:
        """What is wrong with the current version, file by file; nothing when it is whole."""
        try:
            version = self._versions.current()
        except IngestionError as error:
            return (str(error),)
        if version is None:
            return ("no index was built yet",)
        damaged = self._versions.damage(version)
        if damaged:
            return tuple(f"{name} is missing or was changed" for name in damaged)
        card = _card(version)
        if card is None:
            return (f"{CARD} cannot be read",)
        return () if card.format == FORMAT else (f"it was built in another form ({card.format}; this release reads {FORMAT})",)

    def open(self) -> OpenIndex:
        """The current version with its vector store, checked; BadIndex naming what is damaged."""
        before = self.current()
        marks = _marks(before) if before else ()  # taken first: what changes while the files are read is seen by the next question
        trouble = self.trouble()
        version = None if trouble else self.current()
        card = _card(version) if version else None
        if version is None or card is None:
            raise BadIndex("; ".join(trouble), where="the document index", remedy="run `./oiis docs reindex`")
        corpus = Corpus.load(version.path)
        check(corpus, card)
        near, notes = self._near(version.name, corpus, card)
        return OpenIndex(version.name, card, corpus, near, notes, marks)

    def unchanged(self, opened: OpenIndex, version: Version) -> bool:
        """Whether this version is the one that is open, and nobody touched its files since they were checked."""
        return opened.version == version.name and opened.marks == _marks(version)

    def look_again(self, opened: OpenIndex) -> tuple[ChromaVectors | None, tuple[str, ...]]:
        """The vector store of an open version whose store was away, if it is back, and what to say of it."""
        return self._near(opened.version, opened.corpus, opened.card)

    def _drop_stores(self) -> None:
        """Delete the stores of versions that are gone; a server that does not answer is cleared by the next build."""
        kept = {version.name for version in self._versions.all()}
        for gone in {folder.name.split("-")[0] for folder in (self.root / "chroma").glob("v*")} - kept:
            drop_others(self.root / "chroma", set(), among=f"{gone}-*")
        if self._url:
            with contextlib.suppress(VectorsDown):
                drop_collections(self._url, {self._collection(name) for name in kept}, among=self._collection(""))

    def _sound_card(self) -> Card | None:
        return None if self.trouble() else self.card()

    def _near(self, name: str, corpus: Corpus, card: Card) -> tuple[ChromaVectors | None, tuple[str, ...]]:
        """The vector store of a version; one that answers but is broken is made again from the sealed vectors."""
        try:
            return self._opened(name, corpus, card), ()
        except VectorsDown as broken:
            why = broken
        if not isinstance(why, StoreAway):
            # Under the writer's lock: nobody else builds meanwhile.
            with contextlib.suppress(IngestionError, OSError), self._versions.building(wait_seconds=2.0):
                return self._stored(name, corpus, card), ("the vector store was damaged and has been made again",)
        return None, (f"searched by keywords only: the vector store does not answer ({why.what})",)

    def _store_vectors(self, name: str, corpus: Corpus, card: Card) -> tuple[str, ...]:
        try:
            self._stored(name, corpus, card).close()
        except VectorsDown as down:
            return (f"the vector store does not answer ({down.what}); documents are found by keywords until it does",)
        return ()

    def _stored(self, name: str, corpus: Corpus, card: Card) -> ChromaVectors:
        place = self._url or self._next_folder(name)
        store = ChromaVectors.build(place, self._collection(name), corpus.vectors)
        if isinstance(place, Path):
            drop_others(place.parent, {place.name}, among=f"{name}-*")
        return _sound(store, corpus, card)

    def _opened(self, name: str, corpus: Corpus, card: Card) -> ChromaVectors:
        return _sound(ChromaVectors.open(self._url or self._folder(name), self._collection(name)), corpus, card)

    def _folder(self, name: str) -> Path:
        """Where the newest store of a version lies. A repaired one never takes the place of the one it replaces:
        Chroma keeps what it knows of a path for as long as the process lives."""
        folders = sorted((self.root / "chroma").glob(f"{name}-*"))
        return folders[-1] if folders else self.root / "chroma" / f"{name}-000"

    def _next_folder(self, name: str) -> Path:
        newest = self._folder(name)
        return newest.with_name(f"{name}-{int(newest.name.rsplit('-', 1)[1]) + 1:03d}") if newest.exists() else newest

    def _collection(self, name: str) -> str:
        """What the collection of a version is called; a server may hold those of several installations."""
        return f"oiis-{self._owner() if self._url else 'here'}-{name}"

    def _owner(self) -> str:
        file = self.root / OWNER
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(secrets.token_hex(6), encoding="utf-8")
        return file.read_text(encoding="utf-8").strip()


def check(corpus: Corpus, card: Card) -> None:
    """BadIndex unless every array is as long as it should be and each canary is found by its own words."""
    lengths = (len(corpus), len(corpus.vectors), len(corpus.document_of), len(corpus.heading_of), corpus.keyword.units)
    if set(lengths) != {card.units}:
        raise BadIndex(f"its parts hold {lengths} units", where="the document index", expected=f"{card.units} in each")
    for canary in card.canaries:
        if lost := [word for word in canary.words if canary.place not in corpus.keyword.holding(word)]:
            raise BadIndex(f"unit {canary.place} is not found by its own word {lost[0]!r}", where="the document index")
    if card.units and not np.isfinite(np.asarray(corpus.vectors[corpus.sample])).all():
        raise BadIndex("a vector holds something that is no number", where="the document index")


def _sound(store: ChromaVectors, corpus: Corpus, card: Card) -> ChromaVectors:
    """The store, once it was seen to hold what it should."""
    try:
        store.check(corpus.vectors, tuple(canary.place for canary in card.canaries))
    except VectorsDown:
        store.close()
        raise
    return store


def unit_of(document: Document, chunk: Chunk) -> Unit:
    """How a chunk is searched: by its heading, its text after its prefix, and the parts of it that are embedded."""
    heading = document.title if chunk.section in document.title else f"{document.title} {chunk.section}"
    return Unit(chunk.chunk_id, f"{chunk.doc_id}.{chunk.version}", heading, f"{chunk.prefix}\n{chunk.text}", _parts(document, chunk))


def _parts(document: Document, chunk: Chunk) -> tuple[str, ...]:
    if chunk.kind == "table":
        return table_parts(chunk.prefix, chunk.text)
    return text_parts(document.title, chunk.section.split(" > ")[-1].split("; ")[0], chunk.text)


def _canaries(units: Sequence[Unit]) -> tuple[Canary, ...]:
    step = max(1, len(units) // CANARIES)
    return tuple(Canary(place=place, words=tuple(terms(units[place].text)[-3:])) for place in range(0, len(units), step)[:CANARIES])


def _marks(version: Version) -> Marks:
    """Size and time of each file; what is gone looks like nothing that is there."""
    found: list[tuple[int, int]] = []
    for name in version.files:
        try:
            told = (version.path / name).stat()
        except OSError:
            found.append((-1, -1))
        else:
            found.append((told.st_size, told.st_mtime_ns))
    return tuple(found)


def _card(version: Version) -> Card | None:
    try:
        return Card.model_validate_json((version.path / CARD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
