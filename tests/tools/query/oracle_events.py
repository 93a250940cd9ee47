"""`moments`, `nth_event`, `cohort` and `funnel` in pandas."""

from __future__ import annotations

import pandas as pd

from ingestion.calendar import Grain
from tests.tools.query.checks import Check
from tests.tools.query.pandas_company import Company, key_of, within
from tools.query.contract import Calendar, Filter, Last, Named
from tools.query.operators.cohort import Cohort
from tools.query.operators.events import Moments, NthEvent
from tools.query.operators.funnel import Funnel

LAST_MONTH = Named(name="last_month")
CODE: dict[Grain, str] = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}
COHORT = ("cohort", "offset_buckets")


def checks(c: Company) -> list[Check]:
    """First and last, newest and oldest; the second and the third, soon or ever; who came back; how far orders and visits got."""
    month = c.month(2)[0]
    first = (Filter(dimension=c.group, values=(c.groups[0],)),)
    return [
        Check("newest", Moments(entity="customer", limit=8), lambda: _moments(c, "customer", c.valid).head(8), ("-last_at",)),
        Check("every product", Moments(entity="product", metric="units"), lambda: _moments(c, "product", c.sold), ("-last_at",)),
        Check(
            "of returns, oldest",
            Moments(entity="product", metric="returned_units", order="oldest"),
            lambda: _moments(c, "product", c.returned),
            ("last_at",),
        ),
        Check("a second order in 30 days", NthEvent(n=2, within_days=30), lambda: _reached(c, "customer", c.valid, 2, 30)),
        Check("a third order ever", NthEvent(n=3, period=Last(n=90)), lambda: _reached(c, "customer", _recent(c), 3, None)),
        Check("a fifth sale", NthEvent(entity="product", metric="units", n=5, period=LAST_MONTH), lambda: _fifth(c)),
        Check("who", NthEvent(n=2, within_days=12, members=True), lambda: _who(c), ("days",)),
        Check("months", Cohort(), lambda: _cohorts(c, c.valid, "month", 12), COHORT),
        Check("weeks", Cohort(grain="week", offsets=5), lambda: _cohorts(c, c.valid, "week", 5), COHORT),
        Check("days", Cohort(grain="day", offsets=3, period=LAST_MONTH), lambda: _cohorts(c, c.valid, "day", 3, since=c.month(1)), COHORT),
        Check("quarters", Cohort(grain="quarter", offsets=3), lambda: _cohorts(c, c.valid, "quarter", 3), COHORT),
        Check("years", Cohort(grain="year", offsets=1), lambda: _cohorts(c, c.valid, "year", 1), COHORT),
        Check(
            "months of one group",
            Cohort(offsets=2, where=first, period=Calendar(year=month.year, month=month.month)),
            lambda: _cohorts(c, c.sold[c.sold[c.group] == c.groups[0]], "month", 2, since=c.month(2)),
            COHORT,
        ),
        Check("orders", Funnel(), lambda: _orders(c.orders), ("position",)),
        Check("orders of a month", Funnel(period=LAST_MONTH), lambda: _orders(within(c.orders, c.month(1))), ("position",)),
        Check("visits", Funnel(of="sessions", period=LAST_MONTH), lambda: _visits(c), ("position",), ("web_events",)),
    ]


def _moments(c: Company, entity: str, rows: pd.DataFrame) -> pd.DataFrame:
    times = rows.groupby(key_of(entity))["local"]
    frame = pd.DataFrame({"first_day": times.min().dt.normalize(), "last_day": times.max().dt.normalize(), "last_at": times.max()})
    frame["days_since"] = (c.today - frame["last_day"]).dt.days
    frame = frame.reset_index().sort_values(["last_at", key_of(entity)], ascending=[False, True])
    return c.named(frame, entity)


def _recent(c: Company) -> pd.DataFrame:
    return within(c.valid, (c.today - pd.Timedelta(days=89), c.today))


def _fifth(c: Company) -> pd.DataFrame:
    return _reached(c, "product", within(c.sold, c.month(1)), 5, None)


def _numbered(rows: pd.DataFrame, key: str) -> pd.DataFrame:
    """Events of each member in order of time, with the real days since the first."""
    identity = [name for name in ("order_id", "line_no") if name in rows.columns]
    rows = rows.dropna(subset=[key]).sort_values(["ordered_at", *identity])
    groups = rows.groupby(key)
    elapsed = rows["ordered_at"] - groups["ordered_at"].transform("first")
    return rows.assign(number=groups.cumcount() + 1, days=elapsed.dt.total_seconds() / 86400, first_at=groups["local"].transform("first"))


def _reached(c: Company, entity: str, rows: pd.DataFrame, n: int, within_days: float | None) -> pd.DataFrame:
    events = _numbered(rows, key_of(entity))
    there = events[events["number"] == n]
    there = there[there["days"] <= within_days] if within_days else there
    everyone = (events["number"] == 1).sum()
    return pd.DataFrame(
        [{"entities": everyone, "reached": len(there), "share": len(there) / everyone, "median_days": there["days"].median()}]
    )


def _who(c: Company) -> pd.DataFrame:
    events = _numbered(c.valid, "customer_id")
    there = events[(events["number"] == 2) & (events["days"] <= 12)].assign(nth_at=lambda f: f["local"])
    return c.named(there[["customer_id", "first_at", "nth_at", "days"]], "customer")


def _cohorts(
    c: Company, rows: pd.DataFrame, grain: Grain, offsets: int, since: tuple[pd.Timestamp, pd.Timestamp] | None = None
) -> pd.DataFrame:
    """Members by the bucket of their first order, and how many of them ordered k buckets later; the future is not told."""
    rows = rows.dropna(subset=["customer_id"])[["customer_id", "local"]].assign(bucket=lambda f: f["local"].dt.to_period(CODE[grain]))
    born = rows.groupby("customer_id")["bucket"].min()
    now, found = pd.Period(c.today, CODE[grain]), []
    for cohort, members in born.groupby(born):
        if since and not (since[0] <= cohort.start_time <= since[1]):
            continue
        theirs = rows[rows["customer_id"].isin(members.index)]
        for k in range(offsets + 1):
            if cohort + k <= now:
                active = theirs.loc[theirs["bucket"] == cohort + k, "customer_id"].nunique()
                found.append((cohort.start_time, len(members), k, active, active / len(members)))
    return pd.DataFrame(found, columns=["cohort", "size", "offset_buckets", "active", "retention"])


def _orders(rows: pd.DataFrame) -> pd.DataFrame:
    stages = {"placed": None, "paid": ["paid", "shipped", "delivered"], "shipped": ["shipped", "delivered"], "delivered": ["delivered"]}
    return _stages({name: len(rows) if kept is None else rows["status"].isin(kept).sum() for name, kept in stages.items()})


def _visits(c: Company) -> pd.DataFrame:
    rows = within(c.timed(c["web_events"], "occurred_at"), c.month(1))
    of = {"viewed": "view", "added_to_cart": "addtocart", "bought": "transaction"}
    reached = {name: rows.loc[rows["event"] == event, "session_id"].nunique() for name, event in of.items()}
    return _stages({"visited": rows["session_id"].nunique()} | reached)


def _stages(reached: dict[str, int]) -> pd.DataFrame:
    counts = pd.Series(list(reached.values()), dtype=float)
    frame = pd.DataFrame({"position": range(1, len(counts) + 1), "stage": list(reached), "reached": counts})
    return frame.assign(of_all=counts / counts[0], of_previous=counts / counts.shift().fillna(counts[0]))
