"""Who could deliver a product: cost, how long and how surely, what is rejected, and the safety stock each would ask for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ml.inventory.lead_times import LeadTimes
from ml.inventory.levels import DAYS_A_YEAR, economic_quantity, level_for
from ml.inventory.orders import keeping_ratio
from tools.contract import ToolContext
from tools.errors import CannotDo
from tools.facts import FactValue, Findings
from tools.inventory.books import Books
from tools.inventory.desk import Desk, lead_times, open_desk, terms_of
from tools.inventory.opening import numbers
from tools.inventory.reading import Read, Reader, Row
from tools.inventory.sheet import Col, Sheet, exact, money, share
from tools.inventory.terms import SupplierQuery
from tools.query.contract import Filter

WHAT = "supplier options"
STATS_DAYS = 730
RULE = (
    "Suppliers that delivered the product in the last two years, the one on file, and those that deliver other products of its "
    "category. Yearly cost is expected demand of a year at the last unit cost, what is rejected paid for again, plus keeping the safety "
    "stock this supplier's lead times ask for; with an order cost, what ordering and keeping economic quantities cost as well."
)
COLUMNS = (
    Col("supplier_id"),
    Col("supplier"),
    Col("relation"),
    Col("unit_cost", "money", "receipts"),
    Col("lead_time_days", "days", "receipts"),
    Col("slow_lead_time_days", "days", "receipts"),
    Col("on_time_rate", "%", "receipts"),
    Col("fill_rate", "%", "receipts"),
    Col("reject_rate", "%", "receipts"),
    Col("receipts", "count", "receipts"),
    Col("minimum_order", "money"),
    Col("safety_stock", "units", "model"),
    Col("yearly_cost", "money", "model"),
)


@dataclass(frozen=True)
class _Record:
    """What receipts say of a supplier."""

    receipts: int
    on_time: float
    filled: float
    rejected: float
    last_cost: float  # of the product asked about; NaN when never delivered


def compare(context: ToolContext, query: SupplierQuery) -> Findings:
    """The suppliers side by side, cheapest a year first, those without a price after them."""
    reader = Reader(context)
    reader.need(WHAT, "suppliers", "purchase_orders", "purchase_order_lines")
    product = reader.entity("product", query.product)
    only = Filter(dimension="product", values=(product or "",))
    desk = open_desk(context, query.model_copy(update={"where": (*query.where, only), "supplier": None}), WHAT)
    read = _read(reader, product or "")
    records, category = _records(read.rows), _category_suppliers(desk.books, product or "")
    own = desk.books.shelves.supplier[desk.rows[0]]
    wanted = reader.entity("supplier", query.supplier)
    chosen = [
        (place, relation)
        for place, name in enumerate(desk.books.suppliers.ids)
        if wanted in (None, name) and (relation := _relation(name, place == own, records, category)) is not None
    ]
    if not chosen and wanted is not None:
        raise CannotDo(WHAT, f"{query.supplier} delivers neither {query.product} nor goods of its category", "Leave the supplier out")
    if not chosen:
        raise CannotDo(WHAT, f"{query.product} was never ordered and nobody delivers its category", "Load purchase_orders")
    leads = lead_times(desk.books, query.assumed_lead_time_days)
    rows = [_row(desk, query, leads, place, relation, records.get(desk.books.suppliers.ids[place])) for place, relation in chosen]
    rows.sort(key=lambda row: (row["yearly_cost"] is None, float(str(row["yearly_cost"] or 0)), str(row["supplier"])))
    draft = desk.draft(RULE, reader.evidence(read, "receipts"))
    draft.add(Sheet(f"Suppliers of {desk.books.product_name(int(desk.rows[0]))}", COLUMNS, rows[: query.limit], ("supplier",)))
    draft.say("suppliers_compared", len(rows), "count")
    if not any(row["relation"] == "delivered it" for row in rows):
        draft.note("nobody has delivered this product yet")
    elif sum(row["relation"] == "delivered it" for row in rows) == 1:
        draft.note("one supplier has delivered this product; the others deliver its category and have no price for it on file")
    if any(leads.basis[place] == "given" for place, _ in chosen):
        draft.note("lead times not known were taken as given in the question")
    draft.note(f"forecast: {desk.ahead.model}")
    return draft.findings(truncated=len(rows) > query.limit)


def _read(reader: Reader, product: str) -> Read:
    bench = reader.bench()
    received = reader.local_day(bench, "purchase_order_lines.received_at")
    lines = "purchase_order_lines JOIN purchase_orders ON purchase_orders.po_id = purchase_order_lines.po_id"
    came = "NOT purchase_order_lines.received_at IS NULL AND purchase_orders.status <> 'cancelled'"
    on_time = f"AVG(CASE WHEN {received} <= expected_on THEN 1.0 ELSE 0.0 END)"
    filled = "CAST(SUM(received_quantity) AS DOUBLE) / NULLIF(SUM(quantity), 0)"
    rejected = "CAST(SUM(COALESCE(rejected_quantity, 0)) AS DOUBLE) / NULLIF(SUM(received_quantity), 0)"
    mine = f"product_id = {bench.bind(product)}"
    newest = (
        f"ARG_MAX(unit_cost, ordered_at) FILTER (WHERE {mine})"
        if bench.source.dialect == "duckdb"
        else (f"(ARRAY_AGG(unit_cost ORDER BY ordered_at DESC) FILTER (WHERE {mine}))[1]")
    )
    where = f"{came} AND {reader.since(bench, 'purchase_orders.ordered_at', STATS_DAYS)}"
    sql = f"SELECT supplier_id, COUNT(*), {on_time}, {filled}, {rejected}, {newest} FROM {lines} WHERE {where} GROUP BY 1 ORDER BY 1"
    return reader.fetch(sql, bench, ("purchase_orders", "purchase_order_lines"))


def _records(rows: Sequence[Row]) -> dict[str, _Record]:
    found = {}
    for row in rows:
        count, on_time, filled, rejected, cost = numbers(row[1:])
        found[str(row[0])] = _Record(int(count), float(on_time), float(filled), float(rejected), float(cost))
    return found


def _category_suppliers(books: Books, product: str) -> frozenset[str]:
    """Suppliers of other products of the category."""
    category = books.goods.categories[books.goods.place[product]]
    same = np.array([each == category for each in books.goods.categories])[books.product]
    return frozenset(books.suppliers.ids[place] for place in np.unique(books.shelves.supplier[same]) if place >= 0)


def _relation(name: str, own: bool, records: dict[str, _Record], category: frozenset[str]) -> str | None:
    if name in records and not np.isnan(records[name].last_cost):
        return "delivered it"
    if own:
        return "on file"
    return "same category" if name in category else None


def _row(desk: Desk, query: SupplierQuery, leads: LeadTimes, place: int, relation: str, record: _Record | None) -> dict[str, FactValue]:
    suppliers = desk.books.suppliers
    days, cost = leads.days[place], np.nan if record is None else record.last_cost
    safety, yearly_units = _safety(desk, query, days, cost)
    rejected = 0.0 if record is None or np.isnan(record.rejected) else min(record.rejected, 0.9)
    yearly = yearly_units * cost / (1.0 - rejected) + safety * cost * query.carrying_rate
    if query.order_cost:  # ordering and carrying at the economic quantity
        yearly += float(economic_quantity(yearly_units, query.order_cost, cost, query.carrying_rate)) * cost * query.carrying_rate
    found: dict[str, FactValue] = {
        "supplier_id": suppliers.ids[place],
        "supplier": suppliers.names[place],
        "relation": relation,
        "unit_cost": money(cost),
        "lead_time_days": exact(float(days.mean())),
        "slow_lead_time_days": exact(float(np.quantile(days, 0.9))) if not np.isnan(days).any() else None,
        "receipts": 0 if record is None else record.receipts,
        "minimum_order": money(float(suppliers.least_value[place])),
        "safety_stock": exact(safety),
        "yearly_cost": money(float(yearly)),
    }
    for name, value in (("on_time_rate", "on_time"), ("fill_rate", "filled"), ("reject_rate", "rejected")):
        found[name] = None if record is None else share(float(getattr(record, value)))
    return found


def _safety(desk: Desk, query: SupplierQuery, days: NDArray[np.float64], cost: float) -> tuple[float, float]:
    """Safety stock over all places with these lead times at this unit cost, and units of a year; NaN where lead times are not known."""
    if np.isnan(days).any():
        return float("nan"), float("nan")
    whole, terms = desk.books.whole[desk.rows], terms_of(query)
    length = np.tile(days, (len(desk.rows), 1))
    totals = desk.totals(int(days.max()) + query.review_days + 28)
    protected, until = totals.over(length + query.review_days, whole), totals.over(length, whole)
    shelves = desk.shelves if np.isnan(cost) else replace(desk.shelves, unit_cost=np.full(len(desk.rows), cost))
    point = level_for(terms.goal, terms.service, protected, until, keeping_ratio(shelves, terms))
    yearly = float(totals.means[:, -1].sum()) / totals.days * DAYS_A_YEAR
    return float(np.maximum(point - protected.mean, 0.0).sum()), yearly
