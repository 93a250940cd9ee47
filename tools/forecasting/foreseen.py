"""The trained forecast of all it knows, as of the day asked about: worked out once for all tools, or in words why it does not serve."""

from __future__ import annotations

import threading
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from tools.contract import ToolContext
from tools.query.source import Source

if TYPE_CHECKING:
    from ml.contract import Outlook
    from ml.forecast.serving import Served
    from ml.panel import Grain

OF_THE_WHOLE = "the trained forecast is of the whole company, and only some places may be seen here"
KEPT = 4  # outlooks kept of each source: the day asked about changes seldom
_LOCK = threading.Lock()
_OUTLOOKS: WeakKeyDictionary[Source, dict[tuple[str, date], Outlook]] = WeakKeyDictionary()


def current_model(context: ToolContext) -> Served | str:
    """The model that serves and may speak of the day asked about; it learned from the whole company and is told to who may see that."""
    from ml import artifacts
    from ml.errors import MlError
    from ml.forecast.serving import KIND

    served = context.served
    if served.context.sees_some:
        return OF_THE_WHOLE
    if served.home is None:
        return "no folder of models belongs to this data"
    current = artifacts.versions_of(served.home, KIND).current()
    if current is None:
        return "no forecast was trained here; ./oiis train forecast trains one"
    try:
        model = _loaded(served.home, current.name)
    except MlError as error:
        return str(error).rstrip(".")
    if date.fromisoformat(model.card.cut_off) > served.context.as_of:
        return f"the trained forecast learned from days up to {model.card.cut_off}, which were not known on {served.context.as_of}"
    return model


def outlook_of(context: ToolContext, model: Served) -> Outlook | str:
    """What the model expects on as many days as it was measured on, kept for each snapshot and day."""
    from ingestion.errors import IngestionError
    from ml.errors import MlError

    key = (model.version, context.served.context.as_of)
    with _LOCK:
        kept = _OUTLOOKS.setdefault(context.served.source, {})
        if key not in kept:
            try:
                found = _predicted(context, model)
            except (MlError, IngestionError) as error:
                return str(error).rstrip(".")
            for oldest in list(kept)[: max(0, len(kept) - KEPT + 1)]:
                del kept[oldest]
            kept[key] = found
        return kept[key]


def _predicted(context: ToolContext, model: Served) -> Outlook:
    from ingestion.warehouse import Warehouse, read_snapshot
    from ml.errors import NoModel
    from ml.panel_warehouse import panel_of_snapshot

    served = context.served
    if served.home is None:
        raise NoModel("no folder of models belongs to this data")
    snapshot = read_snapshot(Warehouse(served.home).versions.get(served.source.snapshot))
    grain: Grain = "product_location" if model.card.grain == "product_location" else "product"
    return model.predict(panel_of_snapshot(snapshot, served.context.as_of, grain), model.card.horizon)


@lru_cache(maxsize=2)
def _loaded(home: Path, version: str) -> Served:
    """A version's model, read and checked once: a version never changes."""
    from ml.forecast import serving

    return serving.load(home, name=version)
