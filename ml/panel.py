"""The panel: daily demand without gaps, cut on one day; from a warehouse or from any frame of daily sales."""

from __future__ import annotations

from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from ml.contract import Panel
from ml.errors import BadPanel

Grain = Literal["product", "product_location"]
KEYS = ("unique_id", "ds")
SEPARATOR = "|"  # between product and location in a unique_id
EPOCH = pd.Timestamp("1970-01-01")


def day_number(days: pd.Series) -> pd.Series:
    """Days since 1970-01-01: what feature SQL counts with, so that no engine's date arithmetic matters."""
    return (pd.to_datetime(days) - EPOCH).dt.days.astype("int64")


def panel_of_frame(
    sales: pd.DataFrame, as_of: date, series: pd.DataFrame | None = None, ahead: pd.DataFrame | None = None, *, to_end: bool = True
) -> Panel:
    """A panel of a frame `unique_id, ds, y` and any known columns; days that are missing become zeros, rows after `as_of` are ignored.

    With `to_end` every series runs to `as_of`, as a product that is still listed does; else each ends with its last row.
    """
    kept = _checked(sales, as_of)
    days = _filled(kept, as_of if to_end else None)
    for column, empty in (("censored", False), ("price", np.nan), ("promotion", 0.0), ("promotion_since", -1), ("holiday", "")):
        if column not in days:
            days[column] = empty
    return Panel(_typed(days), _series(days, series), _ahead(ahead, as_of), as_of)


def cut(panel: Panel, as_of: date) -> Panel:
    """The panel as it was on an earlier day: later days are gone, what was already known of them then is in `ahead`."""
    if as_of > panel.as_of:
        raise BadPanel(f"the panel ends on {panel.as_of}; it cannot be cut on {as_of}, a later day")
    day = pd.Timestamp(as_of)
    days = panel.days[panel.days["ds"] <= day].reset_index(drop=True)
    there = set(days["unique_id"].unique())
    series = panel.series[panel.series["unique_id"].isin(there)].reset_index(drop=True)
    if "ends_on" in series:  # nobody knew then what would be taken out of the range later
        ends = pd.to_datetime(series["ends_on"])
        series = series.assign(ends_on=ends.where(ends <= day))
    return Panel(days, series, _known_after(panel, day, there), as_of)


def known_columns(panel: Panel) -> tuple[str, ...]:
    """The columns that are truly known of days to come."""
    return tuple(column for column in panel.ahead.columns if column not in KEYS)


def _known_after(panel: Panel, day: pd.Timestamp, there: set[str]) -> pd.DataFrame:
    columns = [*KEYS, *known_columns(panel)]
    later = panel.days.loc[panel.days["ds"] > day, [column for column in columns if column in panel.days]]
    both = pd.concat([later, panel.ahead], ignore_index=True) if len(later) else panel.ahead
    return both[both["unique_id"].isin(there)].reset_index(drop=True)


def _checked(sales: pd.DataFrame, as_of: date) -> pd.DataFrame:
    missing = {"unique_id", "ds", "y"} - set(sales.columns)
    if missing:
        raise BadPanel(f"the sales have no column {sorted(missing)[0]!r}; a panel needs unique_id, ds and y")
    kept = sales.assign(ds=pd.to_datetime(sales["ds"]).astype("datetime64[ns]"), unique_id=sales["unique_id"].astype(str))
    kept = kept[kept["ds"] <= pd.Timestamp(as_of)]
    if kept.empty:
        raise BadPanel(f"nothing was sold on or before {as_of}, so there is nothing to learn from; choose a later day")
    if kept.duplicated(list(KEYS)).any():
        twice = kept[kept.duplicated(list(KEYS))].iloc[0]
        raise BadPanel(f"{twice['unique_id']} has more than one row on {twice['ds'].date()}; add them up first")
    if not np.isfinite(kept["y"].to_numpy(np.float64)).all() or (kept["y"] < 0).any():
        raise BadPanel("demand must be a number from 0 on for every day; returns are not negative demand")
    return kept.sort_values(list(KEYS)).reset_index(drop=True)


def _filled(kept: pd.DataFrame, end: date | None) -> pd.DataFrame:
    """A row for each day from a series' first to its end; known columns carry on over the days put in."""
    number = day_number(kept["ds"]).to_numpy()
    ids, first_rows, counts = np.unique(kept["unique_id"].to_numpy(str), return_index=True, return_counts=True)
    first, last = number[first_rows], number[first_rows + counts - 1]
    if end is not None:
        last = np.full_like(last, (pd.Timestamp(end) - EPOCH).days)
    lengths = last - first + 1
    if lengths.sum() == len(kept):
        return kept
    offsets = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    place = number - np.repeat(first, counts) + np.repeat(offsets, counts)
    every = pd.DataFrame({"unique_id": np.repeat(ids, lengths)})
    every["ds"] = EPOCH + pd.to_timedelta(np.arange(lengths.sum()) - np.repeat(offsets, lengths) + np.repeat(first, lengths), unit="D")
    full = every.join(kept.drop(columns=list(KEYS)).set_index(place))
    full["y"] = full["y"].fillna(0.0)
    for column in ("price",):
        if column in full:
            full[column] = full.groupby("unique_id")[column].ffill()
    return full


def _typed(days: pd.DataFrame) -> pd.DataFrame:
    days["y"] = days["y"].astype("float64")
    days["censored"] = days["censored"].astype("boolean").fillna(False).astype(bool)
    days["promotion"] = days["promotion"].astype("float64").fillna(0.0)
    days["promotion_since"] = days["promotion_since"].astype("float64").fillna(-1).astype("int64")
    days["holiday"] = days["holiday"].astype("object").fillna("").astype(str)
    days["price"] = days["price"].astype("float64")
    return days


def _series(days: pd.DataFrame, series: pd.DataFrame | None) -> pd.DataFrame:
    there = pd.DataFrame({"unique_id": days["unique_id"].unique()})
    if series is not None:
        there = there.merge(series.assign(unique_id=series["unique_id"].astype(str)), on="unique_id", how="left")
    for column, empty in (("product_id", there["unique_id"]), ("location_id", ""), ("category", "")):
        there[column] = there[column].fillna(empty) if column in there else empty
    return there


def _ahead(ahead: pd.DataFrame | None, as_of: date) -> pd.DataFrame:
    if ahead is None:
        return pd.DataFrame({"unique_id": pd.Series(dtype=object), "ds": pd.Series(dtype="datetime64[ns]")})
    typed = ahead.assign(ds=pd.to_datetime(ahead["ds"]).astype("datetime64[ns]"), unique_id=ahead["unique_id"].astype(str))
    return typed[typed["ds"] > pd.Timestamp(as_of)].sort_values(list(KEYS)).reset_index(drop=True)


def step_of(panel: Panel) -> pd.Series:
    """Root mean square of the step from one day to the next, by series: the scale of RMSSE; NaN where it never moved."""
    ids = panel.days["unique_id"]
    squares = panel.days.groupby("unique_id", sort=False)["y"].diff().pow(2)
    return squares.groupby(ids, sort=False).mean().pow(0.5).replace(0.0, np.nan)
