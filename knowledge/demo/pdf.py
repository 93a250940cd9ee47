"""Text as a PDF: base fonts, wrapped lines, page breaks; the same text gives the same bytes."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_WIDTH, _HEIGHT, _MARGIN = 595, 842, 56
_LINE_POINTS = {"title": 22, "heading": 18, "text": 14, "row": 13, "gap": 7}
_FONT = {"title": ("F2", 16), "heading": ("F2", 12), "text": ("F1", 10), "row": ("F3", 8)}
_CHARACTERS = {"title": 52, "heading": 70, "text": 94, "row": 98}


@dataclass(frozen=True)
class Line:
    """One line as it is set; a style of `gap` leaves room."""

    style: str
    text: str = ""
    of: str = ""  # the key of the clause or table it belongs to


def write_pdf(title: str, written_on: date, lines: tuple[Line, ...]) -> bytes:
    """The file; letters lose the marks that base fonts lack."""
    pages = list(_pages(lines))
    kids = " ".join(f"{7 + 2 * number} 0 R" for number in range(len(pages)))
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        *(_font(name) for name in ("Helvetica", "Helvetica-Bold", "Courier")),
        b"<< /Title (" + _escaped(title) + f") /CreationDate (D:{written_on:%Y%m%d}000000Z) >>".encode(),
    ]
    for number, page in enumerate(pages):
        bodies += [_page(8 + 2 * number), _stream(page)]
    return _file(bodies)


def first_pages(lines: tuple[Line, ...]) -> dict[str, int]:
    """The page on which each key begins, counted from 1."""
    found: dict[str, int] = {}
    for number, page in enumerate(_pages(lines), 1):
        for line, _ in page:
            found.setdefault(line.of, number)
    return found


def wrap(style: str, text: str, of: str = "") -> Iterator[Line]:
    """The text in lines of this style; tables keep their columns."""
    if style == "row":
        yield Line(style, text[: _CHARACTERS[style]], of)
        return
    for line in textwrap.wrap(text, _CHARACTERS[style]):
        yield Line(style, line, of)


def plain(text: str) -> str:
    """The text in letters that every base font has: marks are dropped."""
    bare = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in bare if letter.isascii())


def _pages(lines: tuple[Line, ...]) -> Iterator[list[tuple[Line, int]]]:
    page: list[tuple[Line, int]] = []
    y = _HEIGHT - _MARGIN
    for place, line in enumerate(lines):
        # A heading stays with what it is the heading of.
        needed = _LINE_POINTS[line.style] + (2 * _LINE_POINTS["text"] if line.style == "heading" and place + 1 < len(lines) else 0)
        if y - needed < _MARGIN and page:
            yield page
            page, y = [], _HEIGHT - _MARGIN
        y -= _LINE_POINTS[line.style]
        page.append((line, y))
    yield page


def _stream(page: list[tuple[Line, int]]) -> bytes:
    parts = [
        f"BT /{_FONT[line.style][0]} {_FONT[line.style][1]} Tf {_MARGIN} {y} Td (".encode() + _escaped(line.text) + b") Tj ET"
        for line, y in page
        if line.text
    ]
    body = b"\n".join(parts)
    return f"<< /Length {len(body)} >>\nstream\n".encode() + body + b"\nendstream"


def _page(content: int) -> bytes:
    fonts = "<< /F1 3 0 R /F2 4 0 R /F3 5 0 R >>"
    box = f"[0 0 {_WIDTH} {_HEIGHT}]"
    return f"<< /Type /Page /Parent 2 0 R /MediaBox {box} /Resources << /Font {fonts} >> /Contents {content} 0 R >>".encode()


def _font(name: str) -> bytes:
    return f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>".encode()


def _escaped(text: str) -> bytes:
    raw = plain(text).encode("ascii")
    return raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _file(bodies: list[bytes]) -> bytes:
    """Objects 1, 2, 3 ... with the table that says where each begins."""
    out, starts = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        starts.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = b"".join(f"{start:010d} 00000 n \n".encode() for start in starts)
    head = f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n".encode()
    tail = f"trailer\n<< /Size {len(bodies) + 1} /Root 1 0 R /Info 6 0 R >>\nstartxref\n{len(out)}\n%%EOF\n".encode()
    return out + head + table + tail
