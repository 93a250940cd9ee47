"""`series` in pandas: every bucket there is, also those in which nothing happened."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd

from ingestion.calendar import Grain
from tests.tools.query.checks import Check, dense, side_by_side
from tests.tools.query.oracle_breakdown import closing
from tests.tools.query.oracle_value import RATES
from tests.tools.query.pandas_company import Company, Days, key_of, totals, within
from tools.query.contract import Comparison, Named
from tools.query.operators.series import Series

LAST_MONTH = Named(name="last_month")
_GRAINS: tuple[Grain, ...] = ("day", "week", "month", "quarter", "year")
_STOCK = ("stock_on_hand", "stock_value")


def checks(c: Company) -> list[Check]:
    """Each grain, each group, two periods bucket by bucket, stock at the end of each week."""
    month, before, whole = c.month(1), c.month(2), (c.first, c.today)
    metrics = ("revenue", "orders", "average_order_value")
    return [
        *(
            Check(f"every {grain}", Series(metrics=metrics, grain=grain), partial(_dense_sales, c, whole, grain, (), metrics), (grain,))
            for grain in _GRAINS
        ),
        Check(
            "every day of every group",
            Series(metrics=metrics, grain="day", by=(c.group,), period=LAST_MONTH),
            lambda: _dense_sales(c, month, "day", (c.group,), metrics),
            ("day", c.group),
        ),
        Check(
            "compared day by day",
            Series(metrics=("revenue",), grain="day", period=LAST_MONTH, compare=Comparison()),
            lambda: _paired_days(c, month, before),
            ("day",),
        ),
        Check(
            "stock at the end of each week",
            Series(metrics=("stock_on_hand", "stock_value"), grain="week", by=("location",)),
            lambda: c.named(dense(closing(c, "week", ("location_id",)), whole, "week", ("location_id",), _STOCK), "location"),
            ("week", "location_id"),
            ("stock_levels",),
        ),
    ]


def _dense_sales(c: Company, days: Days, grain: str, by: tuple[str, ...], metrics: Sequence[str]) -> pd.DataFrame:
    keys = tuple(key_of(name) for name in by)
    return dense(totals(within(c.sold, days), (grain, *keys), metrics), days, grain, keys, RATES)


def _paired_days(c: Company, now: Days, before: Days) -> pd.DataFrame:
    """The first day beside the first, the second beside the second, as far as this period goes."""
    frames = [_dense_sales(c, days, "day", (), ("revenue",)).assign(place=lambda f: range(len(f))) for days in (now, before)]
    pairs = side_by_side(frames[0], frames[1].drop(columns="day"), ("place",), ("revenue",))
    return pairs.dropna(subset=["day"]).drop(columns="place")
