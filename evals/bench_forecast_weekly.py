"""Forecasts of a wholesaler judged as it plans: units of each product in a week, and of all products together in four weeks."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from evals.bench_forecast import WIDTH, peak_mb
from ml.contract import LEVELS, Floats, Outlook, Panel
from ml.forecast import told
from ml.forecast.backtest import WEEK, Backtest, Fold
from ml.forecast.contract import Scores
from ml.forecast.ladder import RUNGS
from ml.forecast.mixing import NAME
from ml.forecast.scores import score, wins
from ml.forecast.training import Plan, train
from ml.panel import cut, panel_of_frame

HORIZON = 28
RETAIL_RUNGS = tuple(rung for rung in RUNGS if rung != "ets")  # its fits take minutes here and it is far from the best rung on such demand
LEAST_SALE_DAYS, JUDGED_FROM = 20, pd.Timestamp("2011-05-27")  # products are chosen by the days before the first origin alone
_PRODUCT = r"\d{5}[A-Za-z]*"  # postage, fees and samples have other codes


def bench_retail(path: Path) -> Scores:
    """Backtest on UCI Online Retail: the table of weeks, and how sure each gain is."""
    console = Console(width=WIDTH)
    began, spent = time.monotonic(), time.process_time()
    panel = retail_panel(path)
    console.print(f"{len(panel.series):,} products, {len(panel.days):,} days of them, to {panel.as_of}")
    trained = train(panel, Plan(horizon=HORIZON, rungs=RETAIL_RUNGS), path.name, "product", lambda stage, _: console.print(f"  {stage}"))
    weeks = by_week(trained.test, panel)
    found = score(weeks)
    found = replace(found, wins=wins(weeks, NAME, RETAIL_RUNGS, found))
    shown = Table(
        "model", "slice", "products", "weekly RMSSE", "MASE", "bias %", "four-week WAPE %", title="Units a week; all products in four weeks"
    )
    for row in told.rows(found.rows):
        shown.add_row(*row[:6], row[-1])
    console.print(shown)
    for line in told.win_lines(found.wins):
        console.print(line.replace("weekly_wape", "four-week WAPE"))
    console.print(f"{time.monotonic() - began:.0f} s, {time.process_time() - spent:.0f} s of processor, {peak_mb():,} MB at most")
    return found


def retail_panel(path: Path) -> Panel:
    """Units sold less units taken back on the same day, of products sold on twenty days before the first origin."""
    frame = pd.read_parquet(path, columns=["StockCode", "Quantity", "InvoiceDate", "UnitPrice"])
    code = frame["StockCode"].astype(str).str.strip().str.upper()
    frame = frame.assign(unique_id=code, ds=frame["InvoiceDate"].dt.normalize())
    frame = frame[code.str.fullmatch(_PRODUCT) & (frame["UnitPrice"] > 0)]
    daily = frame.groupby(["unique_id", "ds"], as_index=False).agg(y=("Quantity", "sum"))
    daily["y"] = daily["y"].clip(lower=0).astype("float64")
    early = daily[(daily["ds"] < JUDGED_FROM) & (daily["y"] > 0)].groupby("unique_id").size()
    kept = daily[daily["unique_id"].isin(early.index[early >= LEAST_SALE_DAYS])]
    return panel_of_frame(kept, kept["ds"].max().date())


def by_week(test: Backtest, panel: Panel) -> Backtest:
    """The same origins, sold and expected added up by week; scales are those of weeks, quantiles of weeks are not made."""
    return replace(test, horizon=test.horizon // WEEK, folds=tuple(_week_fold(fold, panel) for fold in test.folds))


def _week_fold(fold: Fold, panel: Panel) -> Fold:
    step, season = _weekly_steps(cut(panel, fold.origin))
    outlooks = {name: _week_outlook(outlook) for name, outlook in fold.outlooks.items()}
    return replace(fold, sold=_sums(fold.sold), step=step, season=season, outlooks=outlooks)


def _week_outlook(outlook: Outlook) -> Outlook:
    mean = _sums(outlook.mean)
    return replace(outlook, mean=mean, quantiles=np.repeat(mean[:, :, None], len(LEVELS), axis=2), total_sd=np.zeros_like(mean))


def _sums(days: Floats) -> Floats:
    """Whole weeks of days; a week with a day that says nothing says nothing."""
    whole = days.shape[1] // WEEK
    return np.asarray(days[:, : whole * WEEK].reshape(len(days), whole, WEEK).sum(axis=2))


def _weekly_steps(past: Panel) -> tuple[Floats, Floats]:
    """Root mean square, which scales RMSSE, and mean size, which scales MASE, of the step from a week to the next, counted from the cut."""
    week = (pd.Timestamp(past.as_of) - past.days["ds"]).dt.days // WEEK
    sums = past.days.groupby(["unique_id", week.rename("week")], sort=False)["y"].sum(min_count=WEEK).unstack("week")
    steps = np.diff(sums.reindex(past.series["unique_id"]).sort_index(axis=1).to_numpy(np.float64), axis=1)
    steps = np.where(np.isfinite(steps), steps, np.nan)
    squares, sizes = np.nanmean(steps**2, axis=1), np.nanmean(np.abs(steps), axis=1)
    return np.where(squares > 0, np.sqrt(squares), np.nan), np.where(sizes > 0, sizes, np.nan)
