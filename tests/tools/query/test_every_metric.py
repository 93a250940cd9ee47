"""Every metric of the contract over all history against pandas, written out one by one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pandas as pd
import pytest

from ingestion.metrics import load_definitions
from tests.tools.query.conftest import Ask
from tests.tools.query.oracle import floats, number
from tests.tools.query.shop import AS_OF, Shop, between, with_local
from tools.query.contract import Between
from tools.query.operators.breakdown import Breakdown
from tools.query.operators.distribution import Percentiles
from tools.query.operators.value import Value


def delivered(shop: Shop) -> pd.DataFrame:
    rows = shop["shipments"].merge(shop["orders"][["order_id", "ordered_at"]], on="order_id").dropna(subset=["delivered_at"])
    return with_local(rows, "delivered_at")


def received(shop: Shop) -> pd.DataFrame:
    rows = shop["purchase_order_lines"].dropna(subset=["received_at"]).merge(shop["purchase_orders"], on="po_id")
    return with_local(rows, "received_at")


def returned(shop: Shop) -> pd.DataFrame:
    return shop["returns"].merge(shop["orders"][["order_id", "status"]], on="order_id").query("status != 'cancelled'")


def levels(shop: Shop, newest: bool = True) -> pd.DataFrame:
    rows = shop["stock_levels"].merge(shop["products"][["product_id", "unit_cost"]], on="product_id")
    return rows[rows["as_of"] == rows["as_of"].max()] if newest else rows


def counted(shop: Shop) -> pd.DataFrame:
    return shop["stock_movements"].query("kind == 'count_adjustment'").merge(shop["products"][["product_id", "unit_cost"]], on="product_id")


def purchases(shop: Shop) -> pd.DataFrame:
    return shop["purchase_order_lines"].merge(shop["purchase_orders"][["po_id", "status"]], on="po_id").query("status != 'cancelled'")


def recent(shop: Shop) -> float:
    day = levels(shop)["as_of"].max()
    return float(between(shop.valid, (day - pd.Timedelta(days=27)).date(), day.date())["quantity"].sum() / 28)


def open_orders(shop: Shop) -> pd.DataFrame:
    return shop["purchase_orders"].query("status in ('open', 'partial')")


def cost(shop: Shop) -> float:
    return float((shop.valid["quantity"] * shop.valid["unit_cost"]).sum())


def gross(shop: Shop) -> float:
    return float((shop.valid["quantity"] * shop.valid["unit_price"]).sum())


def mean_stock_value(shop: Shop) -> float:
    rows = levels(shop, newest=False)
    return float((rows["on_hand"] * rows["unit_cost"]).groupby(rows["as_of"]).sum().mean())


def days_between(rows: pd.DataFrame, later: str, earlier: str) -> pd.Series[float]:
    return (rows[later] - rows[earlier]).dt.total_seconds() / 86400


def orders_of(shop: Shop) -> pd.Series[int]:
    return shop.valid.drop_duplicates("order_id")["customer_id"].value_counts()


def converting(shop: Shop) -> float:
    events = shop["web_events"]
    return float(events[events["event"] == "transaction"]["session_id"].nunique() / events["session_id"].nunique())


def history_days(shop: Shop) -> int:
    first: pd.Timestamp = shop.orders["day"].min()
    return (pd.Timestamp(AS_OF) - first).days + 1


ORACLE: dict[str, Callable[[Shop], float]] = {
    "revenue": lambda s: s.valid["net_amount"].sum(),
    "gross_sales": gross,
    "discount_amount": lambda s: gross(s) - s.valid["net_amount"].sum(),
    "discount_rate": lambda s: 1 - s.valid["net_amount"].sum() / gross(s),
    "units": lambda s: s.valid["quantity"].sum(),
    "orders": lambda s: s.valid["order_id"].nunique(),
    "average_order_value": lambda s: s.valid["net_amount"].sum() / s.valid["order_id"].nunique(),
    "units_per_order": lambda s: s.valid["quantity"].sum() / s.valid["order_id"].nunique(),
    "average_selling_price": lambda s: s.valid["net_amount"].sum() / s.valid["quantity"].sum(),
    "cost": cost,
    "margin": lambda s: s.valid["net_amount"].sum() - cost(s),
    "margin_rate": lambda s: 1 - cost(s) / s.valid["net_amount"].sum(),
    "lines": lambda s: len(s.valid),
    "active_customers": lambda s: s.valid["customer_id"].nunique(),
    "new_customers": lambda s: s.valid["customer_id"].nunique(),
    "repeat_customers": lambda s: (orders_of(s) >= 2).sum(),
    "repeat_rate": lambda s: (orders_of(s) >= 2).mean(),
    "active_products": lambda s: s.valid["product_id"].nunique(),
    "placed_orders": lambda s: len(s.orders),
    "cancelled_orders": lambda s: (s.orders["status"] == "cancelled").sum(),
    "cancellation_rate": lambda s: (s.orders["status"] == "cancelled").mean(),
    "cancelled_value": lambda s: s.lines.query("status == 'cancelled'")["net_amount"].sum(),
    "shipping_fees": lambda s: s.orders.query("status != 'cancelled'")["shipping_fee"].sum(),
    "returned_units": lambda s: returned(s)["quantity"].sum(),
    "return_rate": lambda s: returned(s)["quantity"].sum() / s.valid["quantity"].sum(),
    "refunds": lambda s: s["returns"]["refund_amount"].sum(),
    "deliveries": lambda s: len(delivered(s)),
    "delivery_days": lambda s: days_between(delivered(s), "delivered_at", "ordered_at").mean(),
    "on_time_deliveries": lambda s: (delivered(s)["day"].dt.date <= delivered(s)["promised_on"]).sum(),
    "late_deliveries": lambda s: (delivered(s)["day"].dt.date > delivered(s)["promised_on"]).sum(),
    "on_time_delivery_rate": lambda s: (delivered(s)["day"].dt.date <= delivered(s)["promised_on"]).mean(),
    "damaged_shipments": lambda s: delivered(s)["damaged"].sum(),
    "damage_rate": lambda s: delivered(s)["damaged"].mean(),
    "shipments": lambda s: len(s["shipments"]),
    "shipping_cost": lambda s: s["shipments"]["cost"].sum(),
    "stock_on_hand": lambda s: levels(s)["on_hand"].sum(),
    "stock_value": lambda s: (levels(s)["on_hand"] * levels(s)["unit_cost"]).sum(),
    "available_stock": lambda s: (levels(s)["on_hand"] - levels(s)["allocated"]).sum(),
    "stock_on_order": lambda s: levels(s)["on_order"].sum(),
    "stockouts": lambda s: (levels(s, newest=False)["on_hand"] == 0).sum(),
    "stockout_rate": lambda s: (levels(s, newest=False)["on_hand"] == 0).mean(),
    "recent_daily_units": recent,
    "days_of_cover": lambda s: levels(s)["on_hand"].sum() / recent(s),
    "mean_stock_value": mean_stock_value,
    "inventory_turnover": lambda s: cost(s) / mean_stock_value(s) * 365 / history_days(s),
    "sell_through_rate": lambda s: s.valid["quantity"].sum() / (s.valid["quantity"].sum() + levels(s)["on_hand"].sum()),
    "shrinkage_units": lambda s: -counted(s)["quantity"].sum(),
    "shrinkage_value": lambda s: -(counted(s)["quantity"] * counted(s)["unit_cost"]).sum(),
    "moved_units": lambda s: s["stock_movements"]["quantity"].sum(),
    "received_lines": lambda s: len(received(s)),
    "supplier_lead_time_days": lambda s: days_between(received(s), "received_at", "ordered_at").mean(),
    "supplier_on_time_rate": lambda s: (
        (received(s)["day"].dt.date <= received(s)["expected_on"]) & (received(s)["received_quantity"] >= received(s)["quantity"])
    ).mean(),
    "late_received_lines": lambda s: (received(s)["day"].dt.date > received(s)["expected_on"]).sum(),
    "supplier_punctuality": lambda s: (received(s)["day"].dt.date <= received(s)["expected_on"]).mean(),
    "received_units": lambda s: received(s)["received_quantity"].sum(),
    "rejected_units": lambda s: received(s)["rejected_quantity"].sum(),
    "supplier_fill_rate": lambda s: received(s)["received_quantity"].sum() / received(s)["quantity"].sum(),
    "supplier_reject_rate": lambda s: received(s)["rejected_quantity"].sum() / received(s)["received_quantity"].sum(),
    "open_purchase_orders": lambda s: len(open_orders(s)),
    "overdue_purchase_orders": lambda s: (open_orders(s)["expected_on"] < AS_OF).sum(),
    "purchase_orders": lambda s: (s["purchase_orders"]["status"] != "cancelled").sum(),
    "purchase_spend": lambda s: (purchases(s)["quantity"] * purchases(s)["unit_cost"]).sum(),
    "sign_ups": lambda s: s["customers"]["signed_up_on"].notna().sum(),
    "customer_count": lambda s: len(s["customers"]),
    "product_count": lambda s: len(s["products"]),
    "supplier_count": lambda s: len(s["suppliers"]),
    "location_count": lambda s: len(s["locations"]),
    "average_rating": lambda s: s["reviews"]["rating"].mean(),
    "reviews": lambda s: len(s["reviews"]),
    "product_views": lambda s: (s["web_events"]["event"] == "view").sum(),
    "cart_additions": lambda s: (s["web_events"]["event"] == "addtocart").sum(),
    "sessions": lambda s: s["web_events"]["session_id"].nunique(),
    "visitors": lambda s: s["web_events"]["visitor_id"].nunique(),
    "conversion_rate": converting,
    "competitor_price": lambda s: s["competitor_prices"]["price"].mean(),
    "indicator_value": lambda s: s["market_indicators"]["value"].mean(),
}


def test_no_metric_goes_unchecked() -> None:
    visible = {name for name, metric in load_definitions().metrics.items() if not metric.hidden}
    assert visible == set(ORACLE)


@pytest.mark.parametrize("metric", sorted(ORACLE))
def test_metric(ask: Ask, shop: Shop, metric: str) -> None:
    expected = float(ORACLE[metric](shop))
    assert number(ask, Value(metrics=(metric,))) == pytest.approx(expected)
    assert expected != 0, f"{metric}: the shop has nothing to measure, so the test could not fail"


@pytest.mark.parametrize(("metric", "table", "value", "by"), [
    ("competitor_price", "competitor_prices", "price", "competitor"),
    ("competitor_price", "competitor_prices", "price", "product"),
    ("indicator_value", "market_indicators", "value", "indicator"),
])  # fmt: skip
def test_the_market_by_who_and_when(ask: Ask, shop: Shop, metric: str, table: str, value: str, by: str) -> None:
    """Means by their own dimensions and months, within a period, and by product through the join."""
    rows = shop[table]
    rows = rows[rows["observed_on"] >= pd.Timestamp("2025-10-01")].assign(
        month=lambda frame: frame["observed_on"].dt.to_period("M").dt.start_time
    )
    key = "product_id" if by == "product" else by
    means = rows.groupby([key, "month"])[value].mean().reset_index()
    expected = {(name, month.date()): mean for name, month, mean in zip(means[key], means["month"], means[value], strict=True)}
    result = ask(Breakdown(metrics=(metric,), by=(by, "month"), period=Between(start=date(2025, 10, 1), end=AS_OF)))
    found = {(record[key], record["month"]): record[metric] for record in result.records()}
    assert found == pytest.approx(expected) and len(expected) > 6


def test_the_market_joins_the_range(ask: Ask, shop: Shop) -> None:
    """Competitors' prices of a category: the products' own, none twice."""
    rows = shop["competitor_prices"].merge(shop["products"][["product_id", "category"]], on="product_id")
    expected = rows.groupby("category")["price"].mean().to_dict()
    assert floats(ask(Breakdown(metrics=("competitor_price",), by=("category",))), "category", "competitor_price") == pytest.approx(
        expected
    )
    median = ask(Percentiles(metric="competitor_price", by=("competitor",), percentiles=(0.5,)))
    assert floats(median, "competitor", "p50") == pytest.approx(shop["competitor_prices"].groupby("competitor")["price"].median().to_dict())
