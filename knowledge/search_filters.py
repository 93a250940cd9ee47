"""Which documents a question may see: by the caller's scopes, by kind and entity, and by the day it is asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

import numpy as np

from knowledge.contract import Chunk, Document, DocumentKind
from knowledge.index import OpenIndex
from knowledge.library_visibility import in_force
from knowledge.search_rank import Allowed


class Shelf(Protocol):
    """What a search needs of a library."""

    def chunks(self, as_of: date | None = None) -> Iterator[tuple[Document, Chunk]]: ...

    def chunks_of(self, document: Document) -> tuple[Chunk, ...]: ...

    def chunk(self, chunk_id: str) -> Chunk: ...

    def versions(self) -> tuple[Document, ...]: ...

    def state(self) -> str: ...


@dataclass(frozen=True)
class Known:
    """The documents as they were in one state of the library."""

    state: str
    documents: tuple[Document, ...]
    by_key: Mapping[str, Document] = field(repr=False)

    @classmethod
    def of(cls, shelf: Shelf) -> Known:
        """Read the documents; the state is read first, so that a change in between is seen by the next question."""
        state, documents = shelf.state(), shelf.versions()
        return cls(state, documents, {key_of(document): document for document in documents})


def key_of(document: Document) -> str:
    """A version of a document, as the index names it."""
    return f"{document.doc_id}.{document.version}"


def visible(documents: tuple[Document, ...], as_of: date | None) -> tuple[Document, ...]:
    """Of each document the version in force on a day, or the newest."""
    return in_force(documents, as_of) if as_of else tuple({each.doc_id: each for each in documents}.values())


def passes(document: Document, scopes: Collection[str], kinds: Collection[DocumentKind], entities: Collection[str]) -> bool:
    """Whether a document is among those asked for; a scope the caller lacks hides it whatever is asked."""
    if document.scope not in scopes or (kinds and document.kind not in kinds):
        return False
    return not entities or any(entity.id in entities for entity in document.entities)


def allowed_units(opened: OpenIndex, shown: set[str]) -> Allowed:
    """The units of the documents shown."""
    return np.array([key in shown for key in opened.corpus.documents], dtype=np.bool_)[opened.corpus.document_of]


def staleness(opened: OpenIndex, known: Known) -> tuple[str, ...]:
    """A note where the library holds what the index does not yet."""
    waiting = len(known.by_key.keys() - set(opened.corpus.documents))
    return (f"{waiting} documents filed since the last indexing are not searched yet",) if waiting else ()
