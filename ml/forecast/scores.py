"""Scores of a rolling backtest: every model on the same days, by demand class and for whole categories."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.contract import LEVELS, Floats
from ml.forecast.backtest import WEEK, Backtest, Fold
from ml.forecast.bootstrap import gain
from ml.forecast.contract import CLASSES, EVERY, Score, Scores, Win

CATEGORY, TOTAL = "category", "total"


def score(test: Backtest, models: tuple[str, ...] | None = None) -> Scores:
    """Every model on every slice."""
    chosen = models or test.models
    rows = [row for model in chosen for row in (*_series_scores(test, model), *_group_scores(test, model))]
    return Scores(tuple(fold.origin for fold in test.folds), test.horizon, tuple(rows))


def wins(test: Backtest, model: str, against: tuple[str, ...], scores: Scores) -> tuple[Win, ...]:
    """How sure it is that a model beats the best of the others: in RMSSE, in pinball loss, and in weekly WAPE of groups."""
    found = []
    best = scores.best(EVERY, among=against)
    if best:
        found.append(gain(series_rmsse(test, model), series_rmsse(test, best.model), model, best.model, EVERY, "rmsse"))
    for other in _rivals(against, scores):
        found.append(gain(series_pinball(test, model), series_pinball(test, other), model, other, EVERY, "pinball"))
    for level in (CATEGORY, TOTAL):
        rows = [row for row in scores.rows if row.slice == level and row.model in against and row.weekly_wape is not None]
        if rows:
            other = min(rows, key=lambda row: row.weekly_wape or 0.0).model
            found.append(gain(weekly_misses(test, model, level), weekly_misses(test, other, level), model, other, level, "weekly_wape"))
    return tuple(found)


def _rivals(against: tuple[str, ...], scores: Scores) -> tuple[str, ...]:
    """The rung with the lowest pinball loss, and exponential smoothing, which has a spread of its own."""
    rows = [row for row in scores.rows if row.slice == EVERY and row.model in against and row.pinball is not None]
    best = min(rows, key=lambda row: row.pinball or 0.0).model if rows else None
    return tuple(name for name in against if name in (best, "ets"))


def series_rmsse(test: Backtest, model: str) -> pd.Series:
    """Mean RMSSE of each series over the origins."""
    return _by_series(test, [_rmsse(fold, model) for fold in test.folds])


def series_pinball(test: Backtest, model: str) -> pd.Series:
    """Mean pinball loss of each series over the origins."""
    return _by_series(test, [_mean(_pinball(fold, model)) for fold in test.folds])


def weekly_misses(test: Backtest, model: str, level: str) -> pd.Series:
    """Units missed in each week of each group, over the origins; the index is the week, so that weeks stay together."""
    frames = [_weeks(fold, model, level).assign(origin=place) for place, fold in enumerate(test.folds)]
    both = pd.concat(frames)
    both["missed"] = (both["sold"] - both["mean"]).abs()
    return both.groupby(["origin", "week"])["missed"].sum()


def coverage(test: Backtest, model: str, kind: str) -> dict[float, float]:
    """Share of days sold at or under each quantile; strictly under it for the levels below the middle."""
    sold, quantiles = _stacked(test, model, kind)
    if not len(sold):
        return {}
    under = {level: (sold < quantiles[:, place]) if level < 0.5 else (sold <= quantiles[:, place]) for place, level in enumerate(LEVELS)}
    return {level: float(np.mean(share)) for level, share in under.items()}


def _series_scores(test: Backtest, model: str) -> list[Score]:
    return [found for kind in (EVERY, *CLASSES) if (found := _class_score(test, model, kind))]


def _class_score(test: Backtest, model: str, kind: str) -> Score | None:
    rows = [_rows(fold, kind) for fold in test.folds]
    count = int(sum(row.sum() for row in rows))
    sold, quantiles = _stacked(test, model, kind)
    if not count or not len(sold):
        return None
    pairs = list(zip(test.folds, rows, strict=True))
    units = sum(float(np.nansum(fold.sold[row])) for fold, row in pairs)
    told = sum(float(np.nansum(np.where(np.isfinite(fold.sold[row]), fold.mean(model)[row], 0.0))) for fold, row in pairs)
    score_ = Score(
        model,
        kind,
        count // len(test.folds),
        rmsse=_nanmean(np.concatenate([_rmsse(fold, model)[row] for fold, row in pairs])),
        mase=_nanmean(np.concatenate([_mase(fold, model)[row] for fold, row in pairs])),
        bias=told / units - 1 if units else None,
    )
    if not (quantiles[:, -1] > quantiles[:, 0]).any():  # a mean without a spread: how it would cover says nothing
        return score_
    at = dict(zip(LEVELS, quantiles.T, strict=True))
    return replace(
        score_,
        pinball=_nanmean(np.concatenate([_pinball(fold, model)[row].ravel() for fold, row in pairs])),
        covered_80=float(np.mean((sold >= at[0.1]) & (sold <= at[0.9]))),
        covered_90=float(np.mean((sold >= at[0.05]) & (sold <= at[0.95]))),
        under_90=float(np.mean(sold <= at[0.9])),
        under_95=float(np.mean(sold <= at[0.95])),
    )


def _group_scores(test: Backtest, model: str) -> list[Score]:
    found = []
    for level in (CATEGORY, TOTAL):
        weeks = pd.concat([_weeks(fold, model, level) for fold in test.folds])
        units = float(weeks["sold"].sum())
        if units:
            missed, told = float((weeks["sold"] - weeks["mean"]).abs().sum()), float(weeks["mean"].sum())
            found.append(Score(model, level, weeks["group"].nunique(), weekly_wape=missed / units, bias=told / units - 1))
    return found


def _weeks(fold: Fold, model: str, level: str) -> pd.DataFrame:
    """Units sold and expected of each group and whole week."""
    there = np.isfinite(fold.sold)
    sold, mean = np.where(there, fold.sold, 0.0), np.where(there, fold.mean(model), 0.0)
    whole = max(1, sold.shape[1] // WEEK)
    groups = fold.series["category"].to_numpy(str) if level == CATEGORY else np.full(len(sold), "")
    parts = []
    for week in range(whole):
        days = slice(week * WEEK, (week + 1) * WEEK)
        frame = pd.DataFrame({"group": groups, "week": week, "sold": sold[:, days].sum(axis=1), "mean": mean[:, days].sum(axis=1)})
        parts.append(frame.groupby(["group", "week"], as_index=False).sum())
    return pd.concat(parts)


def _stacked(test: Backtest, model: str, kind: str) -> tuple[Floats, Floats]:
    parts = []
    for fold in test.folds:
        row = _rows(fold, kind)
        parts.append((fold.sold[row].ravel(), fold.outlooks[model].quantiles[row].reshape(-1, len(LEVELS))))
    sold, quantiles = np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])
    there = np.isfinite(sold)
    return sold[there], quantiles[there]


def _rows(fold: Fold, kind: str) -> NDArray[np.bool_]:
    return np.array([kind in (EVERY, name) for name in fold.classes], dtype=bool)


def _rmsse(fold: Fold, model: str) -> Floats:
    return np.asarray(np.sqrt(_mean((fold.sold - fold.mean(model)) ** 2)) / fold.step)


def _mase(fold: Fold, model: str) -> Floats:
    return np.asarray(_mean(np.abs(fold.sold - fold.mean(model))) / fold.season)


def _pinball(fold: Fold, model: str) -> Floats:
    """Mean loss over the levels, for each series and day."""
    miss = fold.sold[:, :, None] - fold.outlooks[model].quantiles
    levels = np.array(LEVELS)
    return np.asarray(np.maximum(levels * miss, (levels - 1) * miss).mean(axis=2))


def _mean(values: Floats) -> Floats:
    """Mean over the days of each series that say something; NaN where none does."""
    there = np.isfinite(values)
    count = there.sum(axis=1)
    return np.asarray(np.where(count > 0, np.where(there, values, 0.0).sum(axis=1) / np.maximum(count, 1), np.nan))


def _nanmean(values: Floats) -> float | None:
    there = values[np.isfinite(values)]
    return float(there.mean()) if len(there) else None


def _by_series(test: Backtest, values: list[Floats]) -> pd.Series:
    frames = [pd.Series(part, index=fold.series["unique_id"].to_numpy()) for part, fold in zip(values, test.folds, strict=True)]
    joined = pd.concat(frames)
    return joined.groupby(level=0).mean().dropna()
