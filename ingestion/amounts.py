"""Price, discount, net amount and cost of staged lines, each from the others where the file leaves it out."""

from __future__ import annotations

import duckdb

from ingestion.checks import LARGEST

# In floating point: exact to the cent far beyond the largest amount a line may have, where decimals would overflow.
_GROSS = "(CAST(quantity AS DOUBLE) * unit_price)"
# Prices are rounded to the cent, per unit, and so are totals.
_NEAR = "(0.02 + abs(net_amount) / 1000 + quantity * 0.005)"


def complete_amounts(connection: duckdb.DuckDBPyConnection, stage: str) -> int:
    """Fill the gaps; no price at all costs the row. Returns how many totals were believed against their discount."""
    has_amount = "discount_amount" in {row[0] for row in connection.execute(f"DESCRIBE {stage}").fetchall()}
    _complete_prices(connection, stage)
    disagree = (
        f"_reason IS NULL AND discount_rate IS NOT NULL AND net_amount BETWEEN 0 AND {_GROSS} + {_NEAR}"
        f" AND abs(net_amount - {_GROSS} * (1 - discount_rate)) > {_NEAR}"
    )
    row = connection.execute(f"SELECT count(*) FROM {stage} WHERE {disagree}").fetchone()
    off = f"abs(discount_amount) / nullif({_GROSS}, 0)" if has_amount else "NULL"
    # The total of a line is what was paid: it is believed against a discount that does not lead to it. A total above
    # quantity x price (tax, rounding) is not.
    connection.execute(f"UPDATE {stage} SET discount_rate = NULL WHERE {disagree}")
    connection.execute(
        f"UPDATE {stage} SET discount_rate = least(1, greatest(0, coalesce({off},"
        f" CASE WHEN net_amount >= 0 THEN 1 - net_amount / nullif({_GROSS}, 0) END, 0))) WHERE discount_rate IS NULL AND _reason IS NULL"
    )
    net = f"round({_GROSS} * (1 - discount_rate), 2)"
    connection.execute(
        f"UPDATE {stage} SET net_amount = {net} WHERE _reason IS NULL AND (net_amount IS NULL OR abs(net_amount - {net}) > {_NEAR})"
    )
    connection.execute(
        f"UPDATE {stage} SET unit_cost = p.unit_cost FROM products p"
        f" WHERE {stage}.unit_cost IS NULL AND p.product_id = {stage}.product_id AND p.unit_cost IS NOT NULL"
    )
    return int(row[0]) if row else 0


def _complete_prices(connection: duckdb.DuckDBPyConnection, stage: str) -> None:
    for sql in (
        f"UPDATE {stage} SET unit_price = CAST(net_amount AS DOUBLE) / quantity / (1 - coalesce(discount_rate, 0))"
        " WHERE unit_price IS NULL AND net_amount IS NOT NULL AND quantity <> 0 AND coalesce(discount_rate, 0) < 1",
        f"UPDATE {stage} SET unit_price = p.list_price FROM products p"
        f" WHERE {stage}.unit_price IS NULL AND p.product_id = {stage}.product_id",
        f"UPDATE {stage} SET _reason = 'missing_value:unit_price' WHERE _reason IS NULL AND unit_price IS NULL",
        f"UPDATE {stage} SET _reason = 'out_of_range:net_amount' WHERE _reason IS NULL AND abs({_GROSS}) > {LARGEST['money']:.0f}",
    ):
        connection.execute(sql)
