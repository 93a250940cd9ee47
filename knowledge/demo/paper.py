"""A document before it is written into a file: parts of clauses and tables, each under a key by which it can be meant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal
from zlib import crc32

from knowledge.contract import DocumentKind, Entity

Carrier = Literal["pdf", "docx", "html", "md"]
PaperLanguage = Literal["en", "vi"]
Split = Literal["dev", "test"]

# Vietnamese needs letters that the base fonts of a PDF do not have.
_CARRIERS: dict[PaperLanguage, tuple[Carrier, ...]] = {"en": ("pdf", "docx", "html", "pdf", "md"), "vi": ("docx", "html", "md")}
MEDIA_TYPES: dict[Carrier, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html",
    "md": "text/markdown",
}


@dataclass(frozen=True)
class Clause:
    """One or a few sentences that belong together."""

    key: str
    text: str


@dataclass(frozen=True)
class Grid:
    """A table under a caption."""

    key: str
    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Part:
    """What stands under one heading."""

    title: str
    items: tuple[Clause | Grid, ...]


@dataclass(frozen=True)
class Paper:
    """One version of one document of the library; `key` stays the same when a new version comes."""

    key: str
    title: str
    kind: DocumentKind
    language: PaperLanguage
    published_on: date
    parts: tuple[Part, ...]
    entities: tuple[Entity, ...] = ()
    effective_from: date | None = None
    period_from: date | None = None
    period_until: date | None = None
    version: int = 1
    contradicts: tuple[str, ...] = ()  # places (key#clause) that say something else about the same matter

    @property
    def carrier(self) -> Carrier:
        """The kind of file it comes in; always the same for a key."""
        choices = ("pdf",) if self.key.startswith("manual-quality") else _CARRIERS[self.language]
        return choices[draw(self.key, "carrier") % len(choices)]

    @property
    def file_name(self) -> str:
        return f"{self.key}.{self.carrier}"

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.carrier]

    def places(self) -> dict[str, str]:
        """The text under each key; of a table the caption, the header and every cell."""
        return {item.key: words_of(item) for part in self.parts for item in part.items}


def words_of(item: Clause | Grid) -> str:
    """What stands there, as running text."""
    if isinstance(item, Clause):
        return item.text
    return "\n".join((item.caption, " ".join(item.header), *(" ".join(row) for row in item.rows)))


def draw(*names: object) -> int:
    """A number that depends on these names only."""
    return crc32(":".join(map(str, names)).encode())


def split_of(key: str) -> Split:
    """The half of the library a document belongs to: wordings of one half never stand in the other."""
    return "dev" if draw(key, "half") % 2 == 0 else "test"
