"""`top` and `top_per_group` in pandas: places shared by ties, the rest of a group as one row."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from tests.tools.query.checks import Check
from tests.tools.query.pandas_company import Company, key_of, totals, within
from tools.query.contract import Having, Named
from tools.query.operators.ranking import Top, TopPerGroup

LAST_MONTH = Named(name="last_month")


def checks(c: Company) -> list[Check]:
    """Best, worst, with nothing, the n-th, under a condition; best of each group with and without the rest."""
    twice = (Having(metric="orders", op="between", value=2, upper=4),)
    return [
        Check("best", Top(metric="revenue", by="product", n=5, also=("orders",)), lambda: _best(c), ("position",)),
        Check(
            "worst of all there are",
            Top(metric="units", by="product", n=3, lowest=True, include_empty=True, period=LAST_MONTH),
            lambda: _worst(c),
            ("position",),
        ),
        Check("one place", Top(metric="orders", by="customer", n=_taken(c), nth=True), lambda: _at_place(c), ("position",)),
        Check("of those that qualify", Top(metric="revenue", by="customer", n=4, having=twice), lambda: _qualified(c), ("position",)),
        Check("a rate", Top(metric="average_order_value", by=c.group, n=4, lowest=True), lambda: _lowest_rate(c), ("position",)),
        Check(
            "each group, with the rest",
            TopPerGroup(metric="revenue", by="product", within=c.group, n=2, others=True),
            lambda: _of_each(c, c.group, "product", 2, rest=True),
            (c.group, "position"),
        ),
        Check(
            "the least of each month",
            TopPerGroup(metric="orders", by=c.group, within="month", n=1, lowest=True),
            lambda: _of_each(c, "month", c.group, 1, metric="orders", ascending=True),
            ("month", "position"),
        ),
    ]


def placed(frame: pd.DataFrame, metric: str, ascending: bool = False, within: Sequence[str] = ()) -> pd.DataFrame:
    """The frame with the place of each row; equal values share one."""
    values = frame.groupby(list(within), dropna=False)[metric] if within else frame[metric]
    return frame.assign(position=values.rank(method="min", ascending=ascending).astype(int))


def _best(c: Company) -> pd.DataFrame:
    frame = placed(totals(c.sold, ("product_id",), ("revenue", "orders")), "revenue")
    return c.named(frame[frame["position"] <= 5], "product")


def _worst(c: Company) -> pd.DataFrame:
    sold = within(c.sold, c.month(1)).groupby("product_id")["quantity"].sum()
    products = c["products"][["product_id"]]
    frame = placed(products.assign(units=products["product_id"].map(sold).fillna(0)), "units", ascending=True)
    return c.named(frame[frame["position"] <= 3], "product")


def _by_orders(c: Company) -> pd.DataFrame:
    return placed(c.valid.groupby("customer_id")["order_id"].nunique().rename("orders").reset_index(), "orders")


def _taken(c: Company) -> int:
    """The third place, or the next one that is not empty because of ties before it."""
    return int(_by_orders(c)["position"].loc[lambda places: places >= 3].min())


def _at_place(c: Company) -> pd.DataFrame:
    frame = _by_orders(c)
    return c.named(frame[frame["position"] == _taken(c)], "customer")


def _qualified(c: Company) -> pd.DataFrame:
    frame = totals(c.sold, ("customer_id",), ("revenue", "orders")).dropna(subset=["customer_id"])
    frame = placed(frame[frame["orders"].between(2, 4)], "revenue")
    return c.named(frame[frame["position"] <= 4].drop(columns="orders"), "customer")


def _lowest_rate(c: Company) -> pd.DataFrame:
    frame = totals(c.sold, (c.group,), ("average_order_value",)).dropna()
    frame = placed(frame, "average_order_value", ascending=True)
    return frame[frame["position"] <= 4]


def _of_each(c: Company, group: str, by: str, n: int, metric: str = "revenue", ascending: bool = False, rest: bool = False) -> pd.DataFrame:
    key = key_of(by)
    frame = placed(totals(c.sold, (group, key), (metric,)).dropna(subset=[group, key]), metric, ascending, (group,))
    best, others = frame[frame["position"] <= n], frame[frame["position"] > n]
    if rest:
        sums = others.groupby(group)[metric].sum().reset_index().assign(**{key: None, "position": None})
        best = pd.concat([best.astype(object), sums.astype(object)])
    return c.named(best, by) if by == "product" else best
