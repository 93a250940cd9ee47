"""Training done by the worker: as `./oiis train forecast` does it, and by itself where the data that is served has no forecast yet."""

from __future__ import annotations

import contextlib
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from api.work.contract import Arguments, Workplace
from ingestion.progress import Progress

if TYPE_CHECKING:
    from ml.inventory.hindsight import Hindsight

OLD_DAYS = 7  # days of sales a forecast may not have learned from before it is trained again
LOOK_BACK_DAYS = 208  # what a replay of half a year needs
_HORIZON = 28


class TrainForecast(Arguments):
    """What to forecast, how far, and how many settings to try first."""

    horizon: int = Field(default=_HORIZON, ge=1, le=180)
    grain: Literal["product", "product_location"] = "product"
    trials: int = Field(default=0, ge=0, le=200)


class KeepForecast(Arguments):
    """A forecast of the data that is served; there is nothing to choose."""


class LookBack(Arguments):
    """What models would have said on past days, for replays; there is nothing to choose."""


def train_forecast(arguments: TrainForecast, place: Workplace, progress: Progress) -> str:
    """Train on the current snapshot and serve the result; a try that is killed leaves the version before in place."""
    from ml.forecast.run import train_forecast as run
    from ml.forecast.training import Plan

    done = run(place.home, Plan(horizon=arguments.horizon), arguments.grain, arguments.trials, progress=progress)
    found = done.card.score_of("all")
    score = "too little was sold to score it" if found is None or found.rmsse is None else f"RMSSE {found.rmsse:.3f}"
    return f"forecast {done.version} is served: {score} on {len(done.card.origins)} origins"


def keep_forecast(_: KeepForecast, place: Workplace, progress: Progress) -> str:
    """Train where nothing was trained, or a week of sales has come since; horizon and grain stay what somebody chose."""
    from ingestion.warehouse import Warehouse
    from ml.errors import MlError

    snapshot = Warehouse(place.home, place.keep_snapshots).find()
    if snapshot is None or snapshot.card.as_of is None:
        return "there are no sales to learn from yet"
    wanted = _wanted(place, snapshot.card.as_of)
    if isinstance(wanted, str):
        return wanted
    try:
        return train_forecast(wanted, place, progress)
    except MlError as error:
        return f"no forecast was trained, answers are made from the series' own past: {error}"


def _wanted(place: Workplace, as_of: date) -> TrainForecast | str:
    """What to train now, or why nothing."""
    from ml.errors import MlError
    from ml.forecast.serving import load

    try:
        model = load(place.home)
    except MlError:  # none yet, or one that cannot be read: a new one takes its place
        return TrainForecast()
    learned = date.fromisoformat(model.card.cut_off)
    if timedelta(0) <= as_of - learned < timedelta(days=OLD_DAYS):
        return f"{model.version} learned from sales up to {learned}, which is recent enough"
    grain: Literal["product", "product_location"] = "product_location" if model.card.grain == "product_location" else "product"
    return TrainForecast(horizon=model.card.horizon, grain=grain)


def look_back(_: LookBack, place: Workplace, progress: Progress) -> str:
    """Ask models that knew only what came before, week by week; what a replay of ordering rules then uses."""
    from ingestion.warehouse import Warehouse
    from ml import artifacts
    from ml.errors import MlError
    from ml.inventory import hindsight
    from ml.panel_warehouse import panel_of_snapshot

    snapshot = Warehouse(place.home, place.keep_snapshots).find()
    if snapshot is None or snapshot.card.as_of is None:
        return "there are no sales to look back on yet"
    there = artifacts.versions_of(place.home, hindsight.KIND).current()
    with contextlib.suppress(MlError):  # one that cannot be read is made anew
        if there is not None and _is_recent(hindsight.read(place.home, there.name), snapshot.card.as_of):
            return f"{there.name} looks back from a recent day"
    try:
        panel = panel_of_snapshot(snapshot)
        first = snapshot.card.as_of - timedelta(days=LOOK_BACK_DAYS)
        found = hindsight.look_back(panel, hindsight.quick(_HORIZON), first, progress=progress)
    except MlError as error:
        return f"replays are made without a trained forecast: {error}"
    return f"{hindsight.keep(place.home, found, snapshot.name)}: what a trained forecast would have said on {len(found.asked)} past weeks"


def _is_recent(found: Hindsight, as_of: date) -> bool:
    return timedelta(0) <= as_of - found.asked[-1] < timedelta(days=OLD_DAYS)
