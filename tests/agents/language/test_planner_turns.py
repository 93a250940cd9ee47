"""Later turns, family by family: what each comes to after what was said before it."""

from __future__ import annotations

import pytest

from agents.language.history import goes_to_earlier
from agents.memory import Dialogue, Handle, Turn
from tests.agents.language.planner_stage import Call, Planner, calls_of, named, where

MONTH, YEAR = named("last_month"), named("this_year")
WEB, APP, STORE = (where("channel", name)["where"] for name in ("web", "app", "store"))
HANOI, DANANG = where("province", "Hà Nội"), where("province", "Đà Nẵng")
MILK, COFFEE = where("subcategory", "Milk")["where"], where("subcategory", "Coffee")["where"]
ONE = where("product", "P0035")

TALKS: list[tuple[str, list[str], Call]] = [
    # which of the two: the last two names held against each other
    (
        "which of the two",
        ["revenue in Hà Nội last month", "and Đà Nẵng", "which of the two is higher?"],
        ("compare_groups", {"metric": "revenue", "left": HANOI["where"], "right": DANANG["where"], **MONTH}),
    ),
    (
        "cái nào hơn",
        ["doanh thu Sữa tháng trước", "thế Cà phê", "cả hai", "cái nào hơn"],
        ("compare_groups", {"metric": "revenue", "left": MILK, "right": COFFEE, **MONTH}),
    ),
    (
        "bên nào nhiều hơn",
        ["đơn hàng ở Hà Nội tháng trước", "còn Đà Nẵng?", "bên nào nhiều hơn?"],
        ("compare_groups", {"metric": "orders"}),
    ),
    # other sides
    (
        "two other sides",
        ["revenue of web against app this month", "and web against store"],
        ("compare_groups", {"left": WEB, "right": STORE}),
    ),
    (
        "hai bên khác",
        ["so sánh doanh thu web và app tháng này", "web với cửa hàng thì sao"],
        ("compare_groups", {"metric": "revenue", "left": WEB, "right": STORE, **named("this_month")}),
    ),
    (
        "another figure of both sides",
        ["so sánh doanh thu web và app tháng này", "theo số đơn"],
        ("compare_groups", {"metric": "orders", "left": WEB, "right": APP}),
    ),
    # another cut in the place of time, one by one after the best
    (
        "instead of per day",
        ["orders this week by day", "per province instead of per day"],
        ("breakdown", {"metrics": ["orders"], "by": ["province"], **named("this_week")}),
    ),
    ("từng cái một", ["doanh thu theo kênh tháng này", "kênh nào cao nhất", "từng kênh một"], ("breakdown", {"by": ["channel"]})),
    (
        "which day of it",
        ["how much revenue this week?", "which day was the strongest"],
        ("ranking", {"metric": "revenue", "by": "day", "n": 1, **named("this_week")}),
    ),
    ("tháng nào thấp nhất", ["lợi nhuận năm nay", "tháng nào thấp nhất"], ("ranking", {"metric": "margin", "by": "month", "lowest": True})),
    # as a part of sales
    ("percent of revenue", ["margin by month this year", "as a % of revenue"], ("trend", {"metrics": ["margin_rate"], "grain": "month"})),
    ("percent of sales", ["discounts last month", "as a percent of sales"], ("metric_value", {"metrics": ["discount_rate"], **MONTH})),
    # kinds of those that were counted
    ("repeat ones", ["how many new customers last month", "and repeat ones"], ("metric_value", {"metrics": ["repeat_customers"], **MONTH})),
    (
        "the ones that are new",
        ["how many people bought something from us this month", "no wait, only the ones that are new to us"],
        ("metric_value", {"metrics": ["new_customers"], **named("this_month")}),
    ),
    ("business ones", ["how many customers signed up in September", "business ones"], ("metric_value", where("customer_kind", "business"))),
    # taken away
    (
        "drop its name",
        ["average order value by channel", "only business customers", "drop business"],
        ("breakdown", {"metrics": ["average_order_value"], "by": ["channel"]}),
    ),
    (
        "not only that one",
        ["shipments from Kho Long Biên last week by carrier", "all sites now, not only that one"],
        ("breakdown", {"by": ["carrier"]}),
    ),
    # beside it
    (
        "next to it",
        ["units of Dairy last week", "with margin next to it"],
        ("metric_value", {"metrics": ["units", "margin"], **where("category", "Dairy")}),
    ),
    (
        "their orders as well",
        ["customers who spent more than 5 million this year", "show their number of orders as well"],
        ("breakdown", {"metrics": ["revenue", "orders"], "by": ["customer"]}),
    ),
    # said wrong, said again
    ("scrap that", ["margin of Tea this quarter", "scrap that, Coffee"], ("metric_value", {"metrics": ["margin"], "where": COFFEE})),
    ("lộn", ["đơn hàng tháng trước", "lộn, tháng này mới đúng"], ("metric_value", {"metrics": ["orders"], **named("this_month")})),
    ("nới lên", ["khách nào 60 ngày chưa mua", "nới lên 90 ngày"], ("inactive", {"entity": "customer", "days": 90})),
    (
        "thôi quay lại",
        ["doanh thu theo tuần từ đầu quý", "đổi thành theo ngày", "thôi quay lại theo tuần"],
        ("trend", {"metrics": ["revenue"], "grain": "week"}),
    ),
    # goods and records
    ("who supplies it", ["stock of SD-SM-0035", "who supplies it"], ("look_up", {"of": "product", "ids": ["P0035"]})),
    ("nhà cung cấp nào giao", ["tồn kho của SD-SM-0035", "nhà cung cấp nào giao"], ("look_up", {"of": "product", "ids": ["P0035"]})),
    ("where is it kept", ["stock of SD-SM-0035", "where is it kept?"], ("breakdown", {"by": ["location"], **ONE})),
    ("what they ordered", ["look up SO0001491", "what did they order"], ("look_up_lines", {"of": "order", "ids": ["SO0001491"]})),
    ("what it comes to", ["look up SO0001491", "total value?"], ("metric_value", {"metrics": ["revenue"], **where("order", "SO0001491")})),
    (
        "whose it is stands before",
        ["khách Tạp hóa Cô Thắng năm nay mua bao nhiêu tiền", "lần mua gần nhất là bao giờ"],
        ("first_and_last", {"entity": "customer", **where("customer", "C00005")}),
    ),
    # why, by what side
    (
        "why were they returned",
        ["returns by product last quarter", "why were they returned?"],
        ("breakdown", {"metrics": ["returned_units"], "by": ["return_reason"], **named("last_quarter")}),
    ),
    ("who carried them", ["how many deliveries were late this month", "who carried them"], ("breakdown", {"by": ["carrier"]})),
    # a question asked back, answered by what was missing
    (
        "its figure and its other side",
        ["compare Hồ Chí Minh please", "with Hà Nội, revenue of last quarter"],
        ("compare_groups", {"metric": "revenue", "right": HANOI["where"], **named("last_quarter")}),
    ),
    ("what and by what", ["top 10", "products by margin, this month"], ("ranking", {"metric": "margin", "by": "product", "n": 10})),
    # one that asks nothing and is passed over
    (
        "passed over",
        ["revenue this month for consumers", "hmm?", "by channel"],
        ("breakdown", {"metrics": ["revenue"], "by": ["channel"], **where("customer_kind", "consumer")}),
    ),
    # back to what was asked before the last answer
    (
        "back to the late ones",
        ["how many deliveries were late this month", "how many products do we have", "back to the late ones: last month"],
        ("metric_value", {"metrics": ["late_deliveries"], **MONTH}),
    ),
    (
        "back to the cancelled ones",
        ["cancelled orders last month", "stock value by location", "ok, back to the cancelled orders"],
        ("metric_value", {"metrics": ["cancelled_orders"], **MONTH}),
    ),
]


@pytest.mark.parametrize(("family", "messages", "expected"), TALKS)
def test_a_later_turn(planner: Planner, family: str, messages: list[str], expected: Call) -> None:
    plan = planner.talk(*messages)
    found = calls_of(plan)
    assert len(found) == 1, (family, plan.reply, plan.clarify, found)
    tool, arguments = found[0]
    assert tool == expected[0], (family, arguments)
    assert {name: arguments.get(name) for name in expected[1]} == expected[1]


GONE = [
    (["average order value by channel", "only business customers", "drop business"], "where"),
    (["shipments from Kho Long Biên last week by carrier", "all sites now, not only that one"], "where"),
    (["returns of Dairy this year", "as a rate", "whole company"], "where"),
]


@pytest.mark.parametrize(("messages", "field"), GONE)
def test_what_is_taken_away_is_gone_and_nothing_else(planner: Planner, messages: list[str], field: str) -> None:
    ((_, before),), ((_, after),) = calls_of(planner.talk(*messages[:-1])), calls_of(planner.talk(*messages))
    assert field not in after
    assert {name: value for name, value in before.items() if name != field} == after


# What no call can be changed into: the last answer is not given again as if it were this one.
NOT_AGAIN = [
    ["stock value by location", "only the stores"],
    ["revenue by month this year", "as a percentage of humidity"],
    ["revenue in Hà Nội last month", "and on the moon?"],
]


@pytest.mark.parametrize("messages", NOT_AGAIN)
def test_the_same_answer_is_not_given_for_another_question(planner: Planner, messages: list[str]) -> None:
    before, after = planner.talk(*messages[:-1]), planner.talk(*messages)
    assert after.outcome != "answer" or calls_of(after) != calls_of(before)


def test_a_place_may_be_written_as_a_word(planner: Planner) -> None:
    shown = tuple(
        Handle(place=place, dimension="customer", value=value, name=name, call_id="c1")
        for place, value, name in ((1, "C00005", "Tạp hóa Cô Thắng"), (2, "C00087", "Quán ăn Gia Hân Đại Lộc"))
    )
    ((tool, arguments),) = calls_of(planner.talk("top 2 customers by revenue", "number two, when was their last order?", handles=shown))
    assert tool == "first_and_last"
    assert arguments["where"] == where("customer", "C00087")["where"]


def test_going_back_needs_a_word_of_an_earlier_answer(planner: Planner) -> None:
    turns = tuple(
        Turn(question=question, plan=planner.plan(question), status="answered", text="")
        for question in ("cancelled orders last month", "stock value by location")
    )
    dialogue = Dialogue(as_of=planner.as_of, turns=turns)
    found = goes_to_earlier("back to the cancelled ones: this month", dialogue)
    assert found is not None
    assert (found[0], found[1]) == (turns[0], "this month")
    assert goes_to_earlier("back to last month", dialogue) is None
    assert goes_to_earlier("back to the stock", dialogue) is None  # that is the last answer itself
