"""Sales lines to the contract's tables: orders, lines, products, customers and locations out of one wide row, credits matched to sales."""

from __future__ import annotations

import duckdb

from ingestion.checks import LARGEST
from ingestion.merging import Change, merge, number_lines, reject_repeats, reject_same_rows
from ingestion.sales_lines import CUSTOMER_FIELDS, ORDER_FIELDS, PRODUCT_FIELDS
from ingestion.schema import Table, table
from ingestion.staging import Stage

_CREDIT = "credit"  # a verdict for the time between staging and matching; never leaves this module


def derive_sales(connection: duckdb.DuckDBPyConnection, stage: Stage) -> list[Change]:
    """Everything a stage of sales lines says, merged into the contract's tables."""
    name, given = stage.name, stage.given
    _name_orders(connection, stage)
    if "line_no" not in given:
        reject_same_rows(connection, name)
    connection.execute(f"UPDATE {name} SET _reason = 'zero_quantity:quantity' WHERE _reason IS NULL AND quantity = 0")
    connection.execute(f"UPDATE {name} SET _reason = '{_CREDIT}' WHERE _reason IS NULL AND quantity < 0")
    changes = _dimensions(connection, stage)
    complete_amounts(connection, name)
    if "line_no" in given:
        reject_repeats(connection, name, ("order_id", "line_no"), ("product_id", "quantity", "unit_price", "ordered_at"))
    changes.append(merge(connection, table("orders"), _orders(stage), given))
    if "line_no" not in given:
        number_lines(connection, name, "order_lines")
    changes.append(merge(connection, table("order_lines"), _lines(stage), given | {"unit_price", "net_amount", "discount_rate"}))
    return changes + _settle_credits(connection, name, numbered="order_id" in given)


def complete_amounts(connection: duckdb.DuckDBPyConnection, stage: str) -> None:
    """Price, discount, net amount and cost, each from the others where the file leaves it out; no price at all costs the row."""
    has_amount = "discount_amount" in {row[0] for row in connection.execute(f"DESCRIBE {stage}").fetchall()}
    off = "discount_amount / nullif(gross, 0)" if has_amount else "NULL"
    # In floating point: exact to the cent far beyond the largest amount a line may have, where decimals would overflow.
    gross = "(CAST(quantity AS DOUBLE) * unit_price)"
    net = f"round({gross} * (1 - discount_rate), 2)"
    discount = f"least(1, greatest(0, coalesce({off}, 1 - net_amount / nullif(gross, 0), 0)))".replace("gross", gross)
    for sql in (
        f"UPDATE {stage} SET unit_price = CAST(net_amount AS DOUBLE) / quantity / (1 - coalesce(discount_rate, 0))"
        " WHERE unit_price IS NULL AND net_amount IS NOT NULL AND quantity <> 0 AND coalesce(discount_rate, 0) < 1",
        f"UPDATE {stage} SET unit_price = p.list_price FROM products p"
        f" WHERE {stage}.unit_price IS NULL AND p.product_id = {stage}.product_id",
        f"UPDATE {stage} SET _reason = 'missing_value:unit_price' WHERE _reason IS NULL AND unit_price IS NULL",
        f"UPDATE {stage} SET _reason = 'out_of_range:net_amount' WHERE _reason IS NULL AND abs({gross}) > {LARGEST['money']:.0f}",
        # A total below quantity x price that no column explains is a discount; above it (tax, rounding) it is not believed.
        f"UPDATE {stage} SET discount_rate = {discount} WHERE discount_rate IS NULL AND _reason IS NULL",
        f"UPDATE {stage} SET net_amount = {net} WHERE _reason IS NULL"
        f" AND (net_amount IS NULL OR abs(net_amount - {net}) > 0.02 + abs(net_amount) / 1000)",
        f"UPDATE {stage} SET unit_cost = p.unit_cost FROM products p"
        f" WHERE {stage}.unit_cost IS NULL AND p.product_id = {stage}.product_id AND p.unit_cost IS NOT NULL",
    ):
        connection.execute(sql)


def _name_orders(connection: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    """Rows without an order number: what one customer bought at one moment and place is one order; unnamed rows stand alone."""
    cells = ", ".join(f"coalesce(CAST({name} AS VARCHAR), '')" for name in sorted(stage.given))
    connection.execute(
        f"UPDATE {stage.name} SET order_id = CASE WHEN customer_id IS NULL THEN left(md5(concat_ws(chr(31), {cells})), 16)"
        " ELSE concat_ws('-', customer_id, strftime(ordered_at, '%Y%m%d%H%M'), location_id) END WHERE order_id IS NULL"
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
    columns = ", ".join(f"{cells.get(column.name, 'NULL')} AS {column.name}" for column in target.columns)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE derived AS SELECT {columns} FROM entity {' '.join(joins)}")
    return "derived"


def _accepted(reason: str) -> str:
    return f"({reason} IS NULL OR {reason} = '{_CREDIT}')"


def _orders(stage: Stage) -> str:
    """One row an order, told by its first accepted line; relation text."""
    told = ("customer_id", *ORDER_FIELDS)
    firsts = ", ".join(f"arg_min({name}, _source * 1000000000000 + _row) FILTER ({name} IS NOT NULL) AS {name}" for name in told)
    empty = [name for name in table("orders").column_names if name not in (*told, "order_id", "ordered_at")]
    nulls = ", ".join(f"NULL AS {name}" for name in empty)
    return f"(SELECT order_id, min(ordered_at) AS ordered_at, {firsts}, {nulls} FROM {stage.name} WHERE _reason IS NULL GROUP BY order_id)"


def _lines(stage: Stage) -> str:
    columns = ", ".join(name for name in table("order_lines").column_names if name != "promotion_id")
    return f"(SELECT {columns}, NULL AS promotion_id FROM {stage.name} WHERE _reason IS NULL)"


def _settle_credits(connection: duckdb.DuckDBPyConnection, stage: str, numbered: bool) -> list[Change]:
    """Credits find their sale: same customer (or order) and product, sold before; same price and enough units first, then the latest."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE credit AS SELECT * FROM {stage} WHERE _reason = '{_CREDIT}'")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE settled AS {_MATCHES}")
    connection.execute(
        f"UPDATE {stage} SET _reason = CASE WHEN (_source, _row) IN (SELECT (_source, _row) FROM settled) THEN NULL"
        f" WHEN {numbered} AND regexp_matches(order_id, '^[A-Za-z]') THEN 'credit_without_sale:order_id'"
        f" ELSE 'negative_quantity:quantity' END"
        f" WHERE _reason = '{_CREDIT}'"
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE undone AS {_UNDONE}")
    connection.execute(
        "UPDATE orders SET status = 'cancelled', cancelled_at = undone.cancelled_at FROM undone WHERE orders.order_id = undone.order_id"
    )
    return [merge(connection, table("returns"), f"({_RETURNS})", frozenset(table("returns").column_names))]


_SALES = (
    "SELECT l.order_id, l.line_no, l.product_id, l.quantity, l.unit_price, o.customer_id, o.ordered_at"
    " FROM order_lines l JOIN orders o USING (order_id) WHERE l.product_id IN (SELECT product_id FROM credit)"
)
_ORDER_OF_BELIEF = "(s.unit_price = c.unit_price) DESC, (s.quantity >= -c.quantity) DESC, s.ordered_at DESC, s.order_id, s.line_no"
# A sale line cannot give back more than it sold: credits beyond that are left without a sale.
_MATCHES = f"""
WITH sale AS ({_SALES}),
pair AS (
  SELECT c._source, c._row, s.order_id, s.line_no, row_number() OVER (PARTITION BY c._source, c._row ORDER BY {_ORDER_OF_BELIEF}) AS place
  FROM credit c JOIN sale s ON s.product_id = c.product_id AND s.customer_id = c.customer_id AND s.ordered_at <= c.ordered_at
  UNION ALL
  SELECT c._source, c._row, s.order_id, s.line_no, row_number() OVER (PARTITION BY c._source, c._row ORDER BY {_ORDER_OF_BELIEF}) AS place
  FROM credit c JOIN sale s ON s.product_id = c.product_id AND s.order_id = c.order_id AND c.customer_id IS NULL
),
chosen AS (
  SELECT c.*, p.order_id AS sale_order_id, p.line_no AS sale_line_no, s.quantity AS sold,
    sum(-c.quantity) OVER (PARTITION BY p.order_id, p.line_no ORDER BY c.ordered_at, c._source, c._row) AS given_back,
    row_number() OVER (PARTITION BY c.order_id, c.product_id ORDER BY c._source, c._row) AS nth
  FROM credit c JOIN pair p ON p._source = c._source AND p._row = c._row AND p.place = 1
  JOIN sale s ON s.order_id = p.order_id AND s.line_no = p.line_no
)
SELECT *, concat_ws('-', 'R', order_id, product_id, nth) AS return_id FROM chosen WHERE given_back <= sold
"""
# An order given back to the last unit was cancelled, not returned.
_UNDONE = """
SELECT s.sale_order_id AS order_id, max(s.ordered_at) AS cancelled_at FROM settled s GROUP BY 1
HAVING sum(-s.quantity) = (SELECT sum(l.quantity) FROM order_lines l WHERE l.order_id = s.sale_order_id)
"""
_RETURNS = """
SELECT return_id, sale_order_id AS order_id, sale_line_no AS line_no, product_id, ordered_at AS returned_at, -quantity AS quantity,
  NULL AS reason, CAST(round(-quantity * unit_price, 2) AS DECIMAL(18,2)) AS refund_amount
FROM settled WHERE sale_order_id NOT IN (SELECT order_id FROM undone)
"""
