"""Values, breakdowns, series and ranks against pandas, and what must hold whatever the data."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest

from tests.tools.query.conftest import Ask
from tests.tools.query.oracle import number
from tests.tools.query.shop import AS_OF, Shop, between, with_local
from tools.query.contract import AnyOf, AsOf, Between, Calendar, Comparison, Filter, Having, Last, Named, Order, Query, QueryContext
from tools.query.operators.breakdown import Breakdown
from tools.query.operators.ranking import Top, TopPerGroup
from tools.query.operators.series import Series
from tools.query.operators.value import Value
from tools.query.run import run_query
from tools.query.source import Source

MARCH = Between(start=date(2026, 3, 1), end=AS_OF)


def by_key(ask: Ask, query: Query, key: str, metric: str) -> dict[object, float]:
    return {record[key]: float(str(record[metric])) for record in ask(query).records() if record[metric] is not None}


def test_sales_metrics_of_a_month(ask: Ask, shop: Shop) -> None:
    rows = between(shop.valid, MARCH.start, MARCH.end)
    metrics = ("revenue", "gross_sales", "discount_amount", "units", "orders", "active_customers", "active_products", "margin", "cost")
    record = ask(Value(metrics=metrics, period=MARCH)).records()[0]
    gross = (rows["quantity"] * rows["unit_price"]).sum()
    cost = (rows["quantity"] * rows["unit_cost"]).sum()
    net = rows["net_amount"].sum()
    expected = [net, gross, gross - net, rows["quantity"].sum(), rows["order_id"].nunique(), rows["customer_id"].nunique()]
    assert [float(str(record[m])) for m in metrics] == pytest.approx([*expected, rows["product_id"].nunique(), net - cost, cost])


def test_ratios_are_quotients_of_totals(ask: Ask, shop: Shop) -> None:
    rows, orders = between(shop.valid, MARCH.start, MARCH.end), between(shop.orders, MARCH.start, MARCH.end)
    record = ask(Value(metrics=("average_order_value", "cancellation_rate", "repeat_rate"), period=MARCH)).records()[0]
    counts = rows.drop_duplicates("order_id")["customer_id"].value_counts()
    assert record["average_order_value"] == pytest.approx(rows["net_amount"].sum() / rows["order_id"].nunique())
    assert record["cancellation_rate"] == pytest.approx((orders["status"] == "cancelled").mean())
    assert record["repeat_rate"] == pytest.approx((counts >= 2).sum() / len(counts))


def test_new_customers_count_first_orders_ever(ask: Ask, shop: Shop) -> None:
    firsts = shop.valid.groupby("customer_id")["day"].min()
    june = Between(start=date(2025, 1, 10), end=date(2025, 3, 31))
    expected = ((firsts >= "2025-01-10") & (firsts <= "2025-03-31")).sum()
    assert number(ask, Value(metrics=("new_customers",), period=june)) == expected > 0


def test_delivery_and_supplier_metrics(ask: Ask, shop: Shop) -> None:
    sent = shop["shipments"].merge(shop["orders"][["order_id", "ordered_at"]], on="order_id").dropna(subset=["delivered_at"])
    sent = between(with_local(sent, "delivered_at"), date(2025, 6, 1), date(2025, 12, 31))
    period = Between(start=date(2025, 6, 1), end=date(2025, 12, 31))
    record = ask(Value(metrics=("delivery_days", "on_time_delivery_rate", "damage_rate"), period=period)).records()[0]
    assert record["delivery_days"] == pytest.approx(((sent["delivered_at"] - sent["ordered_at"]).dt.total_seconds() / 86400).mean())
    assert record["on_time_delivery_rate"] == pytest.approx((sent["day"].dt.date <= sent["promised_on"]).mean())
    assert record["damage_rate"] == pytest.approx(sent["damaged"].mean())
    lines = shop["purchase_order_lines"].dropna(subset=["received_at"])
    lines = with_local(lines.merge(shop["purchase_orders"], on="po_id"), "received_at")
    record = ask(
        Value(metrics=("supplier_lead_time_days", "supplier_on_time_rate", "supplier_fill_rate", "supplier_reject_rate"))
    ).records()[0]
    punctual = lines["day"].dt.date <= lines["expected_on"]
    assert record["supplier_lead_time_days"] == pytest.approx(
        ((lines["received_at"] - lines["ordered_at"]).dt.total_seconds() / 86400).mean()
    )
    assert record["supplier_on_time_rate"] == pytest.approx((punctual & (lines["received_quantity"] >= lines["quantity"])).mean())
    assert record["supplier_fill_rate"] == pytest.approx(lines["received_quantity"].sum() / lines["quantity"].sum())
    assert record["supplier_reject_rate"] == pytest.approx(lines["rejected_quantity"].sum() / lines["received_quantity"].sum())


def test_stock_is_the_last_day_never_a_sum_over_days(ask: Ask, shop: Shop) -> None:
    levels = shop["stock_levels"]
    last = levels[levels["as_of"] == "2025-12-31"]
    assert number(ask, Value(metrics=("stock_on_hand",), period=AsOf(day=date(2025, 12, 31)))) == last["on_hand"].sum()
    december = Value(metrics=("stock_on_hand",), period=Calendar(year=2025, month=12))
    assert number(ask, december) == last["on_hand"].sum()
    newest = levels[levels["as_of"] == levels["as_of"].max()]
    assert number(ask, Value(metrics=("stock_on_hand",))) == newest["on_hand"].sum()


@pytest.mark.parametrize("day", ["2026-03-20", "2025-12-31", "2026-01-15", "2026-02-03", "2025-11-11"])
def test_days_of_cover_by_product(ask: Ask, shop: Shop, day: str) -> None:
    levels, valid, last = shop["stock_levels"], shop.valid, pd.Timestamp(day)
    stock = levels[levels["as_of"] == last].groupby("product_id")["on_hand"].sum()
    sold = between(valid, (last - pd.Timedelta(days=27)).date(), last.date()).groupby("product_id")["quantity"].sum()
    expected = (stock / (sold / 28)).dropna()
    query = Breakdown(metrics=("days_of_cover",), by=("product",), period=AsOf(day=last.date()))
    assert by_key(ask, query, "product_id", "days_of_cover") == pytest.approx(expected.to_dict())


def test_days_of_cover_of_each_month_ends_on_its_last_day(ask: Ask, shop: Shop) -> None:
    found = by_key(
        ask, Series(metrics=("recent_daily_units",), grain="month", period=Calendar(year=2025, quarter=4)), "month", "recent_daily_units"
    )
    for last in (date(2025, 10, 31), date(2025, 11, 30), date(2025, 12, 31)):
        sold = between(shop.valid, last - timedelta(days=27), last)["quantity"].sum()
        assert found[last.replace(day=1)] == pytest.approx(sold / 28)


def test_inventory_turnover_is_annualised(ask: Ask, shop: Shop) -> None:
    period = Between(start=date(2025, 11, 1), end=date(2025, 12, 31))
    rows = between(shop.valid, period.start, period.end)
    levels = shop["stock_levels"].merge(shop["products"][["product_id", "unit_cost"]], on="product_id")
    levels = levels[(levels["as_of"] >= "2025-11-01") & (levels["as_of"] <= "2025-12-31")]
    value = (levels["on_hand"] * levels["unit_cost"]).groupby(levels["as_of"]).sum().mean()
    expected = (rows["quantity"] * rows["unit_cost"]).sum() / value * 365 / 61
    assert number(ask, Value(metrics=("inventory_turnover",), period=period)) == pytest.approx(expected)
    by_month = ask(Breakdown(metrics=("inventory_turnover",), by=("month",), period=period)).records()
    november = rows[rows["month"] == "2025-11-01"]
    mean = (levels["on_hand"] * levels["unit_cost"])[levels["as_of"] < "2025-12-01"].groupby(levels["as_of"]).sum().mean()
    assert by_month[0]["inventory_turnover"] == pytest.approx((november["quantity"] * november["unit_cost"]).sum() / mean * 365 / 30)


@pytest.mark.parametrize(
    ("dimension", "column", "key"),
    [
        ("category", "category", "category"),
        ("product", "product_id", "product_id"),
        ("customer", "customer_id", "customer_id"),
        ("province", "province", "province"),
        ("supplier", "supplier_id", "supplier_id"),
        ("supplier_country", "country", "supplier_country"),
        ("channel", "channel", "channel"),
        ("location", "location_id", "location_id"),
        ("promotion", "promotion_id", "promotion_id"),
    ],
)
def test_breakdown_by_every_path(ask: Ask, shop: Shop, dimension: str, column: str, key: str) -> None:
    valid = shop.valid
    expected = valid.groupby(column, dropna=False).agg(revenue=("net_amount", "sum"), orders=("order_id", "nunique"))
    result = ask(Breakdown(metrics=("revenue", "orders"), by=(dimension,))).records()
    found = {record[key]: (float(str(record["revenue"])), record["orders"]) for record in result}
    wanted = {name if isinstance(name, str) else None: (row["revenue"], int(row["orders"])) for name, row in expected.iterrows()}
    assert {k: pytest.approx(v) for k, v in wanted.items()} == found


def test_facts_of_two_tables_do_not_fan_out(ask: Ask, shop: Shop) -> None:
    """Lines, returns and stock by product: joined row to row each would multiply the others."""
    result = ask(Breakdown(metrics=("units", "returned_units", "stock_on_hand"), by=("product",))).records()
    returns = shop["returns"].merge(shop["orders"][["order_id", "status"]], on="order_id").query("status != 'cancelled'")
    levels = shop["stock_levels"]
    for metric, expected in (
        ("units", shop.valid["quantity"].sum()),
        ("returned_units", returns["quantity"].sum()),
        ("stock_on_hand", levels[levels["as_of"] == levels["as_of"].max()]["on_hand"].sum()),
    ):
        assert sum(float(str(record[metric] or 0)) for record in result) == pytest.approx(expected)


def test_returns_by_supplier_country_follow_three_joins(ask: Ask, shop: Shop) -> None:
    returns = shop["returns"].merge(shop["products"][["product_id", "supplier_id"]], on="product_id")
    returns = returns.merge(shop["suppliers"][["supplier_id", "country"]], on="supplier_id", how="left")
    expected = returns.groupby("country")["quantity"].sum().to_dict()
    found = by_key(ask, Breakdown(metrics=("returned_units",), by=("supplier_country",)), "supplier_country", "returned_units")
    assert {k: v for k, v in found.items() if k} == pytest.approx(expected)


@pytest.mark.parametrize("grain", ["day", "week", "month", "quarter", "year"])
def test_series_cuts_buckets_in_the_business_zone(ask: Ask, shop: Shop, grain: str) -> None:
    expected = shop.valid.groupby(grain)["net_amount"].sum()
    found = by_key(ask, Series(metrics=("revenue",), grain=grain), grain, "revenue")  # type: ignore[arg-type]
    assert {k: v for k, v in found.items() if v} == pytest.approx(
        {pd.Timestamp(str(start)).date(): value for start, value in expected.items()}
    )
    days = sorted(day for day in found if isinstance(day, date))
    assert len(days) == len(set(days)) >= len(expected)


def test_series_shows_empty_days_as_zero(ask: Ask, shop: Shop) -> None:
    result = ask(Series(metrics=("orders",), grain="day", period=Last(n=30, unit="day")))
    assert result.row_count == 30
    assert any(row[1] == 0 for row in result.rows)


def test_weekday_and_hour_are_local(ask: Ask, shop: Shop) -> None:
    local = shop.valid.drop_duplicates("order_id")["local"]
    found = by_key(ask, Breakdown(metrics=("orders",), by=("weekday",)), "weekday", "orders")
    assert found == (local.dt.dayofweek + 1).value_counts().to_dict()
    assert by_key(ask, Breakdown(metrics=("orders",), by=("hour",)), "hour", "orders") == local.dt.hour.value_counts().to_dict()


def test_filters_of_every_kind(ask: Ask, shop: Shop) -> None:
    valid = shop.valid
    day = valid["day"].dt.date
    cases: list[tuple[tuple[Filter | AnyOf, ...], pd.Series[bool]]] = [
        ((Filter(dimension="category", values=("desks",)),), valid["category"] == "Desks"),
        ((Filter(dimension="category", op="!=", values=("Desks",)),), valid["category"] != "Desks"),
        ((Filter(dimension="category", op="in", values=("Desks", "Lamps")),), valid["category"].isin(["Desks", "Lamps"])),
        ((Filter(dimension="category", op="is_null"),), valid["category"].isna()),
        ((Filter(dimension="product", op="contains", values=("ITEM 0",)),), valid["product"].str.lower().str.contains("item 0")),
        ((Filter(dimension="product", values=("item 07",)),), valid["product_id"] == "P07"),
        ((Filter(dimension="product", values=("SKU-07",)),), valid["product_id"] == "P07"),
        ((Filter(dimension="list_price", op="between", values=(30, 60)),), valid["list_price"].between(30, 60)),
        ((Filter(dimension="line_quantity", op=">=", values=(3,)),), valid["quantity"] >= 3),
        ((Filter(dimension="weekday", op="in", values=(6, 7)),), valid["local"].dt.dayofweek >= 5),
        ((Filter(dimension="day", op=">=", values=("2026-01-01",)),), day >= date(2026, 1, 1)),
        (
            (AnyOf(any_of=(Filter(dimension="category", values=("Lamps",)), Filter(dimension="channel", values=("web",)))),),
            (valid["category"] == "Lamps") | (valid["channel"] == "web"),
        ),
    ]
    for where, mask in cases:
        found = number(ask, Value(metrics=("revenue",), where=where))
        assert found == pytest.approx(valid[mask]["net_amount"].sum()), where
        assert 0 < found < valid["net_amount"].sum()


def test_having_on_two_metrics_together(ask: Ask, shop: Shop) -> None:
    having = (Having(metric="orders", op=">", value=14), Having(metric="average_order_value", op="<", value=300))
    found = {record["customer_id"] for record in ask(Breakdown(metrics=("revenue",), by=("customer",), having=having)).records()}
    groups = shop.valid.groupby("customer_id").agg(orders=("order_id", "nunique"), revenue=("net_amount", "sum"))
    expected = groups[(groups["orders"] > 14) & (groups["revenue"] / groups["orders"] < 300)]
    assert found - {None} == set(expected.index)
    assert len(expected) > 0


def test_top_shows_ties_and_nth(ask: Ask, shop: Shop) -> None:
    units = shop.valid.groupby("product_id")["quantity"].sum()
    ranks = units.rank(ascending=False, method="min").astype(int)
    for n in range(1, 16):
        found = {record["product_id"]: record["position"] for record in ask(Top(metric="units", by="product", n=n)).records()}
        assert found == ranks[ranks <= n].to_dict()
    assert any(count > 1 for count in units.value_counts())  # there are ties to show
    nth = ask(Top(metric="units", by="product", n=3, nth=True)).records()
    assert {record["product_id"] for record in nth} == set(ranks[ranks == 3].index)


def test_bottom_with_members_that_never_sold(ask: Ask) -> None:
    names = [record["product_id"] for record in ask(Top(metric="units", by="product", n=1, lowest=True, include_empty=True)).records()]
    assert names == ["P16", "P17"]


def test_top_per_group_and_the_others_add_up(ask: Ask, shop: Shop) -> None:
    valid = shop.valid
    result = ask(TopPerGroup(metric="revenue", by="product", within="province", n=2, others=True)).records()
    totals = valid.groupby("province")["net_amount"].sum()
    for province, total in totals.items():
        rows = [record for record in result if record["province"] == province]
        assert sum(float(str(record["revenue"])) for record in rows) == pytest.approx(total)
        best = valid[valid["province"] == province].groupby("product_id")["net_amount"].sum().nlargest(2)
        assert [record["product_id"] for record in rows[:2]] == list(best.index)


def test_comparisons(ask: Ask, shop: Shop) -> None:
    valid = shop.valid
    record = ask(Value(metrics=("revenue",), period=Named(name="this_month"), compare=Comparison())).records()[0]
    now, before = (between(valid, *days)["net_amount"].sum() for days in ((date(2026, 3, 1), AS_OF), (date(2026, 2, 1), date(2026, 2, 20))))
    assert (float(str(record["revenue"])), float(str(record["revenue_before"]))) == pytest.approx((now, before))
    assert record["revenue_change_rate"] == pytest.approx((now - before) / before)
    year = Breakdown(metrics=("revenue",), by=("category",), period=Named(name="ytd"), compare=Comparison(to="year_on_year"))
    found = {r["category"]: (float(str(r["revenue"])), float(str(r["revenue_before"]))) for r in ask(year).records()}
    for category in ("Desks", "Chairs", "Lamps"):
        rows = valid[valid["category"] == category]
        expected = (
            between(rows, date(2026, 1, 1), AS_OF)["net_amount"].sum(),
            between(rows, date(2025, 1, 1), date(2025, 3, 20))["net_amount"].sum(),
        )
        assert found[category] == pytest.approx(expected)


def test_several_periods_stand_side_by_side(ask: Ask, shop: Shop) -> None:
    periods = (Calendar(year=2025, quarter=1), Calendar(year=2025, quarter=2))
    result = ask(Value(metrics=("revenue",), periods=periods))
    expected = [
        between(shop.valid, *days)["net_amount"].sum()
        for days in ((date(2025, 1, 1), date(2025, 3, 31)), (date(2025, 4, 1), date(2025, 6, 30)))
    ]
    assert [float(str(row[2])) for row in result.rows] == pytest.approx(expected)


def test_the_fixed_offset_equals_the_zone(source: Source, context: QueryContext, monkeypatch: pytest.MonkeyPatch) -> None:
    query = Breakdown(metrics=("revenue", "orders"), by=("day",))
    quick = run_query(query, context, source)
    monkeypatch.setattr("tools.query.clock.fixed_offset", lambda *_: None)
    slow = run_query(query, context, source)
    assert "AT TIME ZONE" in slow.sql and "AT TIME ZONE" not in quick.sql
    assert slow.rows == quick.rows


def test_a_zone_with_clock_changes(source: Source, context: QueryContext, shop: Shop) -> None:
    query = Breakdown(metrics=("orders",), by=("day",))
    found = {row[0]: row[1] for row in run_query(query, replace(context, timezone="America/New_York"), source).rows}
    valid = shop["orders"][shop["orders"]["status"] != "cancelled"]
    local = valid["ordered_at"].dt.tz_localize("UTC").dt.tz_convert("America/New_York").dt.date
    expected = local[local <= AS_OF].value_counts().to_dict()
    assert found == expected


def test_order_limit_and_truncation(source: Source, context: QueryContext, ask: Ask) -> None:
    query = Breakdown(metrics=("revenue",), by=("product",), order=(Order(by="revenue", descending=False),), limit=3)
    values = [row[2] for row in ask(query).rows]
    assert len(values) == 3 and values == sorted(values, key=lambda value: float(str(value)))
    few = run_query(Breakdown(metrics=("revenue",), by=("product",)), replace(context, max_rows=5), source)
    assert few.truncated and few.row_count == 5


def test_a_result_says_where_it_comes_from(ask: Ask) -> None:
    result = ask(
        Breakdown(
            metrics=("revenue", "margin_rate"), by=("product",), where=(Filter(dimension="province", values=("Hà Nội",)),), period=MARCH
        )
    )
    assert [(column.name, column.unit) for column in result.columns][2:] == [("revenue", "money"), ("margin_rate", "%")]
    assert "Hà Nội" not in result.sql and "Hà Nội" in result.parameters.values()
    assert result.period is not None and (result.period.first, result.period.last) == (MARCH.start, MARCH.end)
    assert (result.snapshot, result.data_as_of) == ("shop-1", AS_OF)
    assert {"order_lines", "orders", "customers", "products"} == set(result.tables)


def test_all_history_is_said(ask: Ask) -> None:
    assert "all history" in " ".join(ask(Value(metrics=("revenue",))).notes)


def test_empty_is_explicit(ask: Ask) -> None:
    where = (Filter(dimension="category", values=("Lamps",)), Filter(dimension="list_price", op=">", values=(99999,)))
    assert ask(Breakdown(metrics=("revenue",), by=("product",), where=where)).notes[-1] == "no rows meet these conditions"
    assert number(ask, Value(metrics=("revenue",), where=where)) == 0


def test_conditions_see_members_without_rows(ask: Ask, shop: Shop) -> None:
    units = shop.valid.groupby("product_id")["quantity"].sum()
    few = (Having(metric="units", op="<", value=130),)
    found = by_key(ask, Breakdown(metrics=("revenue",), by=("product",), having=few, include_empty=True), "product_id", "revenue")
    assert set(found) == set(units[units < 130].index) | {"P16", "P17"} and len(found) > 3
    lowest = ask(
        Top(metric="revenue", by="product", n=3, lowest=True, include_empty=True, having=(Having(metric="units", op=">", value=0),))
    )
    assert {record["product_id"] for record in lowest.records()} == set(
        shop.valid.groupby("product_id")["net_amount"].sum().nsmallest(3).index
    )


def test_a_condition_picks_the_groups_that_are_compared(ask: Ask, shop: Shop) -> None:
    having = (Having(metric="orders", op=">=", value=4),)
    year = Breakdown(metrics=("orders",), by=("customer",), having=having, period=Named(name="ytd"), compare=Comparison(to="year_on_year"))
    records = ask(year).records()
    valid = shop.valid
    now, before = (
        between(valid, *days).groupby("customer_id")["order_id"].nunique()
        for days in ((date(2026, 1, 1), AS_OF), (date(2025, 1, 1), date(2025, 3, 20)))
    )
    kept = now[now >= 4]
    expected = {customer: (count, before.get(customer, 0)) for customer, count in kept.items()}
    assert {r["customer_id"]: (r["orders"], r["orders_before"]) for r in records if r["customer_id"]} == expected
