"""Messages that change the last answer: every argument of its calls can be changed in words; a question of its own takes nothing over."""

from __future__ import annotations

import pytest

from agents.memory import Handle
from tests.agents.language.planner_stage import Call, Planner, calls_of, days, having, named, where

MONTH, QUARTER, YEAR = named("last_month"), named("last_quarter"), named("this_year")
GOLD, DAIRY, WEB, HANOI = where("tier", "gold"), where("category", "Dairy"), where("channel", "web"), where("province", "Hà Nội")
NOT_DAIRY = where("category", "Dairy", op="!=")
REVENUE, CHANNELS = {"metrics": ["revenue"]}, {"metrics": ["revenue"], "by": ["channel"]}
TOP: dict[str, object] = {"metric": "revenue", "by": "product", "n": 5, **MONTH}
CANCELLED = {"metrics": ["cancelled_orders"]}
PIECES: dict[str, object] = {"metrics": ["units"], "by": ["product"], **MONTH}
SILENT: dict[str, object] = {"entity": "customer", "metric": "orders"}
SKU = where("product", "P0035")
AHEAD: dict[str, object] = {"starts_on": "2026-11-02", "ends_on": "2026-11-08", "measure": "units"}
WEEK_AFTER: dict[str, object] = {"starts_on": "2026-11-09", "ends_on": "2026-11-15"}

EDITS: list[tuple[str, list[str], Call]] = [
    # figures
    ("one more figure", ["revenue last month", "put margin in as well"], ("metric_value", {"metrics": ["revenue", "margin"], **MONTH})),
    (
        "one figure less",
        ["revenue by channel last month", "margin too", "lose the revenue"],
        ("breakdown", {"metrics": ["margin"], "by": ["channel"], **MONTH}),
    ),
    (
        "one for another",
        ["revenue by channel last month", "units instead of revenue"],
        ("breakdown", {"metrics": ["units"], "by": ["channel"], **MONTH}),
    ),
    ("the worth of stock", ["units in stock by warehouse", "in money"], ("breakdown", {"metrics": ["stock_value"], "by": ["location"]})),
    (
        "and back to pieces",
        ["stock value by warehouse", "in units please"],
        ("breakdown", {"metrics": ["stock_on_hand"], "by": ["location"]}),
    ),
    (
        "a part of all",
        ["cancelled orders by channel last month", "what percentage of orders is that?"],
        ("breakdown", {"metrics": ["cancellation_rate"], "by": ["channel"], **MONTH}),
    ),
    ("per order", ["revenue last month", "per order?"], ("metric_value", {"metrics": ["average_order_value"], **MONTH})),
    ("những gì tính bằng tiền", ["tồn kho theo kho", "quy ra tiền"], ("breakdown", {"metrics": ["stock_value"], "by": ["location"]})),
    # names
    (
        "another name beside it",
        ["revenue of Dairy last month", "add Beverages"],
        ("metric_value", {**REVENUE, **where("category", "Dairy", "Beverages", op="in"), **MONTH}),
    ),
    ("not one, the other", ["revenue of Beverages last month", "not Beverages, Dairy"], ("metric_value", {**REVENUE, **DAIRY, **MONTH})),
    ("swapped", ["revenue of Beverages last month", "swap Beverages for Dairy"], ("metric_value", {**REVENUE, **DAIRY, **MONTH})),
    (
        "left out",
        ["revenue by channel last month", "strip out web"],
        ("breakdown", {**CHANNELS, **MONTH, **where("channel", "web", op="!=")}),
    ),
    ("let in again", ["revenue by channel last month", "without web", "bring back web"], ("breakdown", {**CHANNELS, **MONTH})),
    (
        "a product for its category",
        ["units of Beverages last month", "SD-SM-0035 alone"],
        ("metric_value", {"metrics": ["units"], **SKU, **MONTH}),
    ),
    ("everybody", ["revenue of gold customers last month", "everybody"], ("metric_value", {**REVENUE, **MONTH})),
    ("the whole country", ["revenue of Dairy in Hà Nội last month", "nationwide"], ("metric_value", {**REVENUE, **DAIRY, **MONTH})),
    (
        "of the kind listed",
        ["customers who have not ordered for 60 days", "only the business ones"],
        ("inactive", {**SILENT, "days": 60, **where("customer_kind", "business")}),
    ),
    (
        "both",
        ["orders in Hà Nội last month", "and Hải Phòng?", "both of them per week"],
        ("trend", {"metrics": ["orders"], "grain": "week", **MONTH, **where("province", "Hà Nội", "Hải Phòng", op="in")}),
    ),
    (
        "loại ra",
        ["doanh thu theo kênh tháng trước", "loại kênh web ra"],
        ("breakdown", {**CHANNELS, **MONTH, **where("channel", "web", op="!=")}),
    ),
    # times
    (
        "the quarter before",
        ["revenue by channel last quarter", "the quarter before"],
        ("breakdown", {**CHANNELS, **days("2026-04-01", "2026-06-30")}),
    ),
    (
        "the month after",
        ["revenue in March 2026", "the month after"],
        ("metric_value", {**REVENUE, **days("2026-04-01", "2026-04-30")}),
    ),
    (
        "held against",
        ["revenue by channel last month", "compared with a year earlier"],
        ("breakdown", {**CHANNELS, **MONTH, "compare": {"to": "period", **days("2025-09-01", "2025-09-30")}}),
    ),
    ("another length", ["customers who have not ordered for 60 days", "longer: 120 days"], ("inactive", {**SILENT, "days": 120})),
    ("stock is of today", ["units of SD-SM-0035 last month", "and the stock?"], ("metric_value", {"metrics": ["stock_on_hand"], **SKU})),
    # cuts, ranks, limits
    ("one more cut", ["revenue by category last month", "add channel"], ("breakdown", {**REVENUE, "by": ["category", "channel"], **MONTH})),
    ("one cut less", ["revenue by category and channel last month", "remove category"], ("breakdown", {**CHANNELS, **MONTH})),
    ("no cut", ["revenue by channel last month", "just the total please"], ("metric_value", {**REVENUE, **MONTH})),
    ("one cut for another", ["revenue by category last month", "swap category for channel"], ("breakdown", {**CHANNELS, **MONTH})),
    (
        "in order",
        ["revenue by channel last month", "lowest first"],
        ("breakdown", {"order": [{"by": "revenue", "descending": False}], **CHANNELS, **MONTH}),
    ),
    (
        "which is worst",
        ["revenue by channel last month", "which one is worst?"],
        ("ranking", {"metric": "revenue", "by": "channel", "n": 1, "lowest": True, **MONTH}),
    ),
    ("so many more", ["top 5 products by revenue last month", "5 more"], ("ranking", {**TOP, "n": 10})),
    ("a threshold", ["units by product last month", "only those above 20"], ("breakdown", {**PIECES, **having("units", ">", 20)})),
    (
        "a threshold stays with its figure",
        ["units by product last month", "only those above 20", "their margin"],
        ("breakdown", {**PIECES, "metrics": ["margin"], **having("units", ">", 20)}),
    ),
    (
        "of the total",
        ["revenue by channel last month", "as shares of the total"],
        ("share", {"metric": "revenue", "by": ["channel"], **MONTH}),
    ),
    (
        "growing",
        ["revenue by channel last month", "which ones grew?"],
        ("change_by_member", {"metric": "revenue", "by": "channel", "direction": "rising", "compare": {"to": "previous"}, **MONTH}),
    ),
    ("the total alone", ["doanh thu theo kênh tháng trước", "tổng cộng thôi"], ("metric_value", {**REVENUE, **MONTH})),
    # several at once, and the look alone
    ("three at once", ["revenue last month", "by channel, gold only, this year"], ("breakdown", {**CHANNELS, **GOLD, **YEAR})),
    ("another look", ["revenue by channel last month", "show it as a table"], ("breakdown", {**CHANNELS, **MONTH})),
    # who and what is behind a figure
    (
        "who are they",
        ["how many customers bought Dairy last month", "who are they?"],
        ("breakdown", {"metrics": ["active_customers"], "by": ["customer"], **DAIRY, **MONTH}),
    ),
    ("which ones", ["cancelled orders last month", "list them"], ("breakdown", {**CANCELLED, "by": ["order"], **MONTH})),
    ("the orders behind it", ["revenue last month", "show me the orders behind it"], ("breakdown", {**REVENUE, "by": ["order"], **MONTH})),
    ("broken down", ["revenue last month", "break it down"], ("breakdown", {**REVENUE, "by": ["category"], **MONTH})),
    (
        "là ai",
        ["tháng trước có bao nhiêu khách hàng mới", "là những ai?"],
        ("breakdown", {"metrics": ["new_customers"], "by": ["customer"], **MONTH}),
    ),
    # records
    ("what is in it", ["order SO0001490", "what was in it?"], ("look_up_lines", {"of": "order", "ids": ["SO0001490"]})),
    # what lies ahead, and advice
    ("the week after", ["forecast units for next week", "and the week after?"], ("demand_forecast", {**AHEAD, **WEEK_AFTER})),
    ("of some goods", ["forecast units for next week", "for Dairy only"], ("demand_forecast", {**AHEAD, **DAIRY})),
    ("in money", ["forecast units for next week", "what about revenue?"], ("demand_forecast", {**AHEAD, "measure": "revenue"})),
    ("what came", ["forecast units for next week", "and last week?"], ("metric_value", {"metrics": ["units"], **named("last_week")})),
    ("advice on some goods", ["what should I reorder?", "leave out Dairy"], ("reorder_advice", NOT_DAIRY)),
    (
        "a doubled lead time",
        ["what should I reorder?", "only Dairy", "what if lead time doubles?"],
        ("what_if_inventory", {"change": {"lead_time_factor": 2.0}, **DAIRY}),
    ),
    ("why that much", ["what should I reorder?", "only Dairy", "why that much?"], ("safety_stock_and_eoq", DAIRY)),
    ("another budget", ["I have 50 million to spend on stock: where?", "make it 80 million"], ("budget_buying", {"budget": 80_000_000.0})),
    ("by when", ["which products will run out soon?", "within 10 days"], ("stockout_risk", {"horizon_days": 10})),
    ("tuần sau đó", ["dự báo số lượng bán tuần sau", "tuần sau đó thì sao?"], ("demand_forecast", {**WEEK_AFTER, "measure": "units"})),
]

ALONE: list[tuple[list[str], Call]] = [
    (
        ["revenue in Hà Nội last month", "How many orders were cancelled this year?"],
        ("metric_value", {"metrics": ["cancelled_orders"], **YEAR}),
    ),
    (["revenue by channel last month", "What is our return rate?"], ("metric_value", {"metrics": ["return_rate"]})),
    (["top 5 products by revenue last month", "How many customers do we have?"], ("metric_value", {"metrics": ["customer_count"]})),
    (
        ["forecast units for next week", "How many orders did we get yesterday?"],
        ("metric_value", {"metrics": ["orders"], **named("yesterday")}),
    ),
    (
        ["revenue of Dairy by channel", "show me the top 3 suppliers by purchase spend this year"],
        ("ranking", {"metric": "purchase_spend", "by": "supplier", "n": 3, **YEAR}),
    ),
    (["doanh thu ở Hà Nội tháng trước", "Năm nay có bao nhiêu đơn bị hủy?"], ("metric_value", {"metrics": ["cancelled_orders"], **YEAR})),
]


@pytest.mark.parametrize(("messages", "expected"), [(messages, call) for _, messages, call in EDITS], ids=[name for name, _, _ in EDITS])
def test_a_message_changes_the_last_answer(planner: Planner, messages: list[str], expected: Call) -> None:
    assert calls_of(planner.talk(*messages)) == [expected]


@pytest.mark.parametrize(("name", "messages"), [(name, messages) for name, messages, _ in EDITS if name != "another look"])
def test_it_is_the_last_message_that_changes_it(planner: Planner, name: str, messages: list[str]) -> None:
    assert calls_of(planner.talk(*messages)) != calls_of(planner.talk(*messages[:-1])), name


@pytest.mark.parametrize(("messages", "expected"), ALONE, ids=[messages[-1] for messages, _ in ALONE])
def test_a_question_of_its_own_takes_nothing_over(planner: Planner, messages: list[str], expected: Call) -> None:
    assert calls_of(planner.talk(*messages)) == [expected] == planner.calls(messages[-1])


def test_going_back_restores_call_for_call(planner: Planner) -> None:
    said = ["revenue last month", "by channel", "only web", "units too"]
    steps = [calls_of(planner.talk(*said[: place + 1])) for place in range(len(said))]
    assert calls_of(planner.talk(*said, "undo")) == steps[2]
    assert calls_of(planner.talk(*said, "undo", "undo")) == steps[1]
    assert calls_of(planner.talk(*said, "undo", "undo", "undo")) == steps[0]
    assert calls_of(planner.talk(*said, "back to the start")) == steps[0]


def test_days_that_differ_are_held_against_each_other(planner: Planner) -> None:
    ((_, arguments),) = calls_of(planner.talk("margin in Q3 2026", "and Q2 2026", "compare both"))
    assert arguments["period"] == {"kind": "calendar", "year": 2026, "quarter": 2}
    assert arguments["compare"] == {"to": "period", "period": {"kind": "calendar", "year": 2026, "quarter": 3}}


SHOWN = tuple(
    Handle(place=place, dimension="customer", value=value, name=value, call_id="c1") for place, value in ((1, "C00005"), (2, "C00009"))
)


def test_the_rows_that_were_shown_are_meant_by_those(planner: Planner) -> None:
    ((_, arguments),) = calls_of(planner.talk("top 2 customers by revenue last month", "how many orders did those place?", handles=SHOWN))
    assert arguments["where"] == where("customer", "C00005", "C00009", op="in")["where"]
    assert arguments["metrics"] == ["orders"] and arguments["period"] == MONTH["period"]


def test_a_question_for_documents_is_asked_on(planner: Planner) -> None:
    first = "what does the contract with Công ty CP Nước giải khát Suối Mát say about late delivery?"
    ((tool, arguments),) = calls_of(planner.talk(first, "and about payment?"))
    assert tool == "document_question" and "payment" in str(arguments["question"]) and "Suối Mát" in str(arguments["question"])
    assert calls_of(planner.talk(first, "quote it")) == [("search_documents", {"question": first})]


@pytest.mark.parametrize(
    "messages", [["revenue last month", "by channel and by zorblax"], ["revenue by channel last month", "only zorblax"]]
)
def test_a_word_nobody_knows_changes_nothing_in_silence(planner: Planner, messages: list[str]) -> None:
    plan = planner.talk(*messages)
    assert plan.outcome != "answer" or plan.ignored
