"""Training: the backtest first, what it teaches about mixing and spread, then the models on all history."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from ingestion.progress import Progress, silent
from ml.contract import Panel
from ml.errors import BadHorizon, BadPanel
from ml.forecast import boosted
from ml.forecast.backtest import Backtest, Fold, backtest, origins
from ml.forecast.boosted import Boosted, Settings
from ml.forecast.contract import Forecaster, Scores
from ml.forecast.hierarchy import fit_groups
from ml.forecast.ladder import RUNGS, Rung, ladder
from ml.forecast.launch import LaunchCurve
from ml.forecast.mixing import LED_UNTIL_DAYS, NAME, Mixture, fit_mixture
from ml.forecast.parts import parts_of
from ml.forecast.scores import score, wins
from ml.forecast.serving import MEMBERS, Card, Served, rows_of
from ml.forecast.spread import fit_spread

LEAST_SERIES = 1


@dataclass(frozen=True)
class Plan:
    """What training does: days ahead, origins that only teach, origins that are also scored, and the models beside the ladder."""

    horizon: int = 28
    warm: int = 3
    scored: int = 4
    settings: Settings = field(default_factory=Settings)
    rungs: tuple[Rung, ...] = RUNGS  # what is to be beaten, beside those that are mixed in
    beside: tuple[Forecaster, ...] = ()  # other models to score on the same origins


@dataclass(frozen=True)
class Trained:
    """A trained forecaster, and the backtest it stands on."""

    served: Served
    scores: Scores
    test: Backtest


def train(panel: Panel, plan: Plan, snapshot: str, grain: str = "product", progress: Progress = silent) -> Trained:
    """Backtest, mix, measure, and fit everything once more on the whole panel."""
    began = time.monotonic()
    if len(panel.series) < LEAST_SERIES or not panel.days["y"].any():
        raise BadPanel(f"{len(panel.series)} products with {panel.days['y'].sum():g} units sold: there is no demand to learn from")
    forecaster = Boosted(plan.settings)
    days = _origins(panel, plan)
    scored = days[-max(1, len(days) - plan.warm) :]
    rungs = tuple(rung for rung in RUNGS if rung in (*plan.rungs, *MEMBERS))
    mixed_in = (*ladder(tuple(rung for rung in rungs if rung in MEMBERS)), forecaster, LaunchCurve())
    beside = (*ladder(tuple(rung for rung in rungs if rung not in MEMBERS)), *plan.beside)

    def asked(day: date) -> tuple[Forecaster, ...]:
        return (*mixed_in, *beside) if day in scored else mixed_in  # what is only compared need not run where nothing is compared

    until = led_until(panel)
    full = rehearse(backtest(panel, asked, plan.horizon, days, progress), plan.warm, until)
    test = full.latest(len(scored))
    progress("scoring", None)
    scores = score(test)
    scores = replace(scores, wins=wins(test, NAME, rungs, scores))
    progress("learning from the whole history", None)
    mixture = fit_mixture(full, MEMBERS, panel.as_of < until)
    mixed = _mixed(full, mixture)
    spread, groups = fit_spread(mixed, NAME), fit_groups(mixed, NAME)
    trees, curves = forecaster.fit(panel, plan.horizon), LaunchCurve().fit(panel, plan.horizon)
    card = _card(panel, plan, snapshot, grain, scores, mixture, time.monotonic() - began)
    return Trained(Served(trees, curves, mixture, spread, groups, card), scores, test)


def led_until(panel: Panel) -> date:
    """The day before which sums are led: until then trees have not been taught two seasons."""
    first: date = panel.days["ds"].min().date()
    return first + timedelta(days=LED_UNTIL_DAYS)


def rehearse(test: Backtest, warm: int, until: date) -> Backtest:
    """What would have been served on each origin after the first `warm`: mixed and measured on the origins before it only.

    Sums of origins before `until` are led.
    """

    def serve(place: int, fold: Fold) -> Fold:
        if place < max(1, min(warm, len(test.folds) - 1)):
            return fold
        past = replace(test, folds=test.folds[:place])
        mixture = fit_mixture(past, MEMBERS, fold.origin < until)
        spread = fit_spread(_mixed(past, mixture), NAME)
        mixed = mixture.mix(fold.outlooks, fold.plain)
        return fold.with_outlook(NAME, spread.apply(mixed, fold.profile, parts_of(fold.outlooks, mixed, fold.profile)))

    return test.map(serve)


def _mixed(past: Backtest, mixture: Mixture) -> Backtest:
    """Each origin with what the mixture says."""
    return past.map(lambda _, fold: fold.with_outlook(NAME, mixture.mix(fold.outlooks, fold.plain)))


def _origins(panel: Panel, plan: Plan) -> Sequence[date]:
    """As many origins as asked for, fewer where history is short, never under two."""
    wanted = plan.warm + plan.scored
    for count in range(wanted, 2, -1):
        try:
            return origins(panel, plan.horizon, count)
        except BadHorizon:
            continue
    return origins(panel, plan.horizon, 2)


def _card(panel: Panel, plan: Plan, snapshot: str, grain: str, scores: Scores, mixture: Mixture, seconds: float) -> Card:
    return Card(
        snapshot=snapshot,
        cut_off=panel.as_of.isoformat(),
        grain=grain,
        horizon=plan.horizon,
        origins=tuple(day.isoformat() for day in scores.origins),
        series=len(panel.series),
        parameters=boosted.settings_record(plan.settings),
        weights=mixture.weights,
        members=mixture.members,
        scores=rows_of(scores),
        wins=tuple(dict(vars(win)) for win in scores.wins),
        trained_at=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=round(seconds, 1),
    )
