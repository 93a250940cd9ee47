"""Daily sales files for the forecast bench: units and prices by store and item, a calendar with events, prices of the days to come."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from ml.contract import Panel
from ml.panel import SEPARATOR, panel_of_frame


def read_panel(sales: Path, calendar: Path, future_prices: Path | None, horizon: int) -> Panel:
    """The panel of the three files, cut on the last day sold; an item's days begin when it first had a price."""
    frame = pd.read_parquet(sales, columns=["store_id", "item_id", "date", "units", "sell_price"])
    frame = frame[frame["sell_price"].notna()]
    as_of = frame["date"].max().date()
    days = _with_calendar(_keyed(frame).rename(columns={"units": "y", "sell_price": "price"}), _calendar(calendar))
    series = days[["unique_id", "item_id", "store_id"]].drop_duplicates()
    series["category"] = series["item_id"].str.rsplit("_", n=1).str[0]
    series = series.rename(columns={"item_id": "product_id", "store_id": "location_id"})
    ahead = _ahead(days, _calendar(calendar), future_prices, as_of, horizon)
    return panel_of_frame(days.drop(columns=["item_id", "store_id"]), as_of, series, ahead)


def _keyed(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(unique_id=frame["item_id"] + SEPARATOR + frame["store_id"], ds=frame["date"]).drop(columns="date")


def _calendar(path: Path) -> pd.DataFrame:
    """Each day's event and, for each state, whether food aid is paid out on it."""
    frame = pd.read_parquet(path)
    frame["ds"] = pd.to_datetime(frame["date"]).astype("datetime64[ns]")
    frame["holiday"] = frame["event_name_1"].fillna("")
    return frame[["ds", "holiday", *_paid(frame)]]


def _with_calendar(frame: pd.DataFrame, calendar: pd.DataFrame) -> pd.DataFrame:
    """`snap` is the paying out in the store's own state, the first letters of its name."""
    merged = frame.merge(calendar, on="ds", how="left")
    snap = np.zeros(len(merged))
    for column in _paid(calendar):
        there = merged["store_id"].str.startswith(column.removeprefix("snap_")).to_numpy(bool)
        snap = np.where(there, merged[column].to_numpy(np.float64), snap)
    return merged.drop(columns=_paid(calendar)).assign(snap=snap)


def _paid(calendar: pd.DataFrame) -> list[str]:
    return [str(column) for column in calendar.columns if str(column).startswith("snap_")]


def _ahead(days: pd.DataFrame, calendar: pd.DataFrame, future_prices: Path | None, as_of: date, horizon: int) -> pd.DataFrame:
    """Days to come of every series; an item without a published price keeps its last one."""
    last = days.sort_values("ds").groupby("unique_id", as_index=False).last()[["unique_id", "store_id", "price"]]
    dates = pd.DataFrame({"ds": pd.date_range(as_of, periods=horizon + 1, freq="D")[1:]})
    ahead = _with_calendar(last.merge(dates, how="cross"), calendar)
    if future_prices is not None:
        told = _keyed(pd.read_parquet(future_prices, columns=["store_id", "item_id", "date", "sell_price"]))
        ahead = ahead.merge(told[["unique_id", "ds", "sell_price"]], on=["unique_id", "ds"], how="left")
        ahead["price"] = ahead.pop("sell_price").fillna(ahead["price"])
    return ahead.drop(columns="store_id")
