"""What runs along the pages of a document: headers, footers and page numbers, which are no part of its text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from knowledge.parse_lines import Line

_FEWEST_PAGES, _FEWEST_TIMES, _SHARE = 4, 3, 0.4
_EDGE_LINES = 2
_NUMBER = re.compile(r"\d{1,4}")
_ONLY_NUMBER = re.compile(r"^(?:page|trang)?\W{0,3}(?:\d{1,4}|[ivxl]{1,7})\W{0,3}$", re.IGNORECASE)


def find_running(pages: Sequence[Sequence[Line]]) -> frozenset[int]:
    """The lines (by `id`) at the edges of pages that say the same on many, or that count the pages."""
    if len(pages) < _FEWEST_PAGES:
        return frozenset()
    seen: dict[tuple[str, int | None], list[Line]] = defaultdict(list)
    found: set[int] = set()
    for number, page in enumerate(pages):
        for line, outermost in _edges(page):
            if _ONLY_NUMBER.match(line.text):
                found.add(id(line))
            for key in _keys(line.text.casefold(), number if outermost else None):
                seen[key].append(line)
    often = max(_FEWEST_TIMES, _SHARE * len(pages))
    for (_, offset), lines in seen.items():
        # A number that goes up with the page is a page number, however seldom its chapter's name stands beside it.
        if len({line.page for line in lines}) >= (often if offset is None else _FEWEST_TIMES):
            found |= {id(line) for line in lines}
    return frozenset(found)


def _edges(page: Sequence[Line]) -> Iterator[tuple[Line, bool]]:
    """The lines at the top and at the bottom, when the page holds more than those; whether each is the very first or last."""
    ordered = sorted(page, key=lambda line: -line.y)
    last = len(ordered) - 1
    deep = _EDGE_LINES if last >= 2 * _EDGE_LINES else 1
    if last >= 2:
        for place, line in enumerate(ordered):
            if place < deep or place > last - deep:
                yield line, place in (0, last)


def _keys(text: str, page: int | None) -> Iterator[tuple[str, int | None]]:
    """What a line would share with its like: its words, or its words around a number that counts pages."""
    yield text, None
    for number in _NUMBER.finditer(text) if page is not None else ():
        yield text[: number.start()] + "#" + text[number.end() :], int(number.group()) - (page or 0)
