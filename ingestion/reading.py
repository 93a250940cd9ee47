"""One foreign column being read: where its cells are, what is known beforehand, and what is counted to decide the rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import duckdb

from ingestion.schema import Column, quote

DateOrder = Literal["day_first", "month_first"]
Decimal = Literal["point", "comma"]


@dataclass(frozen=True)
class Parsed:
    """An SQL expression that gives the typed value or NULL, and what a person should know about how it was read."""

    sql: str
    note: str | None = None
    date_order: DateOrder | None = None


@dataclass(frozen=True)
class Reading:
    """A column of `relation` that is to become `column`; the relation holds the rows of every file of the same feed."""

    connection: duckdb.DuckDBPyConnection
    relation: str
    header: str
    column: Column
    timezone: str = "UTC"
    date_order: DateOrder | None = None  # as the map says
    remembered: DateOrder | None = None  # as earlier files of this feed were read
    decimal: Decimal | None = None
    decimal_comma: bool | None = None  # how other numbers of the file are written, when that is known
    others: tuple[str, ...] = ()
    words: dict[str, str] = field(default_factory=dict)

    @property
    def cell(self) -> str:
        """The cell as SQL, with the words the map replaces replaced."""
        text = identifier(self.header)
        if not self.words or self.column.choices:
            return text
        cases = "".join(f" WHEN {quote(word)} THEN {quote(value) if value else 'NULL'}" for word, value in self.words.items())
        return f"(CASE {text}{cases} ELSE {text} END)"

    def count(self, *conditions: str) -> list[int]:
        """How many rows meet each condition."""
        return count(self.connection, self.relation, *conditions)


def count(connection: duckdb.DuckDBPyConnection, relation: str, *conditions: str) -> list[int]:
    """How many rows of a relation meet each condition."""
    counted = ", ".join(f"count(*) FILTER ({condition})" for condition in conditions)
    row = connection.execute(f"SELECT {counted} FROM {relation}").fetchone() or ()
    return [int(found) for found in row]


def identifier(name: str) -> str:
    """`name` as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
