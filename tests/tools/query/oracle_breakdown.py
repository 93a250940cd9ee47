"""`breakdown` in pandas: sales, returns, deliveries, receipts and stock, cut by what is one or several joins away."""

from __future__ import annotations

import pandas as pd

from tests.tools.query.checks import Check
from tests.tools.query.oracle_value import two_periods
from tests.tools.query.pandas_company import Company, Days, totals, within
from tools.query.contract import Comparison, Filter, Having, Last, Named, Order
from tools.query.operators.breakdown import Breakdown

LAST_MONTH = Named(name="last_month")


def checks(c: Company) -> list[Check]:
    """Two tables in one answer, groups that qualify, groups of two periods, members that have nothing, every kind of join."""
    return [*_breakdowns(c), *_joined_breakdowns(c)]


def _breakdowns(c: Company) -> list[Check]:
    month, before = c.month(1), c.month(2)
    busy = (Having(metric="orders", op=">=", value=2), Having(metric="average_order_value", op=">", value=_middle(c)))
    three = (Filter(dimension=c.group, op="in", values=tuple(c.groups[:3])),)
    return [
        Check(
            "two dimensions, two tables",
            Breakdown(metrics=("revenue", "returned_units", "orders", "return_rate"), by=(c.group, "month"), period=Last(n=70)),
            lambda: _with_returns(c, (c.today - pd.Timedelta(days=69), c.today)),
            ("month",),
        ),
        Check(
            "groups that qualify, the largest",
            Breakdown(metrics=("revenue",), by=("customer",), having=busy, order=(Order(by="revenue"),), limit=7),
            lambda: _qualified(c).head(7),
            ("-revenue",),
        ),
        Check(
            "compared",
            Breakdown(metrics=("revenue", "average_order_value"), by=(c.group,), period=LAST_MONTH, compare=Comparison()),
            lambda: two_periods(c, month, before, (c.group,), ("revenue", "average_order_value")),
            ("-revenue",),
        ),
        Check(
            "members that have nothing",
            Breakdown(metrics=("units",), by=("product",), period=LAST_MONTH, include_empty=True),
            lambda: _every_product(c, month),
            ("-units",),
        ),
        Check(
            "weekday and hour of some groups",
            Breakdown(metrics=("orders", "units"), by=("weekday", "hour"), period=LAST_MONTH, where=three),
            lambda: totals(within(c.sold[c.sold[c.group].isin(c.groups[:3])], month), ("weekday", "hour"), ("orders", "units")),
            ("weekday", "hour"),
        ),
    ]


def _joined_breakdowns(c: Company) -> list[Check]:
    deliveries = ("deliveries", "delivery_days", "on_time_delivery_rate", "damage_rate")
    receipts = ("received_lines", "supplier_lead_time_days", "supplier_on_time_rate", "supplier_fill_rate")
    return [
        Check("deliveries", Breakdown(metrics=deliveries, by=("carrier",)), lambda: _deliveries(c), ("-deliveries",), ("shipments",)),
        Check(
            "receipts", Breakdown(metrics=receipts, by=("supplier",)), lambda: _receipts(c), ("-received_lines",), ("purchase_order_lines",)
        ),
        Check(
            "several joins away",
            Breakdown(metrics=("units", "returned_units", "return_rate"), by=("supplier_country",)),
            lambda: _by_country(c),
            ("-units",),
            ("suppliers",),
        ),
        Check(
            "stock of a month by place and month",
            Breakdown(metrics=("stock_on_hand", "stock_value"), by=("location", "month")),
            lambda: c.named(closing(c, "month", ("location_id",)), "location"),
            ("month",),
            ("stock_levels",),
        ),
    ]


def _with_returns(c: Company, days: Days) -> pd.DataFrame:
    keys = [c.group, "month"]
    back = within(c.returned, days).groupby(keys, dropna=False)["quantity"].sum().rename("returned_units").reset_index()
    frame = (
        totals(within(c.sold, days), keys, ("revenue", "orders", "units")).merge(back, on=keys, how="outer").fillna({"returned_units": 0})
    )
    return frame.assign(return_rate=frame["returned_units"] / frame["units"]).drop(columns="units")


def _middle(c: Company) -> float:
    """A threshold that about half of the customers pass."""
    each = totals(c.sold, ("customer_id",), ("average_order_value",))["average_order_value"]
    return float(round(each.median(), 1))


def _qualified(c: Company) -> pd.DataFrame:
    frame = totals(c.sold, ("customer_id",), ("revenue", "orders", "average_order_value"))
    frame = frame[(frame["orders"] >= 2) & (frame["average_order_value"] > _middle(c))]
    return c.named(frame[["customer_id", "revenue"]], "customer").sort_values(["revenue", "customer_id"], ascending=[False, True])


def _every_product(c: Company, days: Days) -> pd.DataFrame:
    sold = within(c.sold, days).groupby("product_id")["quantity"].sum()
    frame = c["products"][["product_id"]].assign(units=c["products"]["product_id"].map(sold).fillna(0))
    return c.named(frame, "product")


def _deliveries(c: Company) -> pd.DataFrame:
    rows = c.delivered.assign(on_time=c.delivered["day"] <= c.delivered["promised_on"], damaged=c.delivered["damaged"].astype(bool))
    groups = rows.groupby("carrier")
    return groups.agg(
        deliveries=("days", "size"),
        delivery_days=("days", "mean"),
        on_time_delivery_rate=("on_time", "mean"),
        damage_rate=("damaged", "mean"),
    ).reset_index()


def _receipts(c: Company) -> pd.DataFrame:
    rows = c.received
    full = (rows["day"] <= rows["expected_on"]) & (rows["received_quantity"] >= rows["quantity"])
    sums = rows.assign(full=full).groupby("supplier_id").agg(
        received_lines=("days", "size"), supplier_lead_time_days=("days", "mean"), supplier_on_time_rate=("full", "mean"),
        came=("received_quantity", "sum"), asked=("quantity", "sum"),
    )  # fmt: skip
    sums["supplier_fill_rate"] = sums["came"] / sums["asked"]
    return c.named(sums.drop(columns=["came", "asked"]).reset_index(), "supplier")


def _by_country(c: Company) -> pd.DataFrame:
    key = ["supplier_country"]
    back = c.returned.groupby(key, dropna=False)["quantity"].sum().rename("returned_units").reset_index()
    frame = totals(c.sold, key, ("units",)).merge(back, on=key, how="outer").fillna(0)
    return frame.assign(return_rate=frame["returned_units"] / frame["units"])


def closing(c: Company, grain: str, by: tuple[str, ...]) -> pd.DataFrame:
    """Stock on the last stock day of each bucket."""
    code = {"week": "W-SUN", "month": "M"}[grain]
    rows = c.stock.assign(**{grain: c.stock["day"].dt.to_period(code).dt.start_time})
    rows = rows[rows["day"] == rows.groupby(grain)["day"].transform("max")]
    sums = rows.groupby([*by, grain])[["on_hand", "value"]].sum().reset_index()
    return sums.rename(columns={"on_hand": "stock_on_hand", "value": "stock_value"})
