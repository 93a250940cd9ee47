"""The inbox: acknowledged events on disk, one file a push; those that can never be applied are kept apart with their reason."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

from ingestion.errors import BadFile
from ingestion.versions import sync_folder
from ingestion.warehouse import Warehouse

Cell = str | int | float | bool
Row = dict[str, Cell]


@dataclass(frozen=True)
class Entry:
    """One row that an event became: its table, what it says, and how often it was tried."""

    id: str
    table: str
    row: Row
    tries: int = 0

    @property
    def push(self) -> str:
        return self.id.partition(":")[0]

    @property
    def age_seconds(self) -> float:
        return time.time() - int(self.push.split("-")[1]) / 1e9


@dataclass(frozen=True)
class Refusal:
    """An entry that will not be tried again, and why."""

    entry: Entry
    rule: str
    field: str
    meaning: str


def inbox(warehouse: Warehouse) -> Path:
    """Where acknowledged events wait."""
    return warehouse.home / "inbox"


def waiting(warehouse: Warehouse) -> list[Path]:
    """Pushes with events that no snapshot holds yet, oldest first."""
    return sorted(inbox(warehouse).glob("push-*.jsonl"))


def refused(warehouse: Warehouse) -> list[Path]:
    """Pushes with events that were given up, each with its reason; nothing deletes them."""
    return sorted((inbox(warehouse) / "refused").glob("push-*.jsonl"))


def store(folder: Path, rows: Iterable[tuple[str, Row]]) -> str:
    """Write (table, row) pairs durably, in their order; the name of the push."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"push-{time.time_ns():020d}-{uuid4().hex[:8]}"
    _write(folder / f"{name}.jsonl", [asdict(Entry(f"{name}:{number}", table, row)) for number, (table, row) in enumerate(rows, 1)])
    return name


def read(path: Path) -> list[Entry]:
    """The entries of a push, in their order."""
    try:
        return [Entry(**json.loads(line)) for line in path.read_text(encoding="utf-8").split("\n") if line]
    except (ValueError, TypeError) as error:
        raise BadFile(
            f"the pushed events are damaged ({error})", where=str(path), remedy="move this file elsewhere and push again"
        ) from error


def keep(path: Path, entries: list[Entry]) -> None:
    """What of a push still waits; a push of which nothing does is gone."""
    if entries:
        _write(path, map(asdict, entries))
    else:
        path.unlink(missing_ok=True)
        sync_folder(path.parent)


def refuse(folder: Path, refusals: list[Refusal]) -> None:
    """Put entries aside for good, before they leave the inbox; twice is as good as once."""
    apart = folder / "refused"
    by_push: dict[str, dict[str, dict[str, object]]] = {}
    for refusal in refusals:
        told = {"rule": refusal.rule, "field": refusal.field, "meaning": refusal.meaning}
        by_push.setdefault(refusal.entry.push, {})[refusal.entry.id] = asdict(refusal.entry) | told
    for push, records in by_push.items():
        apart.mkdir(exist_ok=True)
        path = apart / f"{push}.jsonl"
        before = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line] if path.exists() else []
        _write(path, ({record["id"]: record for record in before} | records).values())


def _write(path: Path, records: Iterable[dict[str, object]]) -> None:
    """All of the file or nothing of it, also when the disk fills up or the process is killed."""
    aside = path.with_name(f".{path.name}")
    try:
        with aside.open("w", encoding="utf-8", newline="\n") as handle:
            handle.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)
    sync_folder(path.parent)
