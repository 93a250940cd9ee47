"""The sheets of a workbook as raw tables: cells as a person sees them, with sheet row numbers."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Protocol, cast
from xml.etree.ElementTree import ParseError

import openpyxl

from ingestion.errors import BadFile
from ingestion.progress import Progress
from ingestion.readers.archive import damaged
from ingestion.readers.columns import name_columns
from ingestion.readers.contract import Fault, Limits, RawTable, ReadOptions
from ingestion.readers.dialect import find_header, has_decimal_comma
from ingestion.readers.formulas import find_uncalculated
from ingestion.readers.raw_table_writer import RawTableWriter, RowBatches
from ingestion.readers.row_shape import fit, place_headers
from ingestion.readers.sheet_cells import Figure, to_cell
from ingestion.readers.wording import count

SAMPLE_ROWS = 500
LAST_ROW = 1_048_576
JOINT = "\t"

SheetRow = tuple[int, list[str]]


def read_sheets(source: Path, into: Path, options: ReadOptions, progress: Progress) -> list[RawTable]:
    """Every sheet that holds anything, or the one that was asked for; BadFile when the workbook is damaged."""
    try:
        with source.open("rb") as file:  # given a path, openpyxl would judge it by its suffix
            workbook = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
            sheets = choose_sheets(cast(list[Sheet], workbook.worksheets), source, options.sheet)
            paths = [into / f"sheet-{place}.parquet" for place in range(len(sheets))]
            tables = [read_sheet(source, sheet, path, options.limits, progress) for sheet, path in zip(sheets, paths, strict=True)]
    except (zipfile.BadZipFile, zlib.error, EOFError, ParseError, KeyError, ValueError) as error:
        cause = error.__cause__ or error  # openpyxl wraps what happened in a remark about the whole file
        raise damaged(source, f"{type(cause).__name__}: {cause}") from error
    found = [table for table in tables if table is not None]
    if not found:
        raise BadFile("no sheet holds anything", where=source.name, expected="a sheet with a header row and data", remedy="export it again")
    return found


class Sheet(Protocol):
    """What is used of openpyxl's read-only sheets; its type stubs know only the other kind."""

    title: str
    sheet_state: str
    _worksheet_path: str

    def reset_dimensions(self) -> None: ...

    def iter_rows(self, *, values_only: bool) -> Iterator[tuple[object, ...]]: ...


def choose_sheets(everything: list[Sheet], source: Path, wanted: str | None) -> list[Sheet]:
    sheets = [sheet for sheet in everything if wanted is None or sheet.title.casefold() == wanted.strip().casefold()]
    if wanted is not None and not sheets:
        raise BadFile(
            f"there is no sheet {wanted!r}",
            where=source.name,
            expected=f"one of {', '.join(sheet.title for sheet in everything)}",
            remedy="correct --sheet",
        )
    return sheets


@dataclass(frozen=True)
class Heading:
    """Where a sheet names its columns, and what it calls them."""

    place: int | None  # index among the rows that hold anything; None: the data starts at once
    columns: tuple[str, ...]
    decimal_comma: bool | None

    @property
    def first_data(self) -> int:
        return 0 if self.place is None else self.place + 1


def find_heading(sample: Sequence[SheetRow], label: str, limits: Limits) -> Heading:
    cells = [row for _, row in sample]
    place = find_header(cells)
    body = cells if place is None else cells[place + 1 :]
    # Rows of a sheet end where their cells end, so the header is first made as wide as the rows below it.
    width = max(map(len, cells))
    header = [] if place is None else [*cells[place], *[""] * (width - len(cells[place]))]
    headers = place_headers(header, body, named=place is not None)
    return Heading(place, name_columns(headers, label, limits), has_decimal_comma(cell for row in body for cell in row))


class ColumnKinds:
    """Which columns hold nothing but figures."""

    def __init__(self) -> None:
        self._figures: set[int] = set()
        self._texts: set[int] = set()

    def add(self, row: Sequence[str]) -> None:
        for place, cell in enumerate(row):
            if cell:
                (self._figures if isinstance(cell, Figure) else self._texts).add(place)

    def typed(self, columns: Sequence[str]) -> tuple[str, ...]:
        return tuple(column for place, column in enumerate(columns) if place in self._figures - self._texts)


def read_sheet(source: Path, sheet: Sheet, path: Path, limits: Limits, progress: Progress) -> RawTable | None:
    """One sheet; None when it is empty."""
    label = f"{source.name} [{sheet.title}]"
    rows = filled_rows(sheet, label, limits)
    sample = list(islice(rows, SAMPLE_ROWS))
    if not sample:
        return None
    heading = find_heading(sample, label, limits)
    uncalculated = find_uncalculated(source, sheet._worksheet_path, limits)
    first = last = 0
    kinds = ColumnKinds()
    with RawTableWriter(path, heading.columns) as writer:
        batches = RowBatches(writer)
        for number, row in chain(sample[heading.first_data :], rows):
            first, last = first or number, number
            kinds.add(row)
            fault: Fault | None = "uncalculated_formula" if number in uncalculated else None
            if batches.add(number, *fit(row, len(heading.columns), 0, JOINT, fault)):
                progress(f"reading {label}", None)
        batches.flush()
    blank = last - first + 1 - writer.rows if writer.rows else 0
    notes = [*describe(sheet, heading), *count_notes(writer.rows, blank, len(uncalculated))]
    typed = kinds.typed(heading.columns)
    return RawTable(sheet.title, label, path, heading.columns, writer.rows, tuple(notes), heading.decimal_comma, typed)


def describe(sheet: Sheet, heading: Heading) -> Iterator[str]:
    if sheet.sheet_state != "visible":
        yield "hidden sheet"
    if heading.place is None:
        yield "no header row: columns are named by their place"
    elif heading.place:
        yield f"{count(heading.place, 'row')} above the header skipped"
    if heading.decimal_comma:
        yield "decimal comma"


def count_notes(rows: int, blank: int, uncalculated: int) -> Iterator[str]:
    if blank:
        yield f"{count(blank, 'blank row')} skipped"
    if uncalculated:
        yield f"{count(uncalculated, 'row')} with formulas that were never calculated: open the workbook in Excel and save it"
    if not rows:
        yield "no data rows"


def filled_rows(sheet: Sheet, label: str, limits: Limits) -> Iterator[SheetRow]:
    """Rows that hold anything, with the numbers the spreadsheet shows."""
    sheet.reset_dimensions()  # what a file says about its own size is often wrong
    for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
        if number > LAST_ROW:
            expected = "a sheet as Excel writes it"
            raise BadFile(f"more than {LAST_ROW:,} rows", where=label, expected=expected, remedy="export the data as CSV")
        row = [to_cell(value) for value in values]
        if any(row):
            yield number, check_cells(row, label, number, limits)


def check_cells(row: list[str], label: str, number: int, limits: Limits) -> list[str]:
    longest = max(range(len(row)), key=lambda place: len(row[place]))
    if len(row[longest]) > limits.cell_bytes:
        raise BadFile(
            f"a cell is longer than {limits.cell_bytes:,} characters",
            where=f"{label}, row {number:,}, column {longest + 1}",
            expected="short texts and numbers",
            remedy="shorten this text",
        )
    return row
