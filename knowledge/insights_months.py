"""What happened in each full month, as it stood when the month closed: later cancellations and receipts change nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from ingestion.schema import quote

Row = tuple[object, ...]
Type = date


class Reader(Protocol):
    """The part of a database connection that reading needs."""

    def execute(self, query: str, parameters: object = ..., /) -> Reader:
        """Run a statement."""

    def fetchall(self) -> Sequence[Row]:
        """The rows of the last one."""


@dataclass(frozen=True)
class Part:
    """A category, product or supplier with its share of a month; `count` says how many rows the value stands on."""

    name: str
    value: float
    count: int = 0


@dataclass(frozen=True)
class Month:
    """One full calendar month of the business; rates are fractions of 1, None where nothing was there to measure."""

    first: date
    revenue: float
    orders: int
    units: float
    margin: float
    customers: int
    categories: tuple[Part, ...]
    products: tuple[Part, ...]
    refunds: float = 0.0
    on_time: float | None = None
    deliveries: int = 0
    rating: float | None = None
    reviews: int = 0
    suppliers: tuple[Part, ...] = ()

    @property
    def last(self) -> date:
        return next_month(self.first) - timedelta(days=1)

    @property
    def margin_rate(self) -> float:
        return self.margin / self.revenue if self.revenue else 0.0

    @property
    def worst_supplier(self) -> Part | None:
        """The least punctual one among those with enough lines to say so."""
        judged = [supplier for supplier in self.suppliers if supplier.count >= _ENOUGH_LINES]
        return min(judged, key=lambda supplier: (supplier.value, supplier.name), default=None)


_ENOUGH_LINES = 5


def next_month(first: date) -> date:
    """The first day of the month after."""
    return (first.replace(day=1) + timedelta(days=32)).replace(day=1)


def local(column: str, zone: str) -> str:
    """A timestamp column as the clock of the business shows it."""
    return f"(({column} AT TIME ZONE 'UTC') AT TIME ZONE {quote(zone)})"


def read_months(reader: Reader, zone: str, as_of: date) -> tuple[Month, ...]:
    """Every full month with sales up to `as_of`, oldest first."""
    totals = {_day(row[0]): row[1:] for row in _ask(reader, _TOTALS, zone)}
    categories, products = _parts(reader, _CATEGORIES, zone), _parts(reader, _PRODUCTS, zone)
    suppliers = _parts(reader, _SUPPLIERS, zone)
    refunds = {_day(row[0]): _number(row[1]) for row in _ask(reader, _REFUNDS, zone)}
    deliveries = {_day(row[0]): (_number(row[1]), _count(row[2])) for row in _ask(reader, _DELIVERIES, zone)}
    reviews = {_day(row[0]): (_number(row[1]), _count(row[2])) for row in _ask(reader, _REVIEWS, zone)}
    return tuple(
        Month(
            first=first,
            revenue=_number(row[0]),
            orders=_count(row[1]),
            units=_number(row[2]),
            margin=_number(row[3]),
            customers=_count(row[4]),
            categories=tuple(categories[first]),
            products=tuple(products[first][:5]),
            refunds=refunds.get(first, 0.0),
            on_time=deliveries[first][0] if first in deliveries else None,
            deliveries=deliveries[first][1] if first in deliveries else 0,
            rating=reviews[first][0] if first in reviews else None,
            reviews=reviews[first][1] if first in reviews else 0,
            suppliers=tuple(suppliers[first]),
        )
        for first, row in sorted(totals.items())
        if next_month(first) - timedelta(days=1) <= as_of
    )


# Sales of a month: orders placed in it that were not cancelled before it ended.
_SOLD = """
SELECT date_trunc('month', {ordered}) AS month, o.order_id, o.customer_id, l.product_id, l.quantity, l.net_amount,
  l.quantity * l.unit_cost AS cost
FROM orders AS o JOIN order_lines AS l USING (order_id)
WHERE o.status <> 'cancelled' OR {cancelled} >= date_trunc('month', {ordered}) + INTERVAL 1 MONTH
"""
_TOTALS = """
SELECT month, sum(net_amount), count(DISTINCT order_id), sum(quantity), sum(net_amount) - sum(cost), count(DISTINCT customer_id)
FROM ({sold}) GROUP BY month
"""
_CATEGORIES = """
SELECT month, p.category, sum(net_amount), count(DISTINCT order_id) FROM ({sold}) JOIN products AS p USING (product_id)
GROUP BY ALL ORDER BY month, 3 DESC, 2
"""
_PRODUCTS = """
SELECT month, p.name, sum(net_amount), count(DISTINCT order_id) FROM ({sold}) JOIN products AS p USING (product_id)
GROUP BY month, p.product_id, p.name ORDER BY month, 3 DESC, 2
"""
_REFUNDS = "SELECT date_trunc('month', {returned}), sum(refund_amount) FROM returns GROUP BY 1"
_DELIVERIES = """
SELECT date_trunc('month', {delivered}), avg(CASE WHEN CAST({delivered} AS DATE) <= promised_on THEN 1.0 ELSE 0.0 END), count(*)
FROM shipments WHERE delivered_at IS NOT NULL GROUP BY 1
"""
_REVIEWS = "SELECT date_trunc('month', {reviewed}), avg(rating), count(*) FROM reviews GROUP BY 1"
_SUPPLIERS = """
SELECT date_trunc('month', {received}), s.name, avg(CASE WHEN CAST({received} AS DATE) <= o.expected_on THEN 1.0 ELSE 0.0 END), count(*)
FROM purchase_order_lines AS l JOIN purchase_orders AS o USING (po_id) JOIN suppliers AS s USING (supplier_id)
WHERE l.received_at IS NOT NULL GROUP BY ALL ORDER BY 1, 3, 2
"""


def _ask(reader: Reader, sql: str, zone: str) -> Sequence[Row]:
    columns = {
        "ordered": "o.ordered_at",
        "cancelled": "o.cancelled_at",
        "returned": "returned_at",
        "delivered": "delivered_at",
        "reviewed": "reviewed_at",
        "received": "l.received_at",
    }
    clocks = {name: local(column, zone) for name, column in columns.items()}
    return reader.execute(sql.format(sold=_SOLD.format(**clocks), **clocks)).fetchall()


def _parts(reader: Reader, sql: str, zone: str) -> dict[date, list[Part]]:
    found: dict[date, list[Part]] = defaultdict(list)
    for row in _ask(reader, sql, zone):
        found[_day(row[0])].append(Part(str(row[1]), _number(row[2]), _count(row[3])))
    return found


def _day(value: object) -> date:
    return date.fromisoformat(str(value)[:10])


def _number(value: object) -> float:
    return float(str(value)) if value is not None else 0.0


def _count(value: object) -> int:
    return int(str(value or 0))
