"""What every parser fills: headings, paragraphs and tables in reading order, bounded, then the document they make."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import islice

from knowledge.contract import Block, Parsed
from knowledge.language import detect
from knowledge.parse_dates import MOST_DATES, find_dates
from knowledge.parse_errors import BadDocument

MOST_CHARACTERS = 10_000_000
MOST_BLOCKS = 200_000
MOST_ROWS, MOST_CELLS, MOST_CELL_CHARACTERS = 20_000, 500, 2_000
_HEADING_CHARACTERS, _TITLE_CHARACTERS, _DEEPEST = 200, 300, 8
_LANGUAGE_CHARACTERS, _DATE_CHARACTERS = 60_000, 400_000
_MOST_NOTES = 20
# Everything that is no mark on paper, but for the ends of lines; joiners that change letters stay.
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u00ad\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]")
_BLANKS = re.compile(r"[^\S\n]+")
_LINE_ENDS = re.compile(r" ?\n ?")
Level = tuple[float, ...]


class Outline:
    """The document so far."""

    def __init__(self) -> None:
        self._above: list[tuple[Level, str]] = []
        self._blocks: list[Block] = []
        self._first_heading = ""
        self._characters = 0
        self._notes: list[str] = []

    def heading(self, level: Level, text: str) -> None:
        """A heading closes those of its level and below; a smaller level stands higher."""
        line = " ".join(clean(text).split())[:_HEADING_CHARACTERS]
        if not line:
            return
        self._first_heading = self._first_heading or line
        while self._above and self._above[-1][0] >= level:
            self._above.pop()
        self._above = [*self._above[: _DEEPEST - 1], (level, line)]

    def text(self, text: str, page: int | None = None) -> None:
        """A paragraph or a list."""
        said = clean(text)
        if said:
            self._keep(Block(kind="text", text=said, page=page, section=self._section))

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]], page: int | None = None) -> None:
        """A table: one line a row, the header first; what goes past the bounds is left out, and that is noted."""
        heads = tuple(map(cell, header[:MOST_CELLS]))
        body = tuple(kept for row in rows[:MOST_ROWS] if any(kept := tuple(map(cell, row[:MOST_CELLS]))))
        if len(rows) > MOST_ROWS:
            self.note(f"a table has {len(rows):,} rows, of which the first {MOST_ROWS:,} were read; load it as data to count with it")
        if not body and not any(heads):
            return
        lines = [" | ".join(row) for row in (*([heads] if any(heads) else []), *body)]
        self._keep(Block(kind="table", text="\n".join(lines), page=page, section=self._section, header=heads, rows=body))

    def note(self, text: str) -> None:
        """Something a person should know about how it was read."""
        if text not in self._notes and len(self._notes) < _MOST_NOTES:
            self._notes.append(text)

    @property
    def size(self) -> int:
        """How many blocks were found so far."""
        return len(self._blocks)

    def parsed(self, title: str = "", pages: int = 0) -> Parsed:
        """The document; its title is the one given, else its first heading, which then stands above everything anyway."""
        name = " ".join(clean(title).split())[:_TITLE_CHARACTERS] or self._first_heading
        blocks = tuple(_below(name, block) for block in self._blocks)
        text = _beginning(blocks, _LANGUAGE_CHARACTERS)
        language = detect(text or name)
        days = find_dates(_beginning(blocks, _DATE_CHARACTERS), language)
        return Parsed(
            title=name,
            pages=pages,
            blocks=blocks,
            language=language,
            dates=tuple(islice(dict.fromkeys(islice(days, 20 * MOST_DATES)), MOST_DATES)),
            notes=tuple(self._notes),
        )

    @property
    def _section(self) -> tuple[str, ...]:
        return tuple(text for _, text in self._above)

    def _keep(self, block: Block) -> None:
        self._characters += len(block.text)
        if self._characters > MOST_CHARACTERS or len(self._blocks) >= MOST_BLOCKS:
            raise BadDocument(
                "too_much_text",
                f"it holds more than {MOST_CHARACTERS:,} characters of text",
                expected="a document, not an archive of them",
                remedy="split it and add the parts, or load it as data if it is a table",
            )
        self._blocks.append(block)


def clean(text: str) -> str:
    """The text in composed letters, without invisible characters, and with single blanks; line ends stay."""
    composed = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())
    visible = _INVISIBLE.sub("", composed.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n"))
    return _LINE_ENDS.sub("\n", _BLANKS.sub(" ", visible)).strip()


def cell(text: str) -> str:
    """A cell in one line; the mark between cells does not stand inside one."""
    return " ".join(clean(text).split()).replace("|", "/")[:MOST_CELL_CHARACTERS]


def _below(title: str, block: Block) -> Block:
    """A first heading that says the title again is no section."""
    if block.section and block.section[0].casefold() == title.casefold():
        return block.model_copy(update={"section": block.section[1:]})
    return block


def _beginning(blocks: Sequence[Block], most: int) -> str:
    parts: list[str] = []
    size = 0
    for block in blocks:
        parts.append(block.text[: most - size])
        size += len(parts[-1]) + 1
        if size >= most:
            break
    return "\n".join(parts)
