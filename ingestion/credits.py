"""Credits find their sale: lines that take units back become returns, or cancel an order that was given back to the last unit."""

from __future__ import annotations

import duckdb

from ingestion.merging import Change, merge
from ingestion.schema import table

CREDIT = "credit"  # a verdict for the time between staging and matching; never leaves a load


def mark_credits(connection: duckdb.DuckDBPyConnection, stage: str) -> None:
    """Rows that take units back; a negative total says so as clearly as a negative quantity."""
    connection.execute(f"UPDATE {stage} SET quantity = -quantity WHERE quantity > 0 AND net_amount < 0")
    connection.execute(f"UPDATE {stage} SET _reason = 'zero_quantity:quantity' WHERE _reason IS NULL AND quantity = 0")
    connection.execute(f"UPDATE {stage} SET _reason = '{CREDIT}' WHERE _reason IS NULL AND quantity < 0")


def settle_credits(connection: duckdb.DuckDBPyConnection, stage: str, numbered: bool) -> list[Change]:
    """Match by customer (or order) and product, sold before; same price and enough units first, then the latest."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE credit AS {_CREDITS.format(stage=stage)}")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE settled AS {_MATCHES}")
    connection.execute(
        f"UPDATE {stage} SET _reason = CASE WHEN (_source, _row) IN (SELECT (_source, _row) FROM settled) THEN NULL"
        f" WHEN {numbered} AND regexp_matches(order_id, '^[A-Za-z]') THEN 'credit_without_sale:order_id'"
        f" ELSE 'negative_quantity:quantity' END WHERE _reason = '{CREDIT}'"
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE undone AS {_UNDONE}")
    connection.execute(
        "UPDATE orders SET status = 'cancelled', cancelled_at = undone.cancelled_at FROM undone WHERE orders.order_id = undone.order_id"
    )
    return [merge(connection, table("returns"), f"({_RETURNS})", frozenset(table("returns").column_names))]


_CREDITS = f"""
SELECT *, concat_ws('-', 'R', order_id, product_id,
  row_number() OVER (PARTITION BY order_id, product_id ORDER BY _source, _row)) AS return_id
FROM {{stage}} WHERE _reason = '{CREDIT}'
"""
_SALES = """
SELECT l.order_id, l.line_no, l.product_id, l.unit_price, l.discount_rate, l.quantity - coalesce(b.quantity, 0) AS quantity,
  o.customer_id, o.ordered_at
FROM order_lines l JOIN orders o USING (order_id)
LEFT JOIN (
  SELECT order_id, line_no, sum(quantity) AS quantity FROM returns WHERE return_id NOT IN (SELECT return_id FROM credit) GROUP BY ALL
) b ON b.order_id = l.order_id AND b.line_no = l.line_no
WHERE l.product_id IN (SELECT product_id FROM credit)
"""
_BELIEF = """
row_number() OVER (PARTITION BY c._source, c._row ORDER BY
  (abs(s.unit_price - c.unit_price) < 0.01) DESC, (s.quantity >= -c.quantity) DESC, s.ordered_at DESC, s.order_id, s.line_no) AS place
"""
# A sale line cannot give back more than it sold, counting what earlier loads took back: credits beyond that have no sale.
_MATCHES = f"""
WITH sale AS ({_SALES}),
pair AS (
  SELECT c._source, c._row, s.order_id, s.line_no, {_BELIEF}
  FROM credit c JOIN sale s ON s.product_id = c.product_id AND s.customer_id = c.customer_id AND s.ordered_at <= c.ordered_at
  UNION ALL
  SELECT c._source, c._row, s.order_id, s.line_no, {_BELIEF}
  FROM credit c JOIN sale s ON s.product_id = c.product_id AND s.order_id = c.order_id AND c.customer_id IS NULL
),
chosen AS (
  SELECT c.*, p.order_id AS sale_order_id, p.line_no AS sale_line_no, s.quantity AS sold, s.discount_rate AS sale_discount_rate,
    sum(-c.quantity) OVER (PARTITION BY p.order_id, p.line_no ORDER BY c.ordered_at, c._source, c._row) AS given_back
  FROM credit c JOIN pair p ON p._source = c._source AND p._row = c._row AND p.place = 1
  JOIN sale s ON s.order_id = p.order_id AND s.line_no = p.line_no
)
SELECT * FROM chosen WHERE given_back <= sold
"""
# An order given back to the last unit was cancelled, not returned.
_UNDONE = """
SELECT s.sale_order_id AS order_id, max(s.ordered_at) AS cancelled_at FROM settled s GROUP BY 1
HAVING sum(-s.quantity) = (SELECT sum(l.quantity) FROM order_lines l WHERE l.order_id = s.sale_order_id)
"""
_RETURNS = """
SELECT return_id, sale_order_id AS order_id, sale_line_no AS line_no, product_id, ordered_at AS returned_at, -quantity AS quantity,
  NULL AS reason, CAST(round(coalesce(abs(CAST(net_amount AS DOUBLE)), -CAST(quantity AS DOUBLE) * unit_price
    * (1 - coalesce(discount_rate, sale_discount_rate, 0))), 2) AS DECIMAL(18,2)) AS refund_amount
FROM settled WHERE sale_order_id NOT IN (SELECT order_id FROM undone)
"""
