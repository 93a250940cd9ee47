"""A panel as dense arrays, series by day, with what is known of the days ahead: what a network is fed from."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.calendar import day_features
from ml.contract import Floats, Panel
from ml.panel import day_number, known_columns

WEEK, WINDOW = 7, 56
SLOTS = 64  # rows of each embedding; names fall into them by their letters, so that a name never seen still has one
LEVEL_FLOOR = 0.05
KNOWN = (
    "weekday_sin",
    "weekday_cos",
    "season_sin",
    "season_cos",
    "month_start",
    "holiday_near",
    "holiday_on",
    "price",
    "promotion",
    "more",
)
_WINDOWS = (7, 28, 112, 364)
_PROFILE_DAYS = 91


@dataclass(frozen=True)
class Grid:
    """Arrays of one panel: `sold` has NaN before a series began; `known` reaches beyond the last day as far as was asked."""

    sold: NDArray[np.float32]  # series x days
    lost: NDArray[np.bool_]  # nothing could be sold
    begins: NDArray[np.int64]  # column of each series' first day
    known: NDArray[np.float32]  # series x (days + ahead) x KNOWN
    since: NDArray[np.int64]  # series x (days + ahead): the column on which the promotion running that day began
    weekday: NDArray[np.int64]  # days + ahead
    holiday: NDArray[np.int64]  # slot of the holiday of each day, 0 for none
    slots: NDArray[np.int64]  # series x (category, location)
    sums: Floats  # running sums of what was sold, a column longer than `sold`

    @property
    def days(self) -> int:
        return int(self.sold.shape[1])


def grid(panel: Panel, ahead: int, most_days: int = 1_200) -> Grid:
    """The panel's newest days and the `ahead` days after them."""
    last = (pd.Timestamp(panel.as_of) - pd.Timestamp("1970-01-01")).days
    first = max(int(day_number(panel.days["ds"]).min()), last - most_days + 1)
    count = last - first + 1
    rows, columns = _places(panel, panel.days, first, count)
    there = (rows >= 0) & (columns >= 0)
    sold = np.full((len(panel.series), count), np.nan, dtype=np.float32)
    sold[rows[there], columns[there]] = panel.days["y"].to_numpy(np.float32)[there]
    lost = np.zeros_like(sold, dtype=bool)
    lost[rows[there], columns[there]] = panel.days["censored"].to_numpy(bool)[there]
    begins = np.where(np.isfinite(sold).any(axis=1), np.isfinite(sold).argmax(axis=1), count)
    numbers = np.arange(first, last + ahead + 1)
    known, holiday = _known(panel, numbers, sold, first)
    sums = np.concatenate([np.zeros((len(sold), 1)), np.nan_to_num(sold.astype(np.float64)).cumsum(axis=1)], axis=1)
    weekday = (numbers + 3) % WEEK  # 1970-01-01 was a Thursday; Monday is 0
    since = np.nan_to_num(_filled(panel, "promotion_since", numbers, first, len(sold)) - first, nan=-1.0).astype(np.int64)
    return Grid(sold, lost, begins.astype(np.int64), known, since, weekday, holiday, _slots(panel), sums)


def level(of: Grid, rows: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.float32]:
    """What a series sells a day by its own recent past; `ends` is the column after the last day seen."""
    week, month, season = (_mean(of, rows, ends, days) for days in (7, 28, 112))
    return np.asarray(0.2 * week + 0.45 * month + 0.35 * season + LEVEL_FLOOR, dtype=np.float32)


def profile(of: Grid, rows: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.float32]:
    """How much each weekday sells against the mean over the last weeks, drawn to 1; rows x 7, Monday first."""
    back = np.arange(_PROFILE_DAYS)
    columns = ends[:, None] - 1 - back[None, :]
    there = columns >= of.begins[rows][:, None]
    sold = np.where(there, np.nan_to_num(of.sold[rows[:, None], np.maximum(columns, 0)]), 0.0)
    weekday = of.weekday[np.maximum(columns, 0)]
    sums = np.stack([np.where(weekday == day, sold, 0.0).sum(axis=1) for day in range(WEEK)], axis=1)
    counts = np.stack([((weekday == day) & there).sum(axis=1) for day in range(WEEK)], axis=1)
    mean = sold.sum(axis=1) / np.maximum(there.sum(axis=1), 1)
    prior = 4.0 * mean + 1.0
    return np.asarray((sums + prior[:, None]) / (counts * mean[:, None] + prior[:, None]), dtype=np.float32)


def context(of: Grid, rows: NDArray[np.int64], ends: NDArray[np.int64], levels: NDArray[np.float32]) -> NDArray[np.float32]:
    """What is known of a series beyond the window: longer means against its level, size, age, days without a sale, the year before."""
    means = [np.log((_mean(of, rows, ends, days) + LEVEL_FLOOR) / levels) for days in _WINDOWS]
    age = np.log1p(np.maximum(ends - of.begins[rows], 0)) / 5.0
    year = [np.log((_mean(of, rows, ends - back, days, 0.0) + LEVEL_FLOOR) / levels) for back, days in ((336, 28), (364, 28))]
    old = (ends - of.begins[rows] > 400).astype(np.float64)
    quiet = np.log1p(_quiet(of, rows, ends)) / 4.0
    zeros = 1.0 - _mean_of(of.sold[rows[:, None], np.maximum(ends[:, None] - 1 - np.arange(WINDOW)[None, :], 0)] > 0)
    size = np.log(levels) / 3.0
    return np.stack([*means, size, age, *(each * old for each in year), old, quiet, zeros], axis=1).astype(np.float32)


def window(of: Grid, rows: NDArray[np.int64], ends: NDArray[np.int64], levels: NDArray[np.float32]) -> NDArray[np.float32]:
    """The last 56 days as eight weeks: what was sold against the level, whether the series was there, and what was known of the days."""
    columns = ends[:, None] - WINDOW + np.arange(WINDOW)[None, :]
    there = columns >= of.begins[rows][:, None]
    safe = np.maximum(columns, 0)
    scaled = np.nan_to_num(of.sold[rows[:, None], safe]) / (levels[:, None] + 1.0)
    known = of.known[rows[:, None], safe]
    parts = [np.log1p(scaled)[..., None], there[..., None], of.lost[rows[:, None], safe][..., None], known]
    days = np.concatenate(parts, axis=2) * there[..., None]
    return np.asarray(days.reshape(len(rows), WINDOW // WEEK, -1), dtype=np.float32)


def ahead(of: Grid, rows: NDArray[np.int64], ends: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.float32]:
    """What is known of days to come on the day before `ends`: of promotions those that had begun by then."""
    found = of.known[rows[:, None], columns]
    found[..., KNOWN.index("promotion")] *= of.since[rows[:, None], columns] < ends[:, None]
    return found


def slot(name: str) -> int:
    """The row of an embedding that a name has; 0 is for no name."""
    return 1 + zlib.crc32(name.encode()) % (SLOTS - 1) if name else 0


def _mean(of: Grid, rows: NDArray[np.int64], ends: NDArray[np.int64], days: int, empty: float = 0.0) -> Floats:
    high = np.clip(ends, 0, of.days)
    low = np.maximum(high - days, of.begins[rows])
    count = high - low
    total = of.sums[rows, high] - of.sums[rows, np.minimum(low, high)]
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), empty))


def _quiet(of: Grid, rows: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Days since the last sale, 364 at most."""
    found = np.full(len(rows), 364, dtype=np.int64)
    for days in (182, 91, 56, 28, 14, 7, 3, 1):
        found = np.where(_mean(of, rows, ends, days) > 0, days, found)
    return found


def _mean_of(values: NDArray[np.bool_]) -> Floats:
    return np.asarray(values.mean(axis=1), dtype=np.float64)


def _places(panel: Panel, frame: pd.DataFrame, first: int, count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    rows = pd.Index(panel.series["unique_id"]).get_indexer(pd.Index(frame["unique_id"]))
    columns = day_number(frame["ds"]).to_numpy() - first
    return np.asarray(rows, dtype=np.int64), np.where(columns < count, columns, -1)


def _known(
    panel: Panel, numbers: NDArray[np.int64], sold: NDArray[np.float32], first: int
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """What is known of every day; a column that is not known ahead stays empty on past days too."""
    ahead = set(known_columns(panel))
    calendar, slots = _calendar(panel, numbers, "holiday" in ahead or bool(panel.days["holiday"].ne("").any()))
    found = np.zeros((len(sold), len(numbers), len(KNOWN)), dtype=np.float32)
    found[:, :, : calendar.shape[1]] = calendar[None]
    if "price" in ahead:
        found[:, :, KNOWN.index("price")] = _relative_price(_filled(panel, "price", numbers, first, len(sold)), sold.shape[1])
    if "promotion" in ahead:
        found[:, :, KNOWN.index("promotion")] = np.nan_to_num(_filled(panel, "promotion", numbers, first, len(sold)))
    more = sorted(ahead - {"price", "promotion", "promotion_since", "holiday"})
    if more:
        found[:, :, KNOWN.index("more")] = np.nan_to_num(_filled(panel, more[0], numbers, first, len(sold)))
    return found, slots


def _calendar(panel: Panel, numbers: NDArray[np.int64], holidays: bool) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    frames = [frame[["ds", "holiday"]] for frame in (panel.days, panel.ahead) if holidays and "holiday" in frame]
    named = pd.concat(frames) if frames else panel.days[["ds", "holiday"]].head(0)
    named = named[named["holiday"].astype(str) != ""].drop_duplicates("ds").sort_values("ds")
    marked = pd.Series(named["holiday"].to_numpy(str), index=day_number(named["ds"]).to_numpy(), dtype=object)
    told = day_features(marked, numbers)
    angle = 2 * np.pi * told["weekday"].to_numpy() / WEEK
    near = np.exp(-np.clip(told["days_to_holiday"].to_numpy(np.float64), 0, 30) / 4.0) * bool(len(marked))
    on = (told["holiday"].to_numpy() >= 0).astype(np.float64)
    start = np.exp(-(told["day_of_month"].to_numpy() - 1) / 5.0)
    columns = [np.sin(angle), np.cos(angle), told["season_sin"], told["season_cos"], start, near, on]
    names = dict(zip(marked.index, marked, strict=True))
    slots = np.array([slot(str(names.get(number, ""))) for number in numbers], dtype=np.int64)
    return np.stack(columns, axis=1).astype(np.float32), slots


def _filled(panel: Panel, column: str, numbers: NDArray[np.int64], first: int, series: int) -> NDArray[np.float32]:
    found = np.full((series, len(numbers)), np.nan, dtype=np.float32)
    for frame in (panel.days, panel.ahead):
        if column in frame and len(frame):
            rows, columns = _places(panel, frame, first, len(numbers))
            there = (rows >= 0) & (columns >= 0)
            found[rows[there], columns[there]] = frame[column].to_numpy(np.float32)[there]
    return found


def _relative_price(price: NDArray[np.float32], days: int) -> NDArray[np.float32]:
    """The logarithm of a price against its mean over the days before, so that a mark-down is a step and not a level."""
    filled = pd.DataFrame(price.T).ffill().bfill().to_numpy().T
    usual = pd.DataFrame(filled.T).rolling(91, min_periods=1).mean().to_numpy().T
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.log(filled / usual)
    return np.asarray(np.clip(np.nan_to_num(relative, nan=0.0, posinf=0.0, neginf=0.0), -1.5, 1.5), dtype=np.float32)


def _slots(panel: Panel) -> NDArray[np.int64]:
    category, location = (panel.series[name].fillna("").astype(str) for name in ("category", "location_id"))
    return np.array([[slot(one), slot(other)] for one, other in zip(category, location, strict=True)], dtype=np.int64)
