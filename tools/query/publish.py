"""Copy a snapshot into PostgreSQL: built aside in a schema of its own, then swapped in with one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import psycopg
from psycopg import sql

from ingestion.progress import Progress, silent
from ingestion.schema import SQL_TYPES, TABLES, Kind, Table
from ingestion.warehouse import open_readonly
from tools.query.run import SERVER_SCHEMA

_ASIDE, _OLD = "oiis_building", "oiis_old"
_BATCH = 20_000
# Columns joins and filters go through; a server has no zone maps, so it gets indexes instead.
_INDEXED: dict[str, tuple[str, ...]] = {
    "orders": ("order_id", "customer_id", "ordered_at"),
    "order_lines": ("order_id", "product_id"),
    "products": ("product_id",),
    "customers": ("customer_id",),
    "returns": ("order_id",),
    "shipments": ("order_id",),
    "stock_levels": ("as_of", "product_id"),
    "purchase_order_lines": ("po_id",),
}


def publish(database: Path, url: str, progress: Progress = silent, told: str = "") -> None:
    """Make `url` serve the snapshot in `database`, and say `told` of itself; readers see the old one until the new one is whole."""
    with open_readonly(database) as source, psycopg.connect(url.replace("+psycopg://", "://", 1)) as server:
        _run(server, "DROP SCHEMA IF EXISTS {} CASCADE", _ASIDE)
        _run(server, "CREATE SCHEMA {}", _ASIDE)
        for done, table in enumerate(TABLES):
            progress(f"publishing {table.name}", done / len(TABLES))
            _copy(source, server, table)
        server.execute(sql.SQL("COMMENT ON SCHEMA {} IS {}").format(sql.Identifier(_ASIDE), sql.Literal(told)))
        _swap(server)
    progress("published", 1.0)


def _copy(source: duckdb.DuckDBPyConnection, server: psycopg.Connection[tuple[object, ...]], table: Table) -> None:
    target = sql.Identifier(_ASIDE, table.name)
    columns = [sql.SQL("{} {}").format(sql.Identifier(column.name), sql.SQL(_postgres_type(column.kind))) for column in table.columns]
    server.execute(sql.SQL("CREATE TABLE {} ({})").format(target, sql.SQL(", ").join(columns)))
    names = sql.SQL(", ").join(map(sql.Identifier, table.column_names))
    with server.cursor().copy(sql.SQL("COPY {} ({}) FROM STDIN").format(target, names)) as copy:
        for row in _rows(source, table):
            copy.write_row(row)
    for column in _INDEXED.get(table.name, ()):
        server.execute(sql.SQL("CREATE INDEX ON {} ({})").format(target, sql.Identifier(column)))
    server.execute(sql.SQL("ANALYZE {}").format(target))


def _rows(source: duckdb.DuckDBPyConnection, table: Table) -> Iterator[tuple[object, ...]]:
    result = source.execute(f"SELECT {', '.join(table.column_names)} FROM {table.name}")
    while batch := result.fetchmany(_BATCH):
        yield from batch


def _swap(server: psycopg.Connection[tuple[object, ...]]) -> None:
    """The old schema goes and the new one comes within the transaction that built it."""
    _run(server, "DROP SCHEMA IF EXISTS {} CASCADE", _OLD)
    if server.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (SERVER_SCHEMA,)).fetchone():
        server.execute(sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(sql.Identifier(SERVER_SCHEMA), sql.Identifier(_OLD)))
    server.execute(sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(sql.Identifier(_ASIDE), sql.Identifier(SERVER_SCHEMA)))
    _run(server, "DROP SCHEMA IF EXISTS {} CASCADE", _OLD)


def _run(server: psycopg.Connection[tuple[object, ...]], text: str, schema: str) -> None:
    server.execute(sql.SQL(text).format(sql.Identifier(schema)))


def _postgres_type(kind: Kind) -> str:
    return SQL_TYPES[kind].replace("DOUBLE", "DOUBLE PRECISION")
