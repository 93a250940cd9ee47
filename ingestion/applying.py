"""Waiting events into a snapshot: in the order they came, once, none lost whatever is killed in between."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Literal

import duckdb

from ingestion.checks import MEANINGS, RULES
from ingestion.inbox import Cell, Entry, Refusal, Row, inbox, keep, read, refuse, waiting
from ingestion.load import LoadRequest, build, room
from ingestion.mapping import LoadMap, TableMap
from ingestion.matching import Batch
from ingestion.progress import Progress, silent
from ingestion.readers.contract import RawTable
from ingestion.readers.raw_table_writer import RawTableWriter
from ingestion.readers.reading import content_hash
from ingestion.report import LoadReport
from ingestion.schema import TABLES, quote, table
from ingestion.staging import fingerprint
from ingestion.versions import writer_lock
from ingestion.warehouse import Warehouse

# An event may overtake the one it refers to. It is given up when it was tried so often and is that old, not before.
MAX_TRIES = 10
PATIENCE_SECONDS = 24 * 3600.0
# Each round takes out the events that spoil later ones of the same key; what is left then waits for the next call.
_ROUNDS = 3
_SETTLED = {"duplicate_row", "superseded"}
_NAME = "_push"  # the column that carries an entry's id to the rejected rows

Key = tuple[str, ...] | None
Fate = Literal["done", "waits", "spoilt", "refused"]


@dataclass
class _Verdicts:
    """What becomes of each entry of a round."""

    waits: dict[str, list[Entry]] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    spoilt: bool = False


def apply_waiting(warehouse: Warehouse, request: LoadRequest, progress: Progress = silent) -> LoadReport | None:
    """Load all waiting events into a new snapshot; None when nothing waits. A kill in between repeats the load, not its effect.

    An event that refers to a row not there yet goes on waiting; one that breaks a rule is kept under `refused` with its reason.
    """
    if not waiting(warehouse):
        return None
    first: LoadReport | None = None
    with writer_lock(inbox(warehouse) / ".lock", request.wait_seconds):
        for _ in range(_ROUNDS):
            pushes = {path: read(path) for path in waiting(warehouse)}
            if not pushes:
                break
            entries = [entry for path in pushes for entry in pushes[path]]
            report, reasons = _load(warehouse, request, entries, progress)
            verdicts = judge(entries, reasons)
            refuse(inbox(warehouse), verdicts.refusals)
            for path in pushes:
                _settle(path, verdicts.waits.get(path.stem, []))
            first = _joined(first, report)
            if not (verdicts.spoilt and verdicts.refusals):
                break
    return first


def _settle(push: Path, entries: list[Entry]) -> None:
    keep(push, entries)


def _joined(first: LoadReport | None, later: LoadReport) -> LoadReport:
    if first is None or later.verdict != "loaded":
        return first or later
    return first.model_copy(update={"verdict": "loaded", "snapshot": later.snapshot})


def _load(
    warehouse: Warehouse, request: LoadRequest, entries: list[Entry], progress: Progress
) -> tuple[LoadReport, dict[str, tuple[str, str]]]:
    with room(warehouse), warehouse.versions.building(request.wait_seconds) as draft:
        rejects = draft.scratch / "rejects.parquet"
        tables = tuple((raw, fingerprint(content_hash(raw.path), "events")) for raw in _raw_tables(entries, draft.scratch))
        # Acknowledged is never refused as a batch: each event is judged alone.
        alone = replace(request, load_map=None, max_rejected=1.0, dry_run=False, rejects=rejects)
        report = build(warehouse, draft, Batch(tables, _identity_map({entry.table for entry in entries})), alone, progress)
        return report, _reasons(rejects)


def _reasons(rejects: Path) -> dict[str, tuple[str, str]]:
    connection = duckdb.connect()
    try:
        rows = connection.execute(
            f"SELECT json_extract_string(record, '$.{_NAME}'), rule, field FROM read_parquet({quote(str(rejects))})"
        ).fetchall()
    finally:
        connection.close()
    return {str(name): (str(rule), str(column)) for name, rule, column in rows}


def _raw_tables(entries: list[Entry], into: Path) -> list[RawTable]:
    """Tables of equal fields, those with fewer fields first.

    An entry of a known key carries what earlier entries of that key said, so the fields of one key only grow from entry to
    entry: fewer fields first is the order in which they came. Entries without a key stay apart by push, because the same
    event pushed twice is one event, while twice in one push is two.
    """
    groups: dict[tuple[int, str, tuple[str, ...], str], list[Row]] = {}
    told: dict[Key, Row] = {}
    for entry in entries:
        key = _key(entry)
        row = told.get(key, {}) | entry.row if key else entry.row
        told[key] = row
        group = (len(row), entry.table, tuple(sorted(row)), "" if key else entry.push)
        groups.setdefault(group, []).append(row | {_NAME: entry.id})
    return [_raw_table(f"{group[1]}-{place}", groups[group], into / f"raw{place}.parquet") for place, group in enumerate(sorted(groups))]


def _raw_table(name: str, rows: list[Row], path: Path) -> RawTable:
    columns = tuple(sorted(rows[0]))
    with RawTableWriter(path, columns) as writer:
        writer.write_rows(range(1, len(rows) + 1), [None] * len(rows), [[_text(row[column]) for column in columns] for row in rows])
    typed = tuple(column for column in columns if not any(isinstance(row[column], str) for row in rows))
    return RawTable(name, name, path, columns, len(rows), typed=typed)


def _text(cell: Cell) -> str:
    if isinstance(cell, bool):
        return str(cell).lower()
    return format(Decimal(repr(cell)), "f") if isinstance(cell, float) else str(cell)


def _key(entry: Entry) -> Key:
    """What makes two entries speak of the same row; None when the entry does not say."""
    cells = [entry.row.get(name) for name in table(entry.table).key]
    if any(cell is None for cell in cells):
        return None
    return (entry.table, *(str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip() for cell in cells))


def _identity_map(names: set[str]) -> LoadMap:
    """Fields are named as in the contract, so each table's map is itself."""
    return LoadMap(
        name="events",
        tables=tuple(
            TableMap(source=f"{table.name}-*", target=table.name, columns={name: name for name in table.column_names})
            for table in TABLES
            if table.name in names
        ),
    )


def judge(entries: list[Entry], reasons: dict[str, tuple[str, str]]) -> _Verdicts:
    """Which entries are done, which wait and which are given up, from why their rows were rejected."""
    verdicts = _Verdicts()
    told: dict[Key, set[str]] = {}
    fates: list[Fate] = []
    for entry in entries:
        key = _key(entry)
        inherited = told.setdefault(key, set()) - set(entry.row) if key else set()
        fates.append(_fate(entry, reasons.get(entry.id), inherited))
        if key:
            told[key] |= set(entry.row)
    # What a later entry of the same key carried into the warehouse needs no entry of its own any more.
    carried: set[Key] = set()
    for place in reversed(range(len(entries))):
        key = _key(entries[place])
        if fates[place] == "done" and key:
            carried.add(key)
        elif fates[place] in ("waits", "spoilt") and key in carried:
            fates[place] = "done"
    for entry, fate in zip(entries, fates, strict=True):
        if fate == "refused":
            rule, name = reasons[entry.id]
            verdicts.refusals.append(Refusal(entry, rule, name, MEANINGS[next(known for known in RULES if known == rule)]))
        elif fate != "done":
            verdicts.waits.setdefault(entry.push, []).append(replace(entry, tries=entry.tries + 1))
            verdicts.spoilt = verdicts.spoilt or fate == "spoilt"
    return verdicts


def _fate(entry: Entry, reason: tuple[str, str] | None, inherited: set[str]) -> Fate:
    if reason is None or reason[0] in _SETTLED:
        return "done"
    rule, name = reason
    if name in inherited:
        return "spoilt"  # by what an earlier entry said; it is judged by itself once that one is gone
    if rule == "orphan" and not (entry.tries + 1 >= MAX_TRIES and entry.age_seconds > PATIENCE_SECONDS):
        return "waits"
    return "refused"
