"""The last months played again: stock and service as they were, and as they would have been under other rules."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.contract import Floats
from ml.inventory.demand import History, weekday_factors
from ml.inventory.lead_times import LeadTimes
from ml.inventory.lost_sales import uncensored
from ml.inventory.policies import Past, cover_days, flat_cover_days, normal_theory, worth_keeping
from ml.inventory.simulate import Outcome, Policy, Stretch, replay
from ml.inventory.tradeoff import compare
from tools.contract import ToolContext
from tools.errors import CannotDo
from tools.facts import FactValue, Findings
from tools.inventory.desk import Desk, lead_times, open_desk
from tools.inventory.opening import daily_matrix, read_sales
from tools.inventory.reading import Reader
from tools.inventory.sheet import Col, Sheet, exact, money, share
from tools.inventory.terms import ReplayQuery

WHAT = "a replay of ordering rules"
OURS = "value of each unit"
WARM_DAYS = 28
LEARN_DAYS = 126
RATIOS = (0.3, 0.15, 0.08, 0.04, 0.02, 0.01, 0.004)
SERVICES = (0.5, 0.7, 0.85, 0.92, 0.96, 0.985, 0.995)
COVERS = (-6.0, -2.0, 2.0, 7.0, 14.0, 24.0, 40.0)
FLAT_COVERS = (7.0, 14.0, 21.0, 30.0, 45.0, 65.0, 90.0)
RULE = (
    "Sales with what was missed added back are played again day by day. Each rule orders up to its level at every round with what was "
    "known that day; lead times are drawn from each supplier's receipts; demand not met is lost. Stock is compared at the same fill "
    "rate, read off each rule's curve; the interval comes from drawing the products again."
)
COLUMNS = (
    Col("policy"),
    Col("fill_rate", "%", "model"),
    Col("average_stock", "units", "model"),
    Col("average_stock_value", "money", "model"),
    Col("lost_margin", "money", "model"),
    Col("orders", "count", "model"),
)
SAVING_COLUMNS = (
    Col("against"),
    Col("fill_rate", "%", "model"),
    Col("average_stock", "units", "model"),
    Col("average_stock_against", "units", "model"),
    Col("stock_saved", "%", "model"),
    Col("stock_saved_at_least", "%", "model"),
    Col("stock_saved_at_most", "%", "model"),
)


@dataclass(frozen=True)
class Stage:
    """All that a replay needs: what happened, what was known, and how it really went."""

    stretch: Stretch
    past: Past
    leads: LeadTimes
    held_units: float  # really on the shelves on a mean day
    held_value: float
    served: float  # share really served, by the estimate of what was missed


def play(context: ToolContext, query: ReplayQuery) -> Findings:
    """Each rule's curve, and what ours saves at one fill rate."""
    desk = open_desk(context, query, WHAT)
    stage = set_stage(Reader(context), desk, query)
    outcomes = run_policies(stage, query.review_days)
    draft = desk.draft(RULE)
    rows: list[dict[str, FactValue]] = [_as_it_was(stage)]
    rows.extend(row for name, outcome in outcomes.items() for row in _curve(name, outcome))
    draft.add(Sheet("Policies replayed", COLUMNS, rows, ("policy",)))
    ours = outcomes[OURS]
    savings = [_saving(name, ours, other, query.fill_rate) for name, other in outcomes.items() if other is not ours]
    draft.add(Sheet("Stock saved at the same fill rate", SAVING_COLUMNS, [row for row in savings if row], ("against",), prefix="v"))
    draft.say("series_replayed", len(stage.stretch.demand), "count")
    draft.say("days_replayed", stage.stretch.days, "count")
    if not all(savings):
        draft.note(f"not every rule reaches a fill rate of {query.fill_rate:g}")
    return draft.findings()


def set_stage(reader: Reader, desk: Desk, query: ReplayQuery) -> Stage:
    """The products that sold most, their uncensored demand, and lead times as receipts show them."""
    books = desk.books
    leads = lead_times(books, None)
    known = ~np.isnan(leads.days[books.shelves.supplier[desk.rows]]).any(axis=1)
    if not known.any():
        raise CannotDo(WHAT, "no product asked about has a known lead time", "Load purchase_orders")
    rows = desk.rows[known]
    sold = books.history.units[rows].sum(axis=1)
    rows = np.sort(rows[np.argsort(-sold, kind="stable")[: query.most_series]])
    wide = query.days + WARM_DAYS + LEARN_DAYS
    names = {(books.product_id(int(row)), books.places.ids[books.location[row]]): place for place, row in enumerate(rows)}
    units, empty = daily_matrix(reader, names, books.places.feeder, read_sales(reader, wide), wide)
    history = History(tuple(books.history.ids[row] for row in rows), units, empty, books.history.as_of)
    weekday = weekday_factors(history)[(books.history.as_of.weekday() - np.arange(wide)[::-1]) % 7]
    demand = np.round(uncensored(units, empty, weekday))
    asked = demand[:, -query.days :]
    held, value = _held(reader, books.shelves.unit_cost[rows], names, books.places.feeder, query.days)
    return Stage(
        stretch=_stretch(demand[:, -(query.days + WARM_DAYS) :], desk, rows, leads, query.review_days),
        past=Past(History(history.ids, demand, np.zeros_like(empty), history.as_of), query.days + WARM_DAYS),
        leads=LeadTimes(leads.days[books.shelves.supplier[rows]], (), ()),
        held_units=held,
        held_value=value,
        served=float(units[:, -query.days :].sum() / max(asked.sum(), 1e-9)),
    )


def run_policies(stage: Stage, review_days: int) -> dict[str, Outcome]:
    """Every rule at its settings."""
    rules: dict[str, tuple[Policy, int]] = {
        OURS: (worth_keeping(stage.past, stage.leads, review_days, RATIOS), len(RATIOS)),
        "mean x cover days": (flat_cover_days(stage.past, FLAT_COVERS), len(FLAT_COVERS)),
        "mean x (lead time + cover days)": (cover_days(stage.past, stage.leads, review_days, COVERS), len(COVERS)),
        "normal theory": (normal_theory(stage.past, stage.leads, review_days, SERVICES), len(SERVICES)),
    }
    return {name: replay(stage.stretch, rule, settings, WARM_DAYS) for name, (rule, settings) in rules.items()}


def _stretch(demand: Floats, desk: Desk, rows: NDArray[np.int64], leads: LeadTimes, review_days: int) -> Stretch:
    shelves = desk.books.shelves.rows(rows)
    random = np.random.default_rng(7)
    draws = random.integers(0, leads.days.shape[1], demand.shape)
    drawn = np.take_along_axis(leads.days[shelves.supplier], draws, axis=1)
    count = len(rows)
    return Stretch(
        demand=demand,
        leads=np.maximum(drawn, 1).astype(np.int64),
        review=np.full(count, review_days),
        pack=shelves.pack,
        least_order=shelves.least_order,
        unit_cost=np.nan_to_num(shelves.unit_cost),
        margin=np.maximum(np.nan_to_num(shelves.price - shelves.unit_cost), 0.0),
    )


def _held(reader: Reader, unit_cost: Floats, names: dict[tuple[str, str], int], feeder: dict[str, str], days: int) -> tuple[float, float]:
    """Units really on hand on a mean day of the replayed stretch, and their value."""
    bench = reader.bench()
    since = reader.since(bench, "as_of", days - 1)
    sql = f"SELECT location_id, product_id, SUM(on_hand) FROM stock_levels WHERE {since} GROUP BY 1, 2"
    count = f"SELECT COUNT(DISTINCT as_of) FROM stock_levels WHERE {since}"
    there = float(str(reader.fetch(count, bench, ("stock_levels",)).rows[0][0])) or 1.0
    held = np.zeros(len(names))
    for location, product, total in reader.fetch(sql, bench, ("stock_levels",)).rows:
        place = names.get((str(product), feeder.get(str(location), "")))
        if place is not None:
            held[place] += float(str(total)) / there
    return float(held.sum()), float((held * np.nan_to_num(unit_cost)).sum())


def _as_it_was(stage: Stage) -> dict[str, FactValue]:
    return {
        "policy": "as it was",
        "fill_rate": share(stage.served),
        "average_stock": exact(stage.held_units),
        "average_stock_value": money(stage.held_value),
    }


def _curve(name: str, outcome: Outcome) -> list[dict[str, FactValue]]:
    rates, stock, value, lost = outcome.fill_rate(), outcome.mean_stock(), outcome.stock_value(), outcome.lost_margin()
    return [
        {
            "policy": name,
            "fill_rate": share(float(rates[setting])),
            "average_stock": exact(float(stock[setting])),
            "average_stock_value": money(float(value[setting])),
            "lost_margin": money(float(lost[setting])),
            "orders": int(outcome.orders[setting].sum()),
        }
        for setting in np.argsort(rates)
    ]


def _saving(name: str, ours: Outcome, other: Outcome, fill: float) -> dict[str, FactValue]:
    found = compare(ours, other, fill, draws=100)
    if not np.isfinite(found.saving):
        return {}
    return {
        "against": name,
        "fill_rate": share(fill),
        "average_stock": exact(found.stock),
        "average_stock_against": exact(found.other_stock),
        "stock_saved": share(found.saving),
        "stock_saved_at_least": share(found.low),
        "stock_saved_at_most": share(found.high),
    }
