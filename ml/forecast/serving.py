"""The forecast that is served: for each demand class the mixture that won the backtest, with quantiles whose coverage was measured."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from ingestion.frames import FrameEngine
from ml import artifacts
from ml.contract import LEVELS, Outlook, Panel
from ml.errors import NoModel
from ml.features.build import Engine
from ml.forecast import boosted, hierarchy, launch, spread
from ml.forecast.asking import check_horizon
from ml.forecast.classes import profile
from ml.forecast.contract import EVERY, Fitted, Score, Scores, Win
from ml.forecast.ladder import LadderRung
from ml.forecast.mixing import NAME, Mixture
from ml.forecast.parts import parts_of
from ml.forecast.plain import plain_days

KIND = "forecast"
MEMBERS = (boosted.NAME, "ses", "median", launch.NAME)


class Card(BaseModel):
    """What a trained forecaster says of itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str = KIND
    snapshot: str
    cut_off: str
    grain: str
    horizon: int
    origins: tuple[str, ...]
    series: int
    parameters: dict[str, object]
    weights: dict[str, tuple[float, ...]]
    members: tuple[str, ...]
    scores: tuple[dict[str, float | int | str | None], ...]
    wins: tuple[dict[str, float | str], ...]
    trained_at: str
    seconds: float

    def score_of(self, kind: str, model: str = NAME) -> Score | None:
        """The measured score of a class; of all series where the class was too small to measure."""
        found = {(row["model"], row["slice"]): row for row in self.scores}
        row = found.get((model, kind)) or found.get((model, EVERY))
        return Score(**row) if row else None  # type: ignore[arg-type]

    def wins_found(self) -> tuple[Win, ...]:
        """How sure each gain over the ladder is."""
        return tuple(Win(**win) for win in self.wins)  # type: ignore[arg-type]

    def coverage_of(self, kind: str) -> float | None:
        """Share of days the 80 % interval held in this class on the backtest: the confidence shown for its forecasts."""
        row = self.score_of(kind)
        return row.covered_80 if row else None


@dataclass(frozen=True)
class Served:
    """Everything a forecast needs, read from a version's text files."""

    trees: boosted.BoostedTrees
    curves: launch.LaunchCurves
    mixture: Mixture
    spread: spread.Spread
    groups: hierarchy.GroupSpread
    card: Card
    version: str = ""
    rungs: tuple[LadderRung, ...] = (LadderRung("ses"), LadderRung("median"))

    def predict(self, panel: Panel, horizon: int) -> Outlook:
        """What is expected of every series of the panel on the days after its cut."""
        check_horizon(horizon)
        members: tuple[Fitted, ...] = (self.trees, *self.rungs, self.curves)
        outlooks = {member.name: member.predict(panel, horizon) for member in members}
        mixed, lately = self.mixture.mix(outlooks, plain_days(panel, horizon)), profile(panel)
        spread_out = self.spread.apply(mixed, lately, parts_of(outlooks, mixed, lately))
        return end_of_life(spread_out, panel)

    def roll_up(self, outlook: Outlook, series: pd.DataFrame, level: hierarchy.Level) -> Outlook:
        """The same forecast for categories, locations or the whole."""
        return hierarchy.roll_up(outlook, series, level, self.groups)

    def files(self) -> dict[str, str]:
        """The artifact as text files."""
        body = {
            "members": self.mixture.members,
            "weights": self.mixture.weights,
            "scale": self.mixture.scale,
            "leader": self.mixture.leader,
            "carried": self.mixture.carried,
        }
        return {
            **self.trees.texts(),
            "launch.json": self.curves.text(),
            "mixture.json": json.dumps(body, indent=1),
            "spread.json": self.spread.text(),
            "groups.json": self.groups.text(),
            artifacts.CARD: self.card.model_dump_json(indent=1),
        }


def load(home: Path, engine: Engine | None = None, name: str | None = None) -> Served:
    """The current trained forecaster under a home folder, its files checked; NoModel says how to train one."""
    stored = artifacts.read(home, KIND, name)
    try:
        return _read(stored.texts, stored.name, engine or FrameEngine())
    except (KeyError, TypeError, ValueError) as error:
        raise NoModel(f"{stored.name} was written by another release ({error}); train again with ./oiis train forecast") from error


def _read(texts: dict[str, str], name: str, engine: Engine) -> Served:
    body = json.loads(texts["mixture.json"])
    weights = {key: tuple(map(float, values)) for key, values in body["weights"].items()}
    return Served(
        boosted.from_texts(texts, engine),
        launch.from_text(texts["launch.json"]),
        Mixture(
            tuple(body["members"]),
            weights,
            {key: float(value) for key, value in body.get("scale", {}).items()},
            str(body.get("leader", "")),
            float(body.get("carried", 1.0)),
        ),
        spread.from_text(texts["spread.json"]),
        hierarchy.from_text(texts["groups.json"]),
        Card.model_validate_json(texts[artifacts.CARD]),
        name,
    )


def end_of_life(outlook: Outlook, panel: Panel) -> Outlook:
    """Nothing is expected of a product after the day it is taken out of the range."""
    if "ends_on" not in panel.series:
        return outlook
    left = (pd.to_datetime(panel.series["ends_on"]) - pd.Timestamp(panel.as_of)).dt.days.to_numpy(np.float64)
    after = np.arange(1, outlook.mean.shape[1] + 1)[None, :] > left[:, None]
    models = tuple(
        "taken out of the range" if gone else name for gone, name in zip(np.ravel(after.all(axis=1)), outlook.models, strict=True)
    )
    quantiles = np.where(after[:, :, None], 0.0, outlook.quantiles)
    # What is left to sell grows no wider once nothing is sold any more.
    last = np.clip(np.nan_to_num(left, nan=np.inf), 0, outlook.mean.shape[1]).astype(np.int64) - 1
    held = np.take_along_axis(outlook.total_sd, np.maximum(last, 0)[:, None], axis=1) * (last >= 0)[:, None]
    total_sd = np.where(after, held, outlook.total_sd)
    return replace(outlook, mean=np.where(after, 0.0, outlook.mean), quantiles=quantiles, total_sd=total_sd, models=models)


def rows_of(scores: Scores) -> tuple[dict[str, float | int | str | None], ...]:
    """Scores as plain rows for a card."""
    return tuple(dict(vars(row)) for row in scores.rows)


def frame_of(outlook: Outlook) -> pd.DataFrame:
    """An outlook as a long frame: unique_id, ds, mean and a column for each level."""
    count, horizon = outlook.mean.shape
    days = pd.date_range(outlook.as_of, periods=horizon + 1, freq="D")[1:]
    frame = pd.DataFrame({"unique_id": np.repeat(np.array(outlook.ids, dtype=object), horizon), "ds": np.tile(days, count)})
    frame["mean"] = outlook.mean.ravel()
    for place, level in enumerate(LEVELS):
        frame[f"q{round(level * 100):02d}"] = outlook.quantiles[:, :, place].ravel()
    return frame
