"""What a document really is, from its first bytes; the name decides only between kinds of plain text."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import Literal

from ingestion.readers.identity import MARKUP, OLE_MAGIC, decode_head, find_foreign, looks_like_text
from knowledge.parse_archive import refuse_directory
from knowledge.parse_errors import BadDocument

DocumentFormat = Literal["pdf", "docx", "xlsx", "html", "markdown", "text", "table", "email", "feed"]
HEAD_BYTES = 1 << 16
TAKEN = "PDF, DOCX, XLSX, HTML, Markdown, plain text, CSV, an e-mail (.eml) or a feed (RSS, Atom)"
_BINARY: tuple[DocumentFormat, ...] = ("pdf", "docx", "xlsx")
_AGAIN = "export it as PDF, DOCX or plain text and add that"
_SUFFIXES: dict[str, DocumentFormat] = {
    ".pdf": "pdf",
    ".docx": "docx",
    ".xlsx": "xlsx",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "text",
    ".text": "text",
    ".csv": "table",
    ".tsv": "table",
    ".eml": "email",
    ".rss": "feed",
    ".atom": "feed",
}
MEDIA_TYPES: dict[DocumentFormat, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html",
    "markdown": "text/markdown",
    "text": "text/plain",
    "table": "text/csv",
    "email": "message/rfc822",
    "feed": "application/feed+xml",
}
_OTHER_ARCHIVES = (
    ("xl/workbook.bin", "a binary Excel workbook (.xlsb)"),
    ("ppt/presentation.xml", "a PowerPoint presentation"),
    ("content.xml", "an OpenDocument file"),
    ("META-INF/container.xml", "an e-book (EPUB)"),
    ("META-INF/MANIFEST.MF", "a Java program"),
)
_FEED_ROOT, _SPACE = re.compile(r"<(?:rss|feed|rdf:RDF)[\s>]"), re.compile(r"\s*")
_BEFORE_ROOT = (("<!--", "-->"), ("<?", "?>"))  # comments, and instructions such as <?xml ...?>
_HEADER = re.compile(r"^(from|to|subject|date|message-id|mime-version|received|return-path|content-type|reply-to|cc|delivered-to):", re.I)


@dataclass(frozen=True)
class Sniffed:
    """The format of a document, and what is odd about its name."""

    format: DocumentFormat
    note: str = ""

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.format]


def sniff(content: bytes, name: str) -> Sniffed:
    """The format by content; BadDocument with its true name for what is no document we read."""
    suffix = name[name.rfind(".") :].lower() if "." in name else ""
    claimed = _SUFFIXES.get(suffix)
    found = _format(content, name, claimed)
    if claimed in (None, found) or {claimed, found} <= {"text", "markdown", "html", "email", "table"}:
        return Sniffed(found)
    return Sniffed(found, f"the name ends in {suffix}, and by its content it is {MEDIA_TYPES[found]}; it was read as that")


def _format(content: bytes, name: str, claimed: DocumentFormat | None) -> DocumentFormat:
    head = content[:HEAD_BYTES]
    if not content.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise BadDocument("empty", "the file is empty", where=name, expected=TAKEN, remedy="copy or export it again")
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return _in_archive(content, name)
    if head.startswith(OLE_MAGIC):
        raise _refused_container(content, name)
    if (foreign := find_foreign(head)) is not None:
        raise _unsupported(name, f"this is {foreign.what}")
    if not looks_like_text(head) or (claimed in _BINARY and not _is_utf8(head)):
        what = "it does not begin like a PDF" if claimed == "pdf" else "its content is neither text nor a document we know"
        raise _unsupported(name, what)
    return _of_text(decode_head(head), claimed)


def _is_utf8(head: bytes) -> bool:
    """Whether the bytes are surely text; the last character may be cut."""
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= len(head) - 3 and len(head) == HEAD_BYTES
    return True


def _of_text(head: str, claimed: DocumentFormat | None) -> DocumentFormat:
    start = head.lstrip("\ufeff \t\r\n")
    if _is_feed(start[:4096]):
        return "feed"
    if claimed == "email" or _is_email(start):
        return "email"
    if claimed in ("markdown", "table"):
        return claimed
    if claimed == "html" or MARKUP.match(start[:4096]):
        return "html"
    return "text"


def _is_feed(start: str) -> bool:
    """The root of a feed after comments and instructions, each of them passed once: this runs before anything bounds its time."""
    place = 0
    while True:
        place = _end(_SPACE.match(start, place))
        closing = next((closing for opening, closing in _BEFORE_ROOT if start.startswith(opening, place)), None)
        if closing is None:
            return bool(_FEED_ROOT.match(start, place))
        end = start.find(closing, place)
        if end < 0:
            return False
        place = end + len(closing)


def _end(found: re.Match[str] | None) -> int:
    return found.end() if found else 0


def _is_email(start: str) -> bool:
    """Several header fields of a message and nothing else before the first empty line."""
    lines = re.split(r"\r?\n\r?\n", start, maxsplit=1)[0].splitlines()[:60]
    names = {found.group(1).casefold() for line in lines if (found := _HEADER.match(line))}
    return len(names) >= 3 and bool(names & {"from", "received"}) and bool(lines) and bool(_HEADER.match(lines[0]))


def _in_archive(content: bytes, name: str) -> DocumentFormat:
    refuse_directory(content, name)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inside = frozenset(archive.namelist())
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, OSError) as error:
        reason = " ".join(str(error).split())[:120]
        raise BadDocument(
            "broken", f"the file is damaged or was not copied whole ({reason})", where=name, expected=TAKEN, remedy="copy or save it again"
        ) from error
    if "word/document.xml" in inside:
        return "docx"
    if "xl/workbook.xml" in inside:
        return "xlsx"
    what = next((what for part, what in _OTHER_ARCHIVES if part in inside), None)
    if what is None:
        raise BadDocument("unsupported", "this is a zip archive", where=name, expected=TAKEN, remedy="unpack it and add the files inside")
    raise _unsupported(name, f"this is {what}")


def _refused_container(content: bytes, name: str) -> BadDocument:
    """Old Office files, Outlook messages and encrypted new files share a container; the names in it tell which."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        remedy = "open it, remove the password and save it again"
        return BadDocument("encrypted", "this document is encrypted with a password", where=name, expected=TAKEN, remedy=remedy)
    if "__substg1.0_".encode("utf-16-le") in content:
        return BadDocument(
            "unsupported", "this is an Outlook message (.msg)", where=name, expected=TAKEN, remedy="save it as .eml and add that"
        )
    return _unsupported(name, "this is an old Office file (.doc, .xls or .ppt)")


def _unsupported(name: str, what: str) -> BadDocument:
    return BadDocument("unsupported", what, where=name, expected=TAKEN, remedy=_AGAIN)
