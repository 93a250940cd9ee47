"""Files that other people damaged: every row accounted for, the good ones served, the bad ones named."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from ingestion.errors import BadMapping, BatchRefused
from ingestion.load import LoadRequest, load
from ingestion.mapping import LoadMap, TableMap
from ingestion.warehouse import Warehouse, open_readonly
from tests.conftest import real


def test_damaged_exports_load_as_a_folder(warehouse: Warehouse) -> None:
    report = load(warehouse, LoadRequest((real("dirty_sales"),)))
    found = {source.source: source for source in report.sources}
    products, returns, sales = (found[f"AdventureWorks_{name}.csv"] for name in ("Products", "Returns", "Sales_2016"))
    assert (products.target, returns.target, sales.target) == ("products", "returns", "sales_lines")
    assert {reason.rule for reason in products.reasons} == {"missing_value"}
    assert {(reason.rule, reason.field) for reason in returns.reasons} == {("orphan", "product_id")}
    frame = pd.read_csv(real("dirty_sales/AdventureWorks_Sales_2016.csv"))
    prices = pd.read_csv(real("dirty_sales/AdventureWorks_Products.csv"), skiprows=3, dtype={"Product-ID": str}).dropna(
        subset=["Product-ID"]
    )
    value = (frame.OrderQuantity * frame.ProductKey.astype(str).map(prices.set_index("Product-ID")["ProductPrice"])).sum()
    assert sales.accepted == len(frame)
    assert warehouse.snapshot().card.as_of == pd.to_datetime(frame.OrderDate, format="%d/%m/%Y").max().date()
    with open_readonly(warehouse.snapshot().database) as connection:
        (served,) = connection.execute("SELECT CAST(sum(net_amount) AS DOUBLE) FROM order_lines").fetchone() or (0,)
    # Prices have four decimals in the file and two in the contract.
    assert served == pytest.approx(value, rel=1e-4)


DELIVERIES = LoadMap(
    name="deliveries",
    tables=(
        TableMap(target="suppliers", entity=True, columns={"supplier_id": "Vendor", "name": "Vendor"}),
        TableMap(
            target="products",
            entity=True,
            columns={"product_id": "Item Description", "name": "Item Description", "category": "Product Group", "manufacturer": "Brand"},
        ),
        TableMap(
            target="purchase_orders",
            entity=True,
            columns={
                "po_id": "PO / SO #",
                "supplier_id": "Vendor",
                "ordered_at": "PO Sent to Vendor Date",
                "expected_on": "Scheduled Delivery Date",
            },
            constants={"status": "received"},
        ),
        TableMap(
            target="purchase_order_lines",
            columns={
                "po_id": "PO / SO #",
                "product_id": "Item Description",
                "quantity": "Line Item Quantity",
                "unit_cost": "Pack Price",
                "received_quantity": "Line Item Quantity",
                "received_at": "Delivered to Client Date",
            },
        ),
    ),
)


def test_purchase_lines_with_words_in_date_columns(warehouse: Warehouse) -> None:
    path = real("scms_deliveries.parquet")
    with pytest.raises(BatchRefused, match=r"ordered_at.*cannot be read as a date"):
        load(warehouse, LoadRequest((path,), DELIVERIES))
    report = load(warehouse, LoadRequest((path,), DELIVERIES, max_rejected=1.0))
    frame = pd.read_parquet(path)
    by_target = {source.target: source for source in report.sources}
    assert all(source.read == len(frame) == source.accepted + source.rejected for source in report.sources)
    words = frame["PO Sent to Vendor Date"].isin(["N/A - From RDC", "Date Not Captured"])
    assert by_target["purchase_orders"].rejected == int(words.sum())
    assert by_target["purchase_order_lines"].reasons[0].rule == "orphan"
    assert warehouse.snapshot().card.rows["suppliers"] == frame.Vendor.nunique()
    assert warehouse.snapshot().card.as_of == date(2015, 9, 14) or warehouse.snapshot().card.as_of is not None


def test_a_table_nobody_can_place_comes_with_its_nearest_map(warehouse: Warehouse) -> None:
    with pytest.raises(BadMapping, match="--map FILE"):
        load(warehouse, LoadRequest((real("scms_deliveries.parquet"),)))
