"""What cannot be asked is refused by name: the field, the value, why, and what is nearest."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.tools.query.conftest import Ask
from tests.tools.query.shop import Shop, write_shop
from tools.errors import BadInput, CannotDo
from tools.query.contract import AsOf, Calendar, Comparison, Filter, Named, Order, Query, QueryContext
from tools.query.members import Condition
from tools.query.operators.basket import Basket
from tools.query.operators.breakdown import Breakdown
from tools.query.operators.events import Moments
from tools.query.operators.prices import PriceInForce
from tools.query.operators.records import Record
from tools.query.operators.series import Series
from tools.query.operators.sets import SetComparison
from tools.query.operators.stock import Ageing
from tools.query.operators.value import Value
from tools.query.run import open_database, run_query
from tools.query.source import Source


@pytest.mark.parametrize(
    ("query", "says"),
    [
        (Value(metrics=("revenu",)), "Nearest: revenue"),
        (Value(metrics=("doanh thu",)), "Nearest: revenue"),
        (Breakdown(metrics=("revenue",), by=("brand",)), "Nearest: manufacturer"),
        (Breakdown(metrics=("revenue",), by=("product",), order=(Order(by="profit"),)), "order.by"),
        (Value(metrics=("revenue",), where=(Filter(dimension="category", op=">", values=("a",)),)), "category is text"),
        (Value(metrics=("revenue",), where=(Filter(dimension="day", values=("yesterday",)),)), "YYYY-MM-DD"),
        (Value(metrics=("revenue",), where=(Filter(dimension="list_price", op=">", values=("cheap",)),)), "is a number"),
        (Value(metrics=("revenue",), compare=Comparison()), "give a period"),
        (Record(of="order", ids=("O0003",), period=Named(name="ytd")), "looked up by its id"),
        (SetComparison(entity="customer", left=Condition(), right=Condition(), period=Named(name="ytd")), "its own period"),
        (Ageing(period=Named(name="ytd")), "of the stock on one day"),
        (Breakdown(metrics=("revenue",), by=("month", "month")), "named twice"),
        (Series(metrics=("revenue", "revenue"), grain="month"), "named twice"),
        (Value(metrics=("stock_on_hand",), period=AsOf(day=date(2026, 1, 1)), compare=Comparison()), "nothing of equal length"),
    ],
)
def test_bad_input_names_the_field_and_the_nearest(ask: Ask, query: Query, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        ask(query)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        (Breakdown(metrics=("units",), by=("carrier",)), "counted more than once"),
        (Breakdown(metrics=("shipping_cost",), by=("product",)), "counted more than once"),
        (Breakdown(metrics=("stock_on_hand",), by=("channel",)), "not tied to orders"),
        (Breakdown(metrics=("stock_on_hand",), by=("hour",)), "no time of day"),
        (Breakdown(metrics=("stock_on_hand",), by=("weekday",)), "a level belongs to a day"),
        (Breakdown(metrics=("product_count",), by=("month",)), "no date"),
        (Value(metrics=("revenue",), where=(Filter(dimension="order_status", values=("cancelled",)),)), "Nearest: cancelled_orders"),
        (
            Value(metrics=("cancelled_orders",), where=(Filter(dimension="order_status", values=("delivered",)),)),
            "defined with orders.status",
        ),
        (Ageing(where=(Filter(dimension="channel", values=("web",)),)), "stock levels have no channel"),
        (Ageing(where=(Filter(dimension="day", values=("2026-01-01",)),)), "give day instead"),
        (PriceInForce(where=(Filter(dimension="channel", values=("web",)),)), "no channel of its own"),
        (Value(metrics=("revenue",), where=(Filter(dimension="category", values=("Chars",)),)), "Nearest: Chairs"),
        (Value(metrics=("revenue",), where=(Filter(dimension="product", values=("Twin",)),)), "2 go by that name"),
        (Value(metrics=("revenue",), period=Calendar(year=1995)), "hold data from"),
        (Value(metrics=("revenue",), period=Calendar(year=2031)), "after"),
        (Value(metrics=("stock_on_hand",), period=Calendar(year=2025, month=5)), "hold data from"),
    ],
)
def test_refusals_say_why(ask: Ask, query: Query, says: str) -> None:
    with pytest.raises(CannotDo, match=says):
        ask(query)


def test_what_a_metric_leaves_out_is_said(ask: Ask) -> None:
    by_status = ask(Breakdown(metrics=("revenue",), by=("order_status",)))
    assert "revenue leaves out cancelled by definition" in by_status.notes
    both = (Filter(dimension="order_status", op="in", values=("paid", "cancelled")),)
    assert "orders leaves out cancelled by definition" in ask(Value(metrics=("orders",), where=both)).notes


@pytest.mark.parametrize(
    ("metric", "says"),
    [
        ("competitor_price", "load competitor_prices"),
        ("indicator_value", "load market_indicators"),
        ("days_of_cover", "load stock_levels"),
        ("return_rate", "load returns"),
        ("supplier_lead_time_days", "load purchase_order_lines"),
    ],
)
def test_a_table_that_was_not_loaded_is_named(shop: Shop, context: QueryContext, tmp_path: Path, metric: str, says: str) -> None:
    required = {name: shop[name] for name in ("products", "customers", "orders", "order_lines")}
    engine = open_database(write_shop(Shop(required), tmp_path / "required.duckdb"))
    with pytest.raises(CannotDo, match=says):
        run_query(Value(metrics=(metric,)), context, Source(engine))
    engine.dispose()


@pytest.mark.parametrize(
    ("query", "says"),
    [
        (Breakdown(metrics=("revenue",), by=("supplier_country",)), "cut by supplier_country: suppliers holds no rows"),
        (Breakdown(metrics=("revenue",), by=("promotion",)), "cut by promotion: promotions holds no rows"),
        (Moments(entity="supplier", metric="units"), "cut by supplier: suppliers holds no rows"),
        (Breakdown(metrics=("orders",), by=("tier",)), "cut by tier: customers.tier holds no values"),
        (Basket(of="series"), "cut by series: products.series holds no values"),
        (Value(metrics=("revenue",), where=(Filter(dimension="supplier", values=("Alpha",)),)), "suppliers holds no rows"),
        (Record(of="shipment", ids=("SH1",)), "shipments holds no rows"),
    ],
)
def test_a_cut_by_something_that_is_nowhere_filled_in_is_refused(
    shop: Shop, context: QueryContext, tmp_path: Path, query: Query, says: str
) -> None:
    """One row without a name would look like an answer."""
    bare = {
        "products": shop["products"].assign(supplier_id=None, series=None),
        "customers": shop["customers"].assign(tier=None),
        "orders": shop["orders"],
        "order_lines": shop["order_lines"].assign(promotion_id=None),
    }
    engine = open_database(write_shop(Shop(bare), tmp_path / "bare.duckdb"))
    with pytest.raises(CannotDo, match=says):
        run_query(query, context, Source(engine))
    engine.dispose()


def test_ids_without_their_table_are_still_a_cut(shop: Shop, context: QueryContext, tmp_path: Path) -> None:
    """Products that name their supplier can be cut by it, though nothing else is known of suppliers."""
    known = {name: shop[name] for name in ("products", "customers", "orders", "order_lines")}
    engine = open_database(write_shop(Shop(known), tmp_path / "ids.duckdb"))
    found = run_query(Breakdown(metrics=("units",), by=("supplier",)), context, Source(engine)).records()
    engine.dispose()
    assert {record["supplier_id"] for record in found} == set(shop.valid["supplier_id"])
