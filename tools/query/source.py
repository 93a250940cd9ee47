"""The data behind an engine: which tables hold rows, how far they reach, which values a column has. Asked once a snapshot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Literal

from sqlalchemy.engine import Engine

from tools.query.contract import Cell, Scalar

Dialect = Literal["duckdb", "postgres"]
Extent = tuple[datetime, datetime]

MANY_VALUES = 200_000
MANY_NAMES = 10_000


class Source:
    """An engine over one snapshot, with what compilation needs to know of the data."""

    def __init__(self, engine: Engine, snapshot: str = "") -> None:
        self.engine, self.snapshot = engine, snapshot
        self.dialect: Dialect = "postgres" if engine.dialect.name.startswith("postgres") else "duckdb"
        self.guards: dict[str, float] = {}
        self._rows: dict[str, bool] = {}
        self._extents: dict[str, Extent | None] = {}
        self._values: dict[str, tuple[Scalar, ...]] = {}
        self._found: dict[tuple[str, str, str], list[str]] = {}

    def find(self, key: str, reference: str, value: str) -> list[str]:
        """Keys of the rows whose `reference` column is `value`, whatever its case."""
        if len(self._found) > MANY_NAMES:
            self._found.clear()
        if (key, reference, value) not in self._found:
            table, column = reference.split(".")
            exact, lower = self.mark("exact"), self.mark("lower")
            wanted = f"{column} = {exact} OR LOWER(TRIM({column})) = {lower}"
            sql = f"SELECT DISTINCT {key.split('.')[1]} FROM {table} WHERE {wanted} ORDER BY 1 LIMIT 50"
            rows = self.fetch(sql, {"exact": value, "lower": value.strip().lower()})
            self._found[key, reference, value] = [str(row[0]) for row in rows if row[0] is not None]
        return self._found[key, reference, value]

    def mark(self, name: str) -> str:
        """How this engine writes a named placeholder."""
        return f"${name}" if self.dialect == "duckdb" else f"%({name})s"

    def fetch(self, sql: str, parameters: Mapping[str, object] | None = None) -> Sequence[tuple[Cell, ...]]:
        """Rows of a statement."""
        with self.engine.connect() as connection:
            rows = connection.exec_driver_sql(sql, dict(parameters or {})).fetchall()
        return [tuple(row) for row in rows]

    def has_rows(self, table: str) -> bool:
        """Whether the table holds anything."""
        if table not in self._rows:
            self._rows[table] = bool(self.fetch(f"SELECT 1 FROM {table} LIMIT 1"))
        return self._rows[table]

    def extent(self, reference: str) -> Extent | None:
        """First and last instant of a date or timestamp column, as stored; None without any."""
        if reference not in self._extents:
            table, column = reference.split(".")
            first, last = self.fetch(f"SELECT MIN({column}), MAX({column}) FROM {table}")[0]
            self._extents[reference] = (_instant(first), _instant(last)) if isinstance(first, date) and isinstance(last, date) else None
        return self._extents[reference]

    def values(self, reference: str) -> tuple[Scalar, ...]:
        """The distinct values of a column, at most MANY_VALUES of them."""
        if reference not in self._values:
            table, column = reference.split(".")
            rows = self.fetch(f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL ORDER BY 1 LIMIT {MANY_VALUES}")
            self._values[reference] = tuple(row[0] for row in rows if isinstance(row[0], str | int | float))
        return self._values[reference]


def _instant(value: date) -> datetime:
    return value if isinstance(value, datetime) else datetime.combine(value, time.min)
