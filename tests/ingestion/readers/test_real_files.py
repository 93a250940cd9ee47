"""Files that other people made: row counts and values against pandas."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from ingestion.readers.contract import ReadOptions
from ingestion.readers.reading import read_file
from tests.ingestion.readers.conftest import Content, load


def read_real(source: Path, into: Path) -> Content:
    (table,) = read_file(source, into, ReadOptions())
    return load(table)


def as_text(frame: pd.DataFrame) -> list[tuple[str | None, ...]]:
    stripped = frame.apply(lambda column: column.str.strip())
    return [tuple(cell if isinstance(cell, str) and cell else None for cell in row) for row in stripped.itertuples(index=False)]


@pytest.mark.parametrize(
    ("name", "junk_lines", "rows"),
    [("AdventureWorks_Products.csv", 3, 299), ("AdventureWorks_Returns.csv", 0, 1_809), ("AdventureWorks_Sales_2016.csv", 0, 23_935)],
)
def test_damaged_exports_keep_every_row(data: Path, tmp_path: Path, name: str, junk_lines: int, rows: int) -> None:
    frame = pd.read_csv(data / "dirty_sales" / name, skiprows=junk_lines, dtype=str, keep_default_na=False)
    content = read_real(data / "dirty_sales" / name, tmp_path)
    assert content.table.rows == len(frame) == rows
    assert content.table.columns == tuple(frame.columns)
    assert content.cells == as_text(frame)
    assert content.numbers == list(range(junk_lines + 2, junk_lines + 2 + rows))
    assert (content.table.notes == ("3 lines above the header skipped",)) == bool(junk_lines)


def test_deliveries_keep_every_row_and_value(data: Path, tmp_path: Path) -> None:
    frame = pd.read_parquet(data / "scms_deliveries.parquet")
    content = read_real(data / "scms_deliveries.parquet", tmp_path)
    assert content.table.rows == len(frame) == 10_324
    assert content.table.columns == tuple(frame.columns)
    value = content.table.columns.index("Line Item Value")
    assert [float(row[value] or "nan") for row in content.cells] == frame["Line Item Value"].tolist()
    vendor = content.table.columns.index("Vendor")
    assert [row[vendor] for row in content.cells] == [text.strip() or None for text in frame["Vendor"]]


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_online_retail_keeps_every_row_and_value(data: Path, tmp_path: Path, kind: str) -> None:
    frame = pd.read_parquet(data / "online_retail.parquet")
    source = data / "online_retail.parquet"
    if kind == "csv":
        source = tmp_path / "retail.csv"
        frame.to_csv(source, index=False)
    (table,) = read_file(source, tmp_path / "into")
    assert table.rows == len(frame) == 541_909
    read = pd.read_parquet(table.path)
    assert read["_fault"].isna().all()
    quantity, price = read["Quantity"].astype(int), read["UnitPrice"].astype(float)
    assert quantity.sum() == 5_176_450
    assert round((quantity * price).sum(), 2) == 9_747_747.93
    assert (read["StockCode"] == frame["StockCode"].str.strip()).all()
    known = frame["CustomerID"].notna()
    assert (read["CustomerID"].notna() == known).all()
    assert (read.loc[known, "CustomerID"].astype(float) == frame.loc[known, "CustomerID"].astype(float)).all()
    assert (pd.to_datetime(read["InvoiceDate"]) == frame["InvoiceDate"]).all()
