"""Formulas that were saved without a value: a workbook written by a program and never opened in Excel has them."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from ingestion.readers.contract import Limits

BLOCK_BYTES = 1 << 20
# A cell with a formula and either no value element or an empty one; an empty text result says so with t="str".
UNCALCULATED = re.compile(
    rb"<(?:\w+:)?c\s(?P<about>[^>]*)>\s*<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?P<value><(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
ROW = re.compile(rb'\br="[A-Z]{1,3}(\d{1,7})"')


def find_uncalculated(workbook: Path, part: str, limits: Limits) -> set[int]:
    """Numbers of the rows in which a formula has no value, from the sheet's own XML."""
    rows: set[int] = set()
    with zipfile.ZipFile(workbook) as archive, archive.open(part) as xml:
        text = b""
        while block := xml.read(BLOCK_BYTES):
            text += block
            cut = text.rfind(b"</")  # whatever ends after this may go on in the next block
            start = max(text.rfind(b"<c ", 0, cut), text.rfind(b":c ", 0, cut) - 8, 0)
            rows.update(rows_without_value(text[: max(cut, 0)]))
            text = text[start:] if len(text) - start < limits.line_bytes else b""
        rows.update(rows_without_value(text))
    return rows


def rows_without_value(text: bytes) -> set[int]:
    if b"<f" not in text and b":f" not in text:
        return set()
    found = (cell for cell in UNCALCULATED.finditer(text) if not (cell["value"] and b't="str"' in cell["about"]))
    return {int(row[1]) for cell in found if (row := ROW.search(cell["about"]))}
