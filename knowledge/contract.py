"""What the parts of `knowledge` hand each other: a document as it was given, as it was read, cut, found and quoted."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

DocumentKind = Literal[
    "contract", "procedure", "policy", "catalogue", "manual", "regulation", "report", "market", "review", "insight", "other"
]
Language = Literal["en", "vi", "other"]
EntityKind = Literal["supplier", "product", "category", "customer", "location", "carrier"]


class Frozen(BaseModel):
    """A value: it does not change once made, and takes no field it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Entity(Frozen):
    """Something of the warehouse that a document is about."""

    kind: EntityKind
    id: str
    name: str


class Document(Frozen):
    """One version of one document; `doc_id` stays the same when a new version comes, `sha256` is of the bytes given."""

    doc_id: str
    version: int
    title: str
    source: str  # the name it came under, never a path of this machine
    media_type: str
    kind: DocumentKind = "other"
    language: Language = "en"
    scope: str = "documents:read"  # what a caller needs to see it
    published_on: date | None = None
    effective_from: date | None = None
    effective_until: date | None = None
    period_from: date | None = None  # what an insight or a report is about
    period_until: date | None = None
    entities: tuple[Entity, ...] = ()
    pages: int = 0
    sha256: str = ""
    added_at: str = ""


class Block(Frozen):
    """A paragraph, list or table as it stands in the document."""

    kind: Literal["text", "table"]
    text: str
    page: int | None = None
    section: tuple[str, ...] = ()  # the headings above it, outermost first
    header: tuple[str, ...] = ()  # of a table
    rows: tuple[tuple[str, ...], ...] = ()


class Parsed(Frozen):
    """What a parser found; `notes` say what it could not read."""

    title: str
    pages: int
    blocks: tuple[Block, ...]
    language: Language
    dates: tuple[date, ...] = ()
    notes: tuple[str, ...] = ()
    entries: tuple[tuple[int, str], ...] = ()  # of a feed: the first block of each entry, and what the feed calls it


class Chunk(Frozen):
    """The piece that is indexed. `text` stands word for word in the document; `prefix` tells where it stands."""

    chunk_id: str
    doc_id: str
    version: int
    ordinal: int
    text: str
    prefix: str
    parent: str  # what is returned around it: the whole section or table, word for word
    kind: Literal["text", "table"] = "text"
    page: int | None = None
    section: str = ""


class Passage(Frozen):
    """A chunk that was found, with how well and by which arms."""

    document: Document
    chunk: Chunk
    score: float
    vector: float | None = None
    keyword: float | None = None


class Quote(Frozen):
    """Words of a document, exactly as they stand in the chunk."""

    doc_id: str
    version: int
    chunk_id: str
    title: str
    page: int | None
    section: str
    text: str
