"""`pareto` and `abc` in pandas: who makes most of it, whoever crosses the line included."""

from __future__ import annotations

import pandas as pd

from tests.tools.query.checks import Check
from tests.tools.query.pandas_company import Company, key_of, totals, within
from tools.query.contract import Named
from tools.query.operators.pareto import Abc, Pareto

LAST_MONTH = Named(name="last_month")


def checks(c: Company) -> list[Check]:
    """Both lines, both entities, of a sum and of a count; the classes and their summary."""
    return [
        Check("who makes 80 %", Pareto(metric="revenue", by="product"), lambda: _until(c, "product", "revenue", 0.8), ("position",)),
        Check(
            "who makes half",
            Pareto(metric="orders", by="customer", share=0.5, period=LAST_MONTH),
            lambda: _until(c, "customer", "orders", 0.5, month=True),
            ("position",),
        ),
        Check("everybody", Pareto(metric="units", by=c.group, share=1), lambda: _until(c, c.group, "units", 1.0), ("position",)),
        Check("classes", Abc(metric="revenue", by="customer"), lambda: _classes(c, "customer", 0.8, 0.95), ("position",)),
        Check("other lines", Abc(metric="revenue", by="product", a=0.5, b=0.9), lambda: _classes(c, "product", 0.5, 0.9), ("position",)),
        Check("summary", Abc(metric="revenue", by="product", summary=True), lambda: _summary(c), ("class",)),
    ]


def _cumulated(c: Company, by: str, metric: str, month: bool = False) -> pd.DataFrame:
    key = key_of(by)
    frame = totals(within(c.sold, c.month(1)) if month else c.sold, (key,), (metric,)).dropna(subset=[key])
    frame = frame[frame[metric] > 0].sort_values([metric, key], ascending=[False, True]).reset_index(drop=True)
    frame = frame.assign(position=frame.index + 1, share=frame[metric] / frame[metric].sum())
    cents = (frame[metric] * 100).round()
    frame["cumulative_share"] = cents.cumsum() / cents.sum()
    frame["before_share"] = (cents.cumsum() - cents) / cents.sum()
    return c.named(frame, by) if by in ("product", "customer") else frame


def _until(c: Company, by: str, metric: str, share: float, month: bool = False) -> pd.DataFrame:
    frame = _cumulated(c, by, metric, month)
    return frame[frame["before_share"] < share].drop(columns="before_share")


def _classes(c: Company, by: str, a: float, b: float) -> pd.DataFrame:
    frame = _cumulated(c, by, "revenue")
    frame["class"] = "C"
    frame.loc[frame["before_share"] < b, "class"] = "B"
    frame.loc[frame["before_share"] < a, "class"] = "A"
    return frame.drop(columns="before_share")


def _summary(c: Company) -> pd.DataFrame:
    groups = _classes(c, "product", 0.8, 0.95).groupby("class")
    return groups.agg(members=("product_id", "size"), revenue=("revenue", "sum"), share=("share", "sum")).reset_index()
