"""The trained forecast for the rows of the books: as it is when it was trained by product and place, else shared out among the places."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from ingestion.errors import IngestionError
from ingestion.warehouse import Snapshot, Warehouse
from ml.contract import Floats, Outlook
from ml.errors import MlError
from ml.forecast.serving import KIND, Card, Served, load
from ml.panel import SEPARATOR
from ml.panel_warehouse import panel_of_snapshot
from tools.contract import ToolContext
from tools.facts import ModelEvidence
from tools.inventory.books import Books
from tools.inventory.outlooks import Ahead

ALL, NAIVE = "all", "seasonal_naive"


def trained_ahead(context: ToolContext, books: Books, days: int, usual: Outlook) -> Ahead | None:
    """What the trained model expects; None when there is none that may speak here. `usual` is the fallback's outlook of the same rows.

    It may not when it learnt from days after as_of, or when the asker sees only some places: its panel is of the whole company.
    """
    asked = context.served.context
    snapshot = _snapshot(context)
    if snapshot is None or asked.locations is not None or asked.provinces is not None:
        return None
    try:
        model = _loaded(context.served.home or snapshot.version.path)
        if model is None:
            return None
        days = min(days, model.card.horizon)  # so far its spread was measured; beyond, totals carry on
        if date.fromisoformat(model.card.cut_off) > asked.as_of:
            return None
        by_place = model.card.grain == "product_location"
        told = model.predict(panel_of_snapshot(snapshot, asked.as_of, "product_location" if by_place else "product"), days)
    except MlError:
        return None
    usual = replace(usual, mean=usual.mean[:, :days], total_sd=usual.total_sd[:, :days], quantiles=usual.quantiles[:, :days])
    outlook = _by_row(told, books, usual) if by_place else _shared_out(told, books, usual)
    return Ahead(outlook, _evidence(model, context.call_id), f"trained {KIND} model {model.version}", model.version)


def _loaded(home: Path) -> Served | None:
    """The trained model; None when there is none, or one whose files another release wrote."""
    try:
        return load(home)
    except (MlError, KeyError, ValueError):
        return None


def _snapshot(context: ToolContext) -> Snapshot | None:
    """The snapshot being asked, if it lies in the home folder."""
    home = context.served.home
    if home is None:
        return None
    try:
        kept = Warehouse(home).snapshots()
    except IngestionError:
        return None
    return next((each for each in kept if each.name == context.served.source.snapshot), None)


def _evidence(model: Served, call_id: str) -> ModelEvidence:
    card: Card = model.card
    own, naive = card.score_of(ALL), card.score_of(ALL, NAIVE)
    return ModelEvidence(
        id=f"{call_id}.model",
        name="trained forecast",
        version=model.version,
        trained_until=date.fromisoformat(card.cut_off),
        score=round((own.rmsse if own else None) or 0.0, 4),
        naive_score=round((naive.rmsse if naive else None) or 0.0, 4),
        score_name=f"RMSSE over {len(card.origins)} origins of {card.horizon} days",
    )


def _by_row(told: Outlook, books: Books, usual: Outlook) -> Outlook:
    """Series of the model to rows of the books: places that are fed count where they are fed from; what it does not know stays usual."""
    mean, variance, known = np.zeros_like(usual.mean), np.zeros_like(usual.total_sd), np.zeros(len(usual.ids), dtype=bool)
    row_of = {each: row for row, each in enumerate(usual.ids)}
    models, classes = list(usual.models), list(usual.classes)
    for series, name in enumerate(told.ids):
        product, _, place = name.partition(SEPARATOR)
        row = row_of.get(f"{product}|{books.places.feeder.get(place, place)}")
        if row is not None:
            mean[row] += told.mean[series]
            variance[row] += np.square(told.total_sd[series])
            known[row] = True
            models[row], classes[row] = told.models[series], told.classes[series]
    return _joined(usual, mean, np.sqrt(variance), known, models, classes)


def _shared_out(told: Outlook, books: Books, usual: Outlook) -> Outlook:
    """A product's forecast by the share each place has of its recent sales; the split itself is uncertain as chance is."""
    place = {each: series for series, each in enumerate(told.ids)}
    series = np.array([place.get(each, -1) for each in books.goods.ids], dtype=np.int64)[books.product]
    level = usual.mean.mean(axis=1)
    whole = np.bincount(books.product, level, len(books.goods.ids))[books.product]
    known = (series >= 0) & (whole > 0)
    share = np.where(known, level / np.maximum(whole, 1e-12), 0.0)[:, None]
    mean = share * told.mean[series]
    # Each place's own chance: how much more than Poisson it varies, as the fallback measured it at this place.
    over = np.maximum(np.square(usual.total_sd[:, :1]) / np.maximum(usual.mean[:, :1], 1e-9), 1.0)
    own = share * (1.0 - share) * np.cumsum(told.mean[series], axis=1) * over
    spread = np.sqrt(np.square(share * told.total_sd[series]) + own)
    models = [told.models[each] if ok else usual.models[row] for row, (each, ok) in enumerate(zip(series, known, strict=True))]
    classes = [told.classes[each] if ok else usual.classes[row] for row, (each, ok) in enumerate(zip(series, known, strict=True))]
    return _joined(usual, mean, spread, known, models, classes)


def _joined(
    usual: Outlook, mean: Floats, spread: Floats, known: np.ndarray[tuple[int], np.dtype[np.bool_]], models: list[str], classes: list[str]
) -> Outlook:
    mean = np.where(known[:, None], mean, usual.mean)
    spread = np.where(known[:, None], np.maximum.accumulate(spread, axis=1), usual.total_sd)
    return Outlook(usual.ids, usual.as_of, mean, usual.quantiles, spread, tuple(models), tuple(classes), usual.levels)
