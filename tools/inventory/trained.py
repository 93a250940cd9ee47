"""The trained forecast for the rows of the books, by place or shared out among the places, averaged with the mean of the last weeks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ml import artifacts
from ml.contract import Floats, Outlook
from ml.errors import MlError
from ml.forecast.serving import KIND
from ml.inventory import hindsight
from ml.inventory.arrays import summed
from ml.inventory.demand import History
from ml.inventory.hindsight import Hindsight
from ml.inventory.steady import told_on
from ml.inventory.trust import HALF, best_part, blend
from ml.panel import SEPARATOR
from tools.contract import ToolContext
from tools.forecasting.accuracy import card_evidence
from tools.forecasting.foreseen import OF_THE_WHOLE, current_model, outlook_of
from tools.inventory.books import Books
from tools.inventory.outlooks import Ahead


def trained_ahead(context: ToolContext, books: Books, days: int, usual: Outlook, weeks: int = 1) -> Ahead | str:
    """What the trained model and the mean of the last weeks expect together, or in words why the model does not speak here.

    `usual` is the fallback's outlook of the same rows. How much of the model counts is what would have served stock best lately; with
    `weeks` its level is that of its forecasts of so many weeks, where those are kept.
    """
    model = current_model(context)
    if isinstance(model, str):
        return model
    found = look_back_on(context)
    if (part := part_of(found, books)) == 0.0:
        return f"on the last weeks stock would have been served worse by {KIND} model {model.version}"
    told = outlook_of(context, model)
    if isinstance(told, str):
        return told
    told = told if isinstance(found, str) else told_on(found, told.as_of, weeks, told) or told
    told = first_days(told, days)  # so far its spread was measured; beyond, totals carry on
    usual = first_days(usual, told.mean.shape[1])
    by_place = model.card.grain == "product_location"
    outlook = _by_row(told, books, usual, part) if by_place else _shared_out(told, books, usual, part)
    source = card_evidence(model.card, model.version, f"{context.call_id}.model")
    also = "" if part == 1.0 else f", {1.0 - part:g} of the mean of the last weeks with it"
    return Ahead(outlook, source, f"trained {KIND} model {model.version}{also}", model.version)


def look_back_on(context: ToolContext) -> Hindsight | str:
    """What trained models would have said on past days, or why that is not known."""
    served = context.served
    if served.context.sees_some:
        return OF_THE_WHOLE
    current = None if served.home is None else artifacts.versions_of(served.home, hindsight.KIND).current()
    if served.home is None or current is None:
        return "no trained forecasts of past days are kept here"
    try:
        return hindsight.read(served.home, current.name)
    except MlError as error:
        return str(error).rstrip(".")


def part_of(found: Hindsight | str, books: Books) -> float:
    """How much of the trained forecast counts as of the books' day."""
    return HALF if isinstance(found, str) else best_part(found, by_product(books.history, books), whole_products(books))


def by_product(history: History, books: Books) -> History:
    """A history of rows of the books as one of products: what an empty place missed counts, a day without stock anywhere is marked."""
    units, empty = (np.zeros((len(books.goods.ids), history.units.shape[1])) for _ in range(2))
    np.add.at(units, books.product, history.wanted)
    np.add.at(empty, books.product, ~history.censored)
    return History(books.goods.ids, units, empty == 0, history.as_of)


def whole_products(books: Books) -> NDArray[np.bool_]:
    """Which products are sold in pieces at every place."""
    found = np.ones(len(books.goods.ids), dtype=bool)
    np.logical_and.at(found, books.product, books.whole)
    return found


def first_days(outlook: Outlook, days: int) -> Outlook:
    """The first so many days of an outlook; of a shorter one all."""
    return replace(outlook, mean=outlook.mean[:, :days], total_sd=outlook.total_sd[:, :days], quantiles=outlook.quantiles[:, :days])


def _by_row(told: Outlook, books: Books, usual: Outlook, part: float) -> Outlook:
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
    return _joined(usual, mean, np.sqrt(variance), known, models, classes, part)


def _shared_out(told: Outlook, books: Books, usual: Outlook, part: float) -> Outlook:
    """A product's forecast for each place that sells it."""
    level = usual.mean.mean(axis=1)
    whole = summed(books.product, level, len(books.goods.ids))[books.product]
    return share_out(told, np.array(books.goods.ids)[books.product], level / np.maximum(whole, 1e-12), usual, part)


def share_out(told: Outlook, product: NDArray[np.str_], shares: Floats, usual: Outlook, part: float) -> Outlook:
    """A product's forecast by the share of its recent sales each row has; the split itself is uncertain as chance is."""
    days = min(told.mean.shape[1], usual.mean.shape[1])
    told, usual = first_days(told, days), first_days(usual, days)
    place = {each: series for series, each in enumerate(told.ids)}
    series = np.array([place.get(str(each), -1) for each in product], dtype=np.int64)
    known = (series >= 0) & (shares > 0)
    share = np.where(known, shares, 0.0)[:, None]
    mean = share * told.mean[series]
    # Each place's own chance: how much more than Poisson it varies, as the fallback measured it at this place.
    over = np.maximum(np.square(usual.total_sd[:, :1]) / np.maximum(usual.mean[:, :1], 1e-9), 1.0)
    own = share * (1.0 - share) * np.cumsum(told.mean[series], axis=1) * over
    spread = np.sqrt(np.square(share * told.total_sd[series]) + own)
    models = [told.models[each] if ok else usual.models[row] for row, (each, ok) in enumerate(zip(series, known, strict=True))]
    classes = [told.classes[each] if ok else usual.classes[row] for row, (each, ok) in enumerate(zip(series, known, strict=True))]
    return _joined(usual, mean, spread, known, models, classes, part)


def _joined(
    usual: Outlook, mean: Floats, spread: Floats, known: NDArray[np.bool_], models: list[str], classes: list[str], part: float
) -> Outlook:
    """So much of the trained forecast where the model knows the goods, the usual one elsewhere."""
    trained = replace(usual, mean=mean, total_sd=np.maximum.accumulate(spread, axis=1))
    both = blend(trained, usual, part)
    mean, spread = (np.where(known[:, None], ours, theirs) for ours, theirs in ((both.mean, usual.mean), (both.total_sd, usual.total_sd)))
    return Outlook(usual.ids, usual.as_of, mean, usual.quantiles, spread, tuple(models), tuple(classes), usual.levels)
