"""Training and forecasting as products grow from 100 to 10,000: made-up demand, for time and memory only."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from evals.bench_forecast import SIZES, peak_mb
from ml.forecast.ladder import RUNGS

_DAYS, _HORIZON, _SEED = 730, 28, 7
_RUNGS = tuple(rung for rung in RUNGS if rung != "ets")  # 10,000 of its fits take longer than everything else together
_ROOT = Path(__file__).parents[1]


def bench_growth(sizes: Sequence[int] = SIZES) -> None:
    """Each size in a process of its own: seconds to backtest and train, to forecast all, and peak memory."""
    shown = Table(
        "products", "train s", "processor s", "forecast all s", "peak MB", caption="3 warm and 4 scored origins; all rungs but ETS"
    )
    for size in sizes:
        found = _measured(size)
        shown.add_row(f"{size:,}", *(f"{found[key]:,.1f}" for key in ("train", "processor", "forecast")), f"{found['peak']:,.0f}")
    Console().print(shown)


def measure(products: int) -> dict[str, float]:
    """Train on made-up demand of this many products and forecast all of them."""
    from ml.forecast.training import Plan, train
    from ml.panel import panel_of_frame

    panel = panel_of_frame(*made_up(products))
    began, spent = time.monotonic(), time.process_time()
    trained = train(panel, Plan(horizon=_HORIZON, rungs=_RUNGS), "made up")
    trained_at, used = time.monotonic(), time.process_time() - spent
    trained.served.predict(panel, _HORIZON)
    return {"train": trained_at - began, "processor": used, "forecast": time.monotonic() - trained_at, "peak": float(peak_mb())}


def made_up(products: int) -> tuple[pd.DataFrame, date, pd.DataFrame]:
    """Poisson demand with a week and a season, a volume for each product."""
    rng = np.random.default_rng(_SEED)
    days = pd.date_range("2024-01-01", periods=_DAYS, freq="D")
    volume = rng.lognormal(0.0, 1.3, products)[:, None]
    shape = (1 + 0.3 * (days.dayofweek.to_numpy() >= 5)) * (1 + 0.2 * np.sin(2 * np.pi * days.dayofyear.to_numpy() / 365))
    ids = np.array([f"P{number:05d}" for number in range(products)], dtype=object)
    frame = pd.DataFrame({"unique_id": np.repeat(ids, _DAYS), "ds": np.tile(days, products)})
    frame["y"] = rng.poisson(volume * shape).ravel().astype(np.float64)
    series = pd.DataFrame({"unique_id": ids, "category": [f"Category {number % 10}" for number in range(products)]})
    return frame, days[-1].date(), series


def _measured(products: int) -> dict[str, float]:
    command = [sys.executable, "-m", "evals.bench_forecast_growth", str(products)]
    told = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    if told.returncode:
        raise RuntimeError(f"the process with {products:,} products ended with {told.returncode}: {told.stderr.strip()[-500:]}")
    found: dict[str, float] = json.loads(told.stdout.strip().splitlines()[-1])
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(int(sys.argv[1]))) + "\n")
