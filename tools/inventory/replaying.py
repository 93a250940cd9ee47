"""The last months played again: stock and service as they were, and as they would have been under other rules."""

from __future__ import annotations

import numpy as np

from ml.contract import Floats
from ml.inventory.policies import cover_days, flat_cover_days, normal_theory, worth_keeping
from ml.inventory.simulate import Outcome, Policy, replay
from ml.inventory.tradeoff import compare
from tools.contract import ToolContext
from tools.facts import FactValue, Findings
from tools.inventory.desk import open_desk
from tools.inventory.sheet import Col, Sheet, exact, money, share
from tools.inventory.stage import WARM_DAYS, WHAT, Stage, set_stage
from tools.inventory.terms import ReplayQuery

OURS = "value of each unit"
UNTRAINED = "value of each unit, forecast not trained"
# Settings of each rule, close enough together that a curve is what it would be with more of them.
RATIOS = (0.6, 0.4, 0.25, 0.16, 0.1, 0.06, 0.035, 0.02, 0.01)
SERVICES = (0.5, 0.6, 0.7, 0.78, 0.85, 0.9, 0.94, 0.96, 0.975, 0.985, 0.993, 0.998)
COVERS = (-8.0, -5.0, -2.0, 1.0, 4.0, 7.0, 10.0, 14.0, 19.0, 25.0, 33.0, 45.0)
FLAT_COVERS = (7.0, 10.0, 14.0, 18.0, 22.0, 26.0, 30.0, 36.0, 42.0, 50.0, 60.0, 75.0, 95.0, 120.0)
SHOWN_RATES = (0.8, 0.9, 0.94, 0.97, 0.985, 0.995)
RULE = (
    "Sales with what was missed added back are played again day by day. Each rule orders up to its level at every round with what was "
    "known that day: what had been sold, days without stock as expected by then, and lead times as receipts before the first day show "
    "them. Deliveries take as long as drawn from all receipts; demand not met is lost. Stock is compared at the same fill rate, read "
    "off each rule's curve; the interval comes from drawing the products again."
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


def play(context: ToolContext, query: ReplayQuery) -> Findings:
    """Each rule's curve, and what ours saves at one fill rate."""
    desk = open_desk(context, query, WHAT)
    stage = set_stage(context, desk, query)
    outcomes = run_policies(stage, query.review_days)
    draft = desk.draft(RULE)
    rows: list[dict[str, FactValue]] = [_as_it_was(stage)]
    rows.extend(row for name, outcome in outcomes.items() for row in _curve(name, outcome))
    draft.add(Sheet("Policies replayed", COLUMNS, rows, ("policy",)))
    ours = outcomes[OURS]
    savings = [_saving(name, ours, other, query.fill_rate) for name, other in outcomes.items() if other is not ours]
    draft.add(Sheet("Stock saved at the same fill rate", SAVING_COLUMNS, [row for row in savings if row], ("against",), prefix="v"))
    draft.say("series_replayed", len(stage.stretch.demand), "count")
    draft.say("days_replayed", query.days, "count")
    draft.note(*stage.notes)
    if not all(savings):
        draft.note(f"not every rule reaches a fill rate of {query.fill_rate:g}")
    return draft.findings()


def run_policies(stage: Stage, review_days: int, untrained: bool = False) -> dict[str, Outcome]:
    """Every rule at its settings; with `untrained` ours also as it would do without the trained forecast."""
    rules: dict[str, tuple[Policy, int]] = {
        OURS: (worth_keeping(stage.past, stage.leads, review_days, RATIOS, stage.forecast), len(RATIOS)),
        "mean x cover days": (flat_cover_days(stage.past, FLAT_COVERS), len(FLAT_COVERS)),
        "mean x (lead time + cover days)": (cover_days(stage.past, stage.leads, review_days, COVERS), len(COVERS)),
        "normal theory": (normal_theory(stage.past, stage.leads, review_days, SERVICES), len(SERVICES)),
    }
    if untrained and stage.forecast is not None:
        rules[UNTRAINED] = worth_keeping(stage.past, stage.leads, review_days, RATIOS), len(RATIOS)
    return {name: replay(stage.stretch, rule, settings, WARM_DAYS) for name, (rule, settings) in rules.items()}


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
        for setting in _shown(rates)
    ]


def _shown(rates: Floats) -> list[int]:
    """The settings nearest to the fill rates people ask about, the lowest first; the curve is read off all of them."""
    nearest = {int(np.abs(rates - wanted).argmin()) for wanted in SHOWN_RATES}
    return sorted(nearest, key=lambda setting: float(rates[setting]))


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
