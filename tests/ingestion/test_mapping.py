"""Columns are recognised by name and value, in two languages; what is missing is said with a map to fill in."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ingestion.errors import BadMapping
from ingestion.mapping import HEADERS_FILE, TARGETS, ColumnEvidence, plain, propose, read_map
from ingestion.schema import TABLES

TEXT, NUMBER, TIME = ColumnEvidence(0, 0), ColumnEvidence(1, 0), ColumnEvidence(0, 1)


@pytest.mark.parametrize(
    ("headers", "target", "found"),
    [
        ({"Ngày": TIME, "Mã KH": TEXT, "Mã hàng": TEXT, "Số lượng": NUMBER, "Đơn giá": NUMBER}, "sales_lines",
         {"quantity": "Số lượng"}),
        ({"order_no": TEXT, "Order Date": TIME, "Qty": NUMBER, "Item": TEXT, "Price (VND)": NUMBER}, "sales_lines",
         {"unit_price": "Price (VND)"}),
        ({"Order ID": TEXT, "Customer ID": TEXT, "Order Date": TIME, "Status": TEXT}, "orders", {"status": "Status"}),
        ({"OrderID": TEXT, "ProductID": TEXT, "UnitPrice": NUMBER, "Quantity": NUMBER, "Discount": NUMBER}, "order_lines",
         {"discount_rate": "Discount"}),
        ({"SKU": TEXT, "Product Code": TEXT, "Product Name": TEXT, "Brand": TEXT, "Cost": NUMBER}, "products",
         {"manufacturer": "Brand"}),
        ({"Ngày": TIME, "Khách hàng": TEXT, "Tên hàng": TEXT, "SL": NUMBER, "Thành tiền": NUMBER}, "sales_lines",
         {"product_id": "Tên hàng"}),
    ],
)  # fmt: skip
def test_headers_are_recognised(headers: dict[str, ColumnEvidence], target: str, found: dict[str, str]) -> None:
    table_map = propose("export", "export.csv", headers)
    assert table_map.target == target
    assert found.items() <= table_map.columns.items()


def test_every_contract_table_recognises_its_own_headers() -> None:
    for table in TABLES:
        evidence = {
            column.name: TIME if column.kind in ("date", "timestamp") else NUMBER if column.kind not in ("id", "text", "boolean") else TEXT
            for column in table.columns
        }
        table_map = propose(table.name, f"{table.name}.csv", evidence)
        assert table_map.target == table.name
        assert table_map.columns == {name: name for name in table.column_names}


def test_a_name_is_not_believed_against_the_values() -> None:
    table_map = propose(
        "sales", "sales.csv", {"Date": TIME, "Item": TEXT, "Qty": NUMBER, "Price": TEXT, "Unit Price": NUMBER, "Customer": TEXT}
    )
    assert table_map.columns["unit_price"] == "Unit Price"


def test_the_only_date_column_is_the_date_whatever_its_name() -> None:
    table_map = propose("sales", "sales.csv", {"Wann": TIME, "Item": TEXT, "Qty": NUMBER, "Unit Price": NUMBER})
    assert table_map.columns["ordered_at"] == "Wann"


def test_a_sales_list_is_no_list_of_shops_because_it_names_them() -> None:
    with pytest.raises(BadMapping, match=r"explains only|lacks"):
        propose("x", "x.csv", {"Store": TEXT, "Wert": NUMBER, "Art": TEXT, "Menge": NUMBER})


def test_the_first_of_several_levels_is_the_province_and_near_misses_yield_to_names() -> None:
    headers = {
        "Order ID": TEXT,
        "Order Date": TIME,
        "Country": TEXT,
        "State": TEXT,
        "Product ID": TEXT,
        "Sales": NUMBER,
        "Quantity": NUMBER,
    }
    columns = propose("orders export", "x.csv", headers).columns
    assert columns["province"] == "State"
    assert "district" not in columns  # Country is not a misspelt county


def test_shelf_codes_and_names_stand_in_for_ids() -> None:
    columns = propose("pos", "pos.tsv", {"date": TIME, "sku": TEXT, "qty": NUMBER, "amount": NUMBER, "customer name": TEXT}).columns
    assert columns["product_id"] == "sku"
    assert columns["customer_id"] == "customer name"


def test_what_is_missing_comes_with_a_map_to_fill_in() -> None:
    with pytest.raises(BadMapping) as refused:
        propose("x", "x.csv", {"Wert": NUMBER, "Qty": NUMBER, "Bemerkung": TEXT})
    text = str(refused.value)
    assert "product_id" in text and "Bemerkung" in text and "--map FILE" in text
    skeleton = yaml.safe_load(text.split("--map FILE:\n")[1].rsplit(".", 1)[0])
    assert "?" in skeleton["tables"][0]["columns"].values()


def test_plain_ignores_accents_case_and_units() -> None:
    assert plain("Đơn giá (VND)") == plain("don_gia") == plain("DON GIA") == "dongia"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("tables: [{target: order, columns: {}}]", "did you mean 'orders'"),
        ("tables: [{target: orders, columns: {orderid: X, ordered_at: Y}}]", "did you mean 'order_id'"),
        ("tables: [{target: orders, columns: {order_id: X}}]", "orders needs ordered_at"),
        ("tables: [{target: orders, colums: {}}]", "colums"),
        ("tables: 5", "tables"),
        ("{", "cannot be read"),
    ],
)
def test_a_wrong_map_file_names_its_place(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "map.yaml"
    path.write_text(text)
    with pytest.raises(BadMapping, match=says):
        read_map(path)


def test_header_synonyms_name_fields_that_exist() -> None:
    body = yaml.safe_load(HEADERS_FILE.read_text(encoding="utf-8"))
    fields = {name for target in TARGETS.values() for name in target.column_names}
    assert set(body["fields"]) - fields <= {"return_quantity"}
    assert set(body["names"]) == set(TARGETS)
