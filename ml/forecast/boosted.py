"""One model of boosted trees for all series: it learns by how much a day differs from the series' own level."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ingestion.frames import FrameEngine
from ml.contract import LEVELS, Floats, Outlook, Panel
from ml.features.build import KEPT, Engine, features
from ml.forecast.asking import Sample, asked_before, asked_now, sold
from ml.forecast.classes import demand_classes
from ml.forecast.levels import COLUMNS, MEDIAN, RungLevels
from ml.forecast.surprise import weights

if TYPE_CHECKING:
    from lightgbm import Booster, Dataset

NAME = "boosted"
BALANCED = (0.25, 1.0, 4.0)  # units a day between which sums are balanced
BALANCE_ROWS, BALANCE_MOST = 2_000, 60_000  # rows a volume needs for a balance of its own; about how many are added up in all
LEAST_SHARE, LEAST_ROUNDS, LEAST_LEAVES, MOST_MIN_LEAF = 0.2, 80, 15, 200
CENTRE_ROUNDS, CENTRE_LEAVES, CENTRE_MIN_LEAF, CENTRE_POWER = 5 / 3, 4, 2.5, 1.2  # beside those of the trees that are served
LEVEL_FLOOR = 0.02  # units a day: what a series without sales is taken to sell, so that a ratio to its level exists
_SCALED = ("mean_3", "mean_7", "mean_14", "mean_28", "mean_56", "mean_112", "mean_364", "ewm_10", "ewm_40", "sd_28", "sd_112", "max_28",
           "last_y", "weekday_4", "weekday_13", "weekday_52", "year_ago", "year_ago_28", *COLUMNS, MEDIAN)  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """What `--tune` may choose."""

    rounds: int = 300
    learning_rate: float = 0.05
    leaves: int = 127
    min_leaf: int = 40
    feature_share: float = 0.6
    variance_power: float = 1.5
    l2: float = 10.0
    path_smooth: float = 10.0  # small leaves lean on their parents
    sample: Sample = field(default_factory=Sample)
    full_rows: int = 150_000  # fewer rows teach fewer and smaller trees, which would else learn them by heart and say too little
    seed: int = 7
    threads: int = 1  # two only pay where nothing else runs: waiting threads spin

    def for_rows(self, rows: int) -> Settings:
        """The settings for so many rows to learn from."""
        share = min(1.0, max(LEAST_SHARE, rows / self.full_rows)) if self.full_rows else 1.0
        return replace(
            self,
            rounds=max(min(self.rounds, LEAST_ROUNDS), round(self.rounds * share)),
            leaves=max(min(self.leaves, LEAST_LEAVES), round(self.leaves * share)),
            min_leaf=max(self.min_leaf, min(MOST_MIN_LEAF, round(self.min_leaf / share))),
        )

    def for_centre(self) -> Settings:
        """The settings of the trees that quantiles are spread around: more and smaller ones, to which large days count more."""
        return replace(
            self,
            rounds=round(self.rounds * CENTRE_ROUNDS),
            leaves=max(LEAST_LEAVES, round(self.leaves / CENTRE_LEAVES)),
            min_leaf=round(self.min_leaf * CENTRE_MIN_LEAF),
            variance_power=CENTRE_POWER,
        )


@dataclass(frozen=True)
class Boosted:
    """The forecaster: a Tweedie loss on units, starting from each series' level."""

    settings: Settings = field(default_factory=Settings)
    engine: Engine = field(default_factory=FrameEngine)
    rungs: RungLevels = field(default_factory=RungLevels)
    name: str = NAME

    def fit(self, panel: Panel, horizon: int) -> BoostedTrees:
        """Learn from the panel's past origins; days on which nothing could be sold are not learned from."""
        import lightgbm

        lesson = prepare(self.engine, panel, horizon, self.settings, self.rungs)
        settings = self.settings.for_rows(len(lesson.sold))
        model = lightgbm.train(parameters(settings), lesson.data, settings.rounds)
        around = self.settings.for_centre().for_rows(len(lesson.sold))
        even = lightgbm.train(parameters(around), lesson.data.set_field("weight", None), around.rounds)
        told, centre = Taught(model, balance_of(model, lesson)), Taught(even, balance_of(even, lesson))
        return BoostedTrees(told, centre, lesson.columns, self.engine, self.rungs, self.name)


@dataclass(frozen=True)
class Taught:
    """Trees, and what their forecasts are multiplied by for each volume."""

    model: Booster
    balance: tuple[float, ...]

    def expect(self, inputs: pd.DataFrame, level: Floats) -> Floats:
        """Expected units of each row."""
        raw = self.model.predict(inputs, raw_score=True, num_threads=1)
        return np.asarray(np.exp(raw) * level * np.array(self.balance)[np.digitize(level, BALANCED)], dtype=np.float64)


@dataclass(frozen=True)
class BoostedTrees:
    """Trees that have learned, twice: `told` lets wild windows count less, which errs least; to `centre` all rows are alike."""

    told: Taught
    centre: Taught
    columns: tuple[str, ...]
    engine: Engine = field(default_factory=FrameEngine)
    rungs: RungLevels = field(default_factory=RungLevels)
    name: str = NAME

    def predict(self, panel: Panel, horizon: int) -> Outlook:
        """Means by the trees; all quantiles are the centre to spread them around, which is left to `ml.forecast.spread`."""
        asked = asked_now(panel, horizon)
        known = asked[asked["unique_id"].isin(set(panel.days["unique_id"].unique()))]
        mean, centre = np.zeros((len(panel.series), horizon)), np.zeros((len(panel.series), horizon))
        if len(known):
            frame = told_of(self.engine, panel, known, self.rungs)
            place = panel.series["unique_id"].reset_index().set_index("unique_id")["index"]
            cells = place.loc[frame["unique_id"]].to_numpy(), frame["h"].to_numpy() - 1
            mean[cells], centre[cells] = self.expect(frame)
        quantiles = np.repeat(centre[:, :, None], len(LEVELS), axis=2)
        ids = tuple(panel.series["unique_id"])
        return Outlook(ids, panel.as_of, mean, quantiles, np.zeros_like(mean), (self.name,) * len(ids), demand_classes(panel))

    def expect(self, frame: pd.DataFrame) -> tuple[Floats, Floats]:
        """Expected units of each row of features, and the centre of their spread."""
        level = level_of(frame)
        inputs = scaled(frame, level)[list(self.columns)]
        return self.told.expect(inputs, level), self.centre.expect(inputs, level)

    def texts(self) -> dict[str, str]:
        """The models as text files."""
        body = {"columns": self.columns, "balance": self.told.balance, "balance_centre": self.centre.balance}
        return {
            f"{self.name}.txt": self.told.model.model_to_string(),
            f"{self.name}_centre.txt": self.centre.model.model_to_string(),
            f"{self.name}.json": json.dumps(body),
        }


def from_texts(texts: dict[str, str], engine: Engine | None = None, name: str = NAME) -> BoostedTrees:
    """The models that `texts` wrote; one alone, of an earlier release, is both."""
    import lightgbm

    body = json.loads(texts[f"{name}.json"])
    told = Taught(lightgbm.Booster(model_str=texts[f"{name}.txt"]), tuple(map(float, body["balance"])))
    centre = told
    if f"{name}_centre.txt" in texts:
        centre = Taught(lightgbm.Booster(model_str=texts[f"{name}_centre.txt"]), tuple(map(float, body["balance_centre"])))
    return BoostedTrees(told, centre, tuple(body["columns"]), engine or FrameEngine(), name=name)


def parameters(settings: Settings) -> dict[str, object]:
    """LightGBM's own names for the settings."""
    return {
        "objective": "tweedie", "tweedie_variance_power": settings.variance_power, "boost_from_average": False,
        "learning_rate": settings.learning_rate, "num_leaves": settings.leaves, "min_data_in_leaf": settings.min_leaf,
        "feature_fraction": settings.feature_share, "bagging_fraction": 0.7, "bagging_freq": 1, "lambda_l2": settings.l2, "max_bin": 127,
        "path_smooth": settings.path_smooth,
        "seed": settings.seed, "num_threads": settings.threads, "verbosity": -1, "deterministic": True, "force_row_wise": True,
    }  # fmt: skip


@dataclass(frozen=True)
class Lesson:
    """Rows to learn from, as a data set that any number of trials can share."""

    columns: tuple[str, ...]
    data: Dataset
    inputs: pd.DataFrame
    sold: Floats
    level: Floats


def told_of(engine: Engine, panel: Panel, asked: pd.DataFrame, rungs: RungLevels) -> pd.DataFrame:
    """All that the trees are told of the rows asked about: the features, and what simple rungs say on the origin."""
    return rungs.join(panel, features(engine, panel, asked))


def prepare(engine: Engine, panel: Panel, horizon: int, settings: Settings, rungs: RungLevels) -> Lesson:
    """The panel's past origins as a lesson; days on which nothing could be sold are left out, wild windows count less."""
    import lightgbm

    frame = told_of(engine, panel, asked_before(panel, horizon, settings.sample), rungs)
    y, sellable = sold(panel, frame)
    frame, y = frame[sellable].reset_index(drop=True), y[sellable]
    level = level_of(frame)
    inputs = scaled(frame, level)
    columns = tuple(str(column) for column in inputs.columns if column not in KEPT or column == "h")
    weight = weights(panel, frame, horizon)
    data = lightgbm.Dataset(inputs[list(columns)], y, weight=weight, init_score=np.log(level), free_raw_data=True)
    return Lesson(columns, data, inputs[list(columns)], y, level)


def balance_of(model: Booster, lesson: Lesson) -> tuple[float, ...]:
    """What a forecast is multiplied by, for each volume, so that what was learnt adds up to what was sold.

    A variance power above 1 lets large days count less than they sell; sums matter to whoever buys. The slowest are left as they are.
    """
    some = slice(None, None, max(1, len(lesson.sold) // BALANCE_MOST))
    level, units = lesson.level[some], lesson.sold[some]
    told = np.exp(np.asarray(model.predict(lesson.inputs[some], raw_score=True, num_threads=1))) * level
    places = np.digitize(level, BALANCED)
    sold, expected = (np.bincount(places, values, minlength=len(BALANCED) + 1) for values in (units, told))
    enough = np.bincount(places, minlength=len(BALANCED) + 1) >= BALANCE_ROWS
    enough[0] = False
    return tuple(float(value) for value in np.where(enough, sold / np.maximum(expected, 1e-9), 1.0))


def level_of(frame: pd.DataFrame) -> Floats:
    """What a series sells a day by its own recent past: the level its days are measured against."""
    week, month, season = (frame[column].fillna(0.0).to_numpy(np.float64) for column in ("mean_7", "mean_28", "mean_112"))
    return np.asarray(0.25 * week + 0.45 * month + 0.30 * season + LEVEL_FLOOR)


def scaled(frame: pd.DataFrame, level: Floats) -> pd.DataFrame:
    """Features as ratios to the level, and the level itself: what is learned of one series serves another of any size."""
    there = [column for column in _SCALED if column in frame]
    ratios = frame[there].div(level, axis=0).astype(np.float32)
    return frame.assign(**{column: ratios[column] for column in there}, level=level.astype(np.float32))


def settings_record(settings: Settings) -> dict[str, object]:
    """The settings as plain values for a manifest."""
    return asdict(settings)
