"""Pushed events: checked one by one, acknowledged once all of them lie safely in the inbox."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rapidfuzz import process

from ingestion.errors import BadFile
from ingestion.inbox import Cell, Row, inbox, store
from ingestion.mapping import needed
from ingestion.schema import TABLES, Table
from ingestion.warehouse import Warehouse

MAX_EVENTS = 100_000
MAX_TEXT = 100_000
# The kinds of events and the table each becomes a row of; an order may carry its `lines`.
EVENTS: dict[str, Table] = {
    {"stock_levels": "stock_level", "price_history": "price", "shipments": "shipment"}.get(table.name, table.name.removesuffix("s")): table
    for table in TABLES
}


@dataclass(frozen=True)
class Receipt:
    """The promise that these events are on disk and will be applied."""

    name: str
    events: int


def accept(warehouse: Warehouse, lines: Iterable[str], where: str = "events") -> Receipt:
    """Check the shape of every event, then write all of them durably; a bad one refuses the push, and nothing was acknowledged."""
    rows: list[tuple[str, Row]] = []
    count = 0
    for number, line in _numbered(lines, where):
        if line.strip():
            count += 1
            _bounded(count, where)
            rows += [(table.name, row) for table, row in _rows_of(line, f"{where}, line {number}")]
    if not rows:
        raise BadFile("there is no event in it", where=where, expected="one JSON object a line")
    return Receipt(store(inbox(warehouse), rows), count)


def _numbered(lines: Iterable[str], where: str) -> Iterator[tuple[int, str]]:
    number = 0
    try:
        for number, line in enumerate(lines, 1):
            yield number, line
    except UnicodeDecodeError as error:
        raise BadFile(
            f"after line {number}: this is not UTF-8 ({error.reason})", where=where, remedy="write the events as UTF-8"
        ) from error


def _bounded(count: int, where: str) -> None:
    if count > MAX_EVENTS:
        raise BadFile(
            f"more than {MAX_EVENTS:,} events in one push", where=where, remedy="send them in several pushes, or load them as a file"
        )


def _rows_of(line: str, where: str) -> list[tuple[Table, Row]]:
    event = _parsed(line, where)
    kind = event.pop("type", None)
    if not isinstance(kind, str) or kind not in EVENTS:
        raise BadFile(f"the type {_shown(kind)} is not known", where=where, expected=f"type is one of {', '.join(EVENTS)}")
    table = EVENTS[kind]
    lines = event.pop("lines", []) if table.name == "orders" else []
    if not isinstance(lines, list) or not all(isinstance(each, dict) for each in lines):
        raise BadFile("`lines` is not a list of objects", where=where)
    rows = [(table, _checked(table, event, where))]
    for number, each in enumerate(lines, 1):
        full = {"order_id": event.get("order_id"), "line_no": number} | each
        rows.append((EVENTS["order_line"], _checked(EVENTS["order_line"], full, f"{where}, lines[{number - 1}]")))
    return rows


def _parsed(line: str, where: str) -> dict[str, object]:
    try:
        event = json.loads(line, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BadFile(f"not JSON ({error})", where=where, expected='an object like {"type": "web_event", ...}') from error
    if not isinstance(event, dict):
        raise BadFile(f"{_shown(event)} is no event", where=where, expected='an object with a type, like {"type": "web_event", ...}')
    return event


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _shown(value: object) -> str:
    return ascii(value)[:60]


def _checked(table: Table, event: dict[str, object], where: str) -> Row:
    """The fields that say something; a null says nothing, so it neither clears a value nor makes two equal events different."""
    row: Row = {}
    for name, value in event.items():
        if name not in table.column_names:
            raise BadFile(_unknown(table, name), where=where, expected=f"fields among {', '.join(table.column_names)}")
        if value is not None:
            row[name] = _cell(name, value, where)
    missing = [name for name in _told(table) if row.get(name, "") == ""]
    if missing:
        raise BadFile(f"{table.name} needs {', '.join(missing)}", where=where)
    return row


def _told(table: Table) -> list[str]:
    """What an event must bring. A line pushed alone has no place to be counted from, so its number is told."""
    return [*needed(table), *(["line_no"] if "line_no" in table.key else [])]


def _unknown(table: Table, name: str) -> str:
    near = process.extractOne(name, table.column_names)
    hint = f"; did you mean {near[0]!r}?" if near and near[1] > 60 else ""
    return f"{table.name} has no field {_shown(name)}{hint}"


def _cell(name: str, value: object, where: str) -> Cell:
    if not isinstance(value, str | int | float | bool):
        raise BadFile(f"{name} holds a {type(value).__name__}", where=where, expected="text, a number, true, false or null")
    if isinstance(value, float) and not math.isfinite(value):
        raise BadFile(f"{name} is larger than any number", where=where)
    if isinstance(value, str):
        _check_text(name, value, where)
    return value


def _check_text(name: str, text: str, where: str) -> None:
    if len(text) > MAX_TEXT:
        raise BadFile(f"{name} has {len(text):,} characters", where=where, expected=f"at most {MAX_TEXT:,}")
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise BadFile(f"{name} is no text: {_shown(text)}", where=where, expected="text without zero bytes and half characters")
