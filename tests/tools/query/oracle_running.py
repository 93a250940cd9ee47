"""`running` and `rolling` in pandas."""

from __future__ import annotations

from functools import partial
from typing import Literal

import pandas as pd

from ingestion.calendar import Grain
from tests.tools.query.checks import Check, dense
from tests.tools.query.pandas_company import Company, Days, totals, within
from tools.query.contract import Last, Named
from tools.query.operators.running import Rolling, Running

LAST_MONTH = Named(name="last_month")
RATES = ("average_order_value",)
CODE: dict[Grain, str] = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}


def checks(c: Company) -> list[Check]:
    """Totals without end, and anew each month, quarter and year; windows of days, weeks and months, means and sums, by group, of a rate."""
    whole, days = (c.first, c.today), (c.today - pd.Timedelta(days=69), c.today)
    weekly = Rolling(metric="revenue", grain="week", n=4, how="sum", by=(c.group,), period=LAST_MONTH)
    return [
        Check("to date", Running(metric="revenue"), lambda: _so_far(c, whole, "month"), ("month",)),
        *(
            Check(
                f"anew each {restart}",
                Running(metric="units", grain="day", restart=restart, period=Last(n=70)),
                partial(_so_far, c, days, "day", metric="units", restart=restart),
                ("day",),
            )
            for restart in _ANEW
        ),
        Check(
            "year to date of each group",
            Running(metric="revenue", grain="month", restart="year", by=(c.group,)),
            lambda: _so_far(c, whole, "month", (c.group,), restart="year"),
            ("month", c.group),
        ),
        Check("mean of 28 days", Rolling(metric="units"), lambda: _windows(c, whole, "day", 28, "mean", "units"), ("day",)),
        Check(
            "windows that begin before the period",
            Rolling(metric="orders", n=7, period=LAST_MONTH),
            lambda: _windows(c, c.month(1), "day", 7, "mean", "orders"),
            ("day",),
        ),
        Check("sum of 4 weeks", weekly, lambda: _windows(c, c.month(1), "week", 4, "sum", "revenue", (c.group,)), ("week", c.group)),
        Check(
            "mean of a rate",
            Rolling(metric="average_order_value", grain="month", n=3),
            lambda: _windows(c, whole, "month", 3, "mean", "average_order_value"),
            ("month",),
        ),
    ]


_ANEW: tuple[Literal["month", "quarter", "year"], ...] = ("month", "quarter", "year")


def _so_far(
    c: Company, days: Days, grain: Grain, by: tuple[str, ...] = (), metric: str = "revenue", restart: Grain | None = None
) -> pd.DataFrame:
    frame = dense(totals(within(c.sold, days), (grain, *by), (metric,)), days, grain, by).sort_values(grain)
    since = frame[grain].dt.to_period(CODE[restart]) if restart else 0
    groups = frame.assign(since=since).groupby(["since", *by], dropna=False)[metric]
    return frame.assign(running_total=groups.cumsum())


def _windows(c: Company, days: Days, grain: Grain, n: int, how: str, metric: str, by: tuple[str, ...] = ()) -> pd.DataFrame:
    """The last n buckets, as far back as the data go; a window is empty until it has all of them."""
    first = pd.Period(days[0], CODE[grain])
    earlier = max((first - (n - 1)).start_time, pd.Period(c.first, CODE[grain]).start_time)
    longer = (min(earlier, days[0]), days[1])
    frame = dense(totals(within(c.sold, longer), (grain, *by), (metric,)), longer, grain, by, RATES).sort_values(grain)
    groups = frame.assign(all=1).groupby(list(by) or ["all"], dropna=False)[metric]
    values = groups.transform(lambda group: getattr(group.rolling(n, min_periods=1), how)())
    frame[f"rolling_{how}"] = values.where(groups.cumcount() >= n - 1)
    return frame[frame[grain] >= first.start_time]
