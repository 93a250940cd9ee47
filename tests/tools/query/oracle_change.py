"""`change`, `like_for_like` and `rank_change` in pandas."""

from __future__ import annotations

from functools import partial

import pandas as pd

from tests.tools.query.checks import Check, side_by_side
from tests.tools.query.oracle_ranking import placed
from tests.tools.query.pandas_company import Company, key_of, totals, within
from tools.query.contract import Calendar, Comparison, Named, Period
from tools.query.operators.change import Change, LikeForLike, RankChange

LAST_MONTH = Named(name="last_month")


def checks(c: Company) -> list[Check]:
    """By amount and by rate, up, down and both; the same members; who entered, dropped out and stayed."""
    before = c.month(2)[0]
    named = Comparison(to="period", period=Calendar(year=before.year, month=before.month))
    change = Change(metric="revenue", by="product", period=LAST_MONTH)
    ranks = RankChange(metric="revenue", by="customer", period=LAST_MONTH, n=10)
    same = LikeForLike(metric="revenue", entity="product", period=LAST_MONTH, compare=Comparison())
    by_rank = ("position", "position_before")
    return [
        Check("all that moved", change, lambda: _changes(c, "product", "both", False), ("position",)),
        Check("rose most", _with(change, direction="rising", n=6), lambda: _changes(c, "product", "rising", False, 6), ("position",)),
        Check(
            "fell most by rate",
            _with(change, by=c.group, direction="falling", relative=True, compare=named),
            lambda: _changes(c, c.group, "falling", True),
            ("position",),
            refused="" if len(_changes(c, c.group, "falling", True)) else "nothing fell",
        ),
        Check(
            "fell by half or more",
            _with(change, direction="falling", relative=True, at_least=0.5),
            lambda: _beyond(_changes(c, "product", "falling", True), "revenue_change_rate", 0.5, True),
            ("position",),
        ),
        Check(
            "fell by more than half",
            _with(change, direction="falling", relative=True, more_than=0.5),
            lambda: _beyond(_changes(c, "product", "falling", True), "revenue_change_rate", 0.5, False),
            ("position",),
        ),
        Check(
            "rose by more than an amount",
            _with(change, direction="rising", more_than=1000.0),
            lambda: _beyond(_changes(c, "product", "rising", False), "revenue_change", 1000.0, False),
            ("position",),
        ),
        Check(
            "a rate that changed",
            _with(change, metric="average_order_value", by=c.group),
            lambda: _changes(c, c.group, "both", False, metric="average_order_value"),
            ("position",),
        ),
        Check("the same products", same, lambda: _same(c)),
        Check("places", ranks, lambda: _ranks(c, "all"), by_rank),
        *(Check(f"who {only}", _with(ranks, only=only), partial(_ranks, c, only), by_rank) for only in ("entered", "dropped", "stayed")),
    ]


def _beyond(frame: pd.DataFrame, column: str, line: float, on_it: bool) -> pd.DataFrame:
    """Those that changed so far, with or without those that lie on the line."""
    size = frame[column].astype(float).abs().round(9)
    return frame[size >= line] if on_it else frame[size > line]


def _with(query: Change | RankChange, **changes: str | int | float | bool | Period | Comparison) -> Change | RankChange:
    return query.model_copy(update=changes)


def _pairs(c: Company, by: str, metric: str = "revenue") -> pd.DataFrame:
    frames = [totals(within(c.sold, c.month(back)), (key_of(by),), (metric,)) for back in (1, 2)]
    return side_by_side(frames[0], frames[1], (key_of(by),), (metric,), ("average_order_value",))


def _changes(c: Company, by: str, direction: str, relative: bool, n: int | None = None, metric: str = "revenue") -> pd.DataFrame:
    frame = _pairs(c, by, metric)
    measured = frame[f"{metric}_change_rate" if relative else f"{metric}_change"]
    kept = {"rising": measured > 0, "falling": measured < 0, "both": measured.notna()}[direction]
    size = measured.abs() if direction == "both" else measured
    frame = placed(frame.assign(size=size.round(9))[kept], "size", ascending=direction == "falling").drop(columns="size")
    frame = frame[frame["position"] <= n] if n else frame
    return c.named(frame, by) if by == "product" else frame


def _same(c: Company) -> pd.DataFrame:
    """One row: the products that sold in both months."""
    frame = _pairs(c, "product")
    both = frame[(frame["revenue"] != 0) & (frame["revenue_before"] != 0)]
    now, before = both["revenue"].sum(), both["revenue_before"].sum()
    changes = {"revenue_change": now - before, "revenue_change_rate": (now - before) / before}
    return pd.DataFrame([{"members": len(both), "revenue": now, "revenue_before": before, **changes}])


def _ranks(c: Company, only: str) -> pd.DataFrame:
    frame = _pairs(c, "customer").dropna(subset=["customer_id"])[["customer_id", "revenue", "revenue_before"]]
    for value, place in (("revenue", "position"), ("revenue_before", "position_before")):
        frame[place] = frame[value].where(frame[value] != 0).rank(method="min", ascending=False)
    now, then = frame["position"] <= 10, frame["position_before"] <= 10
    frame["movement"] = "stayed"
    frame.loc[now & ~then, "movement"], frame.loc[then & ~now, "movement"] = "entered", "dropped"
    frame = frame[now | then]
    return c.named(frame if only == "all" else frame[frame["movement"] == only], "customer")
