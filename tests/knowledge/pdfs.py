"""PDF files written by hand, whole and hostile: no library of ours or of the parser has a part in them."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """A line of text at a place on the page."""

    text: str
    x: float = 72
    y: float = 720
    size: float = 11
    bold: bool = False


def escaped(text: str) -> bytes:
    return text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def content_of(lines: Sequence[Line]) -> bytes:
    parts = []
    for line in lines:
        font = b"/F2" if line.bold else b"/F1"
        parts.append(b"BT %s %g Tf %g %g Td (%s) Tj ET" % (font, line.size, line.x, line.y, escaped(line.text)))
    return b"\n".join(parts)


def stream(data: bytes, extra: bytes = b"") -> bytes:
    return b"<< /Length %d %s>>\nstream\n%s\nendstream" % (len(data), extra, data)


def flate(data: bytes) -> bytes:
    return stream(zlib.compress(data, 9), b"/Filter /FlateDecode ")


def assemble(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """Objects numbered from 1, the catalog first, with a table that says where each stands."""
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for place in places:
        out += b"%010d 00000 n \n" % place
    out += b"trailer\n<< /Size %d /Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start)
    return bytes(out)


FONTS = (
    b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
)


def of_streams(streams: Sequence[bytes], title: str = "") -> bytes:
    """A PDF with one page for each content stream object."""
    first_page = 5
    kids = b" ".join(b"%d 0 R" % (first_page + 2 * number) for number in range(len(streams)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(streams)),
        *FONTS,
    ]
    for number, body in enumerate(streams):
        resources = b"<< /Font << /F1 3 0 R /F2 4 0 R >> >>"
        content = first_page + 2 * number + 1
        objects.append(b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R /Resources %s >>" % (content, resources))
        objects.append(body)
    trailer = b""
    if title:
        objects.append(b"<< /Title (%s) >>" % escaped(title))
        trailer = b"/Info %d 0 R " % len(objects)
    return assemble(objects, trailer)


def pdf(pages: Sequence[Sequence[Line]], title: str = "") -> bytes:
    """A PDF with these lines on its pages."""
    return of_streams([flate(content_of(lines)) for lines in pages], title)


def flowing(paragraphs: Sequence[str | Line], top: float = 720, leading: float = 14) -> list[Line]:
    """Lines from the top of a page down; a paragraph may have several lines, and a gap stands between paragraphs."""
    lines, y = [], top
    for paragraph in paragraphs:
        if isinstance(paragraph, Line):
            y -= paragraph.size
            lines.append(Line(paragraph.text, paragraph.x, y, paragraph.size, paragraph.bold))
            y -= leading * 0.8
            continue
        for text in paragraph.split("\n"):
            lines.append(Line(text, 72, y))
            y -= leading
        y -= leading * 0.7
    return lines
