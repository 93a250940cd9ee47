"""What goes out comes back the same; what a spreadsheet would run is made harmless."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ingestion.errors import BadMapping
from ingestion.export import export
from ingestion.load import LoadRequest, load
from ingestion.warehouse import Warehouse, content_hashes, open_readonly

HEADER = "order,date,customer,item,item name,qty,price"


@pytest.fixture
def sold(warehouse: Warehouse, tmp_path: Path) -> Warehouse:
    path = tmp_path / "sales.csv"
    lines = [HEADER, 'A1,2026-01-02,C1,P1,"=HYPERLINK(""x"")",2,10', "A1,2026-01-02,C1,P2,-milk,1,3.5", "A2,2026-02-02,+84901,P3,tea,1,3.5"]
    path.write_text("\n".join(lines) + "\n")
    load(warehouse, LoadRequest((path,)))
    return warehouse


def test_parquet_goes_out_and_comes_back_the_same(sold: Warehouse, tmp_path: Path) -> None:
    written = export(sold.snapshot(), tmp_path / "out", "parquet")
    other = Warehouse(tmp_path / "other")
    report = load(other, LoadRequest(tuple(written)))
    assert report.rejected == 0
    with open_readonly(sold.snapshot().database) as one, open_readonly(other.snapshot().database) as two:
        assert content_hashes(one) == content_hashes(two)


def test_csv_neutralises_formulas_and_leaves_numbers_alone(sold: Warehouse, tmp_path: Path) -> None:
    products, customers = export(sold.snapshot(), tmp_path / "out", "csv", ("products", "customers"))
    with products.open(newline="") as handle:
        assert [row["name"] for row in csv.DictReader(handle)] == ['\'=HYPERLINK("x")', "'-milk", "tea"]
    with customers.open(newline="") as handle:
        assert "'+84901" in {row["customer_id"] for row in csv.DictReader(handle)}


def test_an_unknown_table_is_told(sold: Warehouse, tmp_path: Path) -> None:
    with pytest.raises(BadMapping, match="one of suppliers, products"):
        export(sold.snapshot(), tmp_path, "csv", ("produkte",))
