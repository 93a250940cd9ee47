"""Lines of text from a byte source: every line end counts, damaged characters are remembered, none is endless."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

from ingestion.errors import BadFile
from ingestion.readers.byte_source import ByteSource, OpenBytes
from ingestion.readers.contract import Fault
from ingestion.readers.text_encoding import TextFormat

REPLACEMENT = "\ufffd"


class TextLines:
    """Iterates lines with their ends kept; knows the ones since it was last asked, and what was wrong in them."""

    def __init__(self, source: ByteSource, text_format: TextFormat, opened: OpenBytes) -> None:
        self._source, self._format = source, text_format
        errors = "strict" if text_format.proven else "replace"
        # newline="" keeps a line end inside a quoted cell as it is, and takes CR alone for one.
        self._text = io.TextIOWrapper(opened.stream, encoding=text_format.encoding, errors=errors, newline="")
        self.number = 0
        self.recent: list[str] = []
        self._fault: Fault | None = None

    def __iter__(self) -> Iterator[str]:
        careful = self._format.has_nul or not self._format.proven
        return self._checked() if careful else self._plain()

    def skip(self, count: int) -> None:
        """Leaves out the first lines."""
        for _ in range(count):
            self._text.readline(self._source.limits.line_bytes)
            self.number += 1

    def read_block(self, size: int) -> str:
        """The next characters, whatever lines they are in."""
        block = self._text.read(size)
        return unicodedata.normalize("NFC", block) if self._format.decomposed else block

    def damage(self, text: str) -> Fault | None:
        """What is wrong in a piece of text read as a block."""
        if not self._format.proven and REPLACEMENT in text:
            return "undecodable"
        return "nul_bytes" if "\0" in text else None

    def take_fault(self) -> Fault | None:
        """What was wrong in the lines since the last call; they are done with then."""
        fault, self._fault = self._fault, None
        self.recent.clear()
        return fault

    def _plain(self) -> Iterator[str]:
        # The pass that proved the encoding also proved that no line is endless.
        for line in self._text:
            self.number += 1
            self.recent.append(line)
            yield line

    def _checked(self) -> Iterator[str]:
        limit = self._source.limits.line_bytes
        while line := self._text.readline(limit):
            self.number += 1
            if len(line) >= limit:
                raise BadFile(
                    f"this line is longer than {limit:,} characters",
                    where=f"{self._source.path.name}, line {self.number:,}",
                    expected="one record per line",
                    remedy="check that the file is an export of rows and not one long text; split or export it again",
                )
            line = self._mend(line)
            self.recent.append(line)
            yield line

    def _mend(self, line: str) -> str:
        if not self._format.proven and REPLACEMENT in line:
            self._fault = "undecodable"
        if "\0" in line:
            line, self._fault = line.replace("\0", ""), self._fault or "nul_bytes"
        return unicodedata.normalize("NFC", line) if self._format.decomposed else line


@contextmanager
def open_lines(source: ByteSource, text_format: TextFormat) -> Iterator[tuple[TextLines, OpenBytes]]:
    """The lines of a source, and how much of it is behind."""
    with source.open() as opened:
        yield TextLines(source, text_format, opened), opened
