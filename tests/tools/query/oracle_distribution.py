"""`percentiles`, `histogram` and `by_metric` in pandas: how values spread over rows and over members."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tests.tools.query.checks import Check
from tests.tools.query.pandas_company import Company, key_of, totals, within
from tools.query.contract import Named
from tools.query.operators.distribution import Histogram, Percentiles
from tools.query.operators.grouping import ByMetric

LAST_MONTH = Named(name="last_month")
MOST_RANGES = 500  # beyond them the last range takes what is left: it is wider than asked, and says so


def checks(c: Company) -> list[Check]:
    """Of rows, of members, by group; ranges by number and by width, narrow ones too; members by value, by ranges, with those at nothing."""
    orders = _each(c, "order_id", "revenue")
    wide = float(round(orders.max() / 9)) + 1.0
    narrow = float(np.floor(orders.max() / (2 * MOST_RANGES)))
    edges = (0.0, float(round(_each(c, "customer_id", "revenue").median())), float(round(_each(c, "customer_id", "revenue").max() * 2)))
    by_group = Percentiles(metric="revenue", per="order", by=(c.group,), percentiles=(0, 0.25, 0.999, 1))
    return [
        Check("per order", Percentiles(metric="revenue", per="order"), lambda: _cuts(orders, {"p50": 0.5, "p90": 0.9})),
        Check(
            "per day, days without anything too",
            Percentiles(metric="revenue", per="day", period=LAST_MONTH),
            lambda: _cuts(_daily(c), {"p50": 0.5, "p90": 0.9}),
        ),
        Check("of each group", by_group, lambda: _of_groups(c), (c.group,)),
        Check("of rows", Percentiles(metric="units", period=LAST_MONTH), lambda: _cuts(_quantities(c), {"p50": 0.5, "p90": 0.9})),
        Check(
            "of rows with days",
            Percentiles(metric="delivery_days", by=("carrier",), percentiles=(0.1, 0.5)),
            lambda: _by(c.delivered, "carrier", "days", {"p10": 0.1, "p50": 0.5}),
            ("carrier",),
            ("shipments",),
        ),
        Check("ranges", Histogram(metric="revenue", per="order", bins=8), lambda: _ranges(orders, 8), ("from_value",)),
        Check("ranges of rows", Histogram(metric="units", bins=5, period=LAST_MONTH), lambda: _ranges(_quantities(c), 5), ("from_value",)),
        Check("ranges of a width", Histogram(metric="revenue", per="order", width=wide), lambda: _widths(orders, wide), ("from_value",)),
        Check("narrow ranges", Histogram(metric="revenue", per="order", width=narrow), lambda: _widths(orders, narrow), ("from_value",)),
        Check("members by value", ByMetric(entity="customer", metric="orders"), lambda: _members(c), ("orders",)),
        Check(
            "members by range",
            ByMetric(entity="customer", metric="revenue", edges=edges, include_empty=True),
            lambda: _by_edges(c, edges),
            ("from_value",),
        ),
        Check(
            "members at nothing",
            ByMetric(entity="customer", metric="orders", period=LAST_MONTH, include_empty=True),
            lambda: _with_nothing(c),
            ("orders",),
        ),
    ]


def _each(c: Company, key: str, metric: str) -> pd.Series[float]:
    return totals(c.sold, (key,), (metric,)).dropna(subset=[key])[metric]


def _daily(c: Company) -> pd.Series[float]:
    """The revenue of every day of last month, 0 where nothing was sold."""
    first, last = c.month(1)
    sums = totals(within(c.sold, (first, last)), ("day",), ("revenue",)).set_index("day")["revenue"]
    return sums.reindex(pd.date_range(first, last), fill_value=0)


def _quantities(c: Company) -> pd.Series[float]:
    return within(c.sold, c.month(1))["quantity"]


def _cuts(values: pd.Series[float], percentiles: dict[str, float]) -> pd.DataFrame:
    plain = {"count": len(values), "mean": values.mean(), "least": values.min(), "greatest": values.max()}
    return pd.DataFrame([plain | {name: np.percentile(values, share * 100) for name, share in percentiles.items()}])


def _by(frame: pd.DataFrame, key: str, value: str, percentiles: dict[str, float]) -> pd.DataFrame:
    rows = [_cuts(group[value], percentiles).assign(**{key: name}) for name, group in frame.groupby(key, dropna=False)]
    return pd.concat(rows).assign(**{key: lambda f: f[key].astype(object).where(f[key].notna(), None)})


def _of_groups(c: Company) -> pd.DataFrame:
    each = totals(c.sold, (c.group, "order_id"), ("revenue",))
    return _by(each, c.group, "revenue", {"p0": 0.0, "p25": 0.25, "p99_9": 0.999, "p100": 1.0})


def _ranges(values: pd.Series[float], bins: int) -> pd.DataFrame:
    low, width = values.min(), (values.max() - values.min()) / bins
    return _slots(((values - low) / width).floordiv(1).clip(upper=bins - 1), low, width, bins, values.max())


def _widths(values: pd.Series[float], width: float) -> pd.DataFrame:
    """Ranges from a multiple of the width on; beyond the most there may be, the last one takes what is left."""
    low = np.floor(values.min() / width) * width
    count = int(min((values.max() - low) // width + 1, MOST_RANGES))
    return _slots(((values - low) / width).floordiv(1).clip(upper=count - 1), low, width, count, values.max())


def _slots(slots: pd.Series[float], low: float, width: float, count: int, greatest: float) -> pd.DataFrame:
    frame = pd.DataFrame({"slot": range(count)})
    frame["count"] = frame["slot"].map(slots.astype(int).value_counts()).fillna(0)
    frame = frame.assign(from_value=low + frame["slot"] * width, to_value=low + (frame["slot"] + 1) * width).drop(columns="slot")
    frame.loc[count - 1, "to_value"] = max(frame.loc[count - 1, "to_value"], greatest)  # type: ignore[type-var]
    return frame


def _shared(values: pd.Series[float] | pd.Series[int], name: str) -> pd.DataFrame:
    counts = values.value_counts().rename("members").rename_axis(name).reset_index()
    return counts.assign(share=counts["members"] / counts["members"].sum())


def _members(c: Company) -> pd.DataFrame:
    return _shared(c.valid.groupby("customer_id")["order_id"].nunique(), "orders")


def _with_nothing(c: Company) -> pd.DataFrame:
    made = within(c.valid, c.month(1)).groupby("customer_id")["order_id"].nunique()
    return _shared(c["customers"]["customer_id"].map(made).fillna(0), "orders")


def _by_edges(c: Company, edges: tuple[float, ...]) -> pd.DataFrame:
    """Each edge begins a range; what lies below the first has none."""
    spent = totals(c.sold, (key_of("customer"),), ("revenue",)).set_index("customer_id")["revenue"]
    values = c["customers"]["customer_id"].map(spent).fillna(0)
    starts = values.map(lambda value: max((edge for edge in edges if value >= edge), default=np.nan))
    counts = _shared(starts, "from_value")
    return counts
