"""The wholesaler's bench: which products are judged, and weeks that are sums of days with a scale of their own."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evals.bench_forecast_weekly import by_week, retail_panel
from ml.forecast.backtest import backtest
from ml.forecast.ladder import LadderRung
from ml.forecast.scores import score
from tests.ml.demand import weekly_demand


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    days = pd.date_range("2011-01-03", periods=30, freq="2D")
    rows = [("22423", 5, day, 2.5) for day in days]
    rows += [("22423", -3, days[4] + pd.Timedelta(hours=3), 2.5), ("22423", -50, days[6], 2.5)]
    rows += [("POST", 1, day, 18.0) for day in days] + [("85123A", 2, day, 1.0) for day in days[:10]]
    rows += [("22423", 7, days[2], 0.0), ("20725 ", 1, days[0], 1.0)]
    frame = pd.DataFrame(rows, columns=["StockCode", "Quantity", "InvoiceDate", "UnitPrice"])
    frame.to_parquet(tmp_path / "retail.parquet")
    return tmp_path / "retail.parquet"


def test_products_that_sold_often_enough_early_and_what_they_sold_net_of_the_day(sales: Path) -> None:
    panel = retail_panel(sales)
    assert panel.series["unique_id"].tolist() == ["22423"]
    sold = panel.days.set_index("ds")["y"]
    assert sold.loc["2011-01-11"] == 2.0 and sold.loc["2011-01-15"] == 0.0 and sold.loc["2011-01-04"] == 0.0
    assert sold.loc["2011-01-07"] == 5.0  # what was given away is no demand


def test_weeks_are_sums_of_days_on_the_scale_of_weeks() -> None:
    panel = weekly_demand(series=4, days=210)
    origin = panel.as_of - timedelta(days=28)
    days = backtest(panel, (LadderRung("window_average"),), 28, [origin])
    weeks = by_week(days, panel)
    found = score(weeks)
    sold = panel.days.pivot(index="ds", columns="unique_id", values="y")[list(days.folds[0].series["unique_id"])]
    ahead, past = sold[sold.index > pd.Timestamp(origin)], sold[sold.index <= pd.Timestamp(origin)]
    expected = past.tail(28).mean() * 7
    misses = ahead.groupby(np.arange(28) // 7).sum() - expected
    steps = past.iloc[::-1].reset_index(drop=True).pipe(lambda frame: frame.groupby(frame.index // 7).sum(min_count=7)).diff()
    rmsse = np.sqrt((misses**2).mean()) / np.sqrt((steps.dropna(how="all") ** 2).mean())
    row, total = found.of("window_average"), found.of("window_average", "total")
    mase = misses.abs().mean() / steps.dropna(how="all").abs().mean()
    assert row and row.mase == pytest.approx(mase.mean(), rel=1e-9)
    assert row and total and row.rmsse == pytest.approx(rmsse.mean(), rel=1e-9) and row.pinball is None
    assert total.weekly_wape == pytest.approx(abs(ahead.sum().sum() - expected.sum() * 4) / ahead.sum().sum(), rel=1e-9)
