"""Bodies of the document endpoints; a document itself goes out as the library keeps it."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from api.schemas import Body, JobState
from knowledge.contract import Document, DocumentKind


class DocumentPage(Body):
    """Some of the documents, by title, and how many there are in all."""

    documents: tuple[Document, ...]
    total: int


class DocumentDetail(Document):
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
    document: Document | None = None


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
