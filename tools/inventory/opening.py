"""Reads the books: one statement for each table, rows put into arrays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from ml.contract import Floats
from ml.inventory.demand import History
from ml.inventory.lead_times import Waits, by_supplier, measure
from ml.inventory.orders import Shelves
from ml.inventory.risk import Delivery
from tools.errors import CannotDo
from tools.inventory.books import HISTORY_DAYS, Books, Goods, Places, Suppliers
from tools.inventory.reading import Read, Reader, Row, day_of
from tools.query.contract import Cell

LEAD_HISTORY_DAYS = 730
FEEDING_DAYS = 180


@dataclass(frozen=True)
class _Pairs:
    """Rows of the books: each product at each place, found by both ids."""

    product: NDArray[np.int64]
    location: NDArray[np.int64]
    row: dict[tuple[str, str], int]


def read_books(reader: Reader, what: str) -> Books:
    """The books as of the reader's day, or a refusal naming the table that is missing."""
    reader.need(what, "products", "stock_levels", "orders", "order_lines")
    stock = read_stock(reader)
    if not stock.rows:
        raise CannotDo(what, f"stock_levels holds no day up to {reader.as_of}", "Ask as of a later day, or load earlier stock levels")
    products, open_lines = read_products(reader), read_open_lines(reader)
    places = read_places(reader)
    suppliers = read_suppliers(reader, open_lines)
    goods = _goods(products.rows)
    sales = read_sales(reader, HISTORY_DAYS)
    pairs = _pairs(goods, places, stock.rows, sales)
    history = _history(reader, goods, pairs, places, sales)
    shelves = _shelves(reader, products.rows, pairs, places, suppliers, stock.rows, open_lines)
    deliveries, due = _deliveries(reader, pairs, places, suppliers, open_lines)
    return Books(
        goods=goods, places=places, suppliers=suppliers, product=pairs.product, location=pairs.location, shelves=shelves, history=history,
        since_sale=_since_sale(reader, pairs, places), deliveries=deliveries, next_due=due, stock_read=stock,
        notes=_notes(reader, places, stock.rows), whole=np.asarray(np.all(history.units == np.round(history.units), axis=1)),
    )  # fmt: skip


def read_stock(reader: Reader) -> Read:
    """The levels of the last day on or before as_of."""
    columns = "location_id, product_id, on_hand, COALESCE(allocated, 0), COALESCE(on_order, 0), as_of"
    last = "SELECT MAX(as_of) FROM stock_levels"
    return reader.fetch(f"SELECT {columns} FROM stock_levels WHERE as_of = ({last}) ORDER BY 1, 2", tables=("stock_levels",))


def read_products(reader: Reader) -> Read:
    """Products with the list price in force; the supplier is the one on file, else the last one that was ordered from."""
    bench = reader.bench()
    price = "products.list_price"
    if reader.has("price_history"):
        newest = "ROW_NUMBER() OVER (PARTITION BY product_id ORDER BY valid_from DESC)"
        priced = bench_part("price", f"SELECT product_id, list_price, {newest} AS place FROM price_history")
        price = "COALESCE(price.list_price, products.list_price)"
    else:
        priced = ""
    bought, supplier = "", "products.supplier_id"
    if reader.has("purchase_order_lines"):
        newest = "ROW_NUMBER() OVER (PARTITION BY product_id ORDER BY ordered_at DESC, po_id DESC)"
        lines = "purchase_order_lines JOIN purchase_orders USING (po_id)"
        bought = bench_part("bought", f"SELECT product_id, purchase_orders.supplier_id, {newest} AS place FROM {lines}")
        supplier = "COALESCE(products.supplier_id, bought.supplier_id)"
    listed = (
        f"products.product_id, name, category, {supplier}, unit_cost, {price}, pack_size, min_order_qty, shelf_life_days, discontinued_on"
    )
    return reader.fetch(f"SELECT {listed} FROM products {priced} {bought} ORDER BY 1", bench, ("products", "price_history"))


def bench_part(name: str, sql: str) -> str:
    """A join of the newest row of each product."""
    return f"LEFT JOIN (SELECT * FROM ({sql}) AS every_{name} WHERE place = 1) AS {name} ON {name}.product_id = products.product_id"


def read_sales(reader: Reader, days: int) -> Sequence[Row]:
    """Units of valid orders by location, product and business day."""
    bench = reader.bench()
    day = reader.local_day(bench, "orders.ordered_at")
    since = reader.since(bench, "orders.ordered_at", days + 1)
    lines = "order_lines JOIN orders ON orders.order_id = order_lines.order_id"
    where = f"orders.status <> 'cancelled' AND {since}"
    sql = f"SELECT orders.location_id, order_lines.product_id, {day}, SUM(order_lines.quantity) FROM {lines} WHERE {where} GROUP BY 1, 2, 3"
    return reader.fetch(sql, bench, ("orders", "order_lines")).rows


def read_empty_days(reader: Reader, days: int) -> Sequence[Row]:
    """Days on which a shelf ended with nothing that could be sold."""
    bench = reader.bench()
    since = reader.since(bench, "as_of", days)
    where = f"on_hand - COALESCE(allocated, 0) <= 0 AND {since}"
    return reader.fetch(f"SELECT location_id, product_id, as_of FROM stock_levels WHERE {where}", bench, ("stock_levels",)).rows


def read_open_lines(reader: Reader) -> Sequence[Row]:
    """Purchase order lines not received yet: supplier, location, product, day ordered, day expected, units to come."""
    if not reader.has("purchase_orders") or not reader.has("purchase_order_lines"):
        return ()
    bench = reader.bench()
    lines = "purchase_order_lines JOIN purchase_orders ON purchase_orders.po_id = purchase_order_lines.po_id"
    ordered = reader.local_day(bench, "purchase_orders.ordered_at")
    units = "purchase_order_lines.quantity - COALESCE(purchase_order_lines.received_quantity, 0)"
    where = "purchase_orders.status IN ('open', 'partial') AND purchase_order_lines.received_at IS NULL"
    columns = f"supplier_id, location_id, product_id, {ordered}, expected_on, {units}"
    return reader.fetch(f"SELECT {columns} FROM {lines} WHERE {where} ORDER BY 1, 2, 3, 4", bench, ("purchase_orders",)).rows


def read_waits(reader: Reader, open_lines: Sequence[Row]) -> dict[str, Waits]:
    """Days each delivery of each supplier took, and has waited so far."""
    if not reader.has("purchase_order_lines") or not reader.has("purchase_orders"):
        return {}
    bench = reader.bench()
    ordered = reader.local_day(bench, "purchase_orders.ordered_at")
    received = reader.local_day(bench, "purchase_order_lines.received_at")
    since = reader.since(bench, "purchase_orders.ordered_at", LEAD_HISTORY_DAYS)
    lines = "purchase_order_lines JOIN purchase_orders ON purchase_orders.po_id = purchase_order_lines.po_id"
    where = f"NOT purchase_order_lines.received_at IS NULL AND purchase_orders.status <> 'cancelled' AND {since}"
    sql = f"SELECT supplier_id, {received} - {ordered} FROM {lines} WHERE {where} ORDER BY 1, 2"
    received_by, waiting = defaultdict(list), defaultdict(list)
    for supplier, days in reader.fetch(sql, bench, ("purchase_orders", "purchase_order_lines")).rows:
        received_by[str(supplier)].append(float(_number(days)))
    for supplier, _, _, day, *_ in open_lines:
        waiting[str(supplier)].append(float((reader.as_of - day_of(day)).days))
    return {name: Waits(received_by[name], waiting[name]) for name in {*received_by, *waiting}}


def read_suppliers(reader: Reader, open_lines: Sequence[Row]) -> Suppliers:
    """Suppliers with how long they take."""
    rows: Sequence[Row] = ()
    if reader.has("suppliers"):
        columns = "supplier_id, name, contract_lead_time_days, min_order_value"
        rows = reader.fetch(f"SELECT {columns} FROM suppliers ORDER BY 1", tables=("suppliers",)).rows
    waits = read_waits(reader, open_lines)
    on_file = {str(row[0]) for row in rows}
    rows = [*rows, *((name, name, None, None) for name in sorted(set(waits) - on_file))]
    ids = tuple(str(row[0]) for row in rows)
    leads = measure(by_supplier(waits, ids), [None if row[2] is None else _number(row[2]) for row in rows])
    return Suppliers(ids, tuple(str(row[1] or row[0]) for row in rows), leads, numbers(row[3] for row in rows))


def read_places(reader: Reader) -> Places:
    """Which locations buy and which are fed from another: one that only ever got goods by transfer is fed by whoever sent most."""
    sql = "SELECT DISTINCT location_id FROM stock_levels ORDER BY 1"
    ids = [str(row[0]) for row in reader.fetch(sql, tables=("stock_levels",)).rows]
    names: dict[str, tuple[str, float]] = {}
    if reader.has("locations"):
        for place, name, capacity in reader.fetch("SELECT location_id, name, capacity_units FROM locations", tables=("locations",)).rows:
            names[str(place)] = (str(name or place), np.nan if capacity is None else _number(capacity))
    feeder = {place: place for place in ids} | _fed(reader, ids)
    buying = tuple(place for place in ids if feeder[place] == place)
    space = np.array([names.get(place, ("", np.nan))[1] for place in buying])
    return Places(buying, tuple(names.get(place, (place, np.nan))[0] for place in buying), feeder, space)


def _fed(reader: Reader, ids: Sequence[str]) -> dict[str, str]:
    if not reader.has("purchase_orders") or not reader.has("stock_movements"):
        return {}
    buying = {str(row[0]) for row in reader.fetch("SELECT DISTINCT location_id FROM purchase_orders", tables=("purchase_orders",)).rows}
    bench = reader.bench()
    since = reader.since(bench, "moved_at", FEEDING_DAYS)
    sent = f"SELECT DISTINCT reference_id, location_id FROM stock_movements WHERE kind = 'transfer_out' AND {since}"
    came = f"SELECT DISTINCT reference_id, location_id FROM stock_movements WHERE kind = 'transfer_in' AND {since}"
    sql = f"SELECT came.location_id, sent.location_id, COUNT(*) FROM ({came}) AS came JOIN ({sent}) AS sent USING (reference_id)"
    rows = reader.fetch(f"{sql} GROUP BY 1, 2 ORDER BY 3, 2 DESC", bench, ("stock_movements",)).rows
    return {str(to): str(out) for to, out, _ in rows if str(to) in ids and str(to) not in buying and str(out) in buying}


def _goods(rows: Sequence[Row]) -> Goods:
    ids = tuple(str(row[0]) for row in rows)
    life = numbers(row[8] for row in rows)
    return Goods(
        ids,
        tuple(str(row[1] or row[0]) for row in rows),
        tuple(str(row[2] or "") for row in rows),
        life,
        {each: place for place, each in enumerate(ids)},
    )


def _pairs(goods: Goods, places: Places, stock: Sequence[Row], sales: Sequence[Row]) -> _Pairs:
    """Products at places: wherever one lies or was sold."""
    at = {place: number for number, place in enumerate(places.ids)}
    known = {
        (str(row[1]), places.feeder[str(row[0])])
        for rows in (stock, sales)
        for row in rows
        if str(row[1]) in goods.place and str(row[0]) in places.feeder
    }
    ordered = sorted(known)
    product = np.array([goods.place[each] for each, _ in ordered], dtype=np.int64)
    location = np.array([at[place] for _, place in ordered], dtype=np.int64)
    return _Pairs(product, location, {pair: row for row, pair in enumerate(ordered)})


def _row_of(pairs: _Pairs, places: Places, location: Cell, product: Cell) -> int | None:
    return pairs.row.get((str(product), places.feeder.get(str(location), "")))


def _history(reader: Reader, goods: Goods, pairs: _Pairs, places: Places, sales: Sequence[Row]) -> History:
    units, censored = daily_matrix(reader, pairs.row, places.feeder, sales, HISTORY_DAYS)
    ids = tuple(f"{goods.ids[p]}|{places.ids[at]}" for p, at in zip(pairs.product, pairs.location, strict=True))
    return History(ids, units, censored, reader.as_of)


def daily_matrix(
    reader: Reader, row_of: Mapping[tuple[str, str], int], feeder: Mapping[str, str], sales: Sequence[Row], days: int
) -> tuple[Floats, NDArray[np.bool_]]:
    """Units sold and whether the shelf was empty, a row for each pair and a column for each day up to as_of."""
    units, censored = np.zeros((len(row_of), days)), np.zeros((len(row_of), days), dtype=bool)
    first = reader.as_of - timedelta(days=days - 1)
    for location, product, day, quantity in sales:
        row, column = row_of.get((str(product), feeder.get(str(location), ""))), (day_of(day) - first).days
        if row is not None and 0 <= column < days:
            units[row, column] += _number(quantity)
    for location, product, day in read_empty_days(reader, days):
        row, column = row_of.get((str(product), str(location))), (day_of(day) - first).days
        if row is not None and 0 <= column < days:
            censored[row, column] = True
    return units, censored


def _shelves(
    reader: Reader,
    products: Sequence[Row],
    pairs: _Pairs,
    places: Places,
    suppliers: Suppliers,
    stock: Sequence[Row],
    open_lines: Sequence[Row],
) -> Shelves:
    count = len(pairs.product)
    on_hand, allocated, on_order = np.zeros(count), np.zeros(count), np.zeros(count)
    own_orders = not reader.has("purchase_orders")
    for location, product, held, promised, coming, _ in stock:
        row = _row_of(pairs, places, location, product)
        if row is not None:
            on_hand[row] += _number(held)
            allocated[row] += _number(promised)
            on_order[row] += _number(coming) if own_orders else 0.0
    for _, location, product, _, _, units in open_lines:
        row = _row_of(pairs, places, location, product)
        if row is not None:
            on_order[row] += max(_number(units), 0.0)
    at = {each: place for place, each in enumerate(suppliers.ids)}
    supplier = np.array([at.get(str(row[3]), -1) for row in products], dtype=np.int64)[pairs.product]
    least = np.append(suppliers.least_value, np.nan)[supplier]
    columns = [numbers(row[place] for row in products)[pairs.product] for place in (4, 5, 6, 7, 8)]
    gone = np.array([row[9] is not None and day_of(row[9]) <= reader.as_of for row in products])[pairs.product]
    ids = np.array([f"{product}|{place}" for product, place in pairs.row])
    cost, price, pack, least_order, life = columns
    order = np.where(supplier >= 0, supplier * len(places.ids) + pairs.location, -1)
    return Shelves(
        ids=ids, on_hand=on_hand, allocated=allocated, on_order=on_order, pack=np.where(np.nan_to_num(pack) > 0, pack, 1.0),
        least_order=np.nan_to_num(least_order), unit_cost=cost, price=price, shelf_life_days=life, supplier=supplier, order=order,
        least_value=np.nan_to_num(least), buyable=~gone,
    )  # fmt: skip


def _deliveries(
    reader: Reader, pairs: _Pairs, places: Places, suppliers: Suppliers, open_lines: Sequence[Row]
) -> tuple[tuple[Delivery, ...], Floats]:
    at = {each: place for place, each in enumerate(suppliers.ids)}
    found, due = [], np.full(len(pairs.product), np.nan)
    for supplier, location, product, ordered, expected, units in open_lines:
        row, place = _row_of(pairs, places, location, product), at.get(str(supplier), -1)
        if row is None or place < 0 or np.isnan(suppliers.leads.days[place]).any():
            continue
        age = float((reader.as_of - day_of(ordered)).days)
        found.append(Delivery(row, max(_number(units), 0.0), age, suppliers.leads.days[place]))
        if expected is not None:
            due[row] = np.fmin(due[row], max(float((day_of(expected) - reader.as_of).days), 0.0))
    return tuple(found), due


def _since_sale(reader: Reader, pairs: _Pairs, places: Places) -> Floats:
    """Days since the last sale of each pair; infinite when it never sold."""
    bench = reader.bench()
    day = reader.local_day(bench, "orders.ordered_at")
    lines = "order_lines JOIN orders ON orders.order_id = order_lines.order_id"
    sql = f"SELECT orders.location_id, order_lines.product_id, MAX({day}) FROM {lines} WHERE orders.status <> 'cancelled' GROUP BY 1, 2"
    found = np.full(len(pairs.product), np.inf)
    for location, product, last in reader.fetch(sql, bench, ("orders", "order_lines")).rows:
        row = _row_of(pairs, places, location, product)
        if row is not None:
            found[row] = min(found[row], float((reader.as_of - day_of(last)).days))
    return found


def _notes(reader: Reader, places: Places, stock: Sequence[Row]) -> tuple[str, ...]:
    found = []
    day = day_of(stock[0][5])
    if day != reader.as_of:
        found.append(f"stock is as of {day}, the last day with levels on or before {reader.as_of}")
    fed = sorted(place for place, feeder in places.feeder.items() if feeder != place)
    if fed:
        found.append(f"{', '.join(fed)} gets its goods by transfer: its stock and sales count where they come from")
    if not reader.has("purchase_orders"):
        found.append("purchase_orders holds no rows: what is on order comes from stock_levels, lead times from contracts")
    return tuple(found)


def numbers(cells: Iterable[Cell]) -> Floats:
    """A column as numbers, empty cells as NaN."""
    return np.array([np.nan if cell is None else _number(cell) for cell in cells], dtype=np.float64)


def _number(cell: object) -> float:
    return float(cell.days) if isinstance(cell, timedelta) else float(str(cell))
