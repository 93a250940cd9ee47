"""A live database: read whole once, then only from where the last sync stopped; one that is down is told and nothing changes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ingestion import databases
from ingestion.errors import BadMapping, Unreachable
from ingestion.load import LoadRequest
from ingestion.mapping import LoadMap, TableMap
from ingestion.presets.catalog import preset
from ingestion.sync import sync
from ingestion.warehouse import Warehouse, open_readonly
from tests.conftest import real


def shop(path: Path, rows: list[tuple[object, ...]]) -> str:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS sales (id TEXT, at TEXT, item TEXT, qty INT, price REAL, line INT, photo BLOB)")
        connection.executemany("INSERT INTO sales VALUES (?, ?, ?, ?, ?, 1, x'00ff')", rows)
    connection.close()
    return f"sqlite:///{path}"


SALES = LoadMap(
    tables=(
        TableMap(
            source="sales",
            target="sales_lines",
            watermark="at",
            columns={
                "order_id": "id",
                "line_no": "line",
                "ordered_at": "at",
                "product_id": "item",
                "quantity": "qty",
                "unit_price": "price",
            },
        ),
    )
)


def test_northwind_is_known_and_equals_its_database(warehouse: Warehouse) -> None:
    path = real("northwind.sqlite")
    report = sync(warehouse, f"sqlite:///{path}", None, LoadRequest(()))
    assert report.rejected == 0
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as source:
        value = source.execute('SELECT sum(UnitPrice * Quantity * (1 - Discount)) FROM "Order Details"').fetchone()[0]
        by_country = dict(source.execute("SELECT Country, count(*) FROM Orders JOIN Customers USING (CustomerID) GROUP BY 1"))
    source.close()
    with open_readonly(warehouse.snapshot().database) as connection:
        (served,) = connection.execute("SELECT CAST(sum(net_amount) AS DOUBLE) FROM order_lines").fetchone() or (0,)
        served_by_country = dict(
            connection.execute("SELECT c.province, count(*) FROM orders JOIN customers c USING (customer_id) GROUP BY 1").fetchall()
        )
        stock = connection.execute("SELECT sum(on_hand) FROM stock_levels").fetchone()
    assert served == pytest.approx(value, abs=0.05 * 2155)
    assert served_by_country == by_country
    assert stock and int(stock[0]) == 3119
    assert sync(warehouse, f"sqlite:///{path}", preset("northwind"), LoadRequest(())).verdict == "unchanged"


def test_only_what_is_new_is_read(warehouse: Warehouse, tmp_path: Path) -> None:
    url = shop(tmp_path / "shop.db", [("A1", "2026-01-01 10:00", "tea", 1, 9.5), ("A2", "2026-01-02 10:00", "tea", 2, 9.5)])
    assert sync(warehouse, url, SALES, LoadRequest(())).read == 2
    shop(tmp_path / "shop.db", [("A3", "2026-01-02 10:00", "milk", 1, 2.0), ("A4", "2026-01-03 10:00", "tea", 1, 9.5)])
    later = sync(warehouse, url, SALES, LoadRequest(()))
    assert later.read == 3  # the moment of the mark is read again: rows of the same moment may have come later
    assert warehouse.snapshot().card.rows["orders"] == 4
    assert sync(warehouse, url, SALES, LoadRequest((), again=True)).read == 4


def test_tables_are_found_without_a_map_and_strangers_are_passed_over(warehouse: Warehouse, tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE invoices (invoice_no TEXT, date TEXT, customer TEXT, item TEXT, qty INTEGER, price REAL)")
        connection.execute("INSERT INTO invoices VALUES ('A1', '2026-01-01', 'C1', 'tea', 2, 10)")
        connection.execute("CREATE TABLE settings (k TEXT, v TEXT)")
        connection.execute("INSERT INTO settings VALUES ('colour', 'blue')")
    connection.close()
    report = sync(warehouse, f"sqlite:///{path}", None, LoadRequest(()))
    assert [source.source for source in report.sources] == ["invoices"]
    assert report.passed_over == ("settings",)
    assert warehouse.snapshot().card.rows["order_lines"] == 1


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("sqlite:////nowhere/shop.db", "no such SQLite file"),
        ("postgresql+psycopg://user:secret@127.0.0.1:1/shop", "127.0.0.1"),
        ("nonsense", "no database address"),
        ("klingon://host/db", "no driver"),
        ("mysql://host/db", "PyMySQL"),
    ],
)
def test_a_database_that_is_not_there_is_told_without_its_password(warehouse: Warehouse, url: str, says: str) -> None:
    with pytest.raises(Unreachable, match=says) as refused:
        sync(warehouse, url, None, LoadRequest(()))
    assert "secret" not in str(refused.value)
    assert warehouse.find() is None


def test_a_source_is_never_written(warehouse: Warehouse, tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    url = shop(path, [("A1", "2026-01-01", "tea", 1, 9.5)])
    table_map = TableMap(target="sales_lines", query="DELETE FROM sales RETURNING *", columns=SALES.tables[0].columns)
    with pytest.raises(Unreachable):
        sync(warehouse, url, LoadMap(tables=(table_map,)), LoadRequest(()))
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM sales").fetchone() == (1,)
    connection.close()


LINES = "(id INTEGER PRIMARY KEY, mark, ord TEXT, at TEXT, item TEXT, qty INTEGER, price REAL)"


def lines(path: Path, rows: list[tuple[int, object]]) -> str:
    """A table of one-line orders, each with a mark of any type."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"CREATE TABLE IF NOT EXISTS lines {LINES}")
        connection.executemany("INSERT INTO lines VALUES (?, ?, 'A' || ?1, '2026-01-01', 'tea', 1, 9.5)", rows)
    return f"sqlite:///{path}"


def watching(watermark: str | None, **columns: str) -> LoadMap:
    given = {"order_id": "ord", "line_no": "id", "ordered_at": "at", "product_id": "item", "quantity": "qty", "unit_price": "price"}
    query = "SELECT id, mark + 0 AS computed, mark, ord, at, item, qty, price FROM lines"
    return LoadMap(tables=(TableMap(target="sales_lines", query=query, watermark=watermark, columns=given | columns),))


@pytest.mark.parametrize("watermark", ["computed", "mark", "MARK"])
def test_a_mark_is_compared_as_what_it_is(warehouse: Warehouse, tmp_path: Path, watermark: str) -> None:
    path = tmp_path / "shop.db"
    assert sync(warehouse, lines(path, [(1, 8), (2, 9), (3, 10)]), watching(watermark), LoadRequest(())).read == 3
    later = sync(warehouse, lines(path, [(4, 11), (5, 100)]), watching(watermark), LoadRequest(()))
    assert (later.read, warehouse.snapshot().card.rows["orders"]) == (3, 5)  # 10 again, 11 and 100: not 9, though "9" > "10"
    assert sync(warehouse, lines(path, []), watching(watermark), LoadRequest(())).read == 1


def test_rows_without_a_mark_are_always_read(warehouse: Warehouse, tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    sync(warehouse, lines(path, [(1, "2026-01-05"), (2, None)]), watching("mark"), LoadRequest(()))
    sync(warehouse, lines(path, [(3, None)]), watching("mark"), LoadRequest(()))
    assert warehouse.snapshot().card.rows["orders"] == 3


@pytest.mark.parametrize("mark", [7, 2**63, 1.5, "10", Decimal("10.10"), datetime(2026, 1, 2, 3, 4, 5, 6), date(2026, 1, 2)])
def test_a_mark_comes_back_as_it_was(mark: databases.Mark) -> None:
    again = databases._decode(databases._encode(mark))
    assert (again, type(again)) == (mark, type(mark))


def test_a_line_whose_order_comes_later_is_read_again(warehouse: Warehouse, tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    url = lines(path, [(number, number) for number in range(1, 10)])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE heads AS SELECT ord, at FROM lines WHERE id <> 5")
        connection.execute("CREATE TABLE items AS SELECT DISTINCT item FROM lines")
    columns = {"order_id": "ord", "line_no": "id", "product_id": "item", "quantity": "qty", "unit_price": "price"}
    load_map = LoadMap(
        tables=(
            TableMap(source="lines", target="order_lines", watermark="mark", columns=columns),
            TableMap(source="heads", target="orders", columns={"order_id": "ord", "ordered_at": "at"}),
            TableMap(source="items", target="products", columns={"product_id": "item"}),
        )
    )
    assert sync(warehouse, url, load_map, LoadRequest(())).rejected == 1
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO heads VALUES ('A5', '2026-01-01')")
    assert sync(warehouse, url, load_map, LoadRequest(())).rejected == 0
    assert warehouse.snapshot().card.rows["order_lines"] == 9


@pytest.mark.parametrize(
    ("load_map", "says"),
    [
        (watching("nosuch"), "no column 'nosuch' to watch.*computed, mark, ord"),
        (LoadMap(tables=(TableMap(source="linez", target="sales_lines", columns={}),)), "no table 'linez'.*lines"),
        (LoadMap(tables=(SALES.tables[0].model_copy(update={"columns": {"order_id": "id"}, "source": "lines"}),)), "map line_no"),
    ],
)
def test_a_map_that_would_lose_rows_is_refused(warehouse: Warehouse, tmp_path: Path, load_map: LoadMap, says: str) -> None:
    with pytest.raises(BadMapping, match=says):
        sync(warehouse, lines(tmp_path / "shop.db", [(1, 1)]), load_map, LoadRequest(()))
    assert warehouse.find() is None


def test_any_file_name_is_an_address(warehouse: Warehouse, tmp_path: Path) -> None:
    path = tmp_path / "shop 4%20#?mode=rw&x.db"
    assert sync(warehouse, lines(path, [(1, 1)]), watching(None), LoadRequest(())).read == 1
