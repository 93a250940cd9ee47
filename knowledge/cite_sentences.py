"""Text cut into pieces that can be quoted: sentences and table rows, each exactly as it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

# A point ends a sentence before a capital letter, a digit or a quote; not after one letter ("No. 4 B. Smith") nor after a number of a list.
# 。 ends one anywhere.
_END = re.compile(r"(?<=[^\W\d_]{2}[.!?])[\"”')]*\s+(?=[^\W_]|[\"“'(])|(?<=[%)\d][.!?])\s+(?=[^\W\d_])|(?<=[。！？])(?![」』”）])")
_LIST_NUMBER = re.compile(r"^\d{1,2}(?:\.\d{1,2})*[.)]\s")
_SHORT = frozenset(
    {"no.", "nr.", "art.", "fig.", "approx.", "incl.", "e.g.", "i.e.", "co.", "ltd.", "inc.", "mr.", "mrs.", "dr.", "st.", "vs."}
)


@dataclass(frozen=True)
class Piece:
    """Words of a text with the heading and, for a row, the column names they stand under."""

    text: str
    heading: str = ""
    columns: str = ""


def pieces(text: str) -> Iterator[Piece]:
    """The sentences and rows of a chunk in order; headings, captions and column names are context, not pieces."""
    heading, columns, caption = "", "", ""
    lines = [line for line in map(str.strip, text.splitlines()) if line]
    for line, following in zip_longest(lines, lines[1:], fillvalue=""):
        if _is_row(line):
            if not columns:
                columns = line
            else:
                yield Piece(line, heading, f"{caption} {columns}".strip())
        elif _is_heading(line):
            heading, columns, caption = line, "", ""
        elif _is_row(following) and line[-1] not in ".!?;":
            columns, caption = "", line
        else:
            columns, caption = "", ""
            yield from (Piece(sentence, heading) for sentence in sentences(line))


def sentences(line: str) -> list[str]:
    """The sentences of one line; each is a substring of it."""
    found: list[str] = []
    start = 0
    for match in _END.finditer(line):
        if line[start : match.start()].rsplit(" ", 1)[-1].lower() in _SHORT or _LIST_NUMBER.fullmatch(line[start : match.end()]):
            continue
        found.append(line[start : match.start()])
        start = match.end()
    return [sentence for sentence in (*found, line[start:]) if sentence.strip()]


def _is_row(line: str) -> bool:
    return " | " in line


def _is_heading(line: str) -> bool:
    if len(line) > 90 or line[-1] in ".!?;:,%。！？；：、":
        return False
    return line.startswith("#") or bool(_LIST_NUMBER.match(line)) or len(line.split()) <= 6
