"""Columns are recognised by name and value, in two languages; what is missing is said with a map to fill in."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ingestion.errors import BadMapping
from ingestion.likeness import ColumnEvidence
from ingestion.load import LoadRequest, load
from ingestion.mapping import HEADERS_FILE, TARGETS, plain, read_map
from ingestion.proposing import propose
from ingestion.schema import TABLES
from ingestion.warehouse import Warehouse

TEXT, NUMBER, TIME = ColumnEvidence(0, 0), ColumnEvidence(1, 0), ColumnEvidence(0, 1)


def evidence_of(headers: str) -> dict[str, ColumnEvidence]:
    """`Item Qty:n Date:d` as columns of text, numbers and days."""
    kinds = {"": TEXT, "n": NUMBER, "d": TIME}
    return {header: kinds[kind] for header, _, kind in (word.partition(":") for word in headers.split())}


def skeleton(message: str) -> dict[str, list[dict[str, object]]]:
    """The map file in a refusal."""
    found: dict[str, list[dict[str, object]]] = yaml.safe_load(message.split("--map FILE:\n")[1].rsplit(".", 1)[0])
    return found


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


@pytest.mark.parametrize(
    ("name", "headers", "target"),
    [
        ("competitor_prices", "Date:d Competitor SKU Price:n", "competitor_prices"),
        ("price_history", "SKU Price:n Effective_From:d", "price_history"),
        ("Stock on hand", "Date:d Location SKU On_Hand:n Reserved:n", "stock_levels"),
        ("orders", "Order_No Date:d Item Qty:n Price:n", "sales_lines"),
        ("Orders 2024", "Order_No Date:d Item Qty:n Price:n", "sales_lines"),
        ("orders", "increment_id created_at:d sku name qty_ordered:n price:n row_total:n", "sales_lines"),
        ("orders", "id customer_id created_at:d status total:n", "orders"),
        ("order_status", "Order_No Date:d Status", "orders"),
        ("so_items", "SO_No Article Qty:n Price:n", "order_lines"),
        ("inventory", "SKU Product Warehouse Quantity:n Price:n Date:d", "stock_levels"),
        ("refunds", "Order_No Refund_Date:d Item Qty:n Amount:n", "returns"),
        ("export", "Order_No Refund_Date:d Item Qty:n Amount:n", "returns"),
        ("returns 2024", "Order_No Date:d Item Qty:n Price:n", "returns"),
        ("movements", "Date:d Location SKU Movement_Type Qty:n", "stock_movements"),
        ("items-2024", "Date:d Item Qty:n Net_Sales:n Transaction_ID Customer_ID", "sales_lines"),
        ("b2b", "Order_No Date:d Customer PO_Number Item Qty:n Price:n", "sales_lines"),
        ("products", "id name price:n stock:n created_at:d", "products"),
        ("customers", "id name email created_at:d", "customers"),
        ("Product reviews", "Item Rating:n Review_Date:d Comment", "reviews"),
        ("verkauf", "Rechnungsnr Rechnungsdatum:d Artikelnr Menge:n Einzelpreis:n Betrag:n", "sales_lines"),
        ("export", "Datum:d Artikel Menge:n Preis:n Kunde", "sales_lines"),
        ("export", "Numéro_de_commande Date_de_commande:d Article Quantité:n Prix_unitaire:n Client", "sales_lines"),
    ],
)  # fmt: skip
def test_a_file_becomes_the_table_it_is(name: str, headers: str, target: str) -> None:
    assert propose(name, f"{name}.csv", evidence_of(headers)).target == target


@pytest.mark.parametrize(
    ("name", "headers", "targets"),
    [
        ("export", "PO_Number Supplier Order_Date:d Item_Code Quantity:n Unit_Price:n",
         ["suppliers", "products", "purchase_orders", "purchase_order_lines"]),
        ("purchase_orders", "PO_Number Supplier PO_Date:d Item_Code Quantity:n Unit_Cost:n",
         ["suppliers", "products", "purchase_orders", "purchase_order_lines"]),
        ("x", "Invoice_No Invoice_Date:d Supplier Item Qty:n Price:n",
         ["suppliers", "products", "purchase_orders", "purchase_order_lines"]),
        ("stock 2024-05-31", "Date:d SKU Description Qty:n Price:n Value:n", ["stock_levels"]),
        ("stocktake", "Date:d SKU On_Hand:n Qty:n Price:n", ["stock_levels"]),
        ("x", "Date:d Item Price:n", ["products"]),
        ("forecast 2027", "Date:d Item Qty:n Price:n", ["sales_lines"]),
    ],
)  # fmt: skip
def test_what_is_no_sale_is_refused_with_the_map_it_needs(name: str, headers: str, targets: list[str]) -> None:
    with pytest.raises(BadMapping) as refused:
        propose(name, f"{name}.csv", evidence_of(headers))
    assert [table["target"] for table in skeleton(str(refused.value))["tables"]] == targets


def test_a_skeleton_for_purchases_loads_as_it_stands(warehouse: Warehouse, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("PO Number,Supplier,Order Date,Item Code,Quantity,Unit Price\nP1,S,2024-01-05,A,10,5\nP1,S,2024-01-05,B,4,2\n")
    with pytest.raises(BadMapping) as refused:
        load(warehouse, LoadRequest((path,)))
    (tmp_path / "map.yaml").write_text(yaml.safe_dump(skeleton(str(refused.value))))
    report = load(warehouse, LoadRequest((path,), read_map(tmp_path / "map.yaml")))
    assert {change.table: change.rows for change in report.tables} == {
        "suppliers": 1, "products": 2, "purchase_orders": 1, "purchase_order_lines": 2,
    }  # fmt: skip
    assert report.rejected == 0


def test_who_says_that_it_is_sales_is_believed() -> None:
    table_map = propose("forecast", "forecast.csv", evidence_of("Date:d Supplier Item Qty:n Price:n"), "sales_lines")
    assert table_map.columns["quantity"] == "Qty"


def test_a_sheet_without_a_name_of_its_own_has_that_of_its_file() -> None:
    headers = evidence_of("Date:d SKU Qty:n Price:n")
    with pytest.raises(BadMapping, match="stock_levels"):
        propose("Sheet1", "inventory.xlsx [Sheet1]", headers)
    assert propose("Sheet1", "book.xlsx [Sheet1]", headers).target == "sales_lines"


def test_lines_inside_documents_are_not_lost() -> None:
    headers = evidence_of("id created_at:d email customer.id") | {"line_items": ColumnEvidence(0, 0, listed=1.0)}
    with pytest.raises(BadMapping, match="line_items holds lists"):
        propose("orders", "orders.jsonl", headers)


@pytest.mark.parametrize(
    ("headers", "product", "name"),
    [
        ("Date:d Product SKU Qty:n Price:n", "SKU", "Product"),
        ("Date:d SKU Item Qty:n Price:n", "SKU", "Item"),
        ("Date:d Item:n Material Qty:n Price:n", "Material", None),
        ("Date:d Product_Code Product Qty:n Price:n", "Product_Code", "Product"),
        ("Date:d Item Description SKU Qty:n Price:n", "Item", "Description"),
        ("Date:d Product Qty:n Price:n", "Product", None),
        ("Date:d SKU Name Qty:n Price:n", "SKU", "Name"),
        ("Date:d Name SKU Qty:n Price:n", "SKU", None),
    ],
)
def test_the_code_is_the_product_and_the_word_its_name(headers: str, product: str, name: str | None) -> None:
    columns = propose("export", "export.csv", evidence_of(headers)).columns
    assert (columns["product_id"], columns.get("product_name")) == (product, name)


def test_a_shelf_code_that_is_mostly_missing_is_not_the_product() -> None:
    headers = evidence_of("Date:d Product Qty:n Price:n") | {"SKU": ColumnEvidence(0, 0, filled=0.2)}
    assert propose("export", "export.csv", headers).columns["product_id"] == "Product"


def test_a_bare_id_is_the_key_only_of_a_file_called_after_its_table() -> None:
    assert propose("products", "products.csv", evidence_of("id name price:n")).columns["product_id"] == "id"
    assert "order_id" not in propose("sales", "sales.csv", evidence_of("id date:d item qty:n price:n")).columns


@pytest.mark.parametrize(("header", "taken"), [("Weight (g)", False), ("weight_g", False), ("Weight (kg)", True), ("Weight", True)])
def test_a_weight_in_another_unit_is_not_in_kilograms(header: str, taken: bool) -> None:
    headers = evidence_of("SKU Name Price:n") | {header: NUMBER}
    assert ("weight_kg" in propose("products", "products.csv", headers).columns) == taken


def test_percent_and_money_of_a_discount_are_told_apart() -> None:
    headers = evidence_of("Date:d Item Qty:n Price:n") | {"Giảm giá": NUMBER, "Giảm giá %": NUMBER}
    columns = propose("export", "export.csv", headers).columns
    assert (columns["discount_rate"], columns["discount_amount"]) == ("Giảm giá %", "Giảm giá")


def test_sales_without_a_price_are_told_with_the_columns_that_were_left(warehouse: Warehouse, tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_text("Date,Item,Qty,Erlös\n2024-01-05,A,3,30\n")
    report = load(warehouse, LoadRequest((path,), max_rejected=1.0))
    assert "no price or amount column was found; columns not used: Erlös" in report.sources[0].notes


def test_phrases_and_fields_of_the_vocabulary_are_of_the_contract() -> None:
    body = yaml.safe_load(HEADERS_FILE.read_text(encoding="utf-8"))
    for block in ("tables", "when_named"):
        for table, fields in body[block].items():
            assert set(fields) <= set(TARGETS[table].column_names), table
    phrases = {phrase for listed in body["names"].values() for phrase in listed}
    assert set(body["loose_names"]) <= phrases
    listed = [word for block in (body["fields"], *body["tables"].values()) for words in block.values() for word in words]
    assert all(isinstance(word, str) for word in listed)
