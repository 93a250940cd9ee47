"""What goes out comes back the same; what a spreadsheet would run is made harmless."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from ingestion.errors import BadMapping
from ingestion.export import Format, export
from ingestion.founding import found
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


def assert_same(one: Warehouse, other: Warehouse) -> None:
    with open_readonly(one.snapshot().database) as first, open_readonly(other.snapshot().database) as second:
        assert content_hashes(first) == content_hashes(second)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    warehouse = Warehouse(tmp_path_factory.mktemp("demo"))
    found(warehouse, "tiny", 7)
    return warehouse


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_a_whole_company_of_another_zone_goes_out_and_comes_back_the_same(demo: Warehouse, tmp_path: Path, file_format: Format) -> None:
    assert demo.snapshot().card.company.timezone == "Asia/Ho_Chi_Minh"
    written = export(demo.snapshot(), tmp_path / "out", file_format)
    other = Warehouse(tmp_path / "other")
    assert load(other, LoadRequest(tuple(written), timezone="Asia/Ho_Chi_Minh")).rejected == 0
    assert_same(demo, other)


ODD = ["-7", "'-7", "''=x", "+84 901", "=1+1", "@x", "'plain", "-", "7"]


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_ids_and_texts_that_look_like_formulas_come_back_the_same(warehouse: Warehouse, tmp_path: Path, file_format: Format) -> None:
    path = tmp_path / "sales.jsonl"
    rows = [
        {"order": f"O{odd}", "date": "2026-01-02 03:04:05.5", "customer": odd, "item": odd, "item name": odd, "qty": 1, "price": 1.5}
        for odd in ODD
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    load(warehouse, LoadRequest((path,), timezone="America/New_York"))
    assert warehouse.snapshot().card.rows["products"] > 7
    written = export(warehouse.snapshot(), tmp_path / "out", file_format)
    other = Warehouse(tmp_path / "other")
    load(other, LoadRequest(tuple(written), timezone="Asia/Tokyo"))
    assert_same(warehouse, other)
    assert load(warehouse, LoadRequest((tmp_path / "out",))).verdict == "unchanged"


def test_csv_neutralises_formulas_and_leaves_numbers_alone(sold: Warehouse, tmp_path: Path) -> None:
    products, customers = export(sold.snapshot(), tmp_path / "out", "csv", ("products", "customers"))
    with products.open(newline="") as handle:
        assert [row["name"] for row in csv.DictReader(handle)] == ['\'=HYPERLINK("x")', "'-milk", "tea"]
    with customers.open(newline="") as handle:
        assert "'+84901" in {row["customer_id"] for row in csv.DictReader(handle)}


def test_an_unknown_table_is_told(sold: Warehouse, tmp_path: Path) -> None:
    with pytest.raises(BadMapping, match="one of suppliers, products"):
        export(sold.snapshot(), tmp_path, "csv", ("produkte",))


def test_a_folder_that_cannot_be_written_is_told_with_its_path(sold: Warehouse, tmp_path: Path) -> None:
    (tmp_path / "out" / "orders.csv").mkdir(parents=True)
    with pytest.raises(OSError, match=r"orders\.csv"):
        export(sold.snapshot(), tmp_path / "out", "csv")
