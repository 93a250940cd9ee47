"""The benches of forecasts: files become series as pandas reads them, and a measurement can be made again on small ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evals import bench_history as bench
from ml.forecast import history_measure
from ml.forecast.history_spread import MEASURED, measured_coverage
from ml.forecast.network import Network, NetworkSettings
from tests.conftest import real

DAYS = pd.date_range("2020-01-01", periods=420)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Twelve items of a store from different days on, and as many goods of a shop as single sales, some of them credits."""
    chance = np.random.default_rng(3)
    items, sales = [], []
    for number in range(12):
        units = np.where(np.arange(len(DAYS)) < 10 * number, 0, chance.poisson(1 + 2 * number, len(DAYS)))
        items.append(pd.DataFrame({"store_id": "S", "item_id": f"I{number}", "date": DAYS, "units": units}))
        there = chance.random(len(DAYS)) < 0.5
        sold = pd.DataFrame(
            {"StockCode": f"G{number}", "Quantity": 4, "InvoiceDate": DAYS[there] + pd.Timedelta(hours=9), "UnitPrice": 2.0}
        )
        sales += [sold, sold.assign(Quantity=-4), sold.head(1).assign(StockCode="SELDOM")]
    pd.concat(items).to_parquet(tmp_path / "m5.parquet")
    pd.concat(sales).to_parquet(tmp_path / "retail.parquet")
    return tmp_path / "m5.parquet", tmp_path / "retail.parquet"


def test_series_begin_with_their_first_sale_and_credits_are_no_sales(files: tuple[Path, Path]) -> None:
    items, goods = bench.m5_series(files[0]), bench.retail_series(files[1])
    assert len(items) == 12 and all(sold[0] > 0 for sold in items)
    raw = pd.read_parquet(files[0])
    assert sum(sold.sum() for sold in items) == raw["units"].sum()
    assert len(goods) == 12 and all(set(sold) <= {0.0, 4.0} and sold[0] == 4.0 for sold in goods)


def test_a_measurement_can_be_made_again(
    files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = MEASURED.read_text(encoding="utf-8")
    monkeypatch.setattr(bench, "CASES", 250)
    monkeypatch.setattr(history_measure, "LEAST_CASES", 12)
    monkeypatch.setattr(bench, "WHOLE_DAYS", 300)
    found = bench.bench_history(*files, write=False)
    assert found.cells and all(cell.cases >= 12 and 0.5 < cell.daily_covered_80 <= 1 for cell in found.cells)
    assert "totals" in capsys.readouterr().out
    assert MEASURED.read_text(encoding="utf-8") == kept


def test_the_page_tells_what_was_measured() -> None:
    """Shares in docs/predict.md are those the product tells."""
    page = (Path(__file__).parents[2] / "docs" / "predict.md").read_text(encoding="utf-8")
    for line in bench.coverage_lines(measured_coverage()):
        assert line in page, "./oiis bench history prints what is measured"


@pytest.mark.slow
def test_the_network_is_told_beside_the_trees_and_each_seed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sales = pd.read_parquet(real("m5_subset.parquet"))
    few = sales[sales["item_id"].isin(sales["item_id"].unique()[:12]) & (sales["date"] >= "2014-06-01")]
    few.to_parquet(tmp_path / "few.parquet")
    small = NetworkSettings(seeds=(1, 2), steps=5, batch=32)
    monkeypatch.setattr("ml.forecast.network.Network", lambda say: Network(small, say))
    bench.bench_network(tmp_path / "few.parquet", real("m5_calendar.parquet"), None, 14, 2)
    told = capsys.readouterr().out
    assert "2 seeds" in told and "seed 2" in told and "RMSSE" in told
