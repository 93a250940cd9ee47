"""A document as one text from top to bottom, headings included, and the spans of it that are never cut."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from knowledge.contract import Block

_GAP = "\n\n"
_SENTENCE_END = re.compile(r"(?<=[.!?…;])\s+|\n+")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Span:
    """A heading, a paragraph (or whole sentences of a long one), or some rows of a table."""

    start: int
    end: int
    text: str
    kind: Literal["heading", "text", "table"]
    section: tuple[str, ...]
    page: int | None
    tokens: int
    place: int = 0  # among the spans of the flow
    block: int = 0  # which block it is of
    header: tuple[str, ...] = ()
    has_header: bool = False  # the header of the table stands in this span


@dataclass
class Flow:
    """The text, and its spans in order."""

    text: str
    spans: list[Span] = field(default_factory=list)

    def section_around(self, first: Span, last: Span, path: tuple[str, ...], most: int) -> tuple[int, int]:
        """Where the section under the headings `path` begins and ends around the spans; no more than `most` characters."""
        return self._widened(first.place, last.place, most, lambda span: span.section[: len(path)] == path)

    def table_around(self, first: Span, last: Span, most: int) -> tuple[int, int]:
        """Where the table that the rows are of begins and ends, with the headings right above it; no more than `most` characters."""
        return self._widened(first.place, last.place, most, lambda other: other.block == last.block)

    def _widened(self, low: int, high: int, most: int, inside: Callable[[Span], bool]) -> tuple[int, int]:
        """Span by span outwards, first to what stands before, for as long as it is inside and there is room."""
        spans, grows = self.spans, True
        while grows:
            grows = False
            if low > 0 and inside(spans[low - 1]) and spans[high].end - spans[low - 1].start <= most:
                low, grows = low - 1, True
            if high + 1 < len(spans) and inside(spans[high + 1]) and spans[high + 1].end - spans[low].start <= most:
                high, grows = high + 1, True
        return spans[low].start, spans[high].end


def flow_of(blocks: Sequence[Block], count: Callable[[str], int], target: int, largest: int) -> Flow:
    """The flow of a document; a paragraph over `largest` tokens is cut between sentences, a table into groups of about `target`."""
    parts: list[str] = []
    spans: list[Span] = []
    place, above = 0, ()  # type: int, tuple[str, ...]
    for number, block in enumerate(blocks):
        for heading in _opened(above, block.section):
            spans.append(
                Span(place, place + len(heading), heading, "heading", block.section, block.page, count(heading), len(spans), number)
            )
            parts.append(heading)
            place += len(heading) + len(_GAP)
        above = block.section
        if not block.text.strip():
            continue
        pieces = _row_groups(block, count, target) if block.kind == "table" else _paragraph(block.text, count, target, largest)
        for start, end in pieces:
            spans.append(_span(block, number, place, (start, end), len(spans), count))
        parts.append(block.text)
        place += len(block.text) + len(_GAP)
    return Flow(_GAP.join(parts), spans)


def _span(block: Block, number: int, at: int, piece: tuple[int, int], place: int, count: Callable[[str], int]) -> Span:
    start, end = piece
    text = block.text[start:end]
    with_header = block.kind == "table" and start == 0
    return Span(at + start, at + end, text, block.kind, block.section, block.page, count(text), place, number, block.header, with_header)


def _opened(above: tuple[str, ...], here: tuple[str, ...]) -> tuple[str, ...]:
    """The headings that stand between a block and the one before it."""
    shared = 0
    while shared < min(len(above), len(here)) and above[shared] == here[shared]:
        shared += 1
    return here[shared:]


def _row_groups(block: Block, count: Callable[[str], int], target: int) -> Iterator[tuple[int, int]]:
    """Whole lines of a table; the first group begins with the header."""
    start = place = size = 0
    for line in block.text.splitlines(keepends=True):
        tokens = count(line)
        if size and size + tokens > target:
            yield start, place - 1
            start, size = place, 0
        place, size = place + len(line), size + tokens
    yield start, len(block.text)


def _paragraph(text: str, count: Callable[[str], int], target: int, largest: int) -> Iterator[tuple[int, int]]:
    """A paragraph whole, or in runs of sentences of at most `target` tokens when it is over `largest`."""
    if count(text) <= largest:
        yield 0, len(text)
        return
    start = end = size = 0
    for low, high in _sentences(text, count, target):
        tokens = count(text[low:high])
        if size and size + tokens > target:
            yield start, end
            start, size = low, 0
        end, size = high, size + tokens
    if end > start:
        yield start, end


def _sentences(text: str, count: Callable[[str], int], target: int) -> Iterator[tuple[int, int]]:
    """Sentences by their ends; one that goes on for too long is cut between words, and a word without end anywhere."""
    for low, high in _between(text, 0, len(text), _SENTENCE_END):
        if count(text[low:high]) <= target:
            yield low, high
            continue
        for first, last in _between(text, low, high, _SPACE):
            for start in range(first, last, target):
                yield start, min(start + target, last)


def _between(text: str, low: int, high: int, boundary: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    start = low
    for found in boundary.finditer(text, low, high):
        if found.start() > start:
            yield start, found.start()
        start = found.end()
    if high > start:
        yield start, high
