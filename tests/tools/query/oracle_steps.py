"""`steps` in pandas: each answer filters the next question."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from tests.tools.query.checks import Check
from tests.tools.query.pandas_company import Company, totals, within
from tools.query.operators.steps import Step, Steps

MONTH: dict[str, object] = {"kind": "named", "name": "last_month"}
BEST: dict[str, object] = {"kind": "top", "metric": "revenue", "by": "product", "n": 3, "period": MONTH}
LATE: dict[str, object] = {
    "kind": "breakdown",
    "metrics": ["late_received_lines"],
    "by": ["supplier"],
    "having": [{"metric": "late_received_lines", "op": ">", "value": 2}],
}
LARGE: dict[str, object] = {
    "kind": "breakdown",
    "metrics": ["units"],
    "by": ["order"],
    "period": MONTH,
    "having": [{"metric": "units", "op": ">=", "value": 10}],
}


def checks(c: Company) -> list[Check]:
    """Of those, of none of those, over three steps and several tables."""
    buyers: dict[str, object] = {"kind": "breakdown", "metrics": ["units", "revenue"], "by": ["customer"]}
    return [
        Check("buyers of the best", _steps(BEST, buyers | _where("product", "in_step")), lambda: _buyers(c, True), ("-units",)),
        Check("buyers of the rest", _steps(BEST, buyers | _where("product", "not_in_step")), lambda: _buyers(c, False), ("-units",)),
        Check(
            "orders that hold them, by group",
            _steps(
                LARGE,
                {"kind": "share", "metric": "revenue", "by": [c.group], **_where("order", "in_step")},
            ),
            lambda: _large_orders(c),
            ("position",),
        ),
        Check(
            "customers of late suppliers",
            _steps(
                LATE,
                {"kind": "breakdown", "metrics": ["units"], "by": ["product"], **_where("supplier", "in_step")},
                {"kind": "top", "metric": "revenue", "by": "customer", "n": 5, **_where("product", "in_step", "second")},
            ),
            lambda: _customers_of_late_suppliers(c),
            ("position",),
            ("purchase_order_lines",),
        ),
    ]


def _steps(*queries: Mapping[str, object]) -> Steps:
    return Steps(steps=tuple(Step(name=name, query=query) for name, query in zip(("first", "second", "third"), queries, strict=False)))


def _where(dimension: str, op: str, step: str = "first") -> dict[str, object]:
    return {"where": [{"dimension": dimension, "op": op, "step": step}]}


def _buyers(c: Company, inside: bool) -> pd.DataFrame:
    sold = within(c.sold, c.month(1)).groupby("product_id")["cents"].sum()
    best = sold[sold.rank(method="min", ascending=False) <= 3].index
    return c.named(totals(c.sold[c.sold["product_id"].isin(best) == inside], ("customer_id",), ("units", "revenue")), "customer")


def _large_orders(c: Company) -> pd.DataFrame:
    units = within(c.sold, c.month(1)).groupby("order_id")["quantity"].sum()
    frame = totals(c.sold[c.sold["order_id"].isin(units[units >= 10].index)], (c.group,), ("revenue",))
    total = frame["revenue"].sum()
    frame = frame.assign(total=total, share=frame["revenue"] / total, position=frame["revenue"].rank(method="min", ascending=False))
    return frame.assign(combined_share=1.0)


def _customers_of_late_suppliers(c: Company) -> pd.DataFrame:
    rows = c.received
    late = rows[rows["day"] > rows["expected_on"]].groupby("supplier_id").size()
    sold = c.sold[c.sold["supplier_id"].isin(late[late > 2].index)]
    frame = totals(sold, ("customer_id",), ("revenue",)).dropna(subset=["customer_id"])
    frame["position"] = frame["revenue"].rank(method="min", ascending=False)
    return c.named(frame[frame["position"] <= 5], "customer")
