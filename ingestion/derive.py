"""Sales lines to the contract's tables: orders, lines, products, customers and locations out of one wide row."""

from __future__ import annotations

import duckdb

from ingestion.amounts import complete_amounts
from ingestion.credits import CREDIT, mark_credits, settle_credits
from ingestion.merging import Change, merge, number_lines, reject_repeats, reject_same_rows
from ingestion.sales_lines import CUSTOMER_FIELDS, ORDER_FIELDS, PRODUCT_FIELDS
from ingestion.schema import Table, quote, table
from ingestion.staging import Stage, contract_columns, numbered_digest

# What makes a sale without a number the same sale, whatever other columns a file has.
_SALE_CORE = ("ordered_at", "product_id", "quantity", "unit_price", "net_amount", "location_id")
# Numbers that stand on several days or in several places are receipts that start again, once they are more than strays.
_RESTARTING_SHARE, _RESTARTING_ORDERS = 0.02, 2
_REPEATS_WORTH_A_NOTE = 0.02


def derive_sales(connection: duckdb.DuckDBPyConnection, stage: Stage, timezone: str) -> list[Change]:
    """Everything a stage of sales lines says, merged into the contract's tables."""
    name, given = stage.name, stage.given
    if "order_id" in given:
        _tell_receipts_apart(connection, stage, timezone)
    _name_orders(connection, stage)
    # Without a number on it, an equal row is an equal sale; with one, it is the same line exported twice.
    if "order_id" in given and "line_no" not in given:
        _note_repeats(stage, reject_same_rows(connection, name))
    mark_credits(connection, name)
    if "status" in given:
        _reject_cancelled_lines(connection, name)
    changes = _dimensions(connection, stage)
    _note(stage, complete_amounts(connection, name), "line totals do not follow from price and discount: the totals were believed")
    if "line_no" in given:
        reject_repeats(connection, name, ("order_id", "line_no"), ("product_id", "quantity", "unit_price", "ordered_at"))
    changes.append(merge(connection, table("orders"), _orders(stage), given))
    if "line_no" not in given:
        number_lines(connection, name, "order_lines")
    changes.append(merge(connection, table("order_lines"), _lines(stage), given | {"unit_price", "net_amount", "discount_rate"}))
    return changes + settle_credits(connection, name, numbered="order_id" in given)


def _note(stage: Stage, rows: int, text: str) -> None:
    if rows:
        for source in stage.sources:
            source.notes.append(f"{rows:,} {text}")


def _note_repeats(stage: Stage, repeats: int) -> None:
    read = sum(source.raw.rows for source in stage.sources)
    if repeats > _REPEATS_WORTH_A_NOTE * read:
        _note(
            stage,
            repeats,
            "rows repeat another row of their order in every cell and were dropped (separate lines need a line number)",
        )


def _name_orders(connection: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    """Rows without an order number: what one customer bought at one moment and place is one order; unnamed rows stand alone."""
    connection.execute(
        f"UPDATE {stage.name} SET order_id = concat_ws('-', customer_id, strftime(ordered_at, '%Y%m%d%H%M'), location_id)"
        " WHERE order_id IS NULL AND customer_id IS NOT NULL"
    )
    connection.execute(
        f"UPDATE {stage.name} AS s SET order_id = named.id FROM ({numbered_digest(stage, _SALE_CORE)}) AS named"
        " WHERE s.order_id IS NULL AND s._source = named._source AND s._row = named._row"
    )


def _tell_receipts_apart(connection: duckdb.DuckDBPyConnection, stage: Stage, timezone: str) -> None:
    """Receipt numbers that start again each day or in each shop get the day and the shop added, except where they stood first."""
    day = f"CAST((ordered_at AT TIME ZONE 'UTC') AT TIME ZONE {quote(timezone)} AS DATE)"
    seen = f"SELECT order_id, {day} AS day, coalesce(location_id, '') AS place"
    known = f"{seen}, 0 AS turn FROM orders WHERE order_id IN (SELECT order_id FROM {stage.name})"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE stood AS SELECT order_id, day, place, min(turn) AS turn FROM"
        f" ({known} UNION ALL {seen}, 1 AS turn FROM {stage.name} WHERE _reason IS NULL) GROUP BY ALL"
    )
    row = connection.execute(
        "SELECT count(*), count(*) FILTER (days > 1 OR places > 1) FROM"
        " (SELECT count(DISTINCT day) AS days, count(DISTINCT place) FILTER (place <> '') AS places FROM stood GROUP BY order_id)"
    ).fetchone() or (0, 0)
    orders, restarting = row
    if restarting < _RESTARTING_ORDERS or restarting <= _RESTARTING_SHARE * orders:
        return
    connection.execute(
        f"UPDATE {stage.name} SET order_id = concat_ws('-', s.order_id, strftime(s.day, '%Y%m%d'), nullif(s.place, ''))"
        f" FROM (SELECT * FROM stood QUALIFY row_number() OVER (PARTITION BY order_id ORDER BY turn, day, place) > 1) AS s"
        f" WHERE {stage.name}.order_id = s.order_id AND {day} = s.day AND coalesce({stage.name}.location_id, '') = s.place"
    )
    _note(stage, restarting, f"of {orders:,} order numbers stand on several days or in several places: taken as receipts that start again")


def _reject_cancelled_lines(connection: duckdb.DuckDBPyConnection, stage: str) -> None:
    living = f"SELECT order_id FROM {stage} WHERE _reason IS NULL AND status <> 'cancelled'"
    connection.execute(
        f"UPDATE {stage} SET _reason = 'cancelled_line:status' WHERE _reason IS NULL AND status = 'cancelled' AND order_id IN ({living})"
    )


def _dimensions(connection: duckdb.DuckDBPyConnection, stage: Stage) -> list[Change]:
    """Products, customers and locations that are not known yet; what a master file said of them is kept."""
    changes = []
    plans = (
        ("products", "product_id", {"name": "product_name"} | {name: name for name in PRODUCT_FIELDS}),
        ("customers", "customer_id", {"name": "customer_name"} | {name: name for name in CUSTOMER_FIELDS}),
        ("locations", "location_id", {"name": "location_id"}),
    )
    for target, key, fields in plans:
        if key in stage.given:
            spoken = {field: source for field, source in fields.items() if source in stage.given}
            rows = _entities(connection, stage.name, table(target), key, spoken)
            changes.append(merge(connection, table(target), rows, frozenset(spoken), fill=True))
    return changes


def _entities(connection: duckdb.DuckDBPyConnection, stage: str, target: Table, key: str, spoken: dict[str, str]) -> str:
    """One row an entity; of several spellings of an attribute the most frequent, then the first in the alphabet."""
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE entity AS SELECT DISTINCT {key} FROM {stage} WHERE {key} IS NOT NULL AND {_accepted('_reason')}"
    )
    joins, cells = [], {key: f"entity.{key}"}
    for place, (field, source) in enumerate(spoken.items()):
        ranked = (
            f"SELECT {key}, {source} AS value FROM (SELECT {key}, {source}, count(*) AS times FROM {stage}"
            f" WHERE {source} IS NOT NULL AND {key} IS NOT NULL AND {_accepted('_reason')} GROUP BY ALL)"
            f" QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY times DESC, {source}) = 1"
        )
        joins.append(f"LEFT JOIN ({ranked}) a{place} ON a{place}.{key} = entity.{key}")
        cells[field] = f"a{place}.value"
    if target["name"].required:
        cells["name"] = f"coalesce({cells.get('name', 'NULL')}, entity.{key})"
    columns = ", ".join(f"CAST({cells.get(column.name, 'NULL')} AS {column.sql_type}) AS {column.name}" for column in target.columns)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE derived AS SELECT {columns} FROM entity {' '.join(joins)}")
    return "derived"


def _accepted(reason: str) -> str:
    return f"({reason} IS NULL OR {reason} = '{CREDIT}')"


def _orders(stage: Stage) -> str:
    """One row an order, told by its first accepted line; relation text."""
    told = ("customer_id", *ORDER_FIELDS)
    firsts = ", ".join(f"arg_min({name}, _source * 1000000000000 + _row) FILTER ({name} IS NOT NULL) AS {name}" for name in told)
    empty = [name for name in table("orders").column_names if name not in (*told, "order_id", "ordered_at")]
    nulls = ", ".join(f"NULL AS {name}" for name in empty)
    return f"(SELECT order_id, min(ordered_at) AS ordered_at, {firsts}, {nulls} FROM {stage.name} WHERE _reason IS NULL GROUP BY order_id)"


def _lines(stage: Stage) -> str:
    target = table("order_lines")
    columns = contract_columns(target, (name for name in target.column_names if name != "promotion_id"))
    return f"(SELECT {columns}, CAST(NULL AS VARCHAR) AS promotion_id FROM {stage.name} WHERE _reason IS NULL)"
