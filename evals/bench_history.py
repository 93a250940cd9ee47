"""How often intervals of history-only forecasts hold on real products, and what the network is worth beside the trees and the ladder."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from ml.contract import Floats, Panel
from ml.forecast.history_measure import HORIZONS, Case, draw_cases, measure, sums_of
from ml.forecast.history_spread import MEASURED, Coverage

if TYPE_CHECKING:
    from ml.forecast.network import FittedNetwork

MEASURED_ON = (
    "odd halves of the M5 subset (FOODS_3/TX_3, HOBBIES_2/CA_3) and of UCI Online Retail, and sums of M5 products, random origins; "
    "widths set on the even halves"
)
CASES, BULK_SERIES, WHOLE_DAYS, LEAST_SALE_DAYS = 16_000, 100, 1_500, 20
_SHORT = tuple(days for days in HORIZONS if days <= 91)  # a year of retail shows no more


def bench_history(m5: Path, retail: Path, write: bool) -> Coverage:
    """Set the widths on one half of the products, measure on the other, print, and with `write` keep it for the product."""
    console = Console()
    items, goods = m5_series(m5), retail_series(retail)
    setting, judging = (_cases(items[half::2], goods[half::2], seed) for half, seed in ((0, 1), (1, 3)))
    found = measure(setting, judging, MEASURED_ON)
    shown = Table("class", "days", "80 % of days", "80 % of totals", "90 % of days", "90 % of totals", "cases")
    for cell in found.cells:
        shares = (cell.daily_covered_80, cell.total_covered_80, cell.daily_covered_90, cell.total_covered_90)
        shown.add_row(cell.demand_class, str(cell.up_to_days), *(f"{share:.3f}" for share in shares), str(cell.cases))
    console.print(shown)
    if write:
        MEASURED.write_text(found.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return found


def bench_network(sales: Path, calendar: Path, future_prices: Path | None, horizon: int, count: int) -> None:
    """The network, learned once before the first origin, beside trees learned then and the ladder; and how much seeds differ."""
    from evals.bench_forecast_data import read_panel
    from ml.forecast.backtest import backtest, origins
    from ml.forecast.boosted import Boosted
    from ml.forecast.contract import Forecaster
    from ml.forecast.ladder import LadderRung
    from ml.forecast.network import Network
    from ml.forecast.network_once import FitOnce
    from ml.forecast.scores import score
    from ml.panel import cut

    console = Console()
    panel = read_panel(sales, calendar, future_prices, horizon)
    days = origins(panel, horizon, count)
    began = time.process_time()
    fitted = Network(say=console.print).fit(cut(panel, days[0]), horizon)
    console.print(f"network: {time.process_time() - began:.0f} s of processor for {len(fitted.states)} seeds")
    seeds: list[Forecaster] = [Given(fitted.of_seed(place)) for place in range(len(fitted.states))]
    rungs: list[Forecaster] = [LadderRung(rung) for rung in ("median", "ses", "tsb", "seasonal_naive")]
    tried = backtest(panel, (Given(fitted), *seeds, FitOnce(Boosted()), *rungs), horizon, days)
    shown = Table("model", "part", "RMSSE", "bias", "pinball", "80 %", "90 %", "under q90", "under q95")
    for row in score(tried).rows:
        if row.rmsse is not None and (row.slice == "all" or row.model == fitted.name):
            shares = (row.rmsse, row.bias, row.pinball, row.covered_80, row.covered_90, row.under_90, row.under_95)
            shown.add_row(row.model, row.slice, *("" if share is None else f"{share:.4f}" for share in shares))
    console.print(shown)


@dataclass(frozen=True)
class Given:
    """A forecaster that has learned already."""

    fitted: FittedNetwork

    @property
    def name(self) -> str:
        return self.fitted.name

    def fit(self, panel: Panel, horizon: int) -> FittedNetwork:
        """What it learned before."""
        return self.fitted


def m5_series(path: Path) -> list[Floats]:
    """Units a day of each item in each store, from its first sale on."""
    frame = pd.read_parquet(path, columns=["store_id", "item_id", "date", "units"])
    keyed = frame.assign(key=frame["store_id"] + "|" + frame["item_id"])
    return _begun(keyed.pivot(index="date", columns="key", values="units"))


def retail_series(path: Path) -> list[Floats]:
    """Units a day of each product that sold on twenty days or more, from its first sale on; credits are left out."""
    frame = pd.read_parquet(path, columns=["StockCode", "Quantity", "InvoiceDate", "UnitPrice"])
    frame = frame[(frame["Quantity"] > 0) & (frame["UnitPrice"] > 0)]
    daily = frame.assign(day=frame["InvoiceDate"].dt.normalize()).groupby(["day", "StockCode"])["Quantity"].sum().unstack("StockCode")
    whole = daily.reindex(pd.date_range(daily.index.min(), daily.index.max())).fillna(0.0)
    return _begun(whole.loc[:, (whole > 0).sum() >= LEAST_SALE_DAYS])


def _begun(wide: pd.DataFrame) -> list[Floats]:
    columns = [wide[name].to_numpy(np.float64) for name in wide]
    return [sold[np.flatnonzero(sold)[0] :] for sold in columns if sold.any()]


def _cases(items: Sequence[Floats], goods: Sequence[Floats], seed: int) -> list[Case]:
    """Forecasts of single products of both kinds, and of sums of those that were sold all the time."""
    bulk = sums_of([sold for sold in items if len(sold) >= WHOLE_DAYS], BULK_SERIES, seed + 10)
    return [*draw_cases(items, CASES, seed), *draw_cases(goods, CASES, seed + 1, _SHORT), *draw_cases(bulk, CASES // 4, seed + 10)]


def coverage_lines(coverage: Coverage) -> list[str]:
    """The measured shares as the page tells them: a row for each class, days and totals for each horizon."""
    shown = [7, 28, 91, 365]
    lines = ["| class | " + " | ".join(f"{days} days" for days in shown) + " |", "|---" * (len(shown) + 1) + "|"]
    for kind in dict.fromkeys(cell.demand_class for cell in coverage.cells):
        found = {cell.up_to_days: cell for cell in coverage.cells if cell.demand_class == kind}
        told = [f"{found[days].daily_covered_80:.2f} / {found[days].total_covered_80:.2f}" if days in found else "" for days in shown]
        lines.append(f"| {kind} | " + " | ".join(told) + " |")
    return lines
