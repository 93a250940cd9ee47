"""`value` in pandas: numbers of a period, beside another period, beside several, on a day."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from tests.tools.query.checks import Check, side_by_side
from tests.tools.query.pandas_company import Company, Days, totals, within
from tools.query.contract import AnyOf, AsOf, Calendar, Comparison, Filter, Last, Named
from tools.query.operators.value import Value

LAST_MONTH, MONTH_BEFORE = Named(name="last_month"), Named(name="month_before_last")
SALES = ("revenue", "units", "orders", "active_customers", "active_products", "lines", "average_order_value", "units_per_order")
LEVELS = ("stock_on_hand", "stock_value", "available_stock", "stock_on_order")
RATES = ("average_order_value", "units_per_order", "average_selling_price", "margin_rate", "return_rate")


def checks(c: Company) -> list[Check]:
    """Everything at once; all history, a month, two months, the same days a year ago; some rows and the others; stock on a day."""
    return [*_values(c), *_stock_values(c)]


def _values(c: Company) -> list[Check]:
    month, before = c.month(1), c.month(2)
    asked = (*SALES, "repeat_rate", "new_customers", "cancelled_orders", "cancellation_rate", "returned_units", "return_rate")
    first, second = (Filter(dimension=c.group, values=(name,)) for name in c.groups[:2])
    either = (AnyOf(any_of=(first, second)), Filter(dimension="product", op="contains", values=("e",)))
    others = (Filter(dimension=c.group, op="not_in", values=tuple(c.groups[:2])),)
    named = c.sold["product"].str.lower().str.contains("e", regex=False).fillna(False)
    compared = Value(metrics=SALES, period=LAST_MONTH, compare=Comparison())
    august = Calendar(year=before[0].year, month=before[0].month)
    to_date = c.today.replace(day=1), c.today
    year_ago = tuple(day - pd.DateOffset(years=1) for day in to_date)
    yoy = Value(metrics=("revenue",), period=Named(name="mtd"), compare=Comparison(to="year_on_year"))
    return [
        Check("all history", Value(metrics=asked), lambda: _wide(c, (c.first, c.today), asked)),
        Check("a month", Value(metrics=asked, period=LAST_MONTH), lambda: _wide(c, month, asked)),
        Check("a month against the one before", compared, lambda: two_periods(c, month, before, (), SALES)),
        Check(
            "a named period for comparison",
            compared.model_copy(update={"compare": Comparison(to="period", period=august)}),
            lambda: two_periods(c, month, before, (), SALES),
        ),
        Check("any of", Value(metrics=SALES, where=either), lambda: totals(c.sold[c.sold[c.group].isin(c.groups[:2]) & named], (), SALES)),
        Check("none of", Value(metrics=SALES, where=others), lambda: totals(c.sold[~c.sold[c.group].isin(c.groups[:2])], (), SALES)),
        Check("several periods", Value(metrics=SALES, periods=(MONTH_BEFORE, Last(n=10))), lambda: _several(c, before), ("position",)),
        Check(
            "year on year",
            yoy,
            lambda: two_periods(c, to_date, (year_ago[0], year_ago[1]), (), ("revenue",)),
            refused="" if year_ago[1] >= c.first else "hold data from",
        ),
    ]


def _stock_values(c: Company) -> list[Check]:
    day, month = c.today - pd.Timedelta(days=40), c.month(1)
    flows = ("stockouts", "stockout_rate", "mean_stock_value", "inventory_turnover", "days_of_cover", "sell_through_rate")
    return [
        Check("stock on a day", Value(metrics=LEVELS, period=AsOf(day=day.date())), lambda: _levels(c, day, ()), needs=("stock_levels",)),
        Check(
            "stock over a month",
            Value(metrics=(*LEVELS, *flows), period=LAST_MONTH),
            lambda: _levels(c, month[1], ()).merge(_flows(c, month)[list(flows)], how="cross"),
            needs=("stock_levels",),
        ),
    ]


def _wide(c: Company, days: Days, metrics: Sequence[str]) -> pd.DataFrame:
    """Every sales metric over some days, in one row."""
    orders, valid, back = within(c.orders, days), within(c.valid, days), within(c.returned, days)
    firsts = c.valid.dropna(subset=["customer_id"]).groupby("customer_id")["day"].min()
    each = valid.groupby("customer_id")["order_id"].nunique()
    row = totals(within(c.sold, days), (), SALES).assign(
        repeat_rate=(each >= 2).mean(),
        new_customers=((firsts >= days[0]) & (firsts <= days[1])).sum(),
        cancelled_orders=(orders["status"] == "cancelled").sum(),
        cancellation_rate=(orders["status"] == "cancelled").mean(),
        returned_units=back["quantity"].sum(),
    )
    return row.assign(return_rate=row["returned_units"] / row["units"])[list(metrics)]


def two_periods(c: Company, now: Days, before: Days, by: tuple[str, ...], metrics: Sequence[str]) -> pd.DataFrame:
    frames = [totals(within(c.sold, days), by, metrics) for days in (now, before)]
    return side_by_side(frames[0], frames[1], by, metrics, RATES)


def _several(c: Company, before: Days) -> pd.DataFrame:
    periods = (before, (c.today - pd.Timedelta(days=9), c.today))
    rows = [totals(within(c.sold, days), (), SALES) for days in periods]
    told = [f"{first.date()} to {last.date()}" for first, last in periods]
    return pd.concat(rows).assign(position=[1, 2], period=told)


def _levels(c: Company, day: pd.Timestamp, by: tuple[str, ...]) -> pd.DataFrame:
    """Stock on the last day with levels up to `day`."""
    rows = c.stock[c.stock["day"] == c.stock.loc[c.stock["day"] <= day, "day"].max()]
    rows = rows.assign(available=rows["on_hand"] - rows["allocated"].fillna(0), everything=1)
    sums = rows.groupby(list(by) or ["everything"])[["on_hand", "value", "available", "on_order"]].sum().reset_index()
    named: pd.DataFrame = sums.rename(columns=dict(zip(("on_hand", "value", "available", "on_order"), LEVELS, strict=True)))
    return named[[*by, *LEVELS]]


def _flows(c: Company, days: Days) -> pd.DataFrame:
    rows, closing = within(c.stock, days), _levels(c, days[1], ()).iloc[0]
    sold, end = within(c.sold, days), within(c.stock, days)["day"].max()
    daily = within(c.sold, (end - pd.Timedelta(days=27), end))["quantity"].sum() / 28
    mean_value = rows["value"].sum() / rows["day"].nunique()
    length = (days[1] - days[0]).days + 1
    found = {"stockouts": (rows["on_hand"] == 0).sum(), "stockout_rate": (rows["on_hand"] == 0).mean(), "mean_stock_value": mean_value}
    found["inventory_turnover"] = sold["cost"].sum() * 365 / length / mean_value
    found["days_of_cover"] = closing["stock_on_hand"] / daily
    found["sell_through_rate"] = sold["quantity"].sum() / (sold["quantity"].sum() + closing["stock_on_hand"])
    return pd.DataFrame([found])
