"""`contribution` and `decomposition` in pandas: the parts of a change, which sum to it."""

from __future__ import annotations

from functools import partial

import pandas as pd

from tests.tools.query.checks import Check
from tests.tools.query.pandas_company import Company, key_of, totals, within
from tools.query.contract import Comparison, Filter, Named
from tools.query.operators.contribution import Contribution, Decomposition

LAST_MONTH = Named(name="last_month")
RATES = {"average_selling_price": ("revenue", "units"), "margin_rate": ("margin", "revenue")}


def checks(c: Company) -> list[Check]:
    """Of a sum, of a count, of rates; price, volume, mix, new and lost by product, by group and under a filter."""
    few = (Filter(dimension=c.group, op="in", values=tuple(c.groups[:2])),)
    unknown = "" if c["order_lines"]["unit_cost"].notna().all() else "cost of more than 1 %"
    price = Contribution(metric="average_selling_price", by="product", period=LAST_MONTH)
    return [
        *(
            Check(f"of {metric}", Contribution(metric=metric, by=c.group, period=LAST_MONTH), partial(_parts, c, metric, c.group), _FIRST)
            for metric in ("revenue", "units")
        ),
        Check("of a rate", price, lambda: c.named(_parts(c, "average_selling_price", "product"), "product"), _FIRST),
        Check(
            "of margin_rate",
            Contribution(metric="margin_rate", by=c.group, period=LAST_MONTH),
            lambda: _parts(c, "margin_rate", c.group),
            _FIRST,
            refused=unknown,
        ),
        Check("effects by product", Decomposition(period=LAST_MONTH), lambda: _effects(c, c.sold, "product"), ("position",)),
        Check("effects by group", Decomposition(by=c.group, period=LAST_MONTH), lambda: _effects(c, c.sold, c.group), ("position",)),
        Check(
            "effects of a few",
            Decomposition(period=LAST_MONTH, where=few, compare=Comparison(to="period", period=Named(name="month_before_last"))),
            lambda: _effects(c, c.sold[c.sold[c.group].isin(c.groups[:2])], "product"),
            ("position",),
        ),
    ]


_FIRST = ("-contribution",)


def _both(c: Company, rows: pd.DataFrame, by: str, metrics: tuple[str, ...]) -> pd.DataFrame:
    now, before = (totals(within(rows, c.month(back)), (key_of(by),), metrics) for back in (1, 2))
    frame = now.merge(before, on=key_of(by), how="outer", suffixes=("", "_before"))
    return frame.fillna({name + side: 0 for name in metrics for side in ("", "_before")})


def _parts(c: Company, metric: str, by: str) -> pd.DataFrame:
    """A member's part: its value, or its numerator over everybody's denominator."""
    over, under = RATES.get(metric, (metric, ""))
    frame = _both(c, c.sold, by, tuple(filter(None, (over, under))))
    for side in ("", "_before"):
        frame[f"part{side}"] = frame[f"{over}{side}"] / (frame[f"{under}{side}"].sum() if under else 1)
    frame["contribution"] = frame["part"] - frame["part_before"]
    whole, earlier = frame["part"].sum(), frame["part_before"].sum()
    frame["share_of_change"] = frame["contribution"] / (whole - earlier)
    return frame[[key_of(by), "part", "part_before", "contribution", "share_of_change"]]


def _effects(c: Company, rows: pd.DataFrame, by: str) -> pd.DataFrame:
    """Price on the new units, volume at the old mean price, mix for what is left of the members of both months; new and lost beside."""
    frame = _both(c, rows, by, ("revenue", "units"))
    kept = frame[(frame["units"] > 0) & (frame["units_before"] > 0)]
    price = (kept["units"] * (kept["revenue"] / kept["units"] - kept["revenue_before"] / kept["units_before"])).sum()
    volume = (kept["units"].sum() - kept["units_before"].sum()) * kept["revenue_before"].sum() / kept["units_before"].sum()
    mix = kept["revenue"].sum() - kept["revenue_before"].sum() - price - volume
    new = frame.loc[frame["units_before"] == 0, "revenue"].sum()
    lost = -frame.loc[frame["units"] == 0, "revenue_before"].sum()
    total = frame["revenue"].sum() - frame["revenue_before"].sum()
    effects = {"price": price, "volume": volume, "mix": mix, "new": new, "lost": lost, "total": total}
    return pd.DataFrame({"position": range(1, 7), "effect": list(effects), "amount": list(effects.values())})
