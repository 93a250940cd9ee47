"""HTML: headings, paragraphs, lists and tables as a reader sees them; scripts, styles and what is hidden are left out."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from knowledge.contract import Parsed
from knowledge.parse_outline import Outline
from knowledge.parse_text import decode

_SKIPPED_TAGS = "script style noscript template svg math iframe object head nav select button"
_BLOCK_TAGS = """
    p div section article main header footer aside ul ol dl dt dd blockquote pre figure figcaption address form fieldset hr body html
"""
_VOID_TAGS = "area base br col embed hr img input link meta param source track wbr"
_SKIPPED, _BLOCKS, _VOID = (frozenset(tags.split()) for tags in (_SKIPPED_TAGS, _BLOCK_TAGS, _VOID_TAGS))
_HEADINGS = {f"h{number}": float(number) for number in range(1, 7)}
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])", re.I)
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w-]{2,20})", re.I)
_MOST_OPEN = 2_000


def read(content: bytes, name: str) -> Parsed:
    """The visible text of a page."""
    outline = Outline()
    title = fill(outline, _decoded(content, outline))
    return outline.parsed(title)


def fill(outline: Outline, markup: str) -> str:
    """Put the visible text of a page into the outline; its title."""
    reader = _Reader(outline)
    reader.feed(markup)
    reader.close()
    reader.end()
    return reader.title


def _decoded(content: bytes, outline: Outline) -> str:
    told = _CHARSET.search(content[:4096])
    if told:
        try:
            return content.decode(told.group(1).decode("ascii"))
        except (LookupError, UnicodeDecodeError):
            outline.note("its text is not in the encoding that it names")
    return decode(content, outline)


class _Reader(HTMLParser):
    """Follows the tags without a tree, so that no nesting is too deep."""

    def __init__(self, outline: Outline) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self._outline = outline
        self._text: list[str] = []
        self._skipping: list[str] = []  # open tags from the one that is not shown on
        self._level: float | None = None
        self._in_title = False
        self._tables = 0
        self._rows: list[list[str]] = []
        self._cell: list[str] | None = None
        self._heads: list[bool] = []
        self._listed = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "title" and not self.title:
            self._in_title = True
            return
        if self._skipping:
            if tag not in _VOID and len(self._skipping) < _MOST_OPEN:
                self._skipping.append(tag)
            return
        if tag not in _VOID and (tag in _SKIPPED or _is_hidden(attrs)):
            self._skipping.append(tag)
        elif tag == "br":
            self._say("\n")
        elif tag in ("table", "tr", "td", "th"):
            self._open_table(tag)
        elif tag in _HEADINGS and not self._tables:
            self._flush()
            self._level = _HEADINGS[tag]
        elif tag == "li":
            self._say("\n")
            self._say("- ")
        elif tag in _BLOCKS:
            self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
        elif self._skipping:
            self._unskip(tag)
        elif tag in ("table", "tr", "td", "th"):
            self._close_table(tag)
        elif tag in _HEADINGS and not self._tables:
            self._flush()
        elif tag in _BLOCKS:
            self._break(tag)

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data[:300]
        elif not self._skipping:
            self._say(re.sub(r"\s+", " ", data))

    def end(self) -> None:
        """What was open at the end of the page."""
        while self._tables:
            self._close_table("table")
        self._flush()

    def _unskip(self, tag: str) -> None:
        """A closing tag closes what was opened under it, wherever the page forgot to."""
        if tag in self._skipping:
            del self._skipping[len(self._skipping) - 1 - self._skipping[::-1].index(tag) :]
        elif tag == "body":
            self._skipping.clear()

    def _say(self, text: str) -> None:
        (self._text if self._cell is None else self._cell).append(text)

    def _break(self, tag: str) -> None:
        if self._cell is not None:
            self._cell.append(" ")
        elif tag in ("ul", "ol"):
            self._say("\n")  # a list belongs to the sentence before it
        elif not self._tables:
            self._flush()

    def _flush(self) -> None:
        text = "".join(self._text).strip()
        self._text = []
        if text and self._level is not None:
            self._outline.heading((self._level,), text)
        elif text:
            self._outline.text(re.sub(r"\n\s*\n+", "\n", text))
        self._level = None

    def _open_table(self, tag: str) -> None:
        if tag == "table":
            if not self._tables:
                self._flush()
                self._rows, self._heads = [], []
            self._tables += 1
        elif self._tables == 1 and tag == "tr":
            self._end_cell()
            self._rows.append([])
            self._heads.append(True)
        elif self._tables == 1 and self._rows:
            self._end_cell()
            self._heads[-1] = self._heads[-1] and tag == "th"
            self._cell = []

    def _close_table(self, tag: str) -> None:
        if self._tables == 1 and tag != "table":
            self._end_cell()
        elif tag == "table" and self._tables:
            self._tables -= 1
            if not self._tables:
                self._end_cell()
                self._keep_table()

    def _end_cell(self) -> None:
        if self._cell is not None and self._rows:
            self._rows[-1].append("".join(self._cell).strip())
        self._cell = None

    def _keep_table(self) -> None:
        rows = [(row, head) for row, head in zip(self._rows, self._heads, strict=True) if any(row)]
        if all(len(row) == 1 for row, _ in rows):  # a table for the looks of the page
            for row, _ in rows:
                self._outline.text(row[0])
        elif rows:
            self._outline.table(rows[0][0], [row for row, _ in rows[1:]])
        self._rows, self._heads = [], []


def _is_hidden(attrs: list[tuple[str, str | None]]) -> bool:
    told = dict(attrs)
    return "hidden" in told or told.get("aria-hidden") == "true" or bool(_HIDDEN.search((told.get("style") or "")[:2_000]))
