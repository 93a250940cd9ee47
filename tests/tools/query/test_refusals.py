"""What cannot be asked is refused by name: the field, the value, why, and what is nearest."""

from __future__ import annotations

from datetime import date

import pytest

from tests.tools.query.conftest import Ask
from tools.errors import BadInput, CannotDo
from tools.query.contract import AsOf, Calendar, Comparison, Filter, Named, Order, Query
from tools.query.members import Condition
from tools.query.operators.breakdown import Breakdown
from tools.query.operators.prices import PriceInForce
from tools.query.operators.records import Record
from tools.query.operators.series import Series
from tools.query.operators.sets import SetComparison
from tools.query.operators.stock import Ageing
from tools.query.operators.value import Value


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
        (Ageing(where=(Filter(dimension="category", values=("Desks",)),)), "ageing is of all stock"),
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
        (PriceInForce(where=(Filter(dimension="channel", values=("web",)),)), "no channel of its own"),
        (Value(metrics=("competitor_price",)), "load competitor_prices"),
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
