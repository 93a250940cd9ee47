"""Bodies of the document endpoints."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from api.schemas import Body, JobState
from knowledge.contract import DocumentKind, Entity, Language


class DocumentCard(Body):
    """A version of a document, without its text."""

    doc_id: str
    version: int
    title: str
    source: str = Field(description="The file name it came under")
    media_type: str
    kind: DocumentKind
    language: Language
    scope: str
    published_on: date | None = None
    effective_from: date | None = None
    effective_until: date | None = None
    period_from: date | None = None
    period_until: date | None = None
    entities: tuple[Entity, ...] = ()
    pages: int
    sha256: str
    added_at: str


class DocumentPage(Body):
    """Some of the documents, by title, and how many there are in all."""

    documents: tuple[DocumentCard, ...]
    total: int


class DocumentDetail(DocumentCard):
    """A version of a document with its outline, the versions there are, and what could not be read of it."""

    sections: tuple[str, ...] = ()
    chunks: int
    versions: tuple[int, ...]
    notes: tuple[str, ...] = ()


class Upload(Body):
    """A document on its way in; `document` is there once it was read, `message` says why when it could not be."""

    id: str
    state: JobState
    message: str = ""
    document: DocumentCard | None = None


class FoundPassage(Body):
    """A piece of a document that was found, word for word, and where it stands."""

    doc_id: str
    version: int
    chunk_id: str
    title: str
    kind: DocumentKind
    effective_from: date | None = None
    published_on: date | None = None
    page: int | None = None
    section: str = ""
    text: str
    around: str = Field(description="The section or table that the piece stands in")
    score: float


class FoundPassages(Body):
    """Passages, the best first; `notes` say what a reader should know about how they were found."""

    passages: tuple[FoundPassage, ...]
    notes: tuple[str, ...] = ()
