"""The data behind an engine: which tables hold rows, how far they reach, which values a column has. Asked once a snapshot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Literal

from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError

from tools.query.contract import MAX_SECONDS, Cell, Scalar
from tools.query.deadline import OutOfTime, Watch

Dialect = Literal["duckdb", "postgres"]
Extent = tuple[datetime, datetime]

MANY_VALUES = 200_000
MANY_NAMES = 10_000
_SERVER_STOPPED = "57014"  # what PostgreSQL calls a statement that ran into its limit
_WATCH = Watch()


class Source:
    """An engine over one snapshot, with what compilation needs to know of the data."""

    def __init__(self, engine: Engine, snapshot: str = "") -> None:
        self.engine, self.snapshot = engine, snapshot
        self.dialect: Dialect = "postgres" if engine.dialect.name.startswith("postgres") else "duckdb"
        self.guards: dict[tuple[object, ...], float] = {}
        self._rows: dict[str, bool] = {}
        self._filled: dict[str, bool] = {}
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

    def fetch(self, sql: str, parameters: Mapping[str, object] | None = None, seconds: float = MAX_SECONDS) -> Sequence[tuple[Cell, ...]]:
        """Rows of a statement, or `OutOfTime`."""
        bound = dict(parameters or {})
        with self.engine.connect() as connection:
            run = _on_server if self.dialect == "postgres" else _in_process
            return run(connection, sql, bound, seconds)

    def has_rows(self, table: str) -> bool:
        """Whether the table holds anything."""
        if table not in self._rows:
            self._rows[table] = bool(self.fetch(f"SELECT 1 FROM {table} LIMIT 1"))
        return self._rows[table]

    def has_values(self, reference: str) -> bool:
        """Whether a column holds anything but empty cells."""
        if reference not in self._filled:
            table, column = reference.split(".")
            self._filled[reference] = bool(self.fetch(f"SELECT 1 FROM {table} WHERE NOT {column} IS NULL LIMIT 1"))
        return self._filled[reference]

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


def _in_process(connection: Connection, sql: str, parameters: dict[str, object], seconds: float) -> list[tuple[Cell, ...]]:
    """DuckDB knows no limit of its own: another thread interrupts it."""
    with _WATCH.limit(seconds, connection.connection.interrupt) as running:
        try:
            return _rows(connection, sql, parameters)
        except DBAPIError as error:
            if running.stopped:
                raise OutOfTime(seconds) from error
            raise


def _on_server(connection: Connection, sql: str, parameters: dict[str, object], seconds: float) -> list[tuple[Cell, ...]]:
    """The limit holds for this transaction only; the next one on the connection sets its own."""
    connection.exec_driver_sql(f"SET LOCAL statement_timeout = {max(1, round(seconds * 1000))}")
    try:
        return _rows(connection, sql, parameters)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == _SERVER_STOPPED:
            raise OutOfTime(seconds) from error
        raise


def _rows(connection: Connection, sql: str, parameters: dict[str, object]) -> list[tuple[Cell, ...]]:
    return [tuple(row) for row in connection.exec_driver_sql(sql, parameters).fetchall()]


def _instant(value: date) -> datetime:
    return value if isinstance(value, datetime) else datetime.combine(value, time.min)
