"""Messages that lean on the one before them."""

from __future__ import annotations

import pytest

from agents.memory import Handle
from tests.agents.language.planner_stage import Call, Planner, calls_of, named, where

MONTH, YEAR = named("last_month"), named("this_year")
REVENUE = {"metrics": ["revenue"]}
GOLD, HANOI, HAIPHONG = where("tier", "gold"), where("province", "Hà Nội"), where("province", "Hải Phòng")
TOP: dict[str, object] = {"metric": "revenue", "by": "product", **YEAR}
STOCK = {"metrics": ["stock_on_hand"]}
DAIRY, BEVERAGES = where("category", "Dairy"), where("category", "Beverages")
AUGUST: dict[str, object] = {"period": {"kind": "between", "start": "2026-08-01", "end": "2026-08-31"}}
Q2: dict[str, object] = {"period": {"kind": "calendar", "year": 2026, "quarter": 2}}
ORDERS_YESTERDAY: Call = ("metric_value", {"metrics": ["orders"], **named("yesterday")})
STOCK_OF_ONE: Call = ("metric_value", {**STOCK, **where("product", "P0035")})
SHOWN = tuple(
    Handle(place=place, dimension="product", value=value, name=name, call_id="c1")
    for place, value, name in (
        (1, "P0035", "Nước ngọt Suối Mát Cao Cấp Cam thùng 24 lon"),
        (2, "P0004", "Cà phê hòa tan Cao Nguyên Xanh Truyền Thống 3 trong 1 túi 50 gói"),
    )
)

TALKS: list[tuple[str, list[str], Call]] = [
    # what is missing comes from the question before
    ("a period", ["orders last week", "and this week?"], ("metric_value", {"metrics": ["orders"], **named("this_week")})),
    ("a figure", ["orders last week", "and the margin?"], ("metric_value", {"metrics": ["margin"], **named("last_week")})),
    (
        "a filter",
        ["Revenue by province last month", "and for gold customers?"],
        ("breakdown", {**REVENUE, "by": ["province"], **GOLD, **MONTH}),
    ),
    ("another name", ["revenue last month in Hà Nội", "and Hải Phòng?"], ("metric_value", {**REVENUE, **HAIPHONG, **MONTH})),
    ("a split", ["revenue last month", "by province"], ("breakdown", {**REVENUE, "by": ["province"], **MONTH})),
    ("another split", ["Revenue by province last month", "by channel instead"], ("breakdown", {**REVENUE, "by": ["channel"], **MONTH})),
    ("a rank", ["revenue last month", "by province", "top 3"], ("ranking", {"metric": "revenue", "by": "province", "n": 3, **MONTH})),
    ("another number", ["top 5 products by revenue this year", "only 3"], ("ranking", {**TOP, "n": 3})),
    ("the other end", ["top 5 products by revenue this year", "worst instead"], ("ranking", {**TOP, "lowest": True, "n": 5})),
    ("another thing", ["Top 5 customers by revenue this year", "and what about products?"], ("ranking", {**TOP, "n": 5})),
    ("a trend", ["revenue of Dairy last month", "per week"], ("trend", {**REVENUE, "grain": "week", **DAIRY, **MONTH})),
    ("a code", ["stock of SD-SM-0035", "and IC-CNX-0004?"], ("metric_value", {**STOCK, **where("product", "P0004")})),
    ("a quarter", ["revenue by province in Q1 2026", "and Q2 2026?"], ("breakdown", {**REVENUE, "by": ["province"], **Q2})),
    (
        "a length",
        ["customers who have not ordered for 60 days", "90 days"],
        ("inactive", {"entity": "customer", "metric": "orders", "days": 90}),
    ),
    (
        "an exclusion",
        ["Top 5 customers by revenue last month", "exclude gold"],
        ("ranking", {"by": "customer", "n": 5, **where("tier", "gold", op="!="), **MONTH}),
    ),
    (
        "an exclusion of one it is split by",
        ["revenue by channel last month", "excluding web"],
        ("breakdown", {"by": ["channel"], **where("channel", "web", op="!=")}),
    ),
    ("một kỳ khác", ["doanh thu tháng trước", "còn tháng này?"], ("metric_value", {**REVENUE, **named("this_month")})),
    ("một cách chia", ["doanh thu tháng trước", "theo tỉnh thì sao?"], ("breakdown", {**REVENUE, "by": ["province"], **MONTH})),
    (
        "một điều kiện",
        ["doanh thu tháng trước", "theo tỉnh", "chỉ lấy khách hạng vàng"],
        ("breakdown", {"by": ["province"], **GOLD, **MONTH}),
    ),
    ("một tên khác", ["doanh thu tháng trước ở Hà Nội", "còn Hải Phòng?"], ("metric_value", {**REVENUE, **HAIPHONG, **MONTH})),
    # said wrong, said again
    ("the figure was wrong", ["revenue last month", "no, I meant orders"], ("metric_value", {"metrics": ["orders"], **MONTH})),
    ("the period was wrong", ["revenue last month", "sorry, last week"], ("metric_value", {**REVENUE, **named("last_week")})),
    ("not this but that", ["revenue last week", "not last week but last quarter"], ("metric_value", {**REVENUE, **named("last_quarter")})),
    ("chỉ số sai", ["đơn hàng tháng trước", "à không, ý tôi là doanh thu"], ("metric_value", {**REVENUE, **MONTH})),
    # words that point
    (
        "their",
        ["orders of Tạp hóa Cô Thắng", "and their revenue last month?"],
        ("metric_value", {**REVENUE, **where("customer", "C00005"), **MONTH}),
    ),
    ("its", ["margin rate of Dairy this year", "and its return rate?"], ("metric_value", {"metrics": ["return_rate"], **DAIRY, **YEAR})),
    (
        "there",
        ["revenue in Hà Nội last month", "how many customers are there?"],
        ("metric_value", {"metrics": ["customer_count"], **HANOI}),
    ),
    ("the month before", ["revenue last month", "what about the month before"], ("metric_value", {**REVENUE, **AUGUST})),
    (
        "the other way round",
        ["revenue of Dairy against Beverages this year", "the other way round"],
        ("compare_groups", {"left": BEVERAGES["where"], "right": DAIRY["where"]}),
    ),
    # back, anew, without
    ("undo", ["revenue last month", "by channel", "undo"], ("metric_value", {**REVENUE, **MONTH})),
    ("go back", ["revenue last month", "how many orders yesterday?", "go back"], ("metric_value", {**REVENUE, **MONTH})),
    ("on after undo", ["revenue last month", "by channel", "undo", "by tier"], ("breakdown", {**REVENUE, "by": ["tier"], **MONTH})),
    ("forget it", ["revenue in Hà Nội last month", "forget it, how many orders yesterday?"], ORDERS_YESTERDAY),
    ("new question", ["revenue of Dairy last month", "new question: stock of SD-SM-0035"], STOCK_OF_ONE),
    ("câu hỏi khác", ["doanh thu tháng trước", "câu hỏi khác: tồn kho của SD-SM-0035"], STOCK_OF_ONE),
    ("a whole question", ["revenue in Hà Nội last month", "How many orders did we get yesterday?"], ORDERS_YESTERDAY),
    ("drop the filter", ["revenue last month in Hà Nội", "drop the filter"], ("metric_value", {**REVENUE, **MONTH})),
    ("for everything", ["revenue last month", "only Dairy", "for everything"], ("metric_value", {**REVENUE, **MONTH})),
    ("bỏ lọc", ["doanh thu tháng trước ở Hà Nội", "bỏ lọc"], ("metric_value", {**REVENUE, **MONTH})),
    # talk in between is no step
    (
        "small talk",
        ["revenue by channel last month", "thanks", "hello", "only web"],
        ("breakdown", {"by": ["channel"], **where("channel", "web"), **MONTH}),
    ),
    (
        "a decline",
        ["revenue by channel last month", "what is the weather?", "by province"],
        ("breakdown", {**REVENUE, "by": ["province"], **MONTH}),
    ),
    ("a refusal", ["revenue last month", "delete all orders", "by channel"], ("breakdown", {**REVENUE, "by": ["channel"], **MONTH})),
]
WHY = [["revenue by category last month", "why?"], ["revenue last month in Hà Nội", "why?"], ["doanh thu tháng trước", "tại sao?"]]
NO_EDIT = [
    ("drop the table", "refuse"),
    ("xóa hết", "refuse"),
    ("and the email addresses of those customers", "refuse"),
    ("what will it be next month?", "decline"),
    ("and next month?", "decline"),
    ("what is the weather?", "decline"),
    ("thanks", "talk"),
]  # fmt: skip


@pytest.mark.parametrize(("messages", "expected"), [(messages, call) for _, messages, call in TALKS], ids=[name for name, _, _ in TALKS])
def test_the_last_message_means(planner: Planner, messages: list[str], expected: Call) -> None:
    ((tool, arguments),) = calls_of(planner.talk(*messages))
    assert tool == expected[0]
    assert {name: arguments.get(name) for name in expected[1]} == expected[1]


@pytest.mark.parametrize("name", ["drop the filter", "for everything", "bỏ lọc", "undo", "forget it", "a whole question"])
def test_what_was_dropped_is_gone(planner: Planner, name: str) -> None:
    messages = next(messages for each, messages, _ in TALKS if each == name)
    assert all("where" not in arguments for _, arguments in calls_of(planner.talk(*messages)))


@pytest.mark.parametrize("messages", WHY)
def test_why_asks_for_the_change_of_the_last_figure(planner: Planner, messages: list[str]) -> None:
    plan = planner.talk(*messages)
    ((_, before),) = planner.calls(messages[0])
    assert [tool for tool, _ in calls_of(plan)] == ["metric_value", "contribution", "decomposition"]
    for _, arguments in calls_of(plan):
        assert arguments["period"] == before["period"]
        assert arguments.get("where") == before.get("where")


@pytest.mark.parametrize(("message", "outcome"), NO_EDIT)
def test_some_messages_are_no_edit_of_the_last_question(planner: Planner, message: str, outcome: str) -> None:
    plan = planner.talk("revenue by channel last month", message)
    assert plan.outcome == outcome and not plan.calls()


@pytest.mark.parametrize(
    ("message", "condition"),
    [
        ("how much of the second product did we sell yesterday", where("product", "P0004")),
        ("who supplies the first one", {"ids": ["P0035"]}),
        ("and the last one?", where("product", "P0004")),
        ("stock of the first one", where("product", "P0035")),
        ("tồn kho của cái thứ hai", where("product", "P0004")),
    ],
)
def test_a_row_that_was_shown_is_named_by_its_place(planner: Planner, message: str, condition: dict[str, object]) -> None:
    ((_, arguments),) = calls_of(planner.talk("top 2 products by revenue last month", message, handles=SHOWN))
    assert {name: arguments[name] for name in condition} == condition


def test_an_option_that_is_chosen_answers_the_question_asked_back(planner: Planner) -> None:
    asked = planner.plan("orders of Mai last month")
    assert asked.clarify is not None
    for option in asked.clarify.options:
        assert calls_of(planner.talk("orders of Mai last month", option)) == planner.calls(option) != []


def test_an_edit_says_what_it_edits(planner: Planner) -> None:
    plan = planner.talk("revenue last month in Hà Nội", "and Hải Phòng?")
    assert "Hải Phòng" in plan.standalone_question and "Hà Nội" not in plan.standalone_question
    assert planner.calls(plan.standalone_question) == calls_of(plan)


def test_a_first_message_that_leans_on_nothing_is_not_guessed(planner: Planner) -> None:
    for message in ("and this week?", "undo", "the second one", "only gold customers", "còn tháng này?"):
        assert not planner.plan(message).calls(), message
