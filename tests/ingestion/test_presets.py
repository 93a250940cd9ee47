"""Presets: data many people have is recognised by its headers and read the way its publishers describe it."""

from __future__ import annotations

import gzip
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingestion.errors import BadMapping
from ingestion.load import LoadRequest, load
from ingestion.presets.catalog import preset
from ingestion.warehouse import Warehouse, open_readonly


def ask(warehouse: Warehouse, sql: str) -> list[tuple[object, ...]]:
    with open_readonly(warehouse.snapshot().database) as connection:
        return connection.execute(sql).fetchall()


def retailrocket(folder: Path) -> Path:
    (folder / "events.csv").write_text(
        "timestamp,visitorid,event,itemid,transactionid\n"
        "1433221332117,257597,view,355908,\n"
        "1433221392117,257597,addtocart,355908,\n"
        "1433224214164,257597,view,7,\n"  # 47 minutes later: another visit
        "1433221999999,992329,view,248676,\n"
        "1433222276276,111016,transaction,7,4000\n"
        "1433222276276,111016,shrug,7,\n"
    )
    header = "timestamp,itemid,property,value\n"
    (folder / "item_properties_part1.csv").write_text(header + "1435460400000,355908,categoryid,1338\n1435460500000,355908,888,junk\n")
    (folder / "item_properties_part2.csv").write_text(header + "1439089200000,355908,categoryid,1277\n1439089200000,7,categoryid,1016\n")
    (folder / "category_tree.csv").write_text("categoryid,parentid\n1277,1016\n1016,213\n213,\n1338,\n")
    return folder


def test_retailrocket_events_properties_and_tree(warehouse: Warehouse, tmp_path: Path) -> None:
    folder = tmp_path / "rocket"
    folder.mkdir()
    report = load(warehouse, LoadRequest((retailrocket(folder),)))
    assert all(source.read == source.accepted + source.rejected for source in report.sources)
    assert [(reason.rule, reason.rows) for source in report.sources for reason in source.reasons] == [("unknown_value", 1)]
    assert ask(warehouse, "SELECT product_id, category, subcategory FROM products ORDER BY 1") == [
        ("248676", None, None),
        ("355908", "213", "1277"),  # the newest category, and the root above it
        ("7", "213", "1016"),
    ]
    assert ask(warehouse, "SELECT count(*), count(DISTINCT session_id), count(DISTINCT visitor_id) FROM web_events") == [(5, 4, 3)]
    assert ask(warehouse, "SELECT min(occurred_at) FROM web_events") == [(datetime(2015, 6, 2, 5, 2, 12, 117000),)]


def test_a_preset_says_which_of_its_files_is_missing(warehouse: Warehouse, tmp_path: Path) -> None:
    folder = tmp_path / "rocket"
    folder.mkdir()
    (retailrocket(folder) / "category_tree.csv").unlink()
    with pytest.raises(BadMapping, match=r"category_tree\*.*load all of its files together"):
        load(warehouse, LoadRequest((folder,)))


def test_online_retail_in_its_second_edition_as_a_workbook_of_two_sheets(warehouse: Warehouse, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    header = ["Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID", "Country"]
    for year, number in ((2009, "489434"), (2010, "536365")):
        sheet = book.create_sheet(f"Year {year}-{year + 1}")
        sheet.append(header)
        sheet.append([int(number), "85048", "CHRISTMAS LIGHTS", 12, datetime(year, 12, 1, 7, 45), 6.95, 13085, "France"])
        sheet.append([int(number), "POST", "POSTAGE", 1, datetime(year, 12, 1, 7, 45), 18, 13085, "France"])
    path = tmp_path / "online_retail_II.xlsx"
    book.save(path)
    report = load(warehouse, LoadRequest((path,)))
    assert (report.read, report.accepted) == (4, 2)
    assert ask(warehouse, "SELECT order_id, customer_id, ordered_at FROM orders ORDER BY 1") == [
        ("489434", "13085", datetime(2009, 12, 1, 7, 45)),
        ("536365", "13085", datetime(2010, 12, 1, 7, 45)),
    ]


def test_gzip_of_lines_and_named_preset(warehouse: Warehouse, tmp_path: Path) -> None:
    path = tmp_path / "sales.csv.gz"
    path.write_bytes(gzip.compress("Ngày;Mã hàng;SL;Đơn giá\n02/01/2026;SP1;1,5;85.000\n25/01/2026;SP2;2;9.500\n".encode()))
    load(warehouse, LoadRequest((path,), preset("sales-lines")))
    assert ask(warehouse, "SELECT product_id, quantity, unit_price FROM order_lines ORDER BY 1") == [
        ("SP1", Decimal("1.5"), Decimal(85000)),
        ("SP2", Decimal(2), Decimal(9500)),
    ]


def test_numbers_that_were_numbers_are_never_thousands(warehouse: Warehouse, tmp_path: Path) -> None:
    path = tmp_path / "sales.parquet"
    columns = {
        "date": ["2026-01-02", "2026-01-03"],
        "item": ["A", "B"],
        "qty": pa.array([Decimal("2.000"), Decimal("1.500")], pa.decimal128(10, 3)),
        "price": pa.array([Decimal("85.000"), Decimal("9.500")], pa.decimal128(10, 3)),
    }
    pq.write_table(pa.table(columns), path)
    load(warehouse, LoadRequest((path,)))
    assert ask(warehouse, "SELECT sum(net_amount) FROM order_lines") == [(Decimal("184.25"),)]


SHOPIFY_HEADER = (
    "Name,Email,Financial Status,Subtotal,Shipping,Total,Created at,"
    "Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Billing Name,Vendor"
)
SHOPIFY = f"""{SHOPIFY_HEADER}
#1001,a@x.com,paid,50.00,5.00,54.00,2024-01-05 09:59:00 -0500,2,Shirt,20.00,SH-1,Ann,V
#1001,,,,,,2024-01-05 09:59:00 -0500,1,Cap,15.00,,,V
#1002,B@x.com,refunded,15.00,5.00,21.00,2024-01-06 22:59:00 -0500,1,Cap,15.00,,Bob,V
#1003,b@x.com,pending,15.00,5.00,21.00,2024-01-07 22:59:00 -0500,1,Cap,15.00,,Bob,V
"""


def test_shopify_orders_are_whole_and_add_up_to_their_subtotals(warehouse: Warehouse, tmp_path: Path) -> None:
    path = tmp_path / "any name.csv"
    path.write_text(SHOPIFY)
    report = load(warehouse, LoadRequest((path,)))
    assert (report.read, report.accepted) == (4, 4)
    orders = "SELECT order_id, status, sum(net_amount) FROM orders JOIN order_lines USING (order_id) GROUP BY ALL ORDER BY 1"
    assert ask(warehouse, orders) == [
        ("#1001", "paid", Decimal(50)),
        ("#1002", "cancelled", Decimal(15)),
        ("#1003", "pending", Decimal(15)),
    ]
    assert ask(warehouse, "SELECT product_id, name FROM products ORDER BY 1") == [("Cap", "Cap"), ("SH-1", "Shirt")]
    assert ask(warehouse, "SELECT count(*), count(DISTINCT customer_id) FROM orders") == [(3, 2)]
    assert ask(warehouse, "SELECT ordered_at FROM orders WHERE order_id = '#1001'") == [(datetime(2024, 1, 5, 14, 59),)]


def test_two_shopify_files_are_read_each_by_itself(warehouse: Warehouse, tmp_path: Path) -> None:
    head, *lines = SHOPIFY.splitlines()
    for name, part in (("orders_export_1.csv", lines[:2]), ("orders_export_2.csv", lines[2:])):
        (tmp_path / name).write_text("\n".join([head, *part]))
    report = load(warehouse, LoadRequest((tmp_path / "orders_export_1.csv", tmp_path / "orders_export_2.csv")))
    assert [source.read for source in report.sources] == [2, 2]
    assert ask(warehouse, "SELECT sum(net_amount) FROM order_lines") == [(Decimal(80),)]


def test_typed_numbers_of_json_and_workbooks_keep_their_decimals(warehouse: Warehouse, tmp_path: Path) -> None:
    lines = [
        '{"date": "2026-01-02", "item": "A", "qty": 1.125, "price": 8}',
        '{"date": "2026-01-03", "item": "B", "qty": 2.375, "price": 8}',
    ]
    (tmp_path / "sales.jsonl").write_text("\n".join(lines))
    book = openpyxl.Workbook()
    for row in (["date", "item", "qty", "price"], [datetime(2026, 1, 4), "C", 1.125, 8], [datetime(2026, 1, 5), "D", 2.375, 8]):
        book.worksheets[0].append(row)
    book.save(tmp_path / "sales.xlsx")
    load(warehouse, LoadRequest((tmp_path / "sales.jsonl", tmp_path / "sales.xlsx")))
    assert ask(warehouse, "SELECT sum(quantity) FROM order_lines") == [(Decimal(7),)]
