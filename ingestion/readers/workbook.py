"""Reads Excel workbooks: every sheet that holds something becomes a table of its own."""

from __future__ import annotations

from pathlib import Path

from ingestion.progress import Progress
from ingestion.readers.contract import RawTable, ReadOptions


class WorkbookReader:
    """An .xlsx file; nothing in it is run, and formulas count with the value they were saved with."""

    name = "an Excel workbook"
    suffixes = (".xlsx",)

    def recognises(self, head: bytes, name: str) -> bool:
        return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))

    def read(self, source: Path, into: Path, options: ReadOptions, progress: Progress) -> list[RawTable]:
        from ingestion.readers.archive import check_workbook
        from ingestion.readers.sheets import read_sheets

        check_workbook(source, options.limits)
        return read_sheets(source, into, options, progress)
