"""An answer as a file that a spreadsheet opens: one table as CSV, all of it as XLSX, or the JSON itself."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.answer import Answer, TableBlock
from api.schemas import ExportFormat
from tools.errors import BadInput, CannotDo

if TYPE_CHECKING:
    from openpyxl import Workbook

_MEDIA_TYPES: dict[ExportFormat, str] = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# What makes a spreadsheet take a text for a formula (OWASP ASVS 1.2.10).
_FORMULA_STARTS = tuple("=+-@\t\r\n")
_NO_CELL_HOLDS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_MOST_CELL_CHARACTERS, _MOST_SHEET_NAME = 32_000, 31
_BOM = b"\xef\xbb\xbf"  # without it, spreadsheets read UTF-8 as something else
Row = Sequence[object]


@dataclass(frozen=True)
class Exported:
    """A file."""

    content: bytes
    media_type: str


def export(answer: Answer, file_format: ExportFormat, block: int | None = None) -> Exported:
    """The answer as a file; `block` chooses one of its tables."""
    if file_format == "json":
        content = answer.model_dump_json(indent=1).encode()
    elif file_format == "csv":
        content = _BOM + _csv(_rows(_one_table(answer, block)))
    else:
        content = _xlsx(answer, [_one_table(answer, block)] if block is not None else list(_tables(answer)))
    return Exported(content, _MEDIA_TYPES[file_format])


def harmless(value: object) -> object:
    """The value as a cell may hold it: text that a spreadsheet would calculate gets a quote mark, numbers stay numbers."""
    if isinstance(value, bool | int | float | date | datetime) or value is None:
        return value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral() else float(value)
    text = _NO_CELL_HOLDS.sub("", str(value))[:_MOST_CELL_CHARACTERS]
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA_STARTS) else text


def _one_table(answer: Answer, block: int | None) -> TableBlock:
    """The table asked for, or the first one; an answer that has none is exported by its facts."""
    if block is None:
        return next(_tables(answer), None) or _facts(answer)
    if block >= len(answer.blocks):
        raise BadInput("block", block, f"0 to {len(answer.blocks) - 1}" if answer.blocks else "nothing: the answer has no blocks")
    chosen = answer.blocks[block]
    if not isinstance(chosen, TableBlock):
        numbers = ", ".join(str(place) for place, each in enumerate(answer.blocks) if isinstance(each, TableBlock))
        tables = f"Tables are the blocks {numbers}" if numbers else "This answer has no table"
        raise CannotDo(f"block {block}", f"it is a {chosen.kind} and not a table", tables)
    return chosen


def _tables(answer: Answer) -> Iterator[TableBlock]:
    return (block for block in answer.blocks if isinstance(block, TableBlock))


def _facts(answer: Answer) -> TableBlock:
    from tools.facts import TableColumn

    names = ("fact", "name", "value", "unit", "entity", "period_start", "period_end", "filters", "evidence")
    return TableBlock(
        title="Facts",
        columns=tuple(TableColumn(name=name) for name in names),
        rows=tuple(
            (
                fact.id,
                fact.name,
                fact.value,
                fact.unit,
                fact.entity,
                fact.period.start if fact.period else None,
                fact.period.end if fact.period else None,
                "; ".join(fact.filters),
                fact.evidence_id,
            )
            for fact in answer.facts
        ),
    )


def _rows(table: TableBlock) -> Iterator[Row]:
    yield [f"{column.name} [{column.unit}]" if column.unit else column.name for column in table.columns]
    yield from table.rows


def _csv(rows: Iterable[Row]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([harmless(value) for value in row] for row in rows)
    return out.getvalue().encode()


def _xlsx(answer: Answer, tables: list[TableBlock]) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    del book[book.sheetnames[0]]
    for table in tables:
        _add_sheet(book, table.title, _rows(table))
    _add_sheet(book, "Facts", _rows(_facts(answer)))
    _add_sheet(book, "Evidence", _evidence(answer))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _add_sheet(book: Workbook, title: str, rows: Iterable[Row]) -> None:
    from openpyxl.styles import Font

    sheet = book.create_sheet(_sheet_name(title, book.sheetnames))
    for number, row in enumerate(rows, 1):
        for place, value in enumerate(row, 1):
            cell = sheet.cell(number, place, harmless(value))
            if isinstance(cell.value, str):
                cell.data_type = "s"  # never a formula, whatever it looks like
            if number == 1:
                cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"


def _sheet_name(title: str, taken: Sequence[str]) -> str:
    """A name spreadsheets allow, and that no other sheet has."""
    plain = re.sub(r"[\[\]:*?/\\'\x00-\x1f]", " ", title).strip() or "Table"
    for number in range(1, 1_000):
        ending = f" {number}" if number > 1 else ""
        name = plain[: _MOST_SHEET_NAME - len(ending)] + ending
        if name.casefold() not in {each.casefold() for each in taken}:
            return name
    raise CannotDo("this export", "it has too many sheets of one name")


def _evidence(answer: Answer) -> Iterator[Row]:
    """What was asked and read, and every piece of evidence with all it says of itself."""
    yield ["id", "kind", "says", "value"]
    reading = answer.interpretation.text if answer.interpretation else ""
    for name, value in (("question", answer.question), ("reading", reading), ("snapshot", answer.snapshot), ("as of", answer.data_as_of)):
        yield [answer.answer_id, "answer", name, value]
    for piece in answer.evidence:
        for name, said in piece.model_dump(mode="json").items():
            if name not in ("id", "kind"):
                yield [piece.id, piece.kind, name, said if isinstance(said, str | int | float) else json.dumps(said, ensure_ascii=False)]
