"""`share` and `compare` in pandas."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from tests.tools.query.checks import Check
from tests.tools.query.pandas_company import Company, Days, key_of, totals, within
from tools.query.contract import Filter, Named
from tools.query.operators.share import Compare, Share

LAST_MONTH = Named(name="last_month")


def checks(c: Company) -> list[Check]:
    """Of the total, of a parent, of the largest together, of a distinct count; group against group and against the whole."""
    whole, month = (c.first, c.today), c.month(1)
    left, right = ((Filter(dimension=c.group, values=(name,)),) for name in c.groups[:2])
    return [
        Check("of the total", Share(metric="revenue", by=(c.group,)), lambda: _shares(c, whole, (c.group,)), ("position",)),
        Check(
            "of the largest together",
            Share(metric="units", by=("customer",), top=10),
            lambda: c.named(_shares(c, whole, ("customer",), metric="units", top=10), "customer"),
            ("position",),
        ),
        Check(
            "of the parent",
            Share(metric="revenue", by=("product",), within=(c.group,), period=LAST_MONTH, top=3),
            lambda: c.named(_shares(c, month, ("product",), parents=(c.group,), top=3), "product"),
            (c.group, "position"),
        ),
        Check(
            "of a count that does not add up",
            Share(metric="active_customers", by=("month",)),
            lambda: _shares(c, whole, ("month",), metric="active_customers"),
            ("position",),
        ),
        Check(
            "group against group",
            Compare(metric="average_order_value", left=left, right=right),
            lambda: _sides(c, c.sold, "average_order_value", 1),
        ),
        Check(
            "group against everything",
            Compare(metric="revenue", left=left, period=LAST_MONTH),
            lambda: _sides(c, within(c.sold, month), "revenue", None),
        ),
        Check("rates of two groups", Compare(metric="return_rate", left=left, right=right), lambda: _return_rates(c)),
    ]


def _shares(
    c: Company, days: Days, by: Sequence[str], metric: str = "revenue", parents: tuple[str, ...] = (), top: int | None = None
) -> pd.DataFrame:
    rows, keys = within(c.sold, days), [key_of(name) for name in by]
    frame = totals(rows, (*parents, *keys), (metric,))
    wholes = totals(rows, parents, (metric,)).rename(columns={metric: "total"})
    frame = frame.merge(wholes, on=list(parents)) if parents else frame.merge(wholes, how="cross")
    groups = frame.groupby(list(parents), dropna=False)[metric] if parents else frame[metric]
    frame = frame.assign(position=groups.rank(method="min", ascending=False), share=frame[metric] / frame["total"])
    if top:
        frame = frame[frame["position"] <= top]
    together = frame.groupby(list(parents), dropna=False)["share"].transform("sum") if parents else frame["share"].sum()
    return frame.assign(combined_share=together)


def _sides(c: Company, rows: pd.DataFrame, metric: str, other: int | None) -> pd.DataFrame:
    """One row: the largest group against another, or against all rows."""
    right = rows if other is None else rows[rows[c.group] == c.groups[other]]
    left = rows[rows[c.group] == c.groups[0]]
    return _one_row(*(totals(side, (), (metric,))[metric].iloc[0] for side in (left, right)))


def _return_rates(c: Company) -> pd.DataFrame:
    rates = []
    for name in c.groups[:2]:
        back, sold = (frame.loc[frame[c.group] == name, "quantity"].sum() for frame in (c.returned, c.sold))
        rates.append(back / sold)
    return _one_row(*rates)


def _one_row(left: float, right: float) -> pd.DataFrame:
    return pd.DataFrame([{"left_value": left, "right_value": right, "difference": left - right, "ratio": left / right if right else None}])
