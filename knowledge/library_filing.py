"""How a document is filed: what the person who gave it said, and what its name, title and text tell where they said nothing."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import SequenceMatcher

from knowledge.contract import Document, DocumentKind, Entity, Language, Parsed
from knowledge.entities import find_entities
from knowledge.library_machines import Writer, shelf_of
from knowledge.parse_dates import labelled_dates
from knowledge.parse_errors import BadDocument

MOST_NAME_CHARACTERS, MOST_TITLE_CHARACTERS, MOST_ENTITIES = 255, 300, 50
_DOC_ID = re.compile(r"^[a-z0-9][a-z0-9-]{0,39}$")
_SCOPE = re.compile(r"^documents:[a-z][a-z0-9_-]{0,39}$")
WRITE_SCOPE = "documents:write"  # what it takes to add and delete; it shows nothing
_LIKE_TITLES = 0.6
# The first that fits names the kind; the folder and the name are asked before the title.
_KINDS: tuple[tuple[DocumentKind, str], ...] = (
    ("contract", r"contracts?|agreements?|hop dong|thoa thuan"),
    ("insight", r"insights?|themes?"),
    ("market", r"market|competitors?|news|thi truong|doi thu|tin tuc"),
    ("review", r"reviews?|feedback|danh gia|phan hoi"),
    ("report", r"reports?|performance|trends?|summary|bao cao"),
    ("procedure", r"procedures?|sop|work instructions?|instructions?|process|quy trinh|huong dan"),
    ("policy", r"polic(?:y|ies)|terms|chinh sach"),
    ("catalogue", r"catalogues?|catalogs?|products?|price lists?|danh muc|bang gia|san pham"),
    ("manual", r"manuals?|handbooks?|guides?|so tay"),
    ("regulation", r"regulations?|decrees?|circulars?|customs|safety|laws?|nghi dinh|thong tu|quy dinh|hai quan|an toan"),
)


@dataclass(frozen=True)
class Filing:
    """What is said about a document when it is given; None is found out."""

    name: str = ""
    doc_id: str | None = None
    title: str | None = None
    kind: DocumentKind | None = None
    scope: str = "documents:read"
    published_on: date | None = None
    effective_from: date | None = None
    effective_until: date | None = None
    period_from: date | None = None
    period_until: date | None = None
    language: Language | None = None
    media_type: str | None = None
    folder: str = ""
    entities: tuple[Entity, ...] = ()
    writer: Writer = "person"

    @property
    def shelf(self) -> str:
        """Where it stands: what comes to the same place under a like title is a new version."""
        return shelf_of(self.writer, f"{self.scope}/{plain(self.folder)}/{plain(self.name)}")


def checked(filing: Filing) -> Filing:
    """The filing with a clean name, or BadDocument naming the value that cannot be."""
    name = clean_name(filing.name)
    if filing.doc_id is not None and not _DOC_ID.match(filing.doc_id):
        raise _bad(name, f"document id {filing.doc_id[:60]!r}", "1 to 40 small letters, digits and hyphens")
    if not _SCOPE.match(filing.scope) or filing.scope == WRITE_SCOPE:
        raise _bad(name, f"scope {filing.scope[:60]!r}", "a scope such as documents:read or documents:finance")
    for first, last in ((filing.effective_from, filing.effective_until), (filing.period_from, filing.period_until)):
        if first and last and first > last:
            raise _bad(name, f"{first} to {last}", "a first day that is not after the last one")
    title = filing.title and " ".join(filing.title.split())[:MOST_TITLE_CHARACTERS]
    return replace(filing, name=name, title=title or None, folder=clean_folder(filing.folder))


def clean_name(given: str) -> str:
    """The file name without any path, control character or excess; it is shown and compared, never opened."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given.encode("utf-8", "replace").decode()))[-1]
    name = "".join(letter for letter in last if letter.isprintable()).strip()[-MOST_NAME_CHARACTERS:]
    if not name.strip("."):
        raise BadDocument("bad_name", f"the document has no usable name ({given[:60]!r})", expected="a file name such as contract.pdf")
    return name


def clean_folder(given: str) -> str:
    """The folders a document came from, as words; `..` and drive letters mean nothing here."""
    parts = [part.strip() for part in re.split(r"[/\\]", given) if part.strip(" .") and not part.endswith(":")]
    return "/".join("".join(letter for letter in part if letter.isprintable())[:80] for part in parts[-6:])


def plain(text: str) -> str:
    """Small letters without marks, for comparing."""
    marked = unicodedata.normalize("NFKD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in marked if not unicodedata.combining(letter))


def guess_kind(filing: Filing, title: str) -> DocumentKind:
    """The kind by the folders and the name, else by the title."""
    for text in (filing.folder, filing.name.rpartition(".")[0] or filing.name, title):
        words = " ".join(re.findall(r"[a-z]+", plain(text)))
        for kind, pattern in _KINDS:
            if re.search(rf"\b(?:{pattern})\b", words):
                return kind
    return "other"


def alike(one: str, other: str) -> bool:
    """Whether two titles may be of versions of one document: digits and dates aside they nearly agree."""
    left, right = (" ".join(re.findall(r"[^\W\d_]+", plain(title))) for title in (one, other))
    return left == right or SequenceMatcher(None, left, right, autojunk=False).ratio() >= _LIKE_TITLES


def new_id(filing: Filing, sha256: str, taken: bool) -> str:
    """An id made of where the document stands; of its content too when another one stands there."""
    stem = re.sub(r"[^a-z0-9]+", "-", plain(filing.name.rpartition(".")[0] or filing.name)).strip("-")[:27].strip("-") or "document"
    key = f"{filing.shelf}\n{sha256}" if taken else filing.shelf
    return f"{stem}-{hashlib.sha256(key.encode()).hexdigest()[:12]}"


def file_document(filing: Filing, parsed: Parsed, doc_id: str, version: int, sha256: str, known: Sequence[Entity]) -> Document:
    """The document as it is kept, without the day it was added; what a person said goes before what the text says."""
    title = filing.title or " ".join(parsed.title.split())[:MOST_TITLE_CHARACTERS] or filing.name
    told = labelled_dates(parsed.blocks, parsed.language)
    begins, ends = filing.effective_from or told.effective_from, filing.effective_until or told.effective_until
    return Document(
        doc_id=doc_id,
        version=version,
        title=title,
        source=filing.name,
        media_type=filing.media_type or "application/octet-stream",
        kind=filing.kind or guess_kind(filing, title),
        language=filing.language or parsed.language,
        scope=filing.scope,
        published_on=filing.published_on or told.published_on,
        effective_from=begins,
        # An end before its beginning is not believed.
        effective_until=None if begins and ends and ends < begins else ends,
        period_from=filing.period_from,
        period_until=filing.period_until,
        entities=filing.entities or tuple(find_entities(title, parsed.blocks, known))[:MOST_ENTITIES],
        pages=parsed.pages,
        sha256=sha256,
    )


def corrected(document: Document, filing: Filing) -> Document:
    """The document with what a person says about it now in place of what was found out or said before."""
    names = ("title", "kind", "published_on", "effective_from", "effective_until", "period_from", "period_until", "language")
    said = {name: getattr(filing, name) for name in names if getattr(filing, name) is not None}
    return document.model_copy(update=said | ({"entities": filing.entities} if filing.entities else {}))


def _bad(where: str, what: str, expected: str) -> BadDocument:
    return BadDocument(
        "bad_value", f"{what} cannot be used", where=where, expected=expected, remedy="correct it and add the document again"
    )
