"""What parent and child say to each other: one JSON object per line."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypedDict

from ingestion.errors import BadFile, IngestionError, StorageFull
from ingestion.readers.contract import Limits, RawTable, ReadOptions

FAILURES: dict[str, type[IngestionError]] = {kind.__name__: kind for kind in (BadFile, StorageFull)}


class Job(TypedDict):
    """What the child is asked to do."""

    reader: str
    source: str
    into: str
    sheet: str | None
    encoding: str | None
    delimiter: str | None
    limits: dict[str, int]


class Told(TypedDict):
    """A raw table as the child reports it; its path is only a file name."""

    name: str
    source: str
    path: str
    columns: list[str]
    rows: int
    notes: list[str]
    decimal_comma: bool | None
    typed: list[str]


class Failure(TypedDict):
    """An error the child foresaw."""

    kind: str
    what: str
    where: str
    expected: str
    remedy: str


@dataclass(frozen=True)
class Message:
    """One line from the child: progress (it has a stage), tables or a failure."""

    stage: str | None
    done: float | None
    tables: list[Told]
    failure: Failure | None


def write_job(reader: str, source: Path, into: Path, options: ReadOptions) -> str:
    job = Job(
        reader=reader,
        source=str(source),
        into=str(into),
        sheet=options.sheet,
        encoding=options.encoding,
        delimiter=options.delimiter,
        limits=asdict(options.limits),
    )
    return json.dumps(job) + "\n"


def read_job(line: str) -> tuple[str, Path, Path, ReadOptions]:
    job: Job = json.loads(line)
    options = ReadOptions(job["sheet"], job["encoding"], job["delimiter"], Limits(**job["limits"]))
    return job["reader"], Path(job["source"]), Path(job["into"]), options


def write_progress(stage: str, done: float | None) -> str:
    return json.dumps({"stage": stage, "done": done}) + "\n"


def write_tables(tables: list[RawTable]) -> str:
    return json.dumps({"tables": [asdict(table) | {"path": table.path.name} for table in tables]}) + "\n"


def write_failure(error: IngestionError) -> str:
    told = Failure(kind=type(error).__name__, what=error.what, where=error.where, expected=error.expected, remedy=error.remedy)
    return json.dumps({"failure": told}) + "\n"


def read_message(line: bytes) -> Message:
    told = json.loads(line)
    return Message(told.get("stage"), told.get("done"), told.get("tables", []), told.get("failure"))


def read_tables(told: list[Told], folder: Path) -> list[RawTable]:
    """The tables a child reports; it only ever names files inside its own folder."""
    return [
        RawTable(
            name=table["name"],
            source=table["source"],
            path=folder / Path(table["path"]).name,
            columns=tuple(table["columns"]),
            rows=table["rows"],
            notes=tuple(table["notes"]),
            decimal_comma=table["decimal_comma"],
            typed=tuple(table["typed"]),
        )
        for table in told
    ]


def read_failure(told: Failure) -> IngestionError:
    kind = FAILURES.get(told["kind"], BadFile)
    return kind(told["what"], where=told["where"], expected=told["expected"], remedy=told["remedy"])
