"""Reads a foreign file in a child that can be killed; a folder of daily files is a list of them."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from ingestion.errors import BadFile
from ingestion.progress import Progress, silent
from ingestion.readers.catalog import READERS
from ingestion.readers.choice import choose_reader
from ingestion.readers.contract import RawTable, ReadOptions
from ingestion.readers.fenced_child import run_child

UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", ".download", ".filepart", ".swp", ".bak")
UNFINISHED_STARTS = (".", "~$", "~")


def read_file(source: Path, into: Path, options: ReadOptions | None = None, progress: Progress = silent) -> list[RawTable]:
    """Every table in `source` as text under `into`; raises BadFile naming file, row, column, what was expected and what to do."""
    source = source.absolute()
    reader = choose_reader(source, READERS)
    into.mkdir(parents=True, exist_ok=True)
    # A hidden folder beside the result: a kill at any moment leaves no file that could be taken for a table.
    work = Path(tempfile.mkdtemp(prefix=".reading-", dir=into.absolute()))
    try:
        tables = run_child(reader.name, source, work, options or ReadOptions(), progress)
        return [adopt(table, into, work.name.removeprefix(".reading-"), place) for place, table in enumerate(tables, 1)]
    finally:
        shutil.rmtree(work, ignore_errors=True)


def adopt(table: RawTable, into: Path, batch: str, place: int) -> RawTable:
    """Moves a finished table out of the working folder, under a name that owes nothing to the file's."""
    path = into / f"raw-{batch}-{place}.parquet"
    table.path.rename(path)
    return replace(table, path=path)


def find_files(folder: Path) -> list[Path]:
    """The files of a feed by name, without hidden, temporary or half-copied ones."""
    if not folder.is_dir():
        raise BadFile("there is no such folder", where=str(folder), expected="a folder of data files", remedy="check the path")
    known = {suffix for reader in READERS for suffix in reader.suffixes}
    return sorted(path for path in folder.iterdir() if path.is_file() and is_ready(path.name.lower(), known))


def is_ready(name: str, known: set[str]) -> bool:
    finished = not name.startswith(UNFINISHED_STARTS) and not name.endswith((*UNFINISHED, "~", "#"))
    return finished and Path(name).suffix in known


def content_hash(source: Path) -> str:
    """SHA-256 of the bytes: the same content under another name is the same file."""
    with source.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
