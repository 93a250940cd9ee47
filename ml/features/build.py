"""Features of a panel: for each series, origin and day asked about, what was known at the end of the origin."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd

from ml.calendar import day_features
from ml.contract import Panel
from ml.panel import EPOCH, day_number, known_columns

HERE = Path(__file__).parent
LOOKBACK_DAYS = 364 + 112  # the longest window behind an origin, and the year before the day asked about
CHUNK = 1_500  # series whose windows are held in memory at once
MAX_HORIZON = 180  # the year before a day asked about must lie behind every origin
KEPT = ("unique_id", "origin", "h", "t")
_OWN = ("price", "promotion", "promotion_since", "holiday")


class Engine(Protocol):
    """Whatever runs SQL with window functions over frames: DuckDB here, Spark on a cluster."""

    def query(self, sql: str, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame: ...


@lru_cache
def text(name: str) -> str:
    """The SQL text of one step."""
    return (HERE / f"{name}.sql").read_text(encoding="utf-8")


def features(engine: Engine, panel: Panel, asked: pd.DataFrame) -> pd.DataFrame:
    """The features of `asked` (unique_id, origin, h), in its order; days count from 1970-01-01."""
    first = int(asked["origin"].min()) - LOOKBACK_DAYS
    days, series, known = _days(panel, first), _groups(panel), _known(panel, int(asked["origin"].min()))
    groups = engine.query(text("groups"), {"days": days, "series": series})
    ids, sql = asked["unique_id"].unique(), statement(extra_columns(panel))
    parts = []
    for start in range(0, len(ids), CHUNK):
        few = set(ids[start : start + CHUNK])
        tables = {name: table[table["unique_id"].isin(few)] for name, table in (("days", days), ("known", known), ("asked", asked))}
        parts.append(engine.query(sql, {**tables, "series": series, "groups": groups}))
    found = pd.concat(parts, ignore_index=True)
    found = found.sort_values(["unique_id", "origin", "h"], ignore_index=True)
    number = found.select_dtypes("number").columns.difference(list(KEPT))
    found[number] = found[number].astype(np.float32)
    return found.join(day_features(_holidays(panel), found["t"].to_numpy()))


def statement(extra: tuple[str, ...] = ()) -> str:
    """The SQL over `days`, `series`, `known`, `groups` and `asked`: every step a common table, then a row for each one asked."""
    more = "".join(f", known.{column} AS known_{column}" for column in extra)
    steps = ", ".join(f"{name} AS ({text(name)})" for name in ("state", "weekday", "around"))
    return f"WITH {steps} {text('asked').replace('/* more */', more)}"


def extra_columns(panel: Panel) -> tuple[str, ...]:
    """Known columns nobody gave a meaning to: numbers used as they are."""
    return tuple(sorted(column for column in known_columns(panel) if column not in _OWN))


def _days(panel: Panel, first: int) -> pd.DataFrame:
    t = day_number(panel.days["ds"])
    ok = 1.0 - panel.days["censored"].to_numpy(np.float64)
    days = pd.DataFrame({"unique_id": panel.days["unique_id"], "t": t, "y": panel.days["y"], "ok": ok})
    days["price"], days["promotion"] = panel.days["price"], panel.days["promotion"]
    return days[(t >= first).to_numpy()]


def _groups(panel: Panel) -> pd.DataFrame:
    group = panel.series["category"].astype(str) + "|" + panel.series["location_id"].astype(str)
    return pd.DataFrame({"unique_id": panel.series["unique_id"], "group_id": group})


def _known(panel: Panel, first: int) -> pd.DataFrame:
    """What is known of the days themselves; a column that is not known ahead is empty on every day, past ones too."""
    there = set(known_columns(panel))
    columns = ["unique_id", "ds", *sorted(there - {"holiday"})]
    both = pd.concat(
        [panel.days.loc[panel.days["ds"] > EPOCH + pd.Timedelta(days=first), columns], panel.ahead[columns]], ignore_index=True
    )
    known = both.drop(columns="ds").assign(t=day_number(both["ds"]))
    for column, empty in (("price", np.nan), ("promotion", 0.0), ("promotion_since", 0)):
        if column not in known:
            known[column] = empty
    return known


def _holidays(panel: Panel) -> pd.Series:
    """The name of each day's holiday, by day number; a holiday holds for every series."""
    frames = [frame[["ds", "holiday"]] for frame in (panel.days, panel.ahead) if "holiday" in frame]
    named = pd.concat(frames, ignore_index=True)
    named = named[named["holiday"].astype(str) != ""].drop_duplicates("ds")
    return pd.Series(named["holiday"].to_numpy(str), index=day_number(named["ds"]).to_numpy(), dtype=object).sort_index()
