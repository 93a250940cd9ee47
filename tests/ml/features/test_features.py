"""Features against pandas, and the leak test: nothing after an origin moves anything said on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.frames import FrameEngine
from ml.contract import Panel
from ml.features.build import KEPT, features, statement
from ml.forecast.asking import Sample, asked_before, asked_now, last_day
from ml.panel import day_number
from tests.ml.demand import weekly_demand

HORIZON = 14


@pytest.fixture(scope="module")
def panel() -> Panel:
    return weekly_demand(series=6, days=600)


def asked(panel: Panel, origins: list[int]) -> pd.DataFrame:
    grid = pd.MultiIndex.from_product([panel.series["unique_id"][:5], origins, range(1, HORIZON + 1)], names=["unique_id", "origin", "h"])
    return grid.to_frame(index=False)


def of(panel: Panel, name: str) -> pd.Series:
    days = panel.days[panel.days["unique_id"] == name]
    return pd.Series(days["y"].to_numpy(), index=day_number(days["ds"]).to_numpy())


def test_rolling_features_are_those_of_pandas(panel: Panel) -> None:
    origin = last_day(panel) - 30
    found = features(FrameEngine(), panel, asked(panel, [origin])).set_index(["unique_id", "h"])
    for name in panel.series["unique_id"][:5]:
        y = of(panel, name).loc[:origin]
        row = found.loc[(name, 1)]
        for days in (3, 7, 14, 28, 56, 112, 364):
            assert row[f"mean_{days}"] == pytest.approx(y.iloc[-days:].mean(), rel=1e-5)
        assert row["sd_28"] == pytest.approx(y.iloc[-28:].std(), rel=1e-5)
        assert row["zeros_112"] == pytest.approx((y.iloc[-112:] == 0).mean(), abs=1e-6)
        assert row["since_sale"] == origin - y[y > 0].index[-1]
        weights = np.array([0.1 * day for day in range(-111, 1)])
        weights = np.e**weights
        assert row["ewm_10"] == pytest.approx(float((y.iloc[-112:].to_numpy() * weights).sum() / weights.sum()), rel=1e-4)


def test_weekday_and_year_ago_features_are_those_of_pandas(panel: Panel) -> None:
    origin = last_day(panel) - 30
    found = features(FrameEngine(), panel, asked(panel, [origin])).set_index(["unique_id", "h"])
    for name in panel.series["unique_id"][:3]:
        y = of(panel, name)
        for h in range(1, HORIZON + 1):
            day = origin + h
            same = y.loc[:origin][(y.loc[:origin].index - day) % 7 == 0]
            assert found.loc[(name, h), "weekday_4"] == pytest.approx(same.iloc[-4:].mean(), rel=1e-5)
            assert found.loc[(name, h), "year_ago"] == pytest.approx(y.loc[day - 367 : day - 361].mean(), rel=1e-5)


def test_days_without_stock_are_left_out_of_means(panel: Panel) -> None:
    origin = last_day(panel)
    marked = panel.days.copy()
    there = marked["unique_id"].eq("P02") & (day_number(marked["ds"]) > origin - 5)
    marked["censored"] = there
    found = features(FrameEngine(), replace(panel, days=marked), asked_now(panel, 1)).set_index("unique_id")
    assert found.loc["P02", "mean_28"] == pytest.approx(of(panel, "P02").iloc[-28:-5].mean(), rel=1e-5)
    assert found["mean_3"].isna()["P02"]
    assert found.loc["P02", "censored_28"] == pytest.approx(5 / 28, rel=1e-5)


@settings(max_examples=8, deadline=None)
@given(back=st.integers(1, 60), factor=st.sampled_from([0.0, 7.0, 1000.0]))
def test_nothing_after_an_origin_moves_a_feature(back: int, factor: float) -> None:
    """Demand, price, promotion and stock of every later day are turned over; what was known ahead stays as it was."""
    panel = weekly_demand(series=6, days=500)
    origin = last_day(panel) - back
    later = (day_number(panel.days["ds"]) > origin).to_numpy()
    days = panel.days.copy()
    days.loc[later, "y"] = days.loc[later, "y"] * factor + 3
    days.loc[later, "price"] *= 2
    days.loc[later, "promotion"] = 0.5
    days.loc[later, "promotion_since"] = origin + 1
    days.loc[later, "censored"] = True
    rows = asked(panel, [origin])
    before, after = (features(FrameEngine(), each, rows) for each in (panel, replace(panel, days=days)))
    pd.testing.assert_frame_equal(before, after)


def test_a_promotion_that_begins_after_the_origin_is_not_foreseen(panel: Panel) -> None:
    origin = last_day(panel)
    ahead = asked_now(panel, 3).assign(ds=lambda rows: pd.to_datetime(rows["origin"] + rows["h"], unit="D").astype("datetime64[ns]"))
    ahead = ahead.assign(promotion=0.3, promotion_since=np.where(ahead["unique_id"] == "P01", origin - 2, origin + 1))
    told = replace(panel, ahead=ahead[["unique_id", "ds", "promotion", "promotion_since"]])
    found = features(FrameEngine(), told, asked_now(panel, 3)).groupby("unique_id")["promotion_ahead"].max()
    assert found["P01"] == pytest.approx(0.3) and found["P02"] == 0


def test_rows_to_learn_from_end_by_the_cut(panel: Panel) -> None:
    rows = asked_before(panel, HORIZON, Sample(origins=30))
    assert len(rows) > 200
    assert (rows["origin"] + rows["h"]).max() <= last_day(panel)
    assert not rows.duplicated(["unique_id", "origin", "h"]).any()
    first = panel.days.groupby("unique_id")["ds"].min()
    assert (rows["origin"] >= rows["unique_id"].map(day_number(first))).all()


def test_the_same_text_reads_as_spark_sql() -> None:
    import sqlglot

    tree = sqlglot.parse_one(statement(("snap",)), dialect="spark")
    assert {table.name for table in tree.find_all(sqlglot.exp.Table)} >= {"days", "asked", "known", "series", "groups"}
    assert set(KEPT) == {"unique_id", "origin", "h", "t"}


def test_the_same_text_runs_on_spark(panel: Panel) -> None:
    pytest.importorskip("pyspark", reason="the extra `spark` is not installed")
    from pyspark.sql import SparkSession  # type: ignore[import-not-found,unused-ignore]

    spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()

    class Spark:
        def query(self, sql: str, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
            for name, table in tables.items():
                spark.createDataFrame(table).createOrReplaceTempView(name)
            told: pd.DataFrame = spark.sql(sql).toPandas()
            return told

    rows = asked(panel, [last_day(panel) - 20])
    pd.testing.assert_frame_equal(features(Spark(), panel, rows), features(FrameEngine(), panel, rows), rtol=1e-4)


def test_features_of_many_series_come_in_parts(panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = asked(panel, [last_day(panel) - 20])
    whole = features(FrameEngine(), panel, rows)
    monkeypatch.setattr("ml.features.build.CHUNK", 2)
    pd.testing.assert_frame_equal(features(FrameEngine(), panel, rows), whole)
