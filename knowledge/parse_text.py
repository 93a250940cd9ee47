"""Plain text: paragraphs between empty lines, headings where a line looks like one and stands alone."""

from __future__ import annotations

import re

from ingestion.readers.text_encoding import BYTE_ORDER_MARKS, find_wide_encoding, guess_legacy
from knowledge.contract import Parsed
from knowledge.parse_outline import Outline

_MOST_HEADING = 90
_UNDERLINE = re.compile(r"^(={3,}|-{3,}|\*{3,}|~{3,})$")
_NUMBERED = re.compile(r"^(?P<number>\d{1,2}(?:\.\d{1,2}){0,4})[.)]?\s+(?P<words>\S.*)$")
# Articles and chapters as contracts and regulations number them, in English and Vietnamese.
_NAMED = re.compile(
    r"^(?P<word>chapter|part|section|article|clause|annex|appendix|schedule|chương|phần|mục|điều|phụ lục)\s+[\divxlc]{1,6}\b", re.I
)
_UPPER_WORDS = ("chapter", "part", "chương", "phần", "annex", "appendix", "schedule", "phụ lục")


def read(content: bytes, name: str) -> Parsed:
    """The paragraphs of a text file."""
    outline = Outline()
    fill(outline, decode(content, outline))
    return outline.parsed()


def fill(outline: Outline, text: str) -> None:
    """Paragraphs and headings of a text."""
    for paragraph in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").replace("\r", "\n")):
        lines = [line.strip() for line in paragraph.strip("\n").split("\n")]
        while lines and (level := _heading(lines)) is not None:
            outline.heading(level, lines[0])
            lines = lines[2:] if len(lines) > 1 and _UNDERLINE.match(lines[1]) else lines[1:]
        outline.text("\n".join(lines))


def decode(content: bytes, outline: Outline) -> str:
    """Bytes as text: by their mark, as UTF-8, or by a guess that is noted."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    if wide := find_wide_encoding(content[:65536]):
        return content.decode(wide, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        legacy = guess_legacy(content[max(0, error.start - 200) : error.start + 65536])
        outline.note(f"it is not UTF-8 and was read as {legacy}, which is a guess")
        return content.decode(legacy, "replace")


def _heading(lines: list[str]) -> tuple[float, ...] | None:
    """The level of the first line, when it is a heading: underlined, or standing alone and looking like one."""
    if len(lines) > 1 and _UNDERLINE.match(lines[1]) and 0 < len(lines[0]) <= _MOST_HEADING:
        return (1.0 if lines[1].startswith("=") else 2.0,)
    return heading_level(lines[0]) if len(lines) == 1 else None


def heading_level(line: str) -> tuple[float, ...] | None:
    """The level of a line that reads like a heading; None for one that reads like a sentence."""
    if not 2 < len(line) <= _MOST_HEADING or line[-1] in ".;,":
        return None
    if named := _NAMED.match(line):
        return (3.0 if named["word"].casefold() in _UPPER_WORDS else 4.0,)
    if (numbered := _NUMBERED.match(line)) and numbered["words"][0].isupper() and len(numbered["words"].split()) <= 12:
        return (4.0 + 0.1 * numbered["number"].count("."),)
    letters = [letter for letter in line if letter.isalpha()]
    if len(letters) >= 4 and all(letter.isupper() for letter in letters) and any(len(word) > 2 for word in line.split()):
        return (3.5,)
    return None
