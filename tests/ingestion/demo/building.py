"""Builds demo companies for the tests and asks them questions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from ingestion.demo.company import Size, build_demo
from ingestion.schema import TABLES, ddl


@dataclass
class Built:
    """One finished company: its tables, and the truth attached as `truth`."""

    connection: duckdb.DuckDBPyConnection
    truth: Path

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()

    def value(self, sql: str) -> Any:
        row = self.connection.execute(sql).fetchone()
        assert row is not None
        return row[0]


def build(folder: Path, size: Size, seed: int = 7) -> Built:
    """A company in memory, its truth file in `folder`."""
    connection = duckdb.connect(":memory:", config={"threads": 2})
    for table in TABLES:
        connection.execute(ddl(table))
    truth = folder / f"truth-{size}-{seed}.duckdb"
    build_demo(connection, truth, size, seed)
    connection.execute(f"ATTACH '{truth}' AS truth (READ_ONLY)")
    return Built(connection, truth)


def content_hash(connection: duckdb.DuckDBPyConnection, names: list[str]) -> dict[str, str]:
    """For each table, its number of rows and the sum of their hashes: the order of rows does not matter, everything else does."""
    found = {}
    for name in names:
        row = connection.execute(f"SELECT count(*), sum(hash(t)::HUGEINT) FROM {name} t").fetchone()
        assert row is not None
        found[name] = f"{row[0]}:{row[1]}"
    return found


def truth_tables(built: Built) -> list[str]:
    """The names of all tables of the truth file."""
    rows = built.rows("SELECT table_name FROM duckdb_tables() WHERE database_name = 'truth' ORDER BY 1")
    return [f"truth.{name}" for (name,) in rows]
