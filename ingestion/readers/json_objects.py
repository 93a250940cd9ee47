"""Objects out of JSON text, one by one: numbers keep the digits they are written with, bad lines are kept and flagged."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingestion.errors import BadFile
from ingestion.readers.byte_source import ByteSource
from ingestion.readers.contract import Fault
from ingestion.readers.text_lines import TextLines

BLOCK_CHARACTERS = 1 << 18
HALF_PAIR = re.compile("[\ud800-\udfff]")  # JSON can spell half of a surrogate pair, which is no character
UNCLOSED = "the array is not closed: the file was not written or copied whole"
BAD_LINE = ("\0line",)  # no JSON key can be this path, so the column never collides

KeyPath = str | tuple[str, ...]  # a key, or the keys that lead to a nested value


class Digits(str):
    """A number as it is written: 1.10 stays 1.10, and no digit is lost."""

    __slots__ = ()


DECODER = json.JSONDecoder(parse_float=Digits, parse_int=Digits, parse_constant=lambda word: None)


@dataclass(frozen=True)
class JsonRecord:
    """One row: cells by the path that leads to them."""

    number: int
    cells: dict[KeyPath, str | None]
    fault: Fault | None = None


def read_lines(lines: TextLines) -> Iterator[JsonRecord]:
    """One record per line that holds anything; what is no object becomes a flagged row with its text."""
    for line in lines:
        text = line.strip()
        if text:
            yield read_line(lines.number, text, lines.take_fault())


def read_line(number: int, text: str, fault: Fault | None) -> JsonRecord:
    try:
        value = DECODER.decode(text)
        if isinstance(value, dict):
            # Most lines hold nothing but ASCII, and nothing in them can need mending.
            plain = text.isascii() and "\\u" not in text
            return JsonRecord(number, flatten(value), fault) if plain else make_record(number, value, fault)
    except (ValueError, RecursionError):
        pass
    return JsonRecord(number, {BAD_LINE: text}, fault or "bad_json")


def make_record(number: int, value: dict[str, object], fault: Fault | None) -> JsonRecord:
    cells = flatten(value)
    for path, cell in cells.items():
        if cell is not None and (not cell.isascii() or "\0" in cell):
            mended = HALF_PAIR.sub("\ufffd", cell)
            fault = fault or ("undecodable" if mended != cell else "nul_bytes" if "\0" in cell else None)
            cells[path] = mended.replace("\0", "")
    return JsonRecord(number, cells, fault)


def flatten(value: dict[str, object]) -> dict[KeyPath, str | None]:
    """One level of nesting becomes columns (a.b); what is deeper, and every list, becomes JSON text."""
    cells: dict[KeyPath, str | None] = {}
    for key, item in value.items():
        if item is None or isinstance(item, str):
            cells[key] = item
        elif isinstance(item, dict):
            cells.update({(key, inner): to_cell(deeper) for inner, deeper in item.items()})
        else:
            cells[key] = to_cell(item)
    return cells


def to_cell(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if value is True or value is False:
        return "true" if value else "false"
    return write_json(value)


def write_json(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key, ensure_ascii=False)}: {write_json(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(write_json, value)) + "]"
    return str(value) if isinstance(value, Digits) else json.dumps(value, ensure_ascii=False)


def read_array(source: ByteSource, lines: TextLines) -> Iterator[JsonRecord]:
    """The objects of one array, holding no more than one of them and a block of text."""
    window = Window(source, lines)
    window.expect("[")
    number = 1
    while window.peek() != "]" or number > 1:
        value, text = window.take_value(number)
        fault = lines.damage(text)
        yield make_record(number, value, fault) if isinstance(value, dict) else JsonRecord(number, {BAD_LINE: text}, fault or "bad_json")
        number += 1
        if window.peek() == "]":
            break
        window.expect(",")
    window.expect("]")
    if window.peek():
        raise window.bad("there is more text after the array")


class Window:
    """A stretch of a long JSON text that moves on as values are taken out of it."""

    def __init__(self, source: ByteSource, lines: TextLines) -> None:
        self._source, self._lines = source, lines
        self._text, self._at = "", 0

    def peek(self) -> str:
        """The next character that is not white space; empty at the end."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in " \t\r\n\ufeff":
                    return self._text[self._at]
                self._at += 1
            if not self._grow(BLOCK_CHARACTERS):
                return ""

    def expect(self, character: str) -> None:
        found = self.peek()
        if found != character:
            raise self.bad(f"{found!r} stands where {character!r} should" if found else UNCLOSED)
        self._at += 1

    def take_value(self, number: int) -> tuple[object, str]:
        """The next value and its text; more text is fetched, ever larger pieces of it, until the value is whole."""
        self.peek()
        size = BLOCK_CHARACTERS
        while True:
            try:
                value, end = DECODER.raw_decode(self._text, self._at)
                # A number at the very end of the window may go on in the next block.
                if end < len(self._text) or not self._grow(size):
                    text, self._at = self._text[self._at : end], end
                    return value, text
            except RecursionError:
                raise self.bad(f"record {number:,} is nested too deeply") from None
            except json.JSONDecodeError as error:
                if len(self._text) - self._at > self._source.limits.line_bytes:
                    raise self.bad(f"record {number:,} is damaged, or longer than {self._source.limits.line_bytes:,} characters") from None
                if not self._grow(size):
                    raise self.bad(f"record {number:,} is damaged or cut off ({error.msg})") from None
                size *= 2

    def _grow(self, size: int) -> bool:
        block = self._lines.read_block(size)
        self._text, self._at = self._text[self._at :] + block, 0
        return bool(block)

    def bad(self, what: str) -> BadFile:
        return BadFile(
            what,
            where=self._source.path.name,
            expected='an array of objects: [{"order_id": 1, ...}, ...]',
            remedy="export it again, best as JSON lines (one object per line), where one bad record does not spoil the rest",
        )
