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
from ingestion.warehouse import Warehouse
from ml.contract import LEVELS, Outlook, Panel
from ml.forecast import boosted, told
from ml.forecast.backtest import Fold
from ml.forecast.bootstrap import gain
from ml.forecast.contract import EVERY, Scores
from ml.forecast.mixing import NAME
from ml.forecast.scores import score, series_rmsse
from ml.forecast.serving import frame_of
from ml.forecast.training import Plan, Trained, train
from ml.panel import cut
from ml.panel_warehouse import panel_of_snapshot

WIDTH = 140
SIZES = (100, 1_000, 2_000, 10_000)


def bench_files(
    sales: Path, calendar: Path, future_prices: Path | None, horizon: int, predict: Path | None, network: bool = False
) -> Trained:
    """Backtest on the files, print the table, and write what is expected of the days after them."""
    panel = read_panel(sales, calendar, future_prices, horizon)
    return _bench(panel, Plan(horizon=horizon), sales.name, "product_location", predict, network)


def bench_home(home: Path, horizon: int) -> Trained:
    """Backtest on the warehouse of an installation, by product, as `./oiis train forecast` does; nothing is published."""
    return _bench(panel_of_snapshot(Warehouse(home).snapshot()), Plan(horizon=horizon), home.name, "product", None, False)


def _bench(panel: Panel, plan: Plan, name: str, grain: str, predict: Path | None, network: bool) -> Trained:
    console = Console(width=WIDTH)  # also where the output is no terminal: a table cut to 80 columns says nothing
    began, spent = time.monotonic(), time.process_time()
    console.print(f"{len(panel.series):,} series, {len(panel.days):,} days of them, to {panel.as_of}")
    trained = train(panel, plan, name, grain, lambda stage, _: console.print(f"  {stage}"))
    asked = time.monotonic()
    outlook = trained.served.predict(panel, plan.horizon)
    console.print(f"all series forecast in {time.monotonic() - asked:.1f} s")
    if predict:
        frame = prediction(outlook, panel)
        frame.to_parquet(predict, index=False)
        console.print(f"{predict}: {len(frame):,} rows")
    console.print(table(trained.scores))
    for line in told.win_lines(trained.scores.wins):
        console.print(line)
    took = f"{time.monotonic() - began:.0f} s, {time.process_time() - spent:.0f} s of processor, {peak_mb():,} MB at most"
    console.print(f"{took}; a win is sure where its 95 % interval, drawn over whole series or weeks, lies above zero")
    if network:
        _bench_network(panel, trained, console)
    return trained


def _bench_network(panel: Panel, trained: Trained, console: Console) -> None:
    """The network, taught again on each origin that is scored, beside the trees on the same days."""
    from ml.forecast.network import Network, NetworkSettings

    spent = time.process_time()
    horizon, teacher = trained.scores.horizon, Network(NetworkSettings(seeds=(1,)))

    def teach(_: int, fold: Fold) -> Fold:
        past = cut(panel, fold.origin)
        return fold.with_outlook(teacher.name, teacher.fit(past, horizon).predict(past, horizon))

    test = trained.test.map(teach)
    found = score(test, (teacher.name, boosted.NAME))
    console.print(table(found, teacher.name))
    behind = gain(series_rmsse(test, boosted.NAME), series_rmsse(test, teacher.name), boosted.NAME, teacher.name, EVERY, "rmsse")
    console.print(told.win_lines((behind,))[0])
    console.print(f"network: {(time.process_time() - spent) / len(test.folds):.0f} s of processor an origin")


def prediction(outlook: Outlook, panel: Panel) -> pd.DataFrame:
    """One row a store, item and day, with the mean and the five quantiles."""
    names = panel.series.set_index("unique_id")
    frame = frame_of(outlook)
    columns = {"store_id": frame["unique_id"].map(names["location_id"]), "item_id": frame["unique_id"].map(names["product_id"])}
    levels = [f"q{round(level * 100):02d}" for level in LEVELS]
    found = frame.assign(**columns, date=frame["ds"])[["store_id", "item_id", "date", "mean", *levels]]
    return found.astype(dict.fromkeys(("mean", *levels), np.float64))


def table(scores: Scores, classes_of: str = NAME) -> Table:
    """The backtest beside the ladder."""
    origins = scores.origins
    shown = Table(*told.HEADS, title=f"{len(origins)} origins from {origins[0]} to {origins[-1]}, {scores.horizon} days ahead")
    for row in told.rows(scores.rows, classes_of):
        shown.add_row(*row)
    return shown


def peak_mb() -> int:
    """The most memory this process held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
