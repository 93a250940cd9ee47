"""How well and how fast we forecast: a file of daily sales backtested beside the ladder and predicted, and time as products grow."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from evals.bench_forecast_data import read_panel
from ml.contract import LEVELS, Outlook, Panel
from ml.forecast import told
from ml.forecast.serving import frame_of
from ml.forecast.training import Plan, Trained, train

WIDTH = 140
SIZES = (100, 1_000, 10_000)


def bench_files(sales: Path, calendar: Path, future_prices: Path | None, horizon: int, predict: Path | None) -> Trained:
    """Backtest on the files, print the table, and write what is expected of the days after them."""
    console = Console(width=WIDTH)  # also where the output is no terminal: a table cut to 80 columns says nothing
    began, spent = time.monotonic(), time.process_time()
    panel = read_panel(sales, calendar, future_prices, horizon)
    console.print(f"{len(panel.series):,} series, {len(panel.days):,} days of them, to {panel.as_of}")
    trained = train(panel, Plan(horizon=horizon), sales.name, "product_location", lambda stage, _: console.print(f"  {stage}"))
    if predict:
        asked = time.monotonic()
        frame = prediction(trained.served.predict(panel, horizon), panel)
        frame.to_parquet(predict, index=False)
        console.print(f"{predict}: {len(frame):,} rows, forecast in {time.monotonic() - asked:.1f} s")
    console.print(table(trained))
    for line in told.win_lines(trained.scores.wins):
        console.print(line)
    took = f"{time.monotonic() - began:.0f} s, {time.process_time() - spent:.0f} s of processor, {peak_mb():,} MB at most"
    console.print(f"{took}; a win is sure where its 95 % interval, drawn over whole series or weeks, lies above zero")
    return trained


def prediction(outlook: Outlook, panel: Panel) -> pd.DataFrame:
    """One row a store, item and day, with the mean and the five quantiles."""
    names = panel.series.set_index("unique_id")
    frame = frame_of(outlook)
    columns = {"store_id": frame["unique_id"].map(names["location_id"]), "item_id": frame["unique_id"].map(names["product_id"])}
    levels = [f"q{round(level * 100):02d}" for level in LEVELS]
    found = frame.assign(**columns, date=frame["ds"])[["store_id", "item_id", "date", "mean", *levels]]
    return found.astype(dict.fromkeys(("mean", *levels), np.float64))


def table(trained: Trained) -> Table:
    """The backtest beside the ladder."""
    origins = trained.scores.origins
    shown = Table(*told.HEADS, title=f"{len(origins)} origins from {origins[0]} to {origins[-1]}, {trained.scores.horizon} days ahead")
    for row in told.rows(trained.scores.rows):
        shown.add_row(*row)
    return shown


def peak_mb() -> int:
    """The most memory this process held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
