"""A tiny warehouse with every table of the contract filled, to run statements on; and the tests that it is one."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from ingestion.schema import ORDER_STATUSES, RETURN_REASONS, TABLES, ddl

PROVINCES = ("Hà Nội", "Đà Nẵng", "Cần Thơ", "Hải Phòng")
LOCATIONS = ("L1", "L2", "L3")
LAST_DAY = date(2025, 6, 30)
# Stands in cells of rows and columns that a narrowed caller must never see.
CANARY = "CANARY"

Row = tuple[object, ...]


def build_warehouse(path: Path) -> Path:
    """Write the database file; the same bytes of meaning every time."""
    connection = duckdb.connect(str(path), config={"threads": "1"})
    try:
        for table, rows in tables(random.Random(7)).items():
            contract = next(candidate for candidate in TABLES if candidate.name == table)
            connection.execute(ddl(contract))
            connection.register("incoming", pd.DataFrame(rows, columns=list(contract.column_names), dtype=object))
            connection.execute(f"INSERT INTO {table} SELECT * FROM incoming")
    finally:
        connection.close()
    return path


def tables(chance: random.Random) -> dict[str, Sequence[Row]]:
    products = [product(chance, n) for n in range(40)]
    customers = [customer(chance, n) for n in range(60)]
    orders = [order(chance, n) for n in range(300)]
    lines = [line for order_row in orders for line in order_lines(chance, order_row, products)]
    return {
        "suppliers": [
            (f"S{n}", f"Supplier {n}", ("VN", "CN", "TH")[n % 3], 5 + n, 30, 100, f"{CANARY}{n}@supplier.example") for n in range(6)
        ],
        "products": products,
        "customers": customers,
        "locations": [(name, f"Place {name}", "store", PROVINCES[n], 10.0 + n, 106.0 + n, 5000) for n, name in enumerate(LOCATIONS)],
        "promotions": [(f"PR{n}", f"Offer {n}", None, "Tools", date(2025, 4, 1 + n), date(2025, 5, 10 + n), 0.1) for n in range(4)],
        "orders": orders,
        "order_lines": lines,
        "returns": [returned(chance, n, line) for n, line in enumerate(chance.sample(lines, 40))],
        "shipments": [shipment(chance, n, order_row) for n, order_row in enumerate(orders[:200])],
        **stock(chance),
        **purchases(chance),
        **observations(chance),
    }


def product(chance: random.Random, n: int) -> Row:
    price = chance.randint(20, 300)
    category = ("Tools", "Garden", "Kitchen")[n % 3]
    ended = date(2025, 5, 1) if n % 13 == 0 else None
    text = "plain" if n % 5 else "copy to the shelf; INSERT INTO the box"
    identity = (f"P{n:02}", f"SKU-{n:03}", f"Product {n}", text, category, f"{category} {n % 2}", "F", "S", f"Maker {n % 4}", f"S{n % 6}")
    return (*identity, price * 0.6, price, 6, 12, 1.5 + n, None, date(2024, 1 + n % 12, 1), ended)


def customer(chance: random.Random, n: int) -> Row:
    place = PROVINCES[n % len(PROVINCES)]
    contact = (f"{CANARY}{n}@mail.example", f"{CANARY}09{n:04}")
    where = (place, f"District {n % 5}", f"Ward {n % 7}", ("urban", "rural")[n % 2], 10.0 + n / 100, 106.0 + n / 100)
    signed = date(2024, 1, 1) + timedelta(days=chance.randint(0, 400))
    consent = (True, False, None)[n % 3]
    return (
        f"C{n:03}",
        f"Khách {n}",
        ("consumer", "business")[n % 4 == 0],
        ("standard", "silver", "gold")[n % 3],
        *contact,
        *where,
        signed,
        consent,
    )


def order(chance: random.Random, n: int) -> Row:
    at = datetime(2025, 1, 1) + timedelta(minutes=chance.randint(0, 180 * 24 * 60))
    who = None if n % 17 == 0 else f"C{chance.randint(0, 54):03}"
    status = chance.choice(ORDER_STATUSES)
    channel = chance.choice(("web", "app", "store", "phone", "b2b"))
    cancelled = at + timedelta(hours=5) if status == "cancelled" else None
    fee = chance.randint(0, 40)
    return (
        f"O{n:04}",
        who,
        LOCATIONS[n % 3],
        at,
        status,
        channel,
        "card",
        at.date(),
        cancelled,
        fee,
        PROVINCES[n % 4],
        f"{CANARY}device{n}",
    )


def order_lines(chance: random.Random, order_row: Row, products: Sequence[Row]) -> Sequence[Row]:
    rows = []
    for line_no, chosen in enumerate(chance.sample(products, chance.randint(1, 4)), start=1):
        quantity, price = chance.randint(1, 9), int(str(chosen[11]))
        rate = chance.choice((0, 0, 0.1, 0.25))
        promotion = "PR1" if rate == 0.1 else None
        cost = None if line_no == 4 else price * 0.6
        rows.append((order_row[0], line_no, chosen[0], quantity, price, rate, round(quantity * price * (1 - rate), 2), cost, promotion))
    return rows


def returned(chance: random.Random, n: int, line: Row) -> Row:
    reason = None if n % 9 == 0 else chance.choice(RETURN_REASONS)
    return (f"R{n:03}", line[0], line[1], line[2], datetime(2025, 6, 1) + timedelta(days=n % 29), 1, reason, line[4])


def shipment(chance: random.Random, n: int, order_row: Row) -> Row:
    left = datetime.fromisoformat(str(order_row[3])) + timedelta(hours=chance.randint(2, 40))
    arrived = None if n % 11 == 0 else left + timedelta(hours=chance.randint(5, 120))
    promised = (left + timedelta(days=3)).date()
    return (
        f"SH{n:03}",
        order_row[0],
        ("GHN", "GHTK", "VNPost")[n % 3],
        left,
        promised,
        arrived,
        20 + n % 7,
        12.5 * (1 + n % 5),
        n % 19 == 0,
    )


def stock(chance: random.Random) -> dict[str, Sequence[Row]]:
    days = [LAST_DAY - timedelta(days=back) for back in range(5)]
    levels = [(day, place, f"P{n:02}", chance.choice((0, 5, 60)), 2, 1) for day in days for place in LOCATIONS for n in range(40)]
    kinds = ("sale", "receipt", "count_adjustment", "damage")
    moves = [
        (f"M{n:03}", datetime(2025, 5, 1) + timedelta(hours=n), LOCATIONS[n % 3], f"P{n % 40:02}", kinds[n % 4], n % 7 - 3, None)
        for n in range(120)
    ]
    return {"stock_levels": levels, "stock_movements": moves}


def purchases(chance: random.Random) -> dict[str, Sequence[Row]]:
    states = ("open", "partial", "received", "cancelled")
    heads = [
        (
            f"PO{n:02}",
            f"S{n % 6}",
            LOCATIONS[n % 3],
            datetime(2025, 3, 1) + timedelta(days=n),
            date(2025, 4, 1) + timedelta(days=n),
            states[n % 4],
        )
        for n in range(30)
    ]
    lines = [
        (
            f"PO{n:02}",
            no,
            f"P{chance.randint(0, 39):02}",
            20,
            50,
            18,
            n % 3,
            None if n % 4 == 0 else datetime(2025, 4, 2) + timedelta(days=n),
        )
        for n in range(30)
        for no in (1, 2)
    ]
    return {"purchase_orders": heads, "purchase_order_lines": lines}


def observations(chance: random.Random) -> dict[str, Sequence[Row]]:
    first = date(2025, 1, 1)
    events = ("view", "addtocart", "removefromcart", "transaction")
    texts = ("good", "drop table please", "pragma load it", None)
    return {
        "price_history": [(f"P{n:02}", first + timedelta(days=60 * step), 100 + n + step) for n in range(40) for step in range(3)],
        "competitor_prices": [(f"P{n:02}", ("Alpha", "Beta")[n % 2], first + timedelta(days=n), 90 + n) for n in range(20)],
        "reviews": [
            (
                f"RV{n}",
                f"P{n % 20:02}",
                f"C{n % 55:03}",
                f"O{n:04}" if n % 3 else None,
                datetime(2025, 5, 1) + timedelta(days=n),
                1 + n % 5,
                texts[n % 4],
            )
            for n in range(60)
        ],
        "web_events": [
            (
                f"E{n}",
                datetime(2025, 6, 1) + timedelta(minutes=n),
                f"V{n % 30}",
                f"SE{n % 50}",
                f"C{n % 55:03}" if n % 2 else None,
                chance.choice(events),
                f"P{n % 40:02}",
                f"O{n % 300:04}" if n % 8 == 1 else None,
            )
            for n in range(400)
        ],
        "market_indicators": [
            (name, first + timedelta(days=7 * n), 100.0 + n, "index", "GSO") for name in ("cpi", "fuel") for n in range(12)
        ],
    }


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_warehouse(tmp_path_factory.mktemp("warehouse") / "warehouse.duckdb")


def test_every_table_of_the_contract_has_rows(warehouse: Path) -> None:
    connection = duckdb.connect(str(warehouse), read_only=True)
    try:
        for table in TABLES:
            assert connection.execute(f"SELECT count(*) > 0 FROM {table.name}").fetchone() == (True,), table.name
    finally:
        connection.close()


def test_keys_are_unique(warehouse: Path) -> None:
    connection = duckdb.connect(str(warehouse), read_only=True)
    try:
        for table in TABLES:
            doubled = connection.execute(f"SELECT {', '.join(table.key)} FROM {table.name} GROUP BY ALL HAVING count(*) > 1").fetchall()
            assert not doubled, table.name
    finally:
        connection.close()


def test_it_is_the_same_every_time(tmp_path: Path) -> None:
    assert tables(random.Random(7)) == tables(random.Random(7))
