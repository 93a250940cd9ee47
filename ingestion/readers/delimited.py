"""Reads CSV, TSV and their relatives: any delimiter, encoding and line end, junk above the header, damaged rows kept."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ingestion.errors import BadFile
from ingestion.progress import Progress
from ingestion.readers.byte_source import ByteSource, OpenBytes
from ingestion.readers.columns import name_columns
from ingestion.readers.contract import Fault, RawTable, ReadOptions
from ingestion.readers.dialect import DELIMITERS, SEPARATOR_LINE, find_header, guess_delimiter, has_decimal_comma, is_data, typed_columns
from ingestion.readers.identity import looks_like_text
from ingestion.readers.row_shape import fit, place_headers, trim
from ingestion.readers.text_encoding import TextFormat, find_format
from ingestion.readers.text_lines import TextLines, open_lines
from ingestion.readers.wording import count

SAMPLE_LINES = 1_000
SAMPLE_CHARACTERS = 4_000_000
DELIMITER_WORDS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
DELIMITER_NAMES = {"\t": "tab", " ": "space"}

Record = tuple[int, list[str], "Fault | None"]


@dataclass(frozen=True)
class Layout:
    """How one delimited file is laid out."""

    delimiter: str
    has_header: bool  # where not, the data starts at once
    first_line: int  # of the header, or of the first record where there is none
    names: tuple[str, ...]
    required: int  # how many cells a whole row has; unnamed columns at the end may be missing
    decimal_comma: bool | None
    skipped: int  # lines with something in them above the header
    typed: frozenset[int]  # columns that hold numbers, dates or times

    def notes(self, text_format: TextFormat) -> Iterator[str]:
        if text_format.note:
            yield text_format.note
        if self.delimiter != ",":
            yield f"delimiter {DELIMITER_NAMES.get(self.delimiter, self.delimiter)}"
        if self.skipped:
            yield f"{count(self.skipped, 'line')} above the header skipped"
        if not self.has_header:
            yield "no header row: columns are named by their place"
        if self.decimal_comma:
            yield "decimal comma"


class DelimitedReader:
    """Text with one record per line and a delimiter between cells."""

    name = "delimited text"
    suffixes = (".csv", ".tsv", ".tab", ".psv", ".txt", ".dat")

    def recognises(self, head: bytes, name: str) -> bool:
        return looks_like_text(head)

    def read(self, source: Path, into: Path, options: ReadOptions, progress: Progress) -> list[RawTable]:
        return self.read_bytes(ByteSource(source, options.limits), into, options, progress)

    def read_bytes(self, source: ByteSource, into: Path, options: ReadOptions, progress: Progress) -> list[RawTable]:
        progress(f"looking at {source.path.name}", None)
        text_format = find_format(source, options.encoding)
        csv.field_size_limit(options.limits.cell_bytes)
        layout = find_layout(source, text_format, options)
        return [write_table(source, into, text_format, layout, progress)]


def find_layout(source: ByteSource, text_format: TextFormat, options: ReadOptions) -> Layout:
    """Looks at the first thousand lines."""
    lines = sample_lines(source, text_format)
    told = bool(lines) and SEPARATOR_LINE.match(lines[0]) is not None
    delimiter = check_delimiter(options.delimiter, source.path.name) if options.delimiter else guess_delimiter(lines)
    records = sample_records(lines, delimiter, skip=int(told))
    if not records:
        raise no_rows(source, len(lines))
    cells = [record for _, record in records]
    header = find_header(cells)
    first_line = records[header or 0][0]
    body = cells if header is None else cells[header + 1 :]
    headers = place_headers(cells[header] if header is not None else [], body, named=header is not None)
    return Layout(
        delimiter=delimiter,
        has_header=header is not None,
        first_line=first_line,
        names=name_columns(headers, source.path.name, options.limits),
        required=len(headers) if header is None else len(trim(headers)),
        decimal_comma=has_decimal_comma(cell.strip() for record in body for cell in record),
        skipped=header or 0,
        typed=frozenset(typed_columns(body)),
    )


def sample_lines(source: ByteSource, text_format: TextFormat) -> list[str]:
    lines: list[str] = []
    characters = 0
    with open_lines(source, text_format) as (text, _):
        for line in islice(text, SAMPLE_LINES):
            lines.append(line)
            characters += len(line)
            if characters > SAMPLE_CHARACTERS:
                break
    return lines


def sample_records(lines: Sequence[str], delimiter: str, skip: int) -> list[tuple[int, list[str]]]:
    """Records of the sample that hold anything, with the line each starts on."""
    reader = csv.reader(islice(lines, skip, None), delimiter=delimiter, skipinitialspace=True)
    records: list[tuple[int, list[str]]] = []
    start = skip + 1
    try:
        for record in reader:
            if any(map(str.strip, record)):
                records.append((start, record))
            start = skip + reader.line_num + 1
    except csv.Error:
        pass  # an overlong cell: the reading pass meets it again and names its row
    return records


def no_rows(source: ByteSource, lines: int) -> BadFile:
    return BadFile(
        f"the first {lines:,} lines hold nothing",
        where=source.path.name,
        expected="a header row and data rows",
        remedy="export the file again; a day without data still has its header row",
    )


def check_delimiter(told: str, where: str) -> str:
    delimiter = DELIMITER_WORDS.get(told.lower(), told)
    if len(delimiter) != 1 or delimiter in '"\r\n\0':
        raise BadFile(
            f"{told!r} cannot be a delimiter",
            where=where,
            expected=f"one character such as {' '.join(DELIMITERS[:2])} or tab",
            remedy="correct --delimiter",
        )
    return delimiter


def write_table(source: ByteSource, into: Path, text_format: TextFormat, layout: Layout, progress: Progress) -> RawTable:
    """The reading pass: every record that holds anything becomes a row."""
    from ingestion.readers.raw_table_writer import RawTableWriter, RowBatches

    blank = 0
    with open_lines(source, text_format) as (lines, opened), RawTableWriter(into / "table.parquet", layout.names) as writer:
        batches = RowBatches(writer)
        for number, record, fault in read_records(source, lines, layout):
            if fault is None and not any(map(str.strip, record)):
                blank += 1
                continue
            if batches.add(number, *fit(record, len(layout.names), layout.required, layout.delimiter, fault)):
                report(progress, source, opened)
        batches.flush()
    notes = list(layout.notes(text_format))
    if blank:
        notes.append(f"{count(blank, 'blank row')} skipped")
    if not writer.rows:
        notes.append("no data rows")
    stem = Path(source.name).stem
    return RawTable(stem, source.path.name, writer.path, layout.names, writer.rows, tuple(notes), layout.decimal_comma)


def report(progress: Progress, source: ByteSource, opened: OpenBytes) -> None:
    progress(f"reading {source.path.name}", opened.done())


def read_records(source: ByteSource, lines: TextLines, layout: Layout) -> Iterator[Record]:
    """Every record below the header with the line it starts on; a damaged one is mended and flagged."""
    lines.skip(layout.first_line - 1)
    reader = csv.reader(lines, delimiter=layout.delimiter, skipinitialspace=True, strict=True)
    if layout.has_header:
        skip_header(source, lines, reader)
    while True:
        start = lines.number + 1
        fault: Fault | None = None
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            record, fault = mend_quotes(source, lines, layout, start, str(error))
        if lines.number > start and swallows_rows(lines.recent, layout):
            raise unclosed_quote(source, lines, start)
        yield start, record, lines.take_fault() or fault


def skip_header(source: ByteSource, lines: TextLines, reader: Iterator[list[str]]) -> None:
    start = lines.number + 1
    try:
        next(reader, None)
    except csv.Error:
        if lines.number > start:
            raise unclosed_quote(source, lines, start) from None
    lines.take_fault()


def mend_quotes(source: ByteSource, lines: TextLines, layout: Layout, start: int, reason: str) -> tuple[list[str], Fault | None]:
    """A record that breaks the quoting rules: read leniently when it is one line, refused when it runs on."""
    if lines.number > start or "unexpected end" in reason:
        raise unclosed_quote(source, lines, start)
    if "field limit" in reason:
        raise overlong_cell(source, start)
    record = next(csv.reader([lines.recent[-1]], delimiter=layout.delimiter, skipinitialspace=True))
    return record, None if keeps_rules(lines.recent[-1], layout.delimiter) else "stray_quote"


def swallows_rows(lines: Sequence[str], layout: Layout) -> bool:
    """Whether the first and the last line of a record are each a whole row: the quote between them spans by mistake."""
    for line in (lines[0], lines[-1]):
        cells = line.replace('"', "").split(layout.delimiter)
        if len(cells) != len(layout.names) or not is_data(cells, layout.typed):
            return False
    return True


def keeps_rules(line: str, delimiter: str) -> bool:
    """Whether white space between a closing quote and the delimiter is all that is wrong."""
    tidy = re.sub(rf'"\s+(?={re.escape(delimiter)}|$)', '"', line)
    try:
        next(csv.reader([tidy], delimiter=delimiter, skipinitialspace=True, strict=True))
    except csv.Error:
        return False
    return True


def unclosed_quote(source: ByteSource, lines: TextLines, start: int) -> BadFile:
    return BadFile(
        f'a quote (") opened in this row is not closed properly; it would swallow what follows, up to line {lines.number:,}',
        where=f"{source.path.name}, row {start:,}",
        expected='quotes in pairs, and a quote inside a cell written twice ("")',
        remedy="correct this row, or export the file again with proper quoting",
    )


def overlong_cell(source: ByteSource, start: int) -> BadFile:
    return BadFile(
        f"a cell is longer than {source.limits.cell_bytes:,} characters",
        where=f"{source.path.name}, row {start:,}",
        expected="short texts and numbers",
        remedy="check the delimiter and the quotes of this row",
    )
