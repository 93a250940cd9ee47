"""Plain questions as people ask them first: who counts what, means by member, what never happened, kinds of things."""

from __future__ import annotations

import pytest

from tests.agents.language.planner_stage import Planner

_GOLD = {"dimension": "tier", "op": "=", "values": ["gold"]}
_KNOWN = {"dimension": "customer", "op": "not_null"}
_NONE = {"op": "=", "value": 0}

_PLAIN: list[tuple[str, str, dict[str, object]]] = [
    # orders are counted, whoever placed them
    ("how many orders did customers place last month", "metric_value", {"metrics": ["orders"]}),
    ("how many orders did gold customers place last month", "metric_value", {"metrics": ["orders"], "where": [_GOLD]}),
    ("how many orders of gold customers last month", "metric_value", {"metrics": ["orders"], "where": [_GOLD]}),
    ("how many customers placed orders last month", "metric_value", {"metrics": ["active_customers"]}),
    ("how many gold tier customers are there?", "metric_value", {"metrics": ["customer_count"], "where": [_GOLD]}),
    # how many of them meet a condition
    ("how many customers placed more than 5 orders", "breakdown", {"by": ["customer"], "where": [_KNOWN]}),
    ("number of customers with more than 3 orders", "breakdown", {"by": ["customer"], "metrics": ["orders"]}),
    ("how many products sold more than 100 units", "breakdown", {"by": ["product"], "metrics": ["units"]}),
    ("how many suppliers have a reject rate above 2%", "breakdown", {"by": ["supplier"], "metrics": ["supplier_reject_rate"]}),
    ("how many days had more than 50 orders in September 2026?", "breakdown", {"by": ["day"], "metrics": ["orders"]}),
    ("how many customers placed at least 2 orders", "metric_value", {"metrics": ["repeat_customers"]}),
    ("what percentage of customers bought more than once this year?", "metric_value", {"metrics": ["repeat_rate"]}),
    ("bao nhiêu khách mua trên 5 đơn năm nay", "breakdown", {"by": ["customer"], "where": [_KNOWN]}),
    # what never happened
    ("which products have never been sold?", "breakdown", {"having": [{"metric": "units", **_NONE}], "include_empty": True}),
    ("how many customers have never placed an order", "breakdown", {"having": [{"metric": "orders", **_NONE}], "include_empty": True}),
    ("which products are viewed but not bought?", "did_but_never", {"did": {"metric": "product_views"}, "never": {"metric": "units"}}),
    # means by member
    ("what is the average revenue per customer?", "percentiles", {"metric": "revenue", "per": "customer", "where": [_KNOWN]}),
    ("doanh thu trung bình mỗi khách hàng", "percentiles", {"metric": "revenue", "per": "customer"}),
    ("what is the average shipping cost per shipment?", "percentiles", {"metric": "shipping_cost", "per": "shipment"}),
    ("what is the average value of a purchase order?", "percentiles", {"metric": "purchase_spend", "per": "purchase_order"}),
    ("average number of units per order by channel", "breakdown", {"metrics": ["units_per_order"], "by": ["channel"]}),
    ("what is the average rating of our products?", "metric_value", {"metrics": ["average_rating"]}),
    # what there is
    ("how many products do we sell?", "metric_value", {"metrics": ["product_count"]}),
    ("how many categories are there?", "breakdown", {"metrics": ["product_count"], "by": ["category"]}),
    ("what countries are our suppliers from?", "breakdown", {"by": ["supplier_country"]}),
    ("what percentage of our customers are businesses?", "share", {"metric": "customer_count", "by": ["customer_kind"]}),
    ("list all categories", "breakdown", {"by": ["category"]}),
    ("which categories do gold customers buy?", "breakdown", {"by": ["category"], "where": [_GOLD]}),
    ("how many customers returned something last month?", "breakdown", {"by": ["customer"], "where": [_KNOWN]}),
    ("how many weeks of stock do we have?", "metric_value", {"metrics": ["days_of_cover"]}),
    ("which supplier's products have the highest return rate?", "ranking", {"metric": "return_rate", "by": "supplier"}),
    ("which products lost revenue last month?", "change_by_member", {"metric": "revenue", "direction": "falling"}),
    # whose figure, and in what
    ("what is our competitors' average price for Coffee?", "breakdown", {"metrics": ["competitor_price"], "by": ["competitor"]}),
    ("how much stock did we write off this year?", "metric_value", {"metrics": ["shrinkage_value"]}),
    ("which products lost the most units in stock counts?", "ranking", {"metric": "shrinkage_units"}),
    ("total cost of stock by supplier", "breakdown", {"metrics": ["stock_value"], "by": ["supplier"]}),
    ("which products are sold at a loss?", "breakdown", {"having": [{"metric": "margin", "op": "<", "value": 0.0}]}),
    ("how much money did we lose to returns this year?", "metric_value", {"metrics": ["refunds"]}),
    ("how many orders did each carrier deliver last month?", "breakdown", {"metrics": ["deliveries"], "by": ["carrier"]}),
    ("how many orders were delivered late last month", "metric_value", {"metrics": ["late_deliveries"]}),
    ("which suppliers deliver late most often?", "ranking", {"metric": "late_received_lines"}),
    ("what is the most used payment method?", "ranking", {"metric": "orders", "by": "payment_method"}),
    ("which customers bought from both web and store?", "overlap", {"keep": "both"}),
    ("which customers reduced their spending the most?", "change_by_member", {"by": "customer", "direction": "falling"}),
    ("which products were viewed most last month?", "ranking", {"metric": "product_views"}),
    ("what was the best day for sales in September 2026?", "ranking", {"by": "day", "metric": "revenue"}),
    ("how many returns were due to damage?", "metric_value", {"metrics": ["returned_units"]}),
]


@pytest.mark.parametrize(("question", "tool", "arguments"), _PLAIN, ids=[question for question, _, _ in _PLAIN])
def test_a_plain_question_is_read(planner: Planner, question: str, tool: str, arguments: dict[str, object]) -> None:
    ((found, said),) = planner.calls(question)
    assert found == tool
    assert {name: said.get(name) for name in arguments} == arguments


@pytest.mark.parametrize(
    "question",
    [
        "which province has the lowest revenue per customer?",
        "what is the revenue from new customers this month?",
        "how many orders were placed by new customers?",
    ],
)
def test_one_figure_by_another_is_not_answered_by_a_different_one(planner: Planner, question: str) -> None:
    assert planner.plan(question).outcome != "answer"
