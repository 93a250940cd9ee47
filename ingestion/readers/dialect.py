"""What a delimited file looks like: its delimiter, where the header stands, and how numbers are written."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from statistics import median

DELIMITERS = (",", ";", "\t", "|")
HEADER_SEARCH_ROWS = 50
DELIMITER_LINES = 300
SEPARATOR_LINE = re.compile(r'^"?sep=(.)"?\s*$', re.IGNORECASE)

VALUE = re.compile(
    r"""^[-+(]?\s*[$€£¥₫]?\s*\d[\d.,'\s]*(e[-+]?\d+)?\s*([%$€£¥₫]|vnd|vnđ|usd|eur|đ)?\s*\)?$   # a number or an amount
      | ^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T\s].*)?$ | ^\d{1,2}[-\s][a-z]{3}[-\s]\d{2,4}.*$      # a date
      | ^\d{1,2}:\d{2}(:\d{2})?.*$                                                              # a time
    """,
    re.IGNORECASE | re.VERBOSE,
)
VALUE_CHARACTERS = 64  # nothing longer is a number or a date, and matching stays cheap on hostile cells
# Three digits after the mark could be thousands, so they say nothing.
DECIMAL_COMMA = re.compile(r"^[-+(]?\D{0,4}(\d{1,3}(\.\d{3})+,\d+|\d+,(\d{1,2}|\d{4,})|\d{1,3}(\.\d{3}){2,})\D{0,4}$")
DECIMAL_POINT = re.compile(r"^[-+(]?\D{0,4}(\d{1,3}(,\d{3})+\.\d+|\d+\.(\d{1,2}|\d{4,})|\d{1,3}(,\d{3}){2,})\D{0,4}$")


def guess_delimiter(lines: Sequence[str]) -> str:
    """The delimiter that cuts most lines into the same number of cells; a comma when none does."""
    if lines and (told := SEPARATOR_LINE.match(lines[0])):
        return told.group(1)
    scores = {delimiter: score_delimiter(lines[:DELIMITER_LINES], delimiter) for delimiter in DELIMITERS}
    return max(DELIMITERS, key=lambda delimiter: scores[delimiter])


def score_delimiter(lines: Sequence[str], delimiter: str) -> tuple[float, int]:
    """Share of records with the usual number of cells, then that number; one cell per record is no evidence."""
    records = csv.reader((line.replace("\0", "") for line in lines), delimiter=delimiter, skipinitialspace=True)
    try:
        widths = Counter(len(record) for record in records if record)
    except csv.Error:
        return 0.0, 0
    total = widths.total()
    width, count = max(widths.items(), key=lambda item: (item[0] > 1, item[1], item[0]), default=(0, 0))
    return (round(count / total, 2), width) if width > 1 else (0.0, 0)


def find_header(records: Sequence[Sequence[str]]) -> int | None:
    """Index of the record that names the columns, past any junk above it; None when the data starts at once."""
    if not records:
        return None
    usual = median(count_filled(record) for record in records)
    typed = typed_columns(records)
    for index, record in enumerate(records[:HEADER_SEARCH_ROWS]):
        if is_data(record, typed):
            break
        if count_filled(record) >= 0.6 * usual and names_columns(record):
            return index
    first = next((index for index, record in enumerate(records) if count_filled(record) >= 0.6 * usual), 0)
    return None if is_data(records[first], typed) else first


def count_filled(record: Sequence[str]) -> int:
    return sum(1 for cell in record if cell.strip())


def is_value(text: str) -> bool:
    return len(text) <= VALUE_CHARACTERS and VALUE.match(text) is not None


def names_columns(record: Sequence[str]) -> bool:
    """Mostly different words, no numbers or dates: the look of a header."""
    filled = [cell.strip() for cell in record if cell.strip()]
    labels = [cell for cell in filled if not is_value(cell)]
    different = {cell.casefold() for cell in filled}
    return len(labels) >= 0.9 * len(filled) and len(different) >= 0.5 * len(filled)


def typed_columns(records: Sequence[Sequence[str]]) -> set[int]:
    """Columns in which more than half of the cells are numbers, amounts, dates or times."""
    filled: Counter[int] = Counter()
    values: Counter[int] = Counter()
    for record in records:
        for column, cell in enumerate(record):
            if text := cell.strip():
                filled[column] += 1
                values[column] += is_value(text)
    return {column for column, count in values.items() if count > 0.5 * filled[column]}


def is_data(record: Sequence[str], typed: Set[int]) -> bool:
    """A value stands in most of the columns that hold values."""
    hits = sum(1 for column in typed if column < len(record) and is_value(record[column].strip()))
    return bool(typed) and hits > 0.5 * len(typed)


def has_decimal_comma(cells: Iterable[str | None]) -> bool | None:
    """True where 1.234,5 is the way numbers are written, False where 1,234.5 is, None where nothing tells."""
    commas = points = 0
    for cell in cells:
        if cell and len(cell) <= VALUE_CHARACTERS:
            commas += bool(DECIMAL_COMMA.match(cell))
            points += bool(DECIMAL_POINT.match(cell))
    return None if commas == points else commas > points
