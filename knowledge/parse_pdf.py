"""PDF documents: lines with their places from pypdf, then headings, paragraphs and tables from how they are set."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator, Sequence
from itertools import islice

from pypdf import PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError, LimitReachedError, PyPdfError

from knowledge.contract import Parsed
from knowledge.parse_errors import BadDocument
from knowledge.parse_layout import lay_out
from knowledge.parse_lines import Line, LineCollector
from knowledge.parse_outline import Outline

MOST_PAGES = 5_000
_MOST_BOOKMARKS, _DEEPEST_BOOKMARK = 5_000, 8
_MOST_NAMED = 8
_ADDRESS = re.compile(r", \d{10,}")  # libraries print where an object lies in memory
_REPRINT = "open it in a PDF viewer and print it to a new PDF"
_GENERATED_TITLE = re.compile(
    r"^(?:microsoft (word|excel|powerpoint)|untitled|document\d*$|slide \d|presentation$)|\.\w{2,4}$|^[\w-]*\d{6,}$", re.I
)
# What a library that trusts its input meets in one that cannot be trusted.
_FAULTS = (
    PyPdfError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    NotImplementedError,
    zlib.error,
    OSError,
)


def read(content: bytes, name: str) -> Parsed:
    """The text of a PDF with its pages; BadDocument when it is encrypted, damaged or only pictures."""
    reader = _opened(content, name)
    try:
        count = len(reader.pages)
    except (*_FAULTS, RecursionError) as error:
        raise _broken(name, error) from error
    if count > MOST_PAGES:
        remedy = "split it and add the parts"
        raise BadDocument("too_large", f"it has {count:,} pages", where=name, expected=f"at most {MOST_PAGES:,} pages", remedy=remedy)
    outline = Outline()
    pages = list(_pages(reader, count, name))
    _note_pages(outline, pages, name)
    first = lay_out(outline, [page or [] for page in pages], _bookmarks(reader))
    return outline.parsed(_title(reader) or first, count)


def _opened(content: bytes, name: str) -> PdfReader:
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        # Many PDFs are only locked against changes: they open without a password.
        locked = reader.is_encrypted and not reader.decrypt("")
    except (DependencyError, FileNotDecryptedError):
        locked = True
    except (*_FAULTS, RecursionError) as error:
        raise _broken(name, error) from error
    if locked:
        remedy = "open it with its password, print it to a new PDF and add that"
        raise BadDocument(
            "encrypted", "this PDF is encrypted with a password", where=name, expected="a PDF that opens without one", remedy=remedy
        )
    return reader


def _pages(reader: PdfReader, count: int, name: str) -> Iterator[list[Line] | None]:
    """The lines of each page; None for one that cannot be read."""
    failed = 0
    for number in range(count):
        collector = LineCollector(number + 1)
        try:
            reader.pages[number].extract_text(visitor_text=collector)
        except (*_FAULTS, RecursionError) as error:
            failed += 1
            if failed == count:
                raise _broken(name, error) from error
            yield None
            continue
        yield collector.lines()


def _note_pages(outline: Outline, pages: Sequence[list[Line] | None], name: str) -> None:
    """Say which pages gave nothing; when none gave anything, the document is refused."""
    broken = [number for number, page in enumerate(pages, 1) if page is None]
    empty = [number for number, page in enumerate(pages, 1) if page is not None and not page]
    if not pages:
        raise BadDocument("broken", "this PDF has no pages", where=name, expected="a complete PDF", remedy=_REPRINT)
    if len(broken) + len(empty) == len(pages):
        raise BadDocument(
            "no_text",
            f"its {len(pages):,} pages hold no text: it is a scan or only pictures",
            where=name,
            expected="a PDF whose text can be marked and copied",
            remedy="run text recognition (OCR) over it and add the result",
        )
    if broken:
        outline.note(f"{_numbered(broken)} could not be read: damaged")
    if empty:
        outline.note(f"{_numbered(empty)} {'holds' if len(empty) == 1 else 'hold'} no text (pictures or scans?)")


def _numbered(pages: Sequence[int]) -> str:
    named = ", ".join(map(str, pages[:_MOST_NAMED])) + (f" and {len(pages) - _MOST_NAMED} more" if len(pages) > _MOST_NAMED else "")
    return f"page {named}" if len(pages) == 1 else f"pages {named}"


def _title(reader: PdfReader) -> str:
    """The title in the file's own card, unless a program put it there."""
    try:
        told = str((reader.metadata.title if reader.metadata else "") or "").strip()
    except (*_FAULTS, RecursionError):
        return ""
    return "" if _GENERATED_TITLE.search(told) else told


def _bookmarks(reader: PdfReader) -> dict[str, int]:
    """How deep each entry of the table of contents stands, by its words."""
    try:
        return dict(islice(_flat(reader.outline, 1), _MOST_BOOKMARKS))
    except (*_FAULTS, RecursionError):
        return {}


def _flat(entries: Sequence[object], depth: int) -> Iterator[tuple[str, int]]:
    for entry in entries:
        if isinstance(entry, list):
            if depth < _DEEPEST_BOOKMARK:
                yield from _flat(entry, depth + 1)
        elif title := " ".join(str(getattr(entry, "title", "") or "").split()).casefold():
            yield title, depth


def _broken(name: str, error: BaseException) -> BadDocument:
    reason = _ADDRESS.sub("", " ".join(str(error).split()))[:120].strip(" .")
    if isinstance(error, LimitReachedError):
        what = f"it asks for more than any ordinary document does ({reason})"
        remedy = f"check where it comes from; if it is right, {_REPRINT}"
        return BadDocument("bomb", what, where=name, expected="an ordinary PDF", remedy=remedy)
    return BadDocument("broken", f"this PDF is damaged ({reason})", where=name, expected="a complete PDF", remedy=_REPRINT)
