"""Checked rows into the new snapshot: one row a key, no orphans, later corrections win, late rows are welcome."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from ingestion.schema import Table

_NUMBERED = {"order_lines": "order_id", "purchase_order_lines": "po_id"}


@dataclass(frozen=True)
class Change:
    """What a merge did to one table."""

    table: str
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0

    def __add__(self, other: Change) -> Change:
        return Change(self.table, self.inserted + other.inserted, self.updated + other.updated, self.unchanged + other.unchanged)


def reject_repeats(connection: duckdb.DuckDBPyConnection, stage: str, key: tuple[str, ...], compared: tuple[str, ...]) -> None:
    """Of the accepted rows that share `key`, keep the last; an equal one is a duplicate, a different one is superseded."""
    keys = ", ".join(key)
    repeated = f"SELECT {keys} FROM {stage} WHERE _reason IS NULL GROUP BY {keys} HAVING count(*) > 1"
    same = " AND ".join(f"{name} IS NOT DISTINCT FROM last_value({name}) OVER w" for name in compared) or "true"
    connection.execute(
        f"UPDATE {stage} AS s SET _reason = CASE WHEN earlier.same THEN 'duplicate_row:{key[0]}' ELSE 'superseded:{key[0]}' END FROM ("
        f"  SELECT _source, _row, {same} AS same, row_number() OVER (PARTITION BY {keys} ORDER BY _source DESC, _row DESC) AS place"
        f"  FROM {stage} SEMI JOIN ({repeated}) USING ({keys}) WHERE _reason IS NULL"
        f"  WINDOW w AS (PARTITION BY {keys} ORDER BY _source, _row ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)) AS earlier"
        f" WHERE earlier.place > 1 AND s._source = earlier._source AND s._row = earlier._row"
    )


def reject_same_rows(connection: duckdb.DuckDBPyConnection, stage: str) -> int:
    """Whole rows that repeat within one source, for rows that have no key to tell them apart; returns how many."""
    repeated = f"SELECT _source, _content FROM {stage} WHERE _reason IS NULL GROUP BY ALL HAVING count(*) > 1"
    connection.execute(
        f"UPDATE {stage} AS s SET _reason = 'duplicate_row:*' FROM ("
        f"  SELECT _source, _row, row_number() OVER (PARTITION BY _source, _content ORDER BY _row) AS place"
        f"  FROM {stage} SEMI JOIN ({repeated}) USING (_source, _content) WHERE _reason IS NULL) AS again"
        f" WHERE again.place > 1 AND s._source = again._source AND s._row = again._row"
    )
    row = connection.execute(f"SELECT count(*) FROM {stage} WHERE _reason = 'duplicate_row:*'").fetchone()
    return int(row[0]) if row else 0


def reject_orphans(
    connection: duckdb.DuckDBPyConnection, stage: str, target: Table, given: frozenset[str], parents: dict[str, str]
) -> None:
    """Rows whose reference finds no parent; `parents` maps a table to its key column."""
    for column in target.columns:
        if column.references and column.name in given:
            parent, key = column.references, parents[column.references]
            connection.execute(
                f"UPDATE {stage} SET _reason = 'orphan:{column.name}' WHERE _reason IS NULL AND {column.name} IS NOT NULL"
                f" AND {column.name} NOT IN (SELECT {key} FROM {parent})"
            )


def number_lines(connection: duckdb.DuckDBPyConnection, stage: str, target: str) -> None:
    """Give accepted lines without a number one: the line already stored for the same product keeps its own, others follow on."""
    parent = _NUMBERED[target]
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE nth_line AS SELECT _source, _row, {parent}, product_id,"
        f" row_number() OVER (PARTITION BY _source, {parent}, product_id ORDER BY _row) AS nth FROM {stage} WHERE _reason IS NULL"
    )
    _reject_repeated_lines(connection, stage, parent)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE stored_line AS SELECT {parent}, product_id, line_no,"
        f" row_number() OVER (PARTITION BY {parent}, product_id ORDER BY line_no) AS nth"
        f" FROM {target} SEMI JOIN nth_line USING ({parent})"
    )
    connection.execute(
        f"UPDATE {stage} AS s SET line_no = numbered.line_no FROM ("
        f"  SELECT n._source, n._row, coalesce(o.line_no, coalesce(top.line_no, 0) + row_number() OVER ("
        f"    PARTITION BY n.{parent}, o.line_no IS NULL ORDER BY n._source, n._row)) AS line_no"
        f"  FROM nth_line n LEFT JOIN stored_line o ON o.{parent} = n.{parent} AND o.product_id = n.product_id AND o.nth = n.nth"
        f"  LEFT JOIN (SELECT {parent}, max(line_no) AS line_no FROM stored_line GROUP BY ALL) top ON top.{parent} = n.{parent}"
        f" ) AS numbered"
        f" WHERE s._source = numbered._source AND s._row = numbered._row"
    )


def _reject_repeated_lines(connection: duckdb.DuckDBPyConnection, stage: str, parent: str) -> None:
    """The n-th line of a product in an order, told by two files of one batch: the later file wins."""
    repeated = f"SELECT {parent}, product_id, nth FROM nth_line GROUP BY ALL HAVING count(*) > 1"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE earlier_line AS SELECT _source, _row FROM ("
        f"  SELECT _source, _row, row_number() OVER (PARTITION BY {parent}, product_id, nth ORDER BY _source DESC) AS place"
        f"  FROM nth_line SEMI JOIN ({repeated}) USING ({parent}, product_id, nth)) WHERE place > 1"
    )
    connection.execute(f"UPDATE {stage} SET _reason = 'superseded:product_id' WHERE (_source, _row) IN (FROM earlier_line)")
    connection.execute("DELETE FROM nth_line WHERE (_source, _row) IN (FROM earlier_line)")


def merge(connection: duckdb.DuckDBPyConnection, target: Table, rows: str, given: frozenset[str], fill: bool = False) -> Change:
    """Bring `rows` (a relation with every column of `target`, one row a key) into the table.

    Fields not in `given`, and cells that are empty, keep their stored value; with `fill`, stored values win and only gaps are closed.
    """
    keys = ", ".join(target.key)
    columns = ", ".join(target.column_names)
    if _count(connection, target.name) == 0:
        connection.execute(f"INSERT INTO {target.name} SELECT {columns} FROM {rows}")
        return Change(target.name, inserted=_count(connection, target.name))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE changed AS {_changed(target, rows, given, fill)}")
    total = _count(connection, rows)
    fresh = f"SELECT {columns} FROM {rows} ANTI JOIN {target.name} USING ({keys})"
    before = _count(connection, target.name)
    connection.execute(f"INSERT INTO {target.name} {fresh}")
    inserted, updated = _count(connection, target.name) - before, _count(connection, "changed")
    if updated:
        connection.execute(f"DELETE FROM {target.name} WHERE ({keys}) IN (SELECT ({keys}) FROM changed)" if len(target.key) > 1 else
                           f"DELETE FROM {target.name} WHERE {keys} IN (SELECT {keys} FROM changed)")  # fmt: skip
        connection.execute(f"INSERT INTO {target.name} SELECT {columns} FROM changed")
    return Change(target.name, inserted, updated, total - inserted - updated)


def _changed(target: Table, rows: str, given: frozenset[str], fill: bool) -> str:
    """The rows that would differ from what is stored, as they shall be."""
    keys = set(target.key)
    spoken = [name for name in target.column_names if name in given and name not in keys]
    merged = {name: f"coalesce(o.{name}, n.{name})" if fill else f"coalesce(n.{name}, o.{name})" for name in spoken}
    cells = ", ".join(f"{merged.get(name, f'o.{name}')} AS {name}" for name in target.column_names)
    differs = " OR ".join(f"{merged[name]} IS DISTINCT FROM o.{name}" for name in spoken) or "false"
    on = " AND ".join(f"n.{name} = o.{name}" for name in target.key)
    return f"SELECT {cells} FROM (FROM {rows}) n JOIN {target.name} o ON {on} WHERE {differs}"


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {relation}").fetchone()
    return int(row[0]) if row else 0
