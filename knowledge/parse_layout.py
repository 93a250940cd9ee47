"""From lines with places to a document: what is a heading, a paragraph, a table, and what only runs along every page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import median

from knowledge.parse_lines import Line
from knowledge.parse_outline import Outline
from knowledge.parse_running import find_running
from knowledge.parse_text import heading_level

_LARGER = 1.12
_MOST_HEADING = 140
_ITEM = re.compile(r"^(?:[-–•▪●◦*·]|\(?[a-z0-9]{1,3}[.)]|\(?[ivx]{1,4}\))\s+")
_LEADERS = re.compile(r"\.{4}|(?:\. ){4}")  # a line of a table of contents
_HYPHENATED = re.compile(r"(\w+)[-\u2010]$")
_SENTENCE_END = (".", ";", ",", ":")


def lay_out(outline: Outline, pages: Sequence[Sequence[Line]], bookmarks: Mapping[str, int]) -> str:
    """Fill the outline; the largest words of the first page, which are the title when nothing else is."""
    running = find_running(pages)
    kept = [[line for line in page if id(line) not in running] or list(page) for page in pages]
    setting = _Setting(outline, kept, bookmarks)
    for page in kept:
        setting.place(page)
    return _largest(kept, setting.body)


class _Setting:
    """How this document is set, and where it has got to."""

    def __init__(self, outline: Outline, pages: Sequence[Sequence[Line]], bookmarks: Mapping[str, int]) -> None:
        self._outline, self._bookmarks = outline, bookmarks
        sizes: Counter[float] = Counter()
        for line in (line for page in pages for line in page):
            sizes[line.size] += len(line.text)
        self.body = sizes.most_common(1)[0][0] if sizes else 1.0
        self._words = frozenset(word for page in pages for line in page for word in line.text.casefold().split())

    def place(self, page: Sequence[Line]) -> None:
        """Everything on one page; a paragraph that goes on overleaf is two, so that each has its page."""
        leading = _leading(page)
        place = 0
        while place < len(page):
            size = _table_lines(page, place)
            if size:
                self._table(page[place : place + size])
            else:
                size = self._heading(page, place, leading)
            if not size:
                size = self._paragraph(page, place, leading)
            place += size

    def _table(self, lines: Sequence[Line]) -> None:
        columns = [x for x, _ in max(lines, key=lambda line: len(line.cells)).cells]
        rows: list[list[str]] = []
        for line in lines:
            row = [""] * len(columns)
            for x, text in line.cells:
                nearest = min(range(len(columns)), key=lambda column: abs(columns[column] - x))
                row[nearest] = f"{row[nearest]} {text}".strip()
            if len(line.cells) == 1 and not row[0] and rows:  # a cell of two lines
                rows[-1] = [f"{before} {more}".strip() for before, more in zip(rows[-1], row, strict=True)]
            else:
                rows.append(row)
        self._outline.table(rows[0], rows[1:], lines[0].page)

    def _heading(self, page: Sequence[Line], place: int, leading: float) -> int:
        """How many lines a heading takes here; 0 when there is none."""
        level = self._level(page, place, leading)
        if level is None:
            return 0
        text, size = page[place].text, 1
        while (
            place + size < len(page)
            and self._goes_on(page[place], page[place + size - 1], page[place + size])
            and len(text) < _MOST_HEADING
        ):
            text, size = f"{text} {page[place + size].text}", size + 1
        self._outline.heading(level, text)
        return size

    def _level(self, page: Sequence[Line], place: int, leading: float) -> tuple[float, ...] | None:
        line, text = page[place], page[place].text
        if len(text) > _MOST_HEADING or not any(map(str.isalpha, text)) or len(line.cells) > 2 or _LEADERS.search(text):
            return None
        if depth := self._bookmarks.get(" ".join(text.split()).casefold()):
            return (-1e6, float(depth))
        plain = heading_level(text)
        if line.size >= _LARGER * self.body:
            return (-line.size, *(plain or (0.0,)))
        if text.endswith(_SENTENCE_END) or (_ITEM.match(text) and plain is None):
            return None
        alone = self._stands_alone(page, place, leading)
        if line.bold and line.size >= 0.95 * self.body and alone and len(text) <= 100:
            return (-self.body, *(plain or (9.0,)))
        return (0.0, *plain) if plain is not None and alone else None

    def _stands_alone(self, page: Sequence[Line], place: int, leading: float) -> bool:
        """Room above, or another kind of line; and what follows does not go on with the sentence."""
        line = page[place]
        above = page[place - 1] if place else None
        apart = above is None or above.y - line.y > 1.2 * leading or above.y < line.y or above.bold != line.bold or above.size != line.size
        following = page[place + 1] if place + 1 < len(page) else None
        return apart and not (following and following.bold == line.bold and following.size == line.size and following.text[:1].islower())

    def _goes_on(self, first: Line, last: Line, following: Line) -> bool:
        """Whether a heading goes on in the next line: set alike, close below, and no heading of its own."""
        same = following.size == first.size and following.bold == first.bold
        set_apart = first.size >= _LARGER * self.body or first.bold
        close = 0 < last.y - following.y <= 1.5 * first.size
        return same and set_apart and close and heading_level(following.text) is None and len(following.cells) == 1

    def _paragraph(self, page: Sequence[Line], place: int, leading: float) -> int:
        parts = [page[place].text]
        size = 1
        while place + size < len(page) and self._continues(page, place + size, leading):
            self._join(parts, page[place + size])
            size += 1
        self._outline.text("".join(parts), page[place].page)
        return size

    def _continues(self, page: Sequence[Line], place: int, leading: float) -> bool:
        above, line = page[place - 1], page[place]
        gap = above.y - line.y
        if not 0 < gap <= max(1.35 * leading, 1.1 * line.size) or abs(above.size - line.size) > 0.1 * self.body:
            return False
        if line.x - above.x > line.size and above.text.endswith((".", ":")) and not _ITEM.match(above.text):
            return False
        return not _table_lines(page, place) and self._level(page, place, leading) is None

    def _join(self, parts: list[str], line: Line) -> None:
        """The next line; a word cut at the line's end becomes one where the document knows it whole."""
        text = line.text
        cut = _HYPHENATED.search(parts[-1])
        if _ITEM.match(text):
            parts.append(f"\n{text}")
        elif cut and text[:1].islower():
            whole = (cut.group(1) + text.split()[0]).casefold().rstrip(".,;:)")
            if whole in self._words:
                parts[-1] = parts[-1][:-1]
            parts.append(text)
        else:
            parts.append(f" {text}")


def _table_lines(page: Sequence[Line], place: int) -> int:
    """How many lines from here on are rows of one table; 0 when there is none."""
    size = filled = 0
    widest = 0
    while place + size < len(page):
        line = page[place + size]
        cells = len(line.cells)
        wraps = filled > 1 and cells == 1 and line.x > page[place].x + line.size and 0 < page[place + size - 1].y - line.y < 1.6 * line.size
        if cells < 2 and not wraps:
            break
        filled, widest, size = filled + (cells > 1), max(widest, cells), size + 1
    enough = filled >= 3 or (filled == 2 and widest >= 3)
    return size if enough and _aligned(page[place : place + size]) else 0


def _aligned(lines: Sequence[Line]) -> bool:
    """Whether most rows have a cell, after their first, that begins or ends where one of another row does."""
    rows = [[(x, x + 0.5 * line.size * len(text.strip())) for x, text in line.cells[1:]] for line in lines if len(line.cells) > 1]
    room = 1.5 * lines[0].size
    fitting = sum(
        any(
            abs(one - other) < room
            for cell in row
            for others in rows
            if others is not row
            for near in others
            for one, other in zip(cell, near, strict=True)
        )
        for row in rows
    )
    return fitting > 0.6 * len(rows)


def _leading(page: Sequence[Line]) -> float:
    """The usual distance between lines of a page."""
    gaps = [above.y - line.y for above, line in pairwise(page) if 0 < above.y - line.y < 3 * line.size]
    return median(gaps) if gaps else (1.2 * page[0].size if page else 1.0)


def _largest(pages: Sequence[Sequence[Line]], body: float) -> str:
    """The words set largest on the first page that has any, when they are larger than the text."""
    first = next((page for page in pages if page), ())
    size = max((line.size for line in first), default=0.0)
    if size < _LARGER * body:
        return ""
    found: list[str] = []
    for line in first:
        if line.size == size:
            found.append(line.text)
        elif found:
            break
    return " ".join(found)[:_MOST_HEADING]
