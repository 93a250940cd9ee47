"""The warehouse: one DuckDB file a snapshot, with a card beside it that says what is in it; the only module that opens the file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import duckdb
from pydantic import BaseModel, ConfigDict

from ingestion.errors import NoWarehouse
from ingestion.schema import TABLES, Table, comments, ddl, quote
from ingestion.versions import Draft, Version, Versions

DATABASE = "warehouse.duckdb"
CARD = "snapshot.json"
TRUTH = "truth.duckdb"


class LoadRecord(BaseModel):
    """One batch in the history of a snapshot: enough to know it again and to find its report."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    fingerprint: str
    loaded_at: str
    read: int
    accepted: int
    rejected: int
    unsettled: int = 0  # rows that may come right once more data is there (orphans, credits without a sale)


class Company(BaseModel):
    """Whose data this is: the zone its calendar is cut in and the currency its money is in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = ""
    timezone: str = "UTC"
    currency: str = ""


class Card(BaseModel):
    """What a snapshot says of itself, in `snapshot.json` beside the database."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    company: Company = Company()
    as_of: date | None = None
    rows: dict[str, int] = {}
    loads: tuple[LoadRecord, ...] = ()
    watermarks: dict[str, str] = {}
    date_orders: dict[str, Literal["day_first", "month_first"]] = {}  # by feed and column: how its dates are read for certain


@dataclass(frozen=True)
class Snapshot:
    """A published warehouse: where it lies and what it holds."""

    version: Version
    card: Card

    @property
    def name(self) -> str:
        return self.version.name

    @property
    def database(self) -> Path:
        return self.version.path / DATABASE


class Warehouse:
    """The warehouse under one home folder."""

    def __init__(self, home: Path, keep: int = 5) -> None:
        self.home = home
        self.versions = Versions(home / "warehouse", keep)

    def find(self) -> Snapshot | None:
        """The current snapshot, or None when nothing was loaded yet."""
        version = self.versions.current()
        return read_snapshot(version) if version else None

    def snapshot(self) -> Snapshot:
        """The current snapshot, or NoWarehouse saying how to make one."""
        found = self.find()
        if found is None:
            raise NoWarehouse(
                "there is no warehouse yet", where=str(self.home), remedy="./oiis data demo builds one, ./oiis data load FILE reads yours"
            )
        return found

    def snapshots(self) -> list[Snapshot]:
        """Every snapshot kept, oldest first."""
        return [read_snapshot(version) for version in self.versions.all()]


def read_snapshot(version: Version) -> Snapshot:
    """The snapshot in a version's folder; a damaged card or database is named, never opened."""
    path = version.path / CARD
    try:
        card = Card.model_validate_json(path.read_text(encoding="utf-8"))
        size = (version.path / DATABASE).stat().st_size
    except (OSError, ValueError) as error:
        raise NoWarehouse(f"the snapshot is damaged ({error})", where=str(path), remedy="./oiis data rollback") from error
    expected = version.files.get(DATABASE)
    if expected is None or size != expected.bytes:
        raise NoWarehouse(
            "the database file does not have the size its manifest names",
            where=str(version.path / DATABASE),
            remedy="./oiis data rollback",
        )
    return Snapshot(version, card)


def write_card(draft: Draft, card: Card) -> None:
    """Put the card beside the database of a draft."""
    (draft.path / CARD).write_text(card.model_dump_json(indent=1), encoding="utf-8")


@contextmanager
def open_readonly(database: Path, threads: int = 2) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection; any number of processes may hold one while a writer builds the next snapshot."""
    connection = duckdb.connect(str(database), read_only=True, config={"threads": threads})
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def open_draft(draft: Draft, memory_limit: str = "2GB", threads: int = 2) -> Iterator[duckdb.DuckDBPyConnection]:
    """A writing connection to a new database in `draft`, with every table of the contract, empty."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "threads": threads,
        "memory_limit": memory_limit,
        "temp_directory": str(draft.scratch),
    }
    connection = duckdb.connect(str(draft.path / DATABASE), config=config)
    try:
        create_tables(connection)
        yield connection
    finally:
        connection.close()


def create_tables(connection: duckdb.DuckDBPyConnection, prefix: str = "") -> None:
    """Create every table of the contract, with its meanings as comments."""
    for table in TABLES:
        connection.execute(ddl(table, prefix))
    if not prefix:
        connection.execute("; ".join(statement for table in TABLES for statement in comments(table)))


def count_rows(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Rows of each table, in contract order."""
    return {table.name: _scalar(connection, f"SELECT count(*) FROM {table.name}") for table in TABLES}


def business_date(connection: duckdb.DuckDBPyConnection, timezone: str) -> date | None:
    """The date of the newest order in the business time zone; without orders, of the newest web event or purchase order."""
    zone = quote(timezone)
    for table, column in (("orders", "ordered_at"), ("web_events", "occurred_at"), ("purchase_orders", "ordered_at")):
        row = connection.execute(f"SELECT CAST((max({column}) AT TIME ZONE 'UTC') AT TIME ZONE {zone} AS DATE) FROM {table}").fetchone()
        if row and isinstance(row[0], date):
            return row[0]
    return None


def content_hash(connection: duckdb.DuckDBPyConnection, table: Table) -> str:
    """A hash of a table's rows that does not depend on their order: same rows, same hash, on any machine."""
    cells = ", ".join(f"coalesce(CAST({column.name} AS VARCHAR), chr(1))" for column in table.columns)
    row = f"md5(concat_ws(chr(31), {cells}))"
    sql = f"SELECT count(*), bit_xor(md5_number_lower({row})), sum(CAST(md5_number_upper({row}) % 1000000007 AS HUGEINT)) FROM {table.name}"
    count, mixed, total = connection.execute(sql).fetchone() or (0, None, None)
    return f"{count}-{mixed or 0:016x}-{total or 0:x}"


def content_hashes(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """`content_hash` of every table."""
    return {table.name: content_hash(connection, table) for table in TABLES}


def _scalar(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = connection.execute(sql).fetchone()
    return int(row[0]) if row else 0
