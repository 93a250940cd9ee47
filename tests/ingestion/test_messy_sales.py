"""Sales as real tills, shops and spreadsheets export them: what a careful person would make of them, to the cent."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ingestion.errors import BadMapping
from ingestion.load import LoadRequest, in_time, load
from ingestion.warehouse import Warehouse
from tests.ingestion.test_load import ask, bring, reasons, write

SUMS = "SELECT count(*), sum(quantity), sum(net_amount) FROM order_lines JOIN orders USING (order_id) WHERE status <> 'cancelled'"


def test_equal_till_lines_without_a_number_are_separate_sales(warehouse: Warehouse, tmp_path: Path) -> None:
    lines = ["date,product,quantity,price", *["2026-01-02,tea,1,10"] * 5, "2026-01-02,milk,1,3"]
    bring(warehouse, write(tmp_path, "till.csv", lines))
    assert ask(warehouse, SUMS) == [(6, Decimal(6), Decimal(53))]
    assert bring(warehouse, tmp_path / "till.csv", again=True).verdict == "unchanged"
    wider = [f"{line},{'category' if place == 0 else 'Drinks'}" for place, line in enumerate(lines)]
    bring(warehouse, write(tmp_path, "till_with_category.csv", wider))
    assert ask(warehouse, SUMS) == [(6, Decimal(6), Decimal(53))]


def test_receipts_that_start_again_each_day_are_different_orders(warehouse: Warehouse, tmp_path: Path) -> None:
    header = "receipt no,date,product,quantity,price"
    one = write(tmp_path, "2026-01-05.csv", [header, "1,2026-01-05,tea,1,10", "2,2026-01-05,tea,1,10"])
    two = write(tmp_path, "2026-01-06.csv", [header, "1,2026-01-06,tea,1,10", "2,2026-01-06,milk,1,10"])
    bring(warehouse, one)
    report = bring(warehouse, two)
    assert any("start again" in note for note in report.sources[0].notes)
    assert ask(warehouse, SUMS) == [(4, Decimal(4), Decimal(40))]
    assert ask(warehouse, "SELECT count(*) FROM orders WHERE ordered_at = '2026-01-06'") == [(2,)]
    together = Warehouse(tmp_path / "together")
    bring(together, one, two)
    assert ask(together, SUMS) == [(4, Decimal(4), Decimal(40))]
    assert bring(warehouse, two, again=True).verdict == "unchanged"


def test_receipts_of_two_shops_are_different_orders(warehouse: Warehouse, tmp_path: Path) -> None:
    header = "receipt no,date,store,product,quantity,price"
    rows = [f"{number},2026-01-05,{store},tea,1,10" for store in ("A", "B") for number in (1, 2, 3)]
    bring(warehouse, write(tmp_path, "sales.csv", [header, *rows]))
    assert ask(warehouse, "SELECT location_id, count(*) FROM orders GROUP BY 1 ORDER BY 1") == [("A", 3), ("B", 3)]


@pytest.mark.parametrize(
    ("row", "price", "net"),
    [
        ("10000,0.0345,345.00", "0.03", "345.00"),  # fractions of a cent
        ("1000,,333.33", "0.33", "333.33"),
        ("10000,0.0042,", "0.00", "42.00"),
    ],
)
def test_fractions_of_a_cent_are_not_rounded_before_they_are_multiplied(
    warehouse: Warehouse, tmp_path: Path, row: str, price: str, net: str
) -> None:
    bring(warehouse, write(tmp_path, "sales.csv", ["order,date,product,quantity,price,amount", f"A,2026-01-02,screw,{row}"]))
    assert ask(warehouse, "SELECT unit_price, net_amount FROM order_lines") == [(Decimal(price), Decimal(net))]


@pytest.mark.parametrize(
    ("header", "cells", "nets"),
    [
        ("discount %,total", ["0,100", "1,99", "0.5,99.5"], ["100", "99", "99.5"]),
        ("discount %,", ["0,", "1,", "0.5,"], ["100", "99", "99.5"]),
        ("discount,total", ["20,80", "0,100", "5,95"], ["80", "100", "95"]),
        ("discount amount,total", ["-20,80", "0,100", "-5,95"], ["80", "100", "95"]),
        ("discount amount,", ["20,", "0,", "5,"], ["80", "100", "95"]),
        ("tax,total", ["8,108", "8,108", "8,108"], ["100", "100", "100"]),
    ],
)
def test_discounts_are_what_the_totals_say(warehouse: Warehouse, tmp_path: Path, header: str, cells: list[str], nets: list[str]) -> None:
    lines = [f"order,date,product,quantity,price,{header}", *(f"A{place},2026-01-02,tea,1,100,{cell}" for place, cell in enumerate(cells))]
    bring(warehouse, write(tmp_path, "sales.csv", lines))
    assert [row[0] for row in ask(warehouse, "SELECT net_amount FROM order_lines ORDER BY order_id")] == [Decimal(net) for net in nets]


def test_a_negative_total_takes_back(warehouse: Warehouse, tmp_path: Path) -> None:
    lines = ["order,date,customer,product,quantity,price,amount", "A,2026-01-02,C1,tea,2,10,20", "B,2026-01-03,C1,tea,1,10,-10"]
    bring(warehouse, write(tmp_path, "sales.csv", lines))
    assert ask(warehouse, SUMS) == [(1, Decimal(2), Decimal(20))]
    assert ask(warehouse, "SELECT quantity, refund_amount FROM returns") == [(Decimal(1), Decimal(10))]


def test_never_more_is_given_back_than_was_sold_over_all_loads(warehouse: Warehouse, tmp_path: Path) -> None:
    header = "order,date,customer,product,quantity,price,discount"
    bring(warehouse, write(tmp_path, "one.csv", [header, "A,2026-01-02,C1,tea,5,100,10%"]))
    bring(warehouse, write(tmp_path, "two.csv", [header, "C1,2026-01-05,C1,tea,-3,100,10%", "Z,2026-01-05,C1,milk,1,1,"]))
    report = bring(warehouse, write(tmp_path, "three.csv", [header, "C2,2026-01-07,C1,tea,-4,100,10%", "Y,2026-01-07,C1,milk,1,1,"]))
    assert reasons(report) == {"credit_without_sale:order_id": 1}
    assert ask(warehouse, "SELECT quantity, refund_amount FROM returns") == [(Decimal(3), Decimal(270))]


def test_sums_between_the_rows_are_no_sales(warehouse: Warehouse, tmp_path: Path) -> None:
    header = "order,date,product,quantity,price"
    rows = [
        "A,2026-01-02,tea,1,10",
        "A,2026-01-02,Subtotal,1,10",
        "B,2026-01-02,milk,1,5",
        "Tổng cộng:,,,2,15",
        ",Total,,2,15",
        "B,2026-01-02,VAT,1,1",
    ]
    report = bring(warehouse, write(tmp_path, "sales.csv", [header, *rows]))
    assert reasons(report) == {"summary_row:*": 3, "not_a_product:product_id": 1}
    assert ask(warehouse, SUMS) == [(2, Decimal(2), Decimal(15))]


def test_a_status_nobody_knows_is_no_sale_and_an_empty_one_is(warehouse: Warehouse, tmp_path: Path) -> None:
    header = "order,date,product,quantity,price,status"
    rows = ["A,2026-01-02,tea,1,10,", "B,2026-01-02,tea,1,10,zurückgestellt", "C,2026-01-02,tea,1,10,completed"]
    report = bring(warehouse, write(tmp_path, "sales.csv", [header, *rows]))
    assert reasons(report) == {"unknown_value:status": 1}
    assert ask(warehouse, "SELECT order_id, status FROM orders ORDER BY 1") == [("A", "delivered"), ("C", "delivered")]


def test_one_cancelled_line_does_not_cancel_its_order(warehouse: Warehouse, tmp_path: Path) -> None:
    header = "order,date,product,quantity,price,status"
    rows = ["A,2026-01-02,tea,1,10,cancelled", "A,2026-01-02,milk,1,5,delivered", "B,2026-01-02,tea,1,10,cancelled"]
    report = bring(warehouse, write(tmp_path, "sales.csv", [header, *rows]))
    assert reasons(report) == {"cancelled_line:status": 1}
    assert ask(warehouse, SUMS) == [(1, Decimal(1), Decimal(5))]


def test_a_feed_is_read_alike_whole_or_day_by_day(tmp_path: Path) -> None:
    header = "order,date,product,quantity,price"
    days = [write(tmp_path, f"{name}.csv", [header, f"{name},{day},tea,1,10"]) for name, day in (("a", "12/28/2025"), ("b", "01/05/2026"))]
    whole, daily = Warehouse(tmp_path / "whole"), Warehouse(tmp_path / "daily")
    bring(whole, *days)
    for path in days:
        bring(daily, path)
    for warehouse in (whole, daily):
        assert ask(warehouse, "SELECT ordered_at FROM orders ORDER BY 1") == [(datetime(2025, 12, 28),), (datetime(2026, 1, 5),)]


def test_a_column_of_both_date_orders_is_said(warehouse: Warehouse, tmp_path: Path) -> None:
    rows = ["A,13/02/2026,tea,1,10", "B,02/14/2026,tea,1,10", "C,15/02/2026,tea,1,10"]
    report = bring(warehouse, write(tmp_path, "sales.csv", ["order,date,product,quantity,price", *rows]))
    assert reasons(report) == {"not_a_date:ordered_at": 1}
    assert any("other way round" in note for note in report.sources[0].notes)


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2026-01-05 03:00:00+07", datetime(2026, 1, 4, 20)),
        ("2026-01-05 03:00:00.123-05", datetime(2026, 1, 5, 8, 0, 0, 123000)),
        ("05/01/2026 3:30 CH", datetime(2026, 1, 5, 15, 30)),
        ("05-01-26", datetime(2026, 1, 5)),
    ],
)
def test_times_as_databases_and_vietnamese_tills_write_them(warehouse: Warehouse, tmp_path: Path, cell: str, moment: datetime) -> None:
    bring(warehouse, write(tmp_path, "sales.csv", ["order,date,product,quantity,price", f"A,{cell},tea,1,10"]))
    assert ask(warehouse, "SELECT ordered_at FROM orders") == [(moment,)]


def test_years_that_stand_first_in_short_dates(warehouse: Warehouse, tmp_path: Path) -> None:
    rows = [f"A{day},26-01-{day:02d},tea,1,10" for day in range(5, 12)]
    bring(warehouse, write(tmp_path, "sales.csv", ["order,date,product,quantity,price", *rows]))
    assert warehouse.snapshot().card.as_of == date(2026, 1, 11)


@pytest.mark.parametrize(
    ("lines", "net"),
    [
        (["order;date;product;quantity;price", "A;02.01.2026;tea;1,500;12,50", "B;02.01.2026;tea;2,250;9,80"], "40.80"),
        (["order;date;product;quantity;price", "A;02.01.2026;tea;3;1 250,50"], "3751.50"),
        (["order,date,product,quantity,price", "A,2026-01-02,fuel,42.10,1.459", "B,2026-01-02,fuel,10.00,1.449"], "75.91"),
    ],
)
def test_marks_agree_within_a_file(warehouse: Warehouse, tmp_path: Path, lines: list[str], net: str) -> None:
    bring(warehouse, write(tmp_path, "sales.csv", lines))
    assert ask(warehouse, "SELECT sum(net_amount) FROM order_lines") == [(Decimal(net),)]


def test_two_currencies_are_never_added_up(warehouse: Warehouse, tmp_path: Path) -> None:
    rows = ["A,2026-01-02,tea,1,10 USD", "B,2026-01-02,tea,1,250000 VND"]
    with pytest.raises(BadMapping, match="USD, VND"):
        bring(warehouse, write(tmp_path, "sales.csv", ["order,date,product,quantity,price", *rows]))
    rows = ["A,2026-01-02,tea,1,10,USD", "B,2026-01-02,tea,1,250000,VND"]
    with pytest.raises(BadMapping, match=r"column currency: amounts in several currencies: USD, VND"):
        bring(warehouse, write(tmp_path, "column.csv", ["order,date,product,quantity,price,currency", *rows]))
    path = write(tmp_path, "ok.csv", ["order,date,product,quantity,price", "A,2026-01-02,tea,1,10"])
    load(warehouse, LoadRequest((path,), currency="VND"))
    other = write(tmp_path, "other.csv", ["order,date,product,quantity,price", "B,2026-01-03,tea,1,10"])
    with pytest.raises(BadMapping, match="USD and the warehouse is in VND"):
        load(warehouse, LoadRequest((other,), currency="USD"))


def test_the_zone_of_one_file_is_not_the_companys_calendar(warehouse: Warehouse, tmp_path: Path) -> None:
    header = "order,date,product,quantity,price"
    load(warehouse, LoadRequest((write(tmp_path, "a.csv", [header, "A,2026-01-02 08:00,tea,1,10"]),), timezone="Asia/Ho_Chi_Minh"))
    load(warehouse, LoadRequest((write(tmp_path, "b.csv", [header, "B,2026-01-02 08:00,tea,1,10"]),), timezone="UTC"))
    assert warehouse.snapshot().card.company.timezone == "Asia/Ho_Chi_Minh"
    assert ask(warehouse, "SELECT ordered_at FROM orders ORDER BY 1") == [(datetime(2026, 1, 2, 1),), (datetime(2026, 1, 2, 8),)]


def test_orders_and_lines_without_lists_introduce_their_members(warehouse: Warehouse, tmp_path: Path) -> None:
    feed = tmp_path / "feed"
    feed.mkdir()
    write(feed, "orders.csv", ["order_id,customer_id,ordered_at", "O1,C1,2026-01-01"])
    write(feed, "order_lines.csv", ["order_id,product_id,quantity,unit_price", "O1,P1,2,10"])
    report = bring(warehouse, feed)
    assert report.rejected == 0
    assert ask(warehouse, "SELECT product_id, name FROM products") == [("P1", "P1")]
    later = bring(warehouse, write(tmp_path, "orders.csv", ["order_id,customer_id,ordered_at", "O2,C9,2026-01-02", "O3,C1,2026-01-02"]))
    assert reasons(later) == {"orphan:customer_id": 1}  # a list that is there is believed


def test_orphans_come_right_once_their_parents_are_there(warehouse: Warehouse, tmp_path: Path) -> None:
    bring(warehouse, write(tmp_path, "products.csv", ["product_id,name", "P1,Tea"]))
    reviews = write(tmp_path, "reviews.csv", ["product_id,rating,reviewed_at", "P1,5,2026-01-02", "P2,4,2026-01-02"])
    assert bring(warehouse, reviews).rejected == 1
    assert bring(warehouse, reviews).skipped == ("reviews.csv",)  # nothing changed since
    bring(warehouse, write(tmp_path, "more_products.csv", ["product_id,name", "P2,Milk"]))
    assert bring(warehouse, reviews).rejected == 0
    assert ask(warehouse, "SELECT count(*) FROM reviews") == [(2,)]


def test_empty_cells_of_a_correction_erase_nothing(warehouse: Warehouse, tmp_path: Path) -> None:
    bring(warehouse, write(tmp_path, "customers.csv", ["customer_id,name,province", "C1,An,Hà Nội"]))
    bring(warehouse, write(tmp_path, "customers2.csv", ["customer_id,name,province", "C1,Nguyễn An,"]))
    assert ask(warehouse, "SELECT name, province FROM customers") == [("Nguyễn An", "Hà Nội")]


def test_a_shipment_under_way_and_then_delivered_is_one_shipment(warehouse: Warehouse, tmp_path: Path) -> None:
    bring(warehouse, write(tmp_path, "sales.csv", ["order,date,product,quantity,price", "O1,2026-01-02,tea,1,10"]))
    header = "order_id,carrier,shipped_at,delivered_at,cost"
    bring(warehouse, write(tmp_path, "shipments.csv", [header, "O1,GHN,2026-01-03,,5"]))
    bring(warehouse, write(tmp_path, "shipments2.csv", [header, "O1,GHN,2026-01-03,2026-01-06,5"]))
    assert ask(warehouse, "SELECT count(*), max(delivered_at) FROM shipments") == [(1, datetime(2026, 1, 6))]


def test_two_spellings_of_one_name_are_one_product(warehouse: Warehouse, tmp_path: Path) -> None:
    composed, decomposed = "Cà phê", "Ca\u0300 phe\u0302"
    rows = [f"A,2026-01-02,{composed},1,10", f"B,2026-01-02,{decomposed},1,10"]
    bring(warehouse, write(tmp_path, "sales.csv", ["order,date,product,quantity,price", *rows]))
    assert ask(warehouse, "SELECT count(*) FROM products") == [(1,)]


def test_files_of_a_feed_come_in_time_order() -> None:
    names = ["sales_10.csv", "sales_2.csv", "01-02-2024.csv", "31-01-2024.csv"]
    assert [path.name for path in sorted(map(Path, names), key=in_time)] == [
        "31-01-2024.csv",
        "01-02-2024.csv",
        "sales_2.csv",
        "sales_10.csv",
    ]
