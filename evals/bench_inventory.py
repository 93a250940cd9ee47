"""Ordering rules against each other on real and on simulated demand, and what planning costs as products grow."""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from evals.bench_forecast_data import read_panel
from evals.bench_inventory_picture import Curve, draw
from evals.bench_inventory_speed import print_speed
from ingestion.founding import found
from ingestion.warehouse import Warehouse
from ml.contract import Floats, Outlook, Panel
from ml.inventory import hindsight
from ml.inventory.demand import History
from ml.inventory.hindsight import look_back, quick
from ml.inventory.lead_demand import totals
from ml.inventory.lead_times import LeadTimes, Waits, measure
from ml.inventory.orders import Shelves, Terms, plan_orders
from ml.inventory.policies import Forecast, Past, cover_days, flat_cover_days, normal_theory, whole_distribution, worth_keeping
from ml.inventory.simulate import Outcome, Policy, Stretch, replay
from ml.inventory.steady import told_on
from ml.inventory.tradeoff import Saving, compare
from ml.inventory.trust import Memory, best_part
from ml.panel import SEPARATOR
from ml.panel_warehouse import panel_of_snapshot
from tools.contract import ToolContext
from tools.inventory.desk import open_desk
from tools.inventory.replaying import COVERS, FLAT_COVERS, OURS, RATIOS, SERVICES, UNTRAINED, run_policies
from tools.inventory.stage import set_stage
from tools.inventory.terms import ReplayQuery
from tools.inventory.trained import share_out
from tools.query.served import serve_snapshot

SIZES = (100, 500, 1_000, 3_000, 10_000)
FILLS = (0.90, 0.93, 0.95, 0.97, 0.98)
REPLAY_DAYS, REVIEW_DAYS, SEED = 364, 7, 7
SUPPLIERS, RECEIPTS = 20, 60
CALENDAR = "m5_calendar.parquet"  # beside the sales
LEARN_DAYS, TRAIN_EVERY_DAYS = 730, 182  # of M5: history before the stretch, and how often a model is trained in it
DEMO_DAYS, DEMO_SERIES = 300, 300
Said = dict[str, Outcome]


def bench_inventory(
    data: Path, series: int = 300, home: Path | None = None, picture: Path | None = None, sizes: Sequence[int] = SIZES
) -> None:
    """Prints the trade-off on M5 (where its file is) and on the demo company, writes the picture, then time by products."""
    console, curves = Console(), []
    if data.exists():
        began = time.process_time()
        stretch, past, leads = m5_stage(data, series)
        outcomes = m5_policies(stretch, past, leads, m5_forecast(data, past))
        _print(console, f"M5 subset, {len(stretch.demand)} series, {REPLAY_DAYS} days, {time.process_time() - began:.0f} s", outcomes)
        curves.append(Curve("M5 subset", _points(outcomes), None))
    else:
        console.print(f"{data} is not there: M5 is left out")
    with _company_in(home, DEMO_DAYS) as place:
        outcomes, real, notes = demo_outcomes(place)
        console.print(*notes, sep="\n")
        print_speed(console, place)
    _print(console, f"demo company, as it was: {real[0]:,.0f} units on hand, fill rate {real[1]:.3f}", outcomes)
    curves.append(Curve("demo company", _points(outcomes), real))
    if picture is not None:
        picture.write_text(draw(curves), encoding="utf-8")
        console.print(f"written: {picture}")
    _print_growth(console, sizes)


def m5_stage(data: Path, series: int) -> tuple[Stretch, Past, LeadTimes]:
    """The last year of M5: real sales, and lead times of made-up suppliers of whom a rule knows past receipts only."""
    random = np.random.default_rng(SEED)
    units, names = _m5_units(data, series, random)
    count = len(units)
    mean, spread = random.uniform(3, 21, SUPPLIERS), random.uniform(0.15, 0.45, SUPPLIERS)
    supplier = random.integers(0, SUPPLIERS, count)
    known = measure([Waits(_draw(random, mean[each], spread[each], RECEIPTS).tolist()) for each in range(SUPPLIERS)], [None] * SUPPLIERS)
    leads = LeadTimes(known.days[supplier], (), ())
    days = REPLAY_DAYS
    taken = np.array([_draw(random, mean[each], spread[each], days) for each in supplier]).astype(np.int64)
    ones = np.ones(count)
    stretch = Stretch(units[:, -days:], taken, np.full(count, REVIEW_DAYS), ones, 0 * ones, ones, ones)
    history = History(names, units, np.zeros_like(units, dtype=bool), date(2016, 5, 22))
    return stretch, Past(history, days), leads


def _m5_units(data: Path, series: int, random: np.random.Generator) -> tuple[Floats, tuple[str, ...]]:
    """Series that were on sale half a year before the replay begins; so many of them drawn at random, all with 0."""
    frame = pd.read_parquet(data, columns=["store_id", "item_id", "date", "units", "sell_price"])
    frame["name"] = frame["store_id"] + "/" + frame["item_id"]
    units = frame.pivot_table(index="name", columns="date", values="units", aggfunc="sum")
    priced = frame.pivot_table(index="name", columns="date", values="sell_price", dropna=False).reindex(units.index)
    there = np.flatnonzero(priced.to_numpy(np.float64)[:, -REPLAY_DAYS - 180] > 0)
    kept = np.sort(random.permutation(there)[: series or len(there)])
    return units.to_numpy(np.float64)[kept], tuple(str(units.index[each]) for each in kept)


def _draw(random: np.random.Generator, mean: float, spread: float, count: int) -> Floats:
    """Lead times in whole days, log-normal with this mean and relative spread."""
    sigma = np.sqrt(np.log(1 + spread**2))
    found: Floats = np.maximum(np.round(mean * np.exp(random.normal(0, sigma, count) - sigma**2 / 2)), 1.0)
    return found


def m5_forecast(data: Path, past: Past) -> Forecast | None:
    """What models trained on the days before would have said on each day of the stretch; None where the calendar is not there."""
    calendar = data.with_name(CALENDAR)
    if not calendar.exists():
        return None
    own = np.array(["{1}{2}{0}".format(*name.split("/"), SEPARATOR) for name in past.history.ids])
    first = past.history.as_of - timedelta(days=past.stretch_days)
    panel = _part(read_panel(data, calendar, None, 28), set(own.tolist()), first - timedelta(days=LEARN_DAYS))
    found = look_back(panel, quick(), first, TRAIN_EVERY_DAYS)
    memory = Memory()

    def forecast(history: History, days: int) -> Outlook:
        usual, told = past.usual(history, days), told_on(found, history.as_of, past.weeks(history))
        part = best_part(found, replace(history, ids=tuple(map(str, own))), memory=memory)
        return usual if told is None else share_out(told, own, np.ones(len(own)), usual, part)

    return forecast


def _part(panel: Panel, ids: set[str], since: date) -> Panel:
    """The panel of some of its series, its days from one on."""
    days, series, ahead = (frame[frame["unique_id"].isin(ids)].reset_index(drop=True) for frame in (panel.days, panel.series, panel.ahead))
    return Panel(days[days["ds"] >= pd.Timestamp(since)].reset_index(drop=True), series, ahead, panel.as_of)


def m5_policies(stretch: Stretch, past: Past, leads: LeadTimes, forecast: Forecast | None = None) -> Said:
    """Every rule at its settings."""
    rules: dict[str, tuple[Policy, int]] = {
        OURS: (worth_keeping(past, leads, REVIEW_DAYS, RATIOS, forecast), len(RATIOS)),
        "same certainty for all": (whole_distribution(past, leads, REVIEW_DAYS, SERVICES, forecast), len(SERVICES)),
        "mean x cover days": (flat_cover_days(past, FLAT_COVERS), len(FLAT_COVERS)),
        "mean x (lead time + cover days)": (cover_days(past, leads, REVIEW_DAYS, COVERS), len(COVERS)),
        "normal theory": (normal_theory(past, leads, REVIEW_DAYS, SERVICES), len(SERVICES)),
    }
    if forecast is not None:
        rules[UNTRAINED] = worth_keeping(past, leads, REVIEW_DAYS, RATIOS), len(RATIOS)
    return {name: replay(stretch, rule, settings) for name, (rule, settings) in rules.items()}


def demo_outcomes(home: Path, days: int = DEMO_DAYS, series: int = DEMO_SERIES) -> tuple[Said, tuple[float, float], tuple[str, ...]]:
    """The demo company's last months under every rule, units on hand and fill rate as they really were, and what was used."""
    context = ToolContext(serve_snapshot(Warehouse(home).snapshot()))
    query = ReplayQuery(days=days, most_series=series)
    stage = set_stage(context, open_desk(context, query, "a replay"), query)
    return run_policies(stage, query.review_days, untrained=True), (stage.held_units, stage.served), stage.notes


@contextmanager
def _company_in(home: Path | None, days: int) -> Iterator[Path]:
    """The home that is given, as it is; else a demo company with the forecasts that models would have made on each of its past days."""
    if home is not None:
        yield home
        return
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        found(Warehouse(place), "demo", SEED)
        snapshot = Warehouse(place).snapshot()
        panel = panel_of_snapshot(snapshot)
        hindsight.keep(place, look_back(panel, quick(), panel.as_of - timedelta(days=days)), snapshot.name)
        yield place


def _points(outcomes: Said) -> dict[str, tuple[Floats, Floats]]:
    return {name: (outcome.mean_stock(), outcome.fill_rate()) for name, outcome in outcomes.items()}


def _print(console: Console, title: str, outcomes: Said) -> None:
    others = [name for name in outcomes if name != OURS]
    table = Table("fill rate", *(f"less stock than {name}" for name in others), title=title)
    for fill in FILLS:
        savings = [compare(outcomes[OURS], other, fill) for name, other in outcomes.items() if name != OURS]
        table.add_row(f"{fill:.2f}", *map(_said, savings))
    console.print(table)


def _said(saving: Saving) -> str:
    return f"{saving.saving:+.1%} [{saving.low:+.1%}, {saving.high:+.1%}]" if np.isfinite(saving.saving) else "not reached"


def _print_growth(console: Console, sizes: Sequence[int]) -> None:
    """Processor time of a whole plan, forecast included, by number of products at three places each."""
    table = Table("products", "lines", "forecast s", "plan s", "peak memory GB", title="Planning as products grow")
    for size in sizes:
        history, shelves, leads = _company(size * 3)
        began = time.process_time()
        outlook = Past(history, 0).usual(history, 56)
        middle = time.process_time()
        plan_orders(shelves, totals(outlook, 120), leads, Terms())
        done = time.process_time()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        table.add_row(f"{size:,}", f"{size * 3:,}", f"{middle - began:.2f}", f"{done - middle:.2f}", f"{peak:.2f}")
    console.print(table)


def _company(lines: int) -> tuple[History, Shelves, LeadTimes]:
    random = np.random.default_rng(SEED)
    units = random.poisson(random.gamma(0.5, 3.0, lines)[:, None], (lines, 210)).astype(np.float64)
    history = History(tuple(map(str, range(lines))), units, np.zeros_like(units, dtype=bool), date(2026, 10, 31))
    leads = measure([Waits(_draw(random, mean, 0.3, RECEIPTS).tolist()) for mean in random.uniform(3, 40, SUPPLIERS)], [None] * SUPPLIERS)
    supplier: NDArray[np.int64] = np.asarray(random.integers(0, SUPPLIERS, lines))
    mean = units.mean(axis=1)
    shelves = Shelves(
        ids=np.array(history.ids), on_hand=np.round(mean * random.uniform(0, 40, lines)), allocated=np.zeros(lines),
        on_order=np.zeros(lines), pack=np.full(lines, 6.0), least_order=np.zeros(lines), unit_cost=random.uniform(1, 50, lines),
        price=np.full(lines, 80.0), shelf_life_days=np.full(lines, np.nan), supplier=supplier, order=supplier,
        least_value=np.full(lines, 500.0), buyable=np.ones(lines, dtype=bool),
    )  # fmt: skip
    return history, shelves, leads
