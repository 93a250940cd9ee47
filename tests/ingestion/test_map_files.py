"""A map given by a person is followed to the letter or refused: no entry, header, value or constant of it is passed over."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import yaml
from typer.testing import CliRunner

from cli.data import app
from ingestion.errors import BadMapping
from ingestion.load import LoadRequest, load
from ingestion.mapping import read_map
from ingestion.presets.catalog import preset
from ingestion.report import LoadReport
from ingestion.warehouse import Warehouse, open_readonly

SALES = "Bill,Day,Item,Pcs,Price,Rabatt\n1,05/03/2024,A,3,10,0.5\n2,06/03/2024,B,2,20,0\n"
COLUMNS = "columns: {order_id: Bill, ordered_at: Day, product_id: Item, quantity: Pcs, unit_price: Price}"


def ask(warehouse: Warehouse, sql: str) -> list[tuple[object, ...]]:
    with open_readonly(warehouse.snapshot().database) as connection:
        return connection.execute(sql).fetchall()


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def load_with(warehouse: Warehouse, folder: Path, map_text: str, *files: Path) -> LoadReport:
    return load(warehouse, LoadRequest(files, read_map(write(folder, "map.yaml", map_text))))


def entry(source: str, more: str = "", columns: str = COLUMNS) -> str:
    return f"tables:\n- source: {source!r}\n  target: sales_lines\n{more}  {columns}\n"


def test_an_entry_that_matches_nothing_is_refused_and_not_replaced_by_a_guess(warehouse: Warehouse, tmp_path: Path) -> None:
    sales = write(tmp_path, "sales.csv", SALES)
    with pytest.raises(BadMapping, match=r"tables\[0\] \(sales_lines, source: 'sale'\) matches none .*one of sales"):
        load_with(warehouse, tmp_path, entry("sale"), sales)


def test_a_preset_for_other_files_is_refused(warehouse: Warehouse, tmp_path: Path) -> None:
    sales = write(tmp_path, "shop.csv", "Order No,Date,Item,Qty,Price\n1,2024-01-05,A,1,10\n")
    for name in ("retailrocket", "northwind", "online-retail"):
        with pytest.raises(BadMapping):
            load(warehouse, LoadRequest((sales,), preset(name)))


def test_an_entry_whose_file_does_not_come_today_is_told(warehouse: Warehouse, tmp_path: Path) -> None:
    sales = write(tmp_path, "sales.csv", SALES)
    two = entry("sales") + "- source: shops\n  target: locations\n  columns: {location_id: id}\n"
    report = load_with(warehouse, tmp_path, two, sales)
    assert any("tables[1] (locations, source: 'shops') found no table" in note for note in report.sources[0].notes)


def test_a_feed_whose_first_file_was_loaded_before_still_matches_its_map(warehouse: Warehouse, tmp_path: Path) -> None:
    sales = write(tmp_path, "sales.csv", SALES)
    load_with(warehouse, tmp_path, entry("sales"), sales)
    stores = write(tmp_path, "locations.csv", "location_id,name\nS1,Centre\n")
    report = load_with(warehouse, tmp_path, entry("sales"), sales, stores)
    assert report.skipped == ("sales.csv",)
    assert ask(warehouse, "SELECT name FROM locations") == [("Centre",)]


@pytest.mark.parametrize("name", ["sales.2024.csv", "sales[1].csv", "a*b?.csv", "Sales (copy).tsv.csv"])
def test_a_saved_map_reads_the_file_it_was_saved_from(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    monkeypatch.setenv("OIIS_HOME", str(tmp_path / "home"))
    sales = write(tmp_path, name, "Order No,Date,Item,Qty,Price\n1,05/03/2024,A,3,10\n2,06/03/2024,B,2,20\n")
    saved = tmp_path / "saved.yaml"
    assert CliRunner().invoke(app, ["check", str(sales), "--save-map", str(saved)]).exit_code == 0
    body = yaml.safe_load(saved.read_text(encoding="utf-8"))
    body["tables"][0]["date_order"] = "month_first"
    saved.write_text(yaml.safe_dump(body), encoding="utf-8")
    warehouse = Warehouse(tmp_path / "other")
    load(warehouse, LoadRequest((sales,), read_map(saved)))
    assert [month for (month,) in ask(warehouse, "SELECT DISTINCT month(ordered_at) FROM orders ORDER BY 1")] == [5, 6]


def test_a_saved_map_of_a_workbook_reads_its_sheet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OIIS_HOME", str(tmp_path / "home"))
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Orders 2024"
    for row in (["Order No", "Date", "Item", "Qty", "Price"], ["1", "05/03/2024", "A", 3, 10], ["2", "06/03/2024", "B", 2, 10]):
        sheet.append(row)
    path, saved = tmp_path / "book.xlsx", tmp_path / "saved.yaml"
    book.save(path)
    assert CliRunner().invoke(app, ["check", str(path), "--save-map", str(saved)]).exit_code == 0
    report = load(Warehouse(tmp_path / "other"), LoadRequest((path,), read_map(saved)))
    assert (report.sources[0].target, report.accepted) == ("sales_lines", 2)


def test_a_misspelt_header_of_an_optional_field_is_refused_with_the_right_one(warehouse: Warehouse, tmp_path: Path) -> None:
    sales = write(tmp_path, "sales.csv", SALES)
    columns = COLUMNS.replace("}", ", discount_rate: Rabbat}")
    with pytest.raises(BadMapping, match=r"'Rabbat' for discount_rate is not there; did you mean 'Rabatt'"):
        load_with(warehouse, tmp_path, entry("sales", columns=columns), sales)


def test_an_absent_optional_header_that_may_be_another_is_noted(warehouse: Warehouse, tmp_path: Path) -> None:
    sales = write(tmp_path, "sales.csv", SALES.replace("Rabatt", "Discount given"))
    report = load_with(warehouse, tmp_path, entry("sales", columns=COLUMNS.replace("}", ", discount_rate: Discount}")), sales)
    assert any("no column 'Discount' here; the nearest is 'Discount given'" in note for note in report.sources[0].notes)


def test_of_two_headers_that_look_alike_the_exact_one_is_taken(warehouse: Warehouse, tmp_path: Path) -> None:
    sales = write(tmp_path, "sales.csv", "Bill,Day,Item,Pcs,Price,Price (gross)\n1,2024-03-05,A,1,10,99\n")
    load_with(warehouse, tmp_path, entry("sales"), sales)
    assert ask(warehouse, "SELECT unit_price FROM order_lines") == [(Decimal(10),)]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("  values: {status: {KO: canceled}}\n", "did you mean 'cancelled'"),
        ("  constants: {status: foo}\n", "foo"),
        ("  constants: {shipping_fee: '1,5'}\n", "1234.5"),
        ("  constants: {shipping_fee: -1}\n", "out of range"),
        ("  constants: {line_no: 1.5}\n", "whole number"),
        ("  constants: {promised_on: '31/12/2024'}\n", "2026-01-31"),
        ("  constants: {promised_on: '2024-02-30'}\n", "2024-02-30"),
        ("  constants: {channel: ''}\n", "empty"),
        ("  not_products: ['re:(']\n", "no regular expression"),
        ("  not_products: ['re:(?=x)']\n", "no regular expression"),
    ],
)
def test_a_map_that_would_fail_later_is_refused_when_read(tmp_path: Path, more: str, says: str) -> None:
    with pytest.raises(BadMapping, match=says):
        read_map(write(tmp_path, "map.yaml", entry("sales", more)))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("timezone: Mars/X\n" + entry("x"), "Mars/X"),
        ("timezone: ../etc\n" + entry("x"), "time zone"),
        ("only: sales\n" + entry("x"), "sales_lines"),
        ("[" * 5000 + "]" * 5000, "cannot be read"),
    ],
)
def test_a_map_with_an_impossible_setting_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(BadMapping, match=says):
        read_map(write(tmp_path, "map.yaml", text))


def test_constants_and_values_may_be_written_without_quotes(tmp_path: Path) -> None:
    more = "  constants: {shipping_fee: 5, promised_on: 2026-01-31}\n  values: {status: {1: delivered, 2: cancelled, 3: ''}}\n"
    found = read_map(write(tmp_path, "map.yaml", entry("sales", more))).tables[0]
    assert found.constants == {"shipping_fee": "5", "promised_on": "2026-01-31"}
    assert found.values == {"status": {"1": "delivered", "2": "cancelled", "3": ""}}


def test_a_good_map_with_constants_of_every_kind_loads(warehouse: Warehouse, tmp_path: Path) -> None:
    sales = write(tmp_path, "sales.csv", "Bill,Item,Pcs\n1,A,3\n")
    constants = (
        "  constants: {ordered_at: '2026-01-31 14:30:00', unit_price: '12.50', status: paid, promised_on: '2026-02-01', line_no: 1}\n"
    )
    load_with(warehouse, tmp_path, entry("sales", constants, "columns: {order_id: Bill, product_id: Item, quantity: Pcs}"), sales)
    found = ask(
        warehouse, "SELECT status, hour(ordered_at), unit_price, promised_on::VARCHAR FROM orders JOIN order_lines USING (order_id)"
    )
    assert found == [("paid", 14, Decimal("12.50"), "2026-02-01")]


def query_map(query: str) -> str:
    text = {"source": "sales", "target": "sales_lines", "query": query} | yaml.safe_load(COLUMNS)
    return yaml.safe_dump({"tables": [text]})


def test_a_query_makes_a_table_of_raw_ones(warehouse: Warehouse, tmp_path: Path) -> None:
    sales = write(tmp_path, "sales.csv", SALES)
    prices = write(tmp_path, "prices.csv", "Item,Cost\nA,7\nB,8\n")
    query = (
        "WITH p AS (SELECT Item, max(Cost) AS Price FROM {price*} GROUP BY 1)"
        " SELECT s.* EXCLUDE (Price), p.Price FROM {sales} s JOIN p USING (Item)"
    )
    report = load_with(warehouse, tmp_path, query_map(query), sales, prices)
    assert (report.read, report.accepted) == (2, 2)
    assert ask(warehouse, "SELECT product_id, unit_price FROM order_lines ORDER BY 1") == [("A", Decimal(7)), ("B", Decimal(8))]


def test_numbers_computed_by_a_query_are_never_thousands(warehouse: Warehouse, tmp_path: Path) -> None:
    sales = write(tmp_path, "sales.csv", SALES)
    query = "SELECT Bill, Day, Item, CAST(Pcs AS DOUBLE) + 0.125 AS Pcs, CAST(1.125 AS DECIMAL(9,3)) AS Price FROM {sales}"
    load_with(warehouse, tmp_path, query_map(query), sales)
    assert ask(warehouse, "SELECT sum(quantity) FROM order_lines") == [(Decimal("5.25"),)]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM {{sales}}) TO '{out}' (FORMAT csv); COPY (SELECT 1",
        "COPY (SELECT * FROM {{sales}}) TO '{out}'",
        "SELECT * FROM {{sales}}; COPY (SELECT 1) TO '{out}'",
        "SELECT s.*, content FROM {{sales}} s, read_text('{secret}')",
        "SELECT s.*, content FROM {{sales}} s, query('SELECT * FROM read_text(''{secret}'')')",
        "SELECT s.* FROM {{sales}} s, read_csv('{secret}')",
        "SELECT s.* FROM {{sales}} s, glob('{folder}/*')",
        "ATTACH '{out}' AS other; SELECT * FROM {{sales}}",
        "SET enable_external_access = true; SELECT * FROM {{sales}}",
        "PIVOT {{sales}} ON Item USING count(*)",
        "SELECT * FROM {{sales}} WHERE",
        "DELETE FROM {{sales}}",
        "SELECT nosuch FROM {{sales}}",
        "SELECT 1",
        "SELECT * FROM {{nosuch}}",
    ],
)
def test_a_query_reads_the_raw_tables_and_touches_nothing_else(warehouse: Warehouse, tmp_path: Path, query: str) -> None:
    sales = write(tmp_path, "sales.csv", SALES)
    secret, out = write(tmp_path, "secret.txt", "a secret"), tmp_path / "out.csv"
    with pytest.raises(BadMapping) as refused:
        load_with(warehouse, tmp_path, query_map(query.format(out=out, secret=secret, folder=tmp_path)), sales)
    assert not out.exists()
    assert "a secret" not in str(refused.value)
    assert warehouse.find() is None
