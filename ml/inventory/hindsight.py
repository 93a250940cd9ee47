"""What the trained forecast would have said on past days: models that knew only what came before, asked anew every week."""

from __future__ import annotations

import base64
import json
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ingestion.progress import Progress, silent
from ml import artifacts
from ml.contract import Outlook, Panel
from ml.errors import MlError, NoModel
from ml.panel import cut

if TYPE_CHECKING:
    from ml.forecast.serving import Served
    from ml.forecast.training import Plan

KIND = "hindsight"
NAME = "trained forecast"
_FILE = "forecasts.json"
MOST_STALE_DAYS = 13  # a forecast asked longer ago than this is none that was at hand
_TRAIN_EVERY, _ASK_EVERY = 91, 7
_MOST_SERIES = 1_000
Small = NDArray[np.float32]


@dataclass(frozen=True)
class Hindsight:
    """Forecasts of `ids` asked on past days, oldest first: days asked x series x days ahead, NaN for what was not known yet."""

    ids: tuple[str, ...]
    asked: tuple[date, ...]
    learned: tuple[date, ...]  # for each day asked, the last day its model had learned from
    mean: Small
    total_sd: Small

    def on(self, day: date) -> Outlook | None:
        """The forecast that was at hand on a day, of the days after it; None where there was none lately."""
        place = bisect_right(self.asked, day) - 1
        if place < 0 or (gone := (day - self.asked[place]).days) > MOST_STALE_DAYS:
            return None
        rows = np.flatnonzero(np.isfinite(self.mean[place, :, 0]))
        mean = self.mean[place, rows, gone:].astype(np.float64)
        spread = self.total_sd[place, rows, : mean.shape[1]].astype(np.float64)
        names = tuple(self.ids[row] for row in rows)
        return Outlook(names, day, mean, np.zeros((*mean.shape, 0)), spread, (NAME,) * len(rows), ("",) * len(rows), ())

    def text(self) -> str:
        """All of it as JSON; arrays as base64 of little-endian floats."""
        body = {"ids": self.ids, "asked": [*map(str, self.asked)], "learned": [*map(str, self.learned)], "shape": self.mean.shape}
        return json.dumps({**body, "mean": _packed(self.mean), "total_sd": _packed(self.total_sd)})


def from_text(text: str) -> Hindsight:
    """What `text` wrote."""
    body = json.loads(text)
    asked, learned = (tuple(map(date.fromisoformat, body[name])) for name in ("asked", "learned"))
    mean, spread = (_unpacked(body[name], body["shape"]) for name in ("mean", "total_sd"))
    return Hindsight(tuple(map(str, body["ids"])), asked, learned, mean, spread)


def look_back(panel: Panel, plan: Plan, first: date, train_every: int = _TRAIN_EVERY, progress: Progress = silent) -> Hindsight:
    """Train every so many days from `first` on, each time on what was known then, and ask every week until the panel's last day.

    Weeks with too little history to train on are left out; where that is all of them, the reason is raised.
    """
    days = [panel.as_of - timedelta(days=_ASK_EVERY * back) for back in range((panel.as_of - first).days // _ASK_EVERY, -1, -1)]
    names = {name: row for row, name in enumerate(_most_sold(panel, first))}
    models = _Models(plan, train_every, panel.as_of)
    told: list[tuple[date, date, Small, Small]] = []
    for place, day in enumerate(days):
        progress(f"asking as of {day}", place / len(days))
        past = cut(panel, day)
        if models.ready(past):
            told.append((day, models.learned, *_rows(models.ask(past), names)))
    if models.refusal and not told:
        raise models.refusal
    asked, learned, mean, spread = zip(*told, strict=True)
    return Hindsight(tuple(names), asked, learned, np.stack(mean), np.stack(spread))


class _Models:
    """The models of the past, one after the other."""

    def __init__(self, plan: Plan, every: int, end: date) -> None:
        self._plan, self._every, self._end = plan, every, end
        self._model: Served | None = None
        self.learned = date.min
        self.refusal: MlError | None = None

    def ready(self, past: Panel) -> bool:
        """Whether there is a model on this day, trained anew when the one before is old and days are left to ask about."""
        from ml.forecast.training import train

        if self._model is None or ((past.as_of - self.learned).days >= self._every and past.as_of < self._end):
            try:
                self._model, self.learned = train(past, self._plan, "").served, past.as_of
            except MlError as error:
                self.refusal = error
        return self._model is not None

    def ask(self, past: Panel) -> Outlook:
        if self._model is None:
            raise ValueError("no model was trained yet")
        return self._model.predict(past, self._plan.horizon)


def _rows(found: Outlook, names: dict[str, int]) -> tuple[Small, Small]:
    """An outlook in the order of these names, NaN for those it does not know."""
    mean, spread = (np.full((len(names), found.mean.shape[1]), np.nan, dtype=np.float32) for _ in range(2))
    row = np.array([names.get(name, -1) for name in found.ids], dtype=np.int64)
    mean[row[row >= 0]], spread[row[row >= 0]] = found.mean[row >= 0], found.total_sd[row >= 0]
    return mean, spread


def _most_sold(panel: Panel, first: date) -> list[str]:
    """The series that sold most since, in the panel's order: replays are of those."""
    sold = panel.days[panel.days["ds"] > pd.Timestamp(first)].groupby("unique_id")["y"].sum()
    most = set(sold.nlargest(_MOST_SERIES).index.astype(str))
    return [name for name in panel.series["unique_id"].astype(str) if name in most]


def keep(home: Path, found: Hindsight, snapshot: str) -> str:
    """Publish it as the current version."""
    card = {"kind": KIND, "snapshot": snapshot, "cut_off": str(found.asked[-1]), "learned": sorted({*map(str, found.learned)})}
    return artifacts.write(home, KIND, {artifacts.CARD: json.dumps(card), _FILE: found.text()}, wait_seconds=60.0).name


def read(home: Path, name: str) -> Hindsight:
    """A version of it, checked; NoModel when it cannot be read."""
    stored = artifacts.read(home, KIND, name)
    try:
        return from_text(stored.texts[_FILE])
    except (KeyError, TypeError, ValueError) as error:
        raise NoModel(f"{stored.name} of {KIND} was written by another release ({error})") from error


def _packed(values: Small) -> str:
    return base64.b64encode(values.astype("<f4").tobytes()).decode("ascii")


def _unpacked(text: str, shape: list[int]) -> Small:
    return np.frombuffer(base64.b64decode(text), dtype="<f4").reshape(shape).astype(np.float32)


def quick(horizon: int = 28) -> Plan:
    """The plan of the models that look back: what serves, without the ladder that is only there to be beaten."""
    from ml.forecast.training import Plan

    return Plan(horizon=horizon, warm=2, scored=1, rungs=())
