"""A unit in the parts that are embedded: a few sentences or rows each, under the heading they stand below.

One vector for a whole section is the middle of all it says; a question is about one sentence of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge.views import grouped, sentences

PART_WORDS, MOST_PARTS = 40, 64
_HEADING_CHARACTERS, _ROW_WORDS = 90, 40
_PARAGRAPH = re.compile(r"\n\s*\n|\n(?=\s*#)")
_MARKS = "# "


def text_parts(title: str, section: str, text: str) -> tuple[str, ...]:
    """Runs of sentences of about `PART_WORDS` words, each after its title and the heading above it."""
    runs: list[tuple[str, list[str]]] = []
    size = 0
    for heading, sentence in _told(section, text):
        length = len(sentence.split())
        if runs and runs[-1][0] == heading and size + length <= PART_WORDS:
            runs[-1][1].append(sentence)
            size += length
        else:
            runs.append((heading, [sentence]))
            size = length
    return _bounded([f"{_path(title, heading)}\n{' '.join(run)}" for heading, run in runs]) or (f"{_path(title, section)}\n{text}",)


def table_parts(prefix: str, text: str) -> tuple[str, ...]:
    """A few rows of a table at a time, each after what stands before the table."""
    groups = grouped(text.splitlines(), _ROW_WORDS)
    return _bounded([prefix + "\n" + "\n".join(group) for group in groups]) or (f"{prefix}\n{text}",)


def _told(section: str, text: str) -> Iterator[tuple[str, str]]:
    """Each sentence with the heading it stands below."""
    heading = section
    for paragraph in _PARAGRAPH.split(text):
        first, _, rest = paragraph.strip().partition("\n")
        if _is_heading(first, alone=not rest):
            heading, paragraph = first.strip(_MARKS), rest
        for sentence in sentences(paragraph):
            yield heading, sentence


def _is_heading(line: str, alone: bool) -> bool:
    """A line that is marked as one, or that is short, stands alone and ends like none of the sentences."""
    return line.startswith("#") or (alone and 0 < len(line) < _HEADING_CHARACTERS and line[-1] not in ".:;!?|,")


def _path(title: str, heading: str) -> str:
    return f"{title} > {heading}" if heading and heading not in title else title


def _bounded(parts: list[str]) -> tuple[str, ...]:
    """At most `MOST_PARTS`: neighbours are joined evenly where there are more, so that nothing is left out."""
    step = -(-len(parts) // MOST_PARTS) or 1
    return tuple("\n".join(parts[start : start + step]) for start in range(0, len(parts), step))
