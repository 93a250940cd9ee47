"""What every reader promises: a foreign file becomes raw tables of text, each row with its place in the source."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from ingestion.progress import Progress

ROW, FAULT = "_row", "_fault"  # the two columns every raw table starts with

# Why a row could not be read properly; such a row is kept, with everything of it that could be read.
Fault = Literal["ragged_row", "stray_quote", "undecodable", "nul_bytes", "bad_json", "uncalculated_formula"]

MB, GB = 1_000_000, 1_000_000_000


@dataclass(frozen=True)
class RawTable:
    """One table of text on disk: `_row`, `_fault`, then every source column under its own header."""

    name: str
    source: str
    path: Path
    columns: tuple[str, ...]
    rows: int
    notes: tuple[str, ...] = ()
    decimal_comma: bool | None = None
    typed: tuple[str, ...] = ()  # columns that were numbers or dates in the source: their text is never read as thousands


@dataclass(frozen=True)
class Limits:
    """How far one file may go before it is refused; generous for real exports, far below what a bomb needs."""

    memory_bytes: int = 3 * GB  # address space: 5 million CSV rows map 0.4 GB; row groups and shared strings may need the rest
    seconds: int = 1_800  # 5 million rows take under a minute, so half an hour only stops what will not end
    cell_bytes: int = 1 * MB  # the longest real cell is a description or a note: kilobytes
    line_bytes: int = 8 * MB  # a line, or one JSON object; also what an endless line may occupy in memory
    columns: int = 2_000  # wide survey exports have hundreds; a spreadsheet may claim 16,384
    expanded_bytes: int = 40 * GB  # what a compressed file may unfold to, and the largest file that may be written
    expansion_ratio: int = 250  # exports shrink 5 to 30 times, monotonous ones 100; a bomb 1,000 and more
    free_expansion_bytes: int = 10 * MB  # below this the ratio says nothing: ten thousand equal rows are not a bomb
    archive_entries: int = 10_000  # a workbook has tens of parts


@dataclass(frozen=True)
class ReadOptions:
    """What a person said about a file; anything left out is found from the file itself."""

    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    limits: Limits = field(default_factory=Limits)


class Reader(Protocol):
    """One kind of foreign file."""

    @property
    def name(self) -> str: ...

    @property
    def suffixes(self) -> tuple[str, ...]: ...

    def recognises(self, head: bytes, name: str) -> bool:
        """Whether the first bytes (and, only where bytes cannot tell, the name) say that this reader is the one."""
        ...

    def read(self, source: Path, into: Path, options: ReadOptions, progress: Progress) -> list[RawTable]:
        """Every data row of `source` as text in Parquet files under `into`; raises BadFile."""
        ...
