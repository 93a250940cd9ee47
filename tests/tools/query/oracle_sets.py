"""`anti_join`, `set_comparison` and `no_activity` in pandas: plain sets."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Literal

import pandas as pd

from tests.tools.query.checks import Check
from tests.tools.query.pandas_company import Company, key_of, within
from tools.query.contract import Filter, Named
from tools.query.members import Condition
from tools.query.operators.sets import AntiJoin, NoActivity, SetComparison

LAST_MONTH, MONTH_BEFORE = Named(name="last_month"), Named(name="month_before_last")
KEEP: tuple[Literal["both", "only_left", "only_right", "either"], ...] = ("both", "only_left", "only_right", "either")


def checks(c: Company) -> list[Check]:
    """Did and never did, by filter and by period; what two selections share; who is silent, with and without those who never were heard."""
    bought = tuple(Condition(metric="units", where=(Filter(dimension=c.group, values=(name,)),)) for name in c.groups[:2])
    months = Condition(metric="units", period=LAST_MONTH), Condition(metric="units", period=MONTH_BEFORE)
    counts = SetComparison(entity="customer", left=Condition(period=LAST_MONTH, at_least=2), right=Condition(period=MONTH_BEFORE))
    return [
        Check("one thing, never the other", AntiJoin(entity="product", did=bought[0], never=bought[1]), lambda: _never(c)),
        Check("then, not since", AntiJoin(entity="product", did=months[1], never=months[0]), lambda: _not_since(c)),
        Check("how many in each", counts, lambda: _counts(c)),
        *(Check(f"members of {keep}", counts.model_copy(update={"keep": keep}), partial(_kept_members, c, keep)) for keep in KEEP),
        Check(
            "sold but never returned",
            SetComparison(entity="product", left=Condition(metric="units"), right=Condition(metric="returned_units"), keep="only_left"),
            lambda: _members(c, "product", set(c.sold["product_id"]) - set(c.returned["product_id"])),
        ),
        Check("silent customers", NoActivity(entity="customer", days=60), lambda: _silent(c, "customer", 60, True), ("-days_since",)),
        Check(
            "products that stopped selling",
            NoActivity(entity="product", metric="units", days=4, never_too=False),
            lambda: _silent(c, "product", 4, False),
            ("-days_since",),
        ),
        Check(
            "silent by the end of a month",
            NoActivity(entity="customer", days=15, period=LAST_MONTH),
            lambda: _silent(c, "customer", 15, True, month=True),
            ("-days_since",),
        ),
    ]


def _members(c: Company, entity: str, ids: Iterable[str]) -> pd.DataFrame:
    return c.named(pd.DataFrame({key_of(entity): pd.Series(sorted(ids), dtype=object)}), entity)


def _never(c: Company) -> pd.DataFrame:
    did, other = (set(c.sold.loc[c.sold[c.group] == name, "product_id"]) for name in c.groups[:2])
    return _members(c, "product", did - other)


def _not_since(c: Company) -> pd.DataFrame:
    then, now = (set(within(c.sold, c.month(back))["product_id"]) for back in (2, 1))
    return _members(c, "product", then - now)


def _sides(c: Company) -> tuple[set[str], set[str]]:
    """Customers with two orders or more last month; customers with one the month before."""
    made = within(c.valid, c.month(1)).groupby("customer_id")["order_id"].nunique()
    return set(made[made >= 2].index), set(within(c.valid, c.month(2))["customer_id"].dropna())


def _kept(c: Company, keep: str) -> set[str]:
    left, right = _sides(c)
    return {"both": left & right, "only_left": left - right, "only_right": right - left, "either": left | right}[keep]


def _kept_members(c: Company, keep: str) -> pd.DataFrame:
    return _members(c, "customer", _kept(c, keep))


def _counts(c: Company) -> pd.DataFrame:
    return pd.DataFrame([{f"{keep}_count": len(_kept(c, keep)) for keep in KEEP}])


def _silent(c: Company, entity: str, days: int, never_too: bool, month: bool = False) -> pd.DataFrame:
    rows, end = c.valid if entity == "customer" else c.sold, c.today
    if month:
        rows, end = within(rows, c.month(1)), c.month(1)[1]
    key, members = key_of(entity), c[f"{entity}s"]
    frame = members[[key]].assign(last_day=members[key].map(rows.groupby(key)["day"].max()))
    frame["days_since"] = (end - frame["last_day"]).dt.days
    kept = frame["days_since"] >= days
    return c.named(frame[kept | frame["last_day"].isna()] if never_too else frame[kept], entity)
