"""The bench's files: read as a panel with what is known ahead, written with the columns that were promised."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from cli.bench import app
from evals.bench_forecast import bench_files, prediction
from evals.bench_forecast_data import read_panel
from ml.contract import LEVELS
from ml.forecast.ladder import LadderRung

DAYS, HORIZON, START = 200, 7, pd.Timestamp("2015-01-01")
SHARED = Path("../shared/data")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    folder = tmp_path_factory.mktemp("daily_sales")
    rng = np.random.default_rng(1)
    days = pd.date_range(START, periods=DAYS + HORIZON)
    rows = [(store, item, day) for store in ("TX_1", "CA_1") for item in ("TEA_1_001", "TEA_1_002") for day in days]
    frame = pd.DataFrame(rows, columns=["store_id", "item_id", "date"])
    frame["units"], frame["sell_price"] = rng.poisson(3, len(frame)), 5.0
    frame.loc[(frame["item_id"] == "TEA_1_002") & (frame["date"] < START + pd.Timedelta(days=50)), "sell_price"] = np.nan
    later = frame["date"] > days[DAYS - 1]
    frame.loc[later, "sell_price"] = 4.0
    calendar = pd.DataFrame({"date": days.strftime("%Y-%m-%d"), "event_name_1": None, "snap_TX": 0, "snap_CA": 1})
    calendar.loc[10, "event_name_1"] = "Fair"
    paths = (folder / "sales.parquet", folder / "calendar.parquet", folder / "prices.parquet")
    prices = frame[later & (frame["store_id"] == "TX_1")].drop(columns="units")
    for path, table in zip(paths, (frame[~later], calendar, prices), strict=True):
        table.to_parquet(path, index=False)
    return paths


def test_a_file_is_read_as_a_panel(files: tuple[Path, Path, Path]) -> None:
    panel = read_panel(*files, HORIZON)
    assert panel.as_of == (START + pd.Timedelta(days=DAYS - 1)).date()
    lengths = panel.days.groupby("unique_id").size().to_dict()
    assert lengths == {"TEA_1_001|TX_1": DAYS, "TEA_1_001|CA_1": DAYS, "TEA_1_002|TX_1": DAYS - 50, "TEA_1_002|CA_1": DAYS - 50}
    assert set(panel.series["category"]) == {"TEA_1"}
    ahead = panel.ahead.groupby(panel.ahead["unique_id"].str.split("|").str[1])
    assert ahead["price"].unique().map(list).to_dict() == {"TX_1": [4.0], "CA_1": [5.0]}  # unpublished prices stay as they are
    assert ahead["snap"].max().to_dict() == {"TX_1": 0.0, "CA_1": 1.0}
    assert panel.days.loc[panel.days["holiday"] == "Fair", "ds"].unique().tolist() == [START + pd.Timedelta(days=10)]


def test_a_prediction_has_every_series_day_and_level(files: tuple[Path, Path, Path]) -> None:
    panel = read_panel(*files, HORIZON)
    frame = prediction(LadderRung("ses").predict(panel, HORIZON), panel)
    levels = [f"q{round(level * 100):02d}" for level in LEVELS]
    assert list(frame.columns) == ["store_id", "item_id", "date", "mean", *levels] == [
        "store_id", "item_id", "date", "mean", "q05", "q10", "q50", "q90", "q95",
    ]  # fmt: skip
    assert len(frame) == 4 * HORIZON and not frame.duplicated(["store_id", "item_id", "date"]).any()
    assert frame["date"].min() == START + pd.Timedelta(days=DAYS) and frame["date"].max() == START + pd.Timedelta(days=DAYS + HORIZON - 1)
    assert frame.notna().all().all()


def test_the_command_refuses_files_that_are_not_there(tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["forecast", "--data", str(tmp_path / "none.parquet"), "--calendar", str(tmp_path / "none2.parquet")])
    assert told.exit_code == 2 and "is not there" in told.output
    assert CliRunner().invoke(app, ["forecast", "--data", str(tmp_path)]).exit_code == 2
    for option in ("--home", "--retail"):
        assert CliRunner().invoke(app, ["forecast", option, str(tmp_path / "none")]).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--data", "{0}", "--calendar", "{0}", "--home", "."), "--home is not read with --data"),
        (("--home", ".", "--retail", "{0}"), "--retail is not read with --home"),
        (("--home", ".", "--predict", "out"), "--predict is not read with --home"),
        (("--retail", "{0}", "--horizon", "28"), "--horizon is not read with --retail"),
        (("--network",), "--network is not read without"),
        (("--calendar", "{0}"), "--calendar is not read without"),
        (("--future-prices", "{0}", "--home", "."), "--future-prices is not read with --home"),
    ],
)
def test_the_command_refuses_what_it_would_not_read(arguments: tuple[str, ...], said: str, files: tuple[Path, Path, Path]) -> None:
    told = CliRunner(env={"COLUMNS": "300"}).invoke(app, ["forecast", *(each.format(files[0]) for each in arguments)])
    assert told.exit_code == 2 and said in told.output


@pytest.mark.slow
def test_real_sales_are_forecast_better_than_by_the_ladder(tmp_path: Path) -> None:
    if not (SHARED / "m5_subset.parquet").exists():
        pytest.skip("the folder with real sales is not there")
    sales = pd.read_parquet(SHARED / "m5_subset.parquet")
    some = sales[sales["item_id"].str.endswith(("0", "5"))]
    some.to_parquet(tmp_path / "some.parquet")
    trained = bench_files(
        tmp_path / "some.parquet", SHARED / "m5_calendar.parquet", SHARED / "m5_future_prices.parquet", 28, tmp_path / "out.parquet"
    )
    served, ets = trained.scores.of("served"), trained.scores.of("ets")
    assert served and ets and served.rmsse and ets.rmsse and served.pinball and ets.pinball
    assert served.rmsse < ets.rmsse and served.pinball < 0.97 * ets.pinball
    assert len(pd.read_parquet(tmp_path / "out.parquet")) == 28 * len(trained.served.predict(read_panel(
        tmp_path / "some.parquet", SHARED / "m5_calendar.parquet", None, 28), 1).ids)  # fmt: skip
