"""Tuning: what the boosted trees are set to, searched on one origin, pruned early, resumed where it was left."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ingestion.frames import FrameEngine
from ingestion.progress import Progress, silent
from ml.contract import Floats, Panel
from ml.forecast.asking import asked_now, sold
from ml.forecast.backtest import origins
from ml.forecast.boosted import Lesson, Settings, level_of, parameters, prepare, scaled, told_of
from ml.forecast.levels import RungLevels
from ml.panel import cut, step_of

if TYPE_CHECKING:
    import optuna
    import pandas as pd
    from lightgbm import Booster

STEP_ROUNDS = 25
MOST_ROUNDS = 400
SEARCHED = ("learning_rate", "leaves", "min_leaf", "feature_share", "variance_power")
INPUTS = 3  # raised when the trees are told or weighed something else, so that trials of before are not compared with
PATIENCE = 3  # steps without a gain after which a trial ends


def tune(panel: Panel, horizon: int, trials: int, start: Settings, storage: Path, progress: Progress = silent) -> Settings:
    """The best settings of `trials` more trials; earlier trials of the same panel count. The newest origins are not looked at.

    The search stands on an origin before all those that are scored, so that the backtest stays a test.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    ground = _ground(panel, horizon, start)
    study = optuna.create_study(
        study_name=f"forecast-{INPUTS}-{panel.as_of}-{len(panel.series)}-{horizon}",
        storage=f"sqlite:///{storage}",
        direction="minimize",
        sampler=optuna.samplers.TPESampler(seed=start.seed),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=4, n_warmup_steps=1),
        load_if_exists=True,
    )
    if not study.trials:
        study.enqueue_trial({name: getattr(start, name) for name in SEARCHED} | {"l2": max(start.l2, 1e-3)})
    for place in range(trials):
        progress(f"trial {place + 1} of {trials}", place / trials)
        study.optimize(lambda trial: _run(trial, ground, start), n_trials=1)
    return replace(start, **study.best_params, rounds=int(study.best_trial.user_attrs["rounds"]), full_rows=0)


@dataclass(frozen=True)
class _Ground:
    """The data every trial shares: rows to learn from, and the days after the origin to be judged on."""

    lesson: Lesson
    inputs: pd.DataFrame
    level: Floats
    sold: Floats
    scale: Floats


def _ground(panel: Panel, horizon: int, start: Settings) -> _Ground:
    past = cut(panel, origins(panel, horizon, 5)[0])
    engine, rungs = FrameEngine(), RungLevels()
    lesson = prepare(engine, past, horizon, start, rungs)
    rows = told_of(engine, past, asked_now(past, horizon), rungs)
    there, sellable = sold(panel, rows)
    rows, there = rows[sellable].reset_index(drop=True), there[sellable]
    level = level_of(rows)
    scale = rows["unique_id"].map(step_of(past)).to_numpy(np.float64)
    return _Ground(lesson, scaled(rows, level), level, there, np.asarray(scale, dtype=np.float64))


def _run(trial: optuna.Trial, ground: _Ground, start: Settings) -> float:
    import lightgbm
    import optuna

    settings = _suggest(trial, start)
    booster = lightgbm.Booster(params=parameters(settings), train_set=ground.lesson.data)
    best, at = np.inf, 0
    for step in range(MOST_ROUNDS // STEP_ROUNDS):
        for _ in range(STEP_ROUNDS):
            booster.update()
        score = _score(booster, ground)
        if score < best:
            best, at = score, step
        trial.report(score, step)
        if trial.should_prune():
            raise optuna.TrialPruned
        if step - at >= PATIENCE:
            break
    trial.set_user_attr("rounds", (at + 1) * STEP_ROUNDS)
    return float(best)


def _suggest(trial: optuna.Trial, start: Settings) -> Settings:
    return replace(
        start,
        learning_rate=trial.suggest_float("learning_rate", 0.02, 0.12, log=True),
        leaves=trial.suggest_int("leaves", 15, 255, log=True),
        min_leaf=trial.suggest_int("min_leaf", 20, 2000, log=True),
        feature_share=trial.suggest_float("feature_share", 0.3, 0.9),
        variance_power=trial.suggest_float("variance_power", 1.05, 1.8),
        l2=trial.suggest_float("l2", 1e-3, 50.0, log=True),
    )


def _score(booster: Booster, ground: _Ground) -> float:
    """Mean squared scaled error of the rows: RMSSE without its root, so that rows add up."""
    raw = booster.predict(ground.inputs[list(ground.lesson.columns)], raw_score=True, num_threads=1)
    miss = (ground.sold - np.exp(raw) * ground.level) / ground.scale
    return float(np.nanmean(miss**2))
