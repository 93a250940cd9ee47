"""Pushed events: acknowledged once they lie safely in the inbox, applied by the next load, never lost and never applied twice."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import process

from ingestion.errors import BadFile
from ingestion.load import LoadRequest, load
from ingestion.mapping import LoadMap, TableMap, needed
from ingestion.progress import Progress, silent
from ingestion.report import LoadReport
from ingestion.schema import TABLES, Table
from ingestion.warehouse import Warehouse

MAX_EVENTS = 100_000
# The kinds of events and the table each becomes a row of; an order may carry its `lines`.
EVENTS: dict[str, Table] = {
    {"stock_levels": "stock_level", "price_history": "price", "shipments": "shipment"}.get(table.name, table.name.removesuffix("s")): table
    for table in TABLES
}
Cell = str | int | float | bool | None
Row = dict[str, Cell]
# By table and fields: what an event does not speak of keeps its value, so events that say different things go apart.
Grouped = dict[tuple[str, tuple[str, ...]], list[Row]]


@dataclass(frozen=True)
class Receipt:
    """The promise that these events are on disk and will be applied."""

    name: str
    events: int


def accept(warehouse: Warehouse, lines: Iterable[str], where: str = "events") -> Receipt:
    """Check the shape of every event, then write all of them durably; a bad one refuses the push, and nothing was acknowledged."""
    rows: Grouped = {}
    count = 0
    for number, line in enumerate(lines, 1):
        if line.strip():
            count += 1
            _bounded(count, where)
            for table, row in _rows_of(line, f"{where}, line {number}"):
                rows.setdefault((table.name, tuple(sorted(row))), []).append(row)
    if not rows:
        raise BadFile("there is no event in it", where=where, expected="one JSON object a line")
    return Receipt(_store(inbox(warehouse), rows), count)


def inbox(warehouse: Warehouse) -> Path:
    """Where acknowledged events wait."""
    return warehouse.home / "inbox"


def waiting(warehouse: Warehouse) -> list[Path]:
    """Acknowledged pushes that no snapshot holds yet, oldest first."""
    return sorted(path for path in inbox(warehouse).glob("push-*") if path.is_dir())


def apply_waiting(warehouse: Warehouse, request: LoadRequest, progress: Progress = silent) -> LoadReport | None:
    """Load all waiting events into one new snapshot; None when nothing waits. A kill in between repeats the load, not its effect."""
    pushes = waiting(warehouse)
    if not pushes:
        return None
    files = tuple(path for push in pushes for path in sorted(push.glob("*.jsonl")))
    # Acknowledged is never refused: an event that breaks a rule is kept in the snapshot's rejects.
    plain = LoadRequest(files, _identity_map(files), max_rejected=1.0, today=request.today, wait_seconds=request.wait_seconds)
    report = load(warehouse, plain, progress)
    for push in pushes:
        _forget(push)
    return report


def _forget(push: Path) -> None:
    shutil.rmtree(push)


def _bounded(count: int, where: str) -> None:
    if count > MAX_EVENTS:
        raise BadFile(
            f"more than {MAX_EVENTS:,} events in one push", where=where, remedy="send them in several pushes, or load them as a file"
        )


def _rows_of(line: str, where: str) -> list[tuple[Table, Row]]:
    try:
        event = json.loads(line)
    except ValueError as error:
        raise BadFile(f"not JSON ({error})", where=where, expected='an object like {"type": "web_event", ...}') from error
    if not isinstance(event, dict) or event.get("type") not in EVENTS:
        given = event.get("type") if isinstance(event, dict) else event
        raise BadFile(f"the type {given!r} is not known", where=where, expected=f"type is one of {', '.join(EVENTS)}")
    table = EVENTS[event.pop("type")]
    lines = event.pop("lines", []) if table.name == "orders" else []
    if not isinstance(lines, list) or not all(isinstance(each, dict) for each in lines):
        raise BadFile("`lines` is not a list of objects", where=where)
    rows = [(table, _checked(table, event, where))]
    for number, each in enumerate(lines, 1):
        full = {"order_id": event.get("order_id"), "line_no": number} | each
        rows.append((EVENTS["order_line"], _checked(EVENTS["order_line"], full, f"{where}, lines[{number - 1}]")))
    return rows


def _checked(table: Table, event: dict[str, object], where: str) -> Row:
    for name in event:
        if name not in table.column_names:
            near = process.extractOne(name, table.column_names)
            hint = f"; did you mean {near[0]!r}?" if near and near[1] > 60 else ""
            raise BadFile(
                f"{table.name} has no field {name!r}{hint}", where=where, expected=f"fields among {', '.join(table.column_names)}"
            )
    row: Row = {}
    for name, value in event.items():
        if not isinstance(value, str | int | float | bool | None):
            raise BadFile(f"{name} holds a {type(value).__name__}", where=where, expected="text, a number, true, false or null")
        row[name] = value
    missing = [name for name in needed(table) if row.get(name) in (None, "")]
    if missing:
        raise BadFile(f"{table.name} needs {', '.join(missing)}", where=where)
    return row


def _store(folder: Path, rows: Grouped) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    name = f"push-{time.time_ns():020d}-{os.getpid()}"
    aside = folder / f".{name}"
    aside.mkdir()
    for place, ((table, _), members) in enumerate(rows.items()):
        with (aside / f"{table}-{place}.jsonl").open("w", encoding="utf-8") as handle:
            # The receipt's name makes equal pushes different files, so that the history does not take the second for the first.
            handle.writelines(json.dumps(row | {"_push": name}, ensure_ascii=False) + "\n" for row in members)
            handle.flush()
            os.fsync(handle.fileno())
    os.rename(aside, folder / name)
    for path in (folder / name, folder):
        descriptor = os.open(path, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
    return name


def _identity_map(files: tuple[Path, ...]) -> LoadMap:
    """Fields are named as in the contract, so each table's map is itself."""
    names = {path.stem.rpartition("-")[0] for path in files}
    return LoadMap(
        name="events",
        tables=tuple(
            TableMap(source=f"{table.name}-*", target=table.name, columns={name: name for name in table.column_names})
            for table in TABLES
            if table.name in names
        ),
    )
