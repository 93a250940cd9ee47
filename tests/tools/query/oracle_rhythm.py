"""`streaks`, `gaps` and `pattern` in pandas: runs, silences, and what a usual Monday looks like."""

from __future__ import annotations

from functools import partial
from typing import Literal

import pandas as pd

from ingestion.calendar import Grain
from tests.tools.query.checks import Check, buckets, dense
from tests.tools.query.pandas_company import Company, Days, key_of, totals, within
from tools.query.contract import Named
from tools.query.operators.pattern import Pattern
from tools.query.operators.streaks import Gaps, Streaks

LAST_MONTH = Named(name="last_month")
LONGEST = ("-length", "-ends")


def checks(c: Company) -> list[Check]:
    """Falling, rising, nothing and something; of members, of everything, still going; each silence and the longest; day and hour."""
    months, weeks = _full(c, "month"), _full(c, "week")
    return [
        Check("falling", Streaks(metric="revenue", by=("product",)), lambda: _named(c, months, "month", "falling", 3), LONGEST),
        Check(
            "rising until now",
            Streaks(metric="units", by=("product",), run="rising", at_least=2, current=True),
            lambda: _named(c, months, "month", "rising", 2, "units", current=True),
            LONGEST,
        ),
        Check(
            "weeks up, everything", Streaks(metric="orders", grain="week", run="rising", at_least=1), lambda: _all_weeks(c, weeks), LONGEST
        ),
        Check(
            "nothing sold",
            Streaks(metric="units", by=("product",), run="zero", at_least=2),
            lambda: _named(c, months, "month", "zero", 2, "units"),
            LONGEST,
        ),
        Check(
            "something every week",
            Streaks(metric="units", by=(c.group,), grain="week", run="nonzero", at_least=4, current=True),
            lambda: _runs(
                dense(_facts(c, weeks, c.group, "week", "units"), weeks, "week", (c.group,)), c.group, "week", "units", "nonzero", 4, True
            ),
            LONGEST,
        ),
        Check("longest silence", Gaps(entity="customer", at_least_days=20), lambda: _silences(c, "customer", 20, True), ("-days",)),
        Check(
            "every silence",
            Gaps(entity="product", metric="units", at_least_days=9, longest_only=False, period=LAST_MONTH),
            lambda: _silences(c, "product", 9, False, c.month(1)),
            ("-days",),
        ),
        *(
            Check(
                f"by {' and '.join(of)}",
                Pattern(metric=metric, of=of, period=LAST_MONTH),
                partial(_usual, c, metric, of),
                of,
            )
            for metric, of in _RHYTHMS
        ),
    ]


_RHYTHMS: tuple[tuple[str, tuple[Literal["weekday", "hour"], ...]], ...] = (
    ("orders", ("weekday",)),
    ("revenue", ("hour",)),
    ("units", ("weekday", "hour")),
)


def _full(c: Company, grain: Grain) -> Days:
    """All history without the broken buckets at its ends."""
    starts = buckets((c.first, c.today), grain)
    length = {"week": pd.DateOffset(days=7), "month": pd.DateOffset(months=1)}[grain]
    whole = [day for day in starts if day >= c.first and day + length - pd.Timedelta(days=1) <= c.today]
    return whole[0], whole[-1] + length - pd.Timedelta(days=1)


def _facts(c: Company, days: Days, key: str, grain: Grain, metric: str) -> pd.DataFrame:
    return totals(within(c.sold, days), (grain, key), (metric,))


def _named(c: Company, days: Days, grain: Grain, run: str, n: int, metric: str = "revenue", current: bool = False) -> pd.DataFrame:
    frame = dense(_facts(c, days, "product_id", grain, metric), days, grain, ("product_id",))
    return c.named(_runs(frame, "product_id", grain, metric, run, n, current), "product")


def _selling(c: Company, days: Days) -> pd.DataFrame:
    frame = dense(_facts(c, days, c.group, "week", "units"), days, "week", (c.group,))
    return _runs(frame, c.group, "week", "units", "nonzero", 4, current=True)


def _all_weeks(c: Company, days: Days) -> pd.DataFrame:
    frame = dense(totals(within(c.sold, days), ("week",), ("orders",)), days, "week", ()).assign(everything=1)
    return _runs(frame, "everything", "week", "orders", "rising", 1).drop(columns="everything")


def _runs(frame: pd.DataFrame, key: str, grain: Grain, metric: str, run: str, n: int, current: bool = False) -> pd.DataFrame:
    """Walk along each member's buckets and write down every run of at least n."""
    found = []
    for member, rows in frame.sort_values(grain).groupby(key, dropna=False):
        values, starts = list(rows[metric]), list(rows[grain])
        holds = [_holds(run, values[place - 1] if place else None, value) for place, value in enumerate(values)]
        begin = None
        for place, goes_on in enumerate([*holds, False]):
            if goes_on and begin is None:
                begin = place
            if not goes_on and begin is not None:
                first = values[begin - 1] if run in ("falling", "rising") else values[begin]
                if place - begin >= n and (not current or place == len(values)):
                    found.append((member, starts[begin], starts[place - 1], place - begin, first, values[place - 1]))
                begin = None
    return pd.DataFrame(found, columns=[key, "starts", "ends", "length", "first_value", "last_value"])


def _holds(run: str, before: float | None, value: float) -> bool:
    if run in ("zero", "nonzero"):
        return (value == 0) is (run == "zero")
    return before is not None and (value < before if run == "falling" else value > before)


def _silences(c: Company, entity: str, least: int, longest_only: bool, days: Days | None = None) -> pd.DataFrame:
    rows = (c.valid if entity == "customer" else c.sold).dropna(subset=[key_of(entity)])
    rows = within(rows, days) if days else rows
    active = rows[[key_of(entity), "day"]].drop_duplicates().sort_values([key_of(entity), "day"])
    active["to_day"] = active.groupby(key_of(entity))["day"].shift(-1)
    last = days[1] if days else c.today
    active["days"] = (active["to_day"].fillna(last) - active["day"]).dt.days
    frame = active[active["days"] >= least].rename(columns={"day": "from_day"})
    if longest_only:
        frame = frame[frame["days"] == frame.groupby(key_of(entity))["days"].transform("max")]
    return c.named(frame, entity)


def _usual(c: Company, metric: str, of: tuple[str, ...]) -> pd.DataFrame:
    """Every weekday and hour there is, with the number of such days in the month."""
    first, last = c.month(1)
    calendar = pd.Series(pd.date_range(first, last)).dt.dayofweek + 1
    frame = pd.MultiIndex.from_product([range(1, 8) if part == "weekday" else range(24) for part in of], names=of).to_frame(index=False)
    frame["days"] = frame["weekday"].map(calendar.value_counts()) if "weekday" in of else len(calendar)
    frame = frame.merge(totals(within(c.sold, (first, last)), of, (metric,)), on=list(of), how="left").fillna({metric: 0})
    return frame.assign(mean=frame[metric] / frame["days"])
