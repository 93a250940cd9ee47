"""CSV files and workbooks as documents: each sheet a section, each table with its header."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import Any, cast
from xml.etree.ElementTree import ParseError

import openpyxl

from ingestion.readers.dialect import find_header, guess_delimiter
from ingestion.readers.sheet_cells import to_cell
from knowledge.contract import Parsed
from knowledge.parse_archive import check_archive
from knowledge.parse_errors import BadDocument
from knowledge.parse_outline import MOST_ROWS, Outline
from knowledge.parse_text import decode

_SAMPLE_ROWS = 200
_MOST_SHEETS = 200
_EMPTY_IN_A_ROW = 1_000


def read_delimited(content: bytes, name: str) -> Parsed:
    """The table of a CSV file."""
    outline = Outline()
    text = decode(content, outline).replace("\0", "").lstrip("\ufeff")
    delimiter = guess_delimiter(list(islice(io.StringIO(text, newline=""), _SAMPLE_ROWS)))
    csv.field_size_limit(1_000_000)
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(map(str.strip, row))]
    except csv.Error as error:
        remedy = "export it again as CSV (UTF-8), or add it as plain text (.txt)"
        raise BadDocument("broken", f"it is no readable table ({error})", where=name, expected="a CSV file", remedy=remedy) from error
    _add(outline, rows)
    return outline.parsed(_stem(name))


def read_workbook(content: bytes, name: str) -> Parsed:
    """The visible sheets of a workbook, with the values its formulas had."""
    check_archive(content, name)
    outline = Outline()
    try:
        workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        for sheet in workbook.worksheets[:_MOST_SHEETS]:
            if sheet.sheet_state != "visible":
                outline.note("a hidden sheet was left out")
                continue
            outline.heading((1.0,), sheet.title)
            sheet.reset_dimensions()  # what a file says about its own size is often wrong
            _add(outline, list(islice(_filled(cast(Any, sheet)), MOST_ROWS + 1)))
    except (zipfile.BadZipFile, zlib.error, EOFError, ParseError, KeyError, ValueError, TypeError) as error:
        cause = error.__cause__ or error
        reason = " ".join(f"{type(cause).__name__}: {cause}".split())[:120]
        raise BadDocument(
            "broken", f"this workbook is damaged ({reason})", where=name, expected="a complete .xlsx", remedy="open it in Excel and save it"
        ) from error
    return outline.parsed(_stem(name))


def _filled(sheet: Any) -> Iterator[list[str]]:
    """Rows that hold anything; a sheet that goes on empty has ended."""
    empty = 0
    for values in sheet.iter_rows(values_only=True):
        row = [to_cell(value) for value in values]
        empty = 0 if any(row) else empty + 1
        if not empty:
            yield row
        elif empty > _EMPTY_IN_A_ROW:
            return


def _add(outline: Outline, rows: list[list[str]]) -> None:
    """A table with the header that is found; what stands above it is text."""
    place = find_header(rows[:_SAMPLE_ROWS])
    for row in rows[: place or 0]:
        outline.text("  ".join(each for each in row if each.strip()))
    if rows:
        outline.table(rows[place] if place is not None else [], rows[0 if place is None else place + 1 :])


def _stem(name: str) -> str:
    return name.rpartition(".")[0] or name
