"""Short later turns: what each comes to, by how it leans on the answer before it."""

from __future__ import annotations

import pytest

from agents.language.history import goes_back_and
from agents.language.turn_phrases import besides, written_out
from tests.agents.language.planner_stage import Call, Planner, calls_of, named, where

MONTH, QUARTER = named("last_month"), named("last_quarter")
COFFEE, DAIRY, HANOI = where("subcategory", "Coffee"), where("category", "Dairy"), where("province", "Hà Nội")
SEPTEMBER: dict[str, object] = {"period": {"kind": "calendar", "year": 2026, "month": 9}}

TALKS: list[tuple[str, list[str], Call]] = [
    # which of a kind, of the figure that was shown
    (
        "for which",
        ["return rate this quarter", "for which category is it highest"],
        ("ranking", {"metric": "return_rate", "by": "category", "n": 1}),
    ),
    (
        "most of it",
        ["stock of Coffee", "in which warehouse is most of it?"],
        ("ranking", {"metric": "stock_on_hand", "by": "location", **COFFEE}),
    ),
    (
        "most of them",
        ["orders last month", "which channel brought most of them?"],
        ("ranking", {"metric": "orders", "by": "channel", **MONTH}),
    ),
    (
        "hãng nào",
        ["tỷ lệ giao đúng hẹn tháng trước theo hãng vận chuyển", "hãng nào tệ nhất"],
        ("ranking", {"by": "carrier", "lowest": True}),
    ),
    # stock, and nothing said of what
    ("runs out", ["stock of Coffee", "when do we run out?"], ("stockout_risk", COFFEE)),
    ("how much to order", ["stock of Coffee", "how much should we order?"], ("reorder_advice", COFFEE)),
    ("bao giờ hết", ["tồn kho Cà phê", "bao giờ thì hết hàng"], ("stockout_risk", COFFEE)),
    ("nhập thêm bao nhiêu", ["tồn kho Cà phê", "nên nhập thêm bao nhiêu"], ("reorder_advice", COFFEE)),
    (
        "how many did we sell",
        ["stock of Coffee", "how many did we sell last month?"],
        ("metric_value", {"metrics": ["units"], **COFFEE, **MONTH}),
    ),
    ("all of it", ["stock of Coffee", "what should we order this week?"], ("reorder_advice", {"where": None})),
    # only some: nouns and verbs beside the name are no other figure
    (
        "only parcels",
        ["late deliveries by carrier last quarter", "only parcels from Kho Long Biên"],
        ("breakdown", {"metrics": ["late_deliveries"]}),
    ),
    (
        "just what left",
        ["late deliveries by carrier last quarter", "just the ones that left Kho Long Biên"],
        ("breakdown", {"metrics": ["late_deliveries"]}),
    ),
    (
        "only what they bought",
        ["units by category last month", "only what gold customers bought"],
        ("breakdown", {"metrics": ["units"], "by": ["category"], **where("tier", "gold")}),
    ),
    ("chỉ hàng bán ở", ["doanh thu theo kênh tháng trước", "chỉ tính hàng bán ở Hà Nội"], ("breakdown", {"by": ["channel"], **HANOI})),
    # the number behind a rate, its money, a share as its figure
    (
        "in numbers",
        ["cancellation rate by channel last month", "and in numbers"],
        ("breakdown", {"metrics": ["cancelled_orders"], "by": ["channel"]}),
    ),
    (
        "how many is that",
        ["return rate by category last quarter", "how many units is that"],
        ("breakdown", {"metrics": ["returned_units"]}),
    ),
    ("con số tuyệt đối", ["tỷ lệ hủy theo kênh tháng trước", "con số tuyệt đối"], ("breakdown", {"metrics": ["cancelled_orders"]})),
    ("value, not pieces", ["units by category last month", "value, not pieces"], ("breakdown", {"metrics": ["revenue"]})),
    (
        "a share in numbers",
        ["share of revenue by channel this month", "in absolute numbers"],
        ("breakdown", {"metrics": ["revenue"], "by": ["channel"]}),
    ),
    ("a rate in money", ["discount rate by category this year", "and in money"], ("breakdown", {"metrics": ["discount_amount"]})),
    # steps back, and what is asked there
    ("hmm, undo", ["orders in Hà Nội last month", "and Đà Nẵng?", "hmm, undo"], ("metric_value", HANOI)),
    (
        "back and",
        ["orders in Hà Nội last month", "by channel", "one step back and for the app only"],
        ("metric_value", {"metrics": ["orders"], **MONTH}),
    ),
    (
        "quay lại nhưng",
        ["đơn hàng ở Hà Nội tháng trước", "theo kênh", "quay lại câu trước nhưng cho Đà Nẵng"],
        ("metric_value", where("province", "Đà Nẵng")),
    ),
    (
        "back to the list",
        ["top 5 products by margin this month", "stock value", "back to the list, but for last quarter"],
        ("ranking", {"metric": "margin", "n": 5, **QUARTER}),
    ),
    # that month
    (
        "that month",
        ["visitors in September by day", "what was the conversion rate that month?"],
        ("metric_value", {"metrics": ["conversion_rate"], **SEPTEMBER}),
    ),
    (
        "tháng đó",
        ["doanh thu tháng 9 ở Hà Nội", "trong tháng đó khách mới là bao nhiêu"],
        ("metric_value", {"metrics": ["new_customers"], **SEPTEMBER}),
    ),
    # by the way: nothing led up to it
    (
        "by the way",
        ["revenue in Hà Nội by channel last month", "by the way, how many reviews did we get last week?"],
        ("metric_value", {"metrics": ["reviews"], "where": None}),
    ),
    # two sentences, one change after the other
    (
        "two sentences",
        ["revenue by province last month", "drop Hà Nội. Orders instead, please"],
        ("breakdown", {"metrics": ["orders"], **where("province", "Hà Nội", op="!=")}),
    ),
    (
        "hai câu",
        ["doanh thu tháng trước", "bỏ đơn web ra. Rồi chia theo tỉnh"],
        ("breakdown", {"by": ["province"], **where("channel", "web", op="!=")}),
    ),
    ("no split", ["revenue by channel last month", "no split, just Hà Nội"], ("metric_value", {"metrics": ["revenue"], **HANOI})),
    ("take it out", ["revenue by channel this month", "take web out"], ("breakdown", where("channel", "web", op="!="))),
    # reasons that were given
    ("what reasons", ["refunds in September", "what reasons were given"], ("breakdown", {"metrics": ["refunds"], "by": ["return_reason"]})),
    # stock against what it was
    ("so với tháng trước", ["tồn kho hiện tại", "so với tháng trước"], ("metric_value", {"compare": {"to": "period", **MONTH}})),
    # records
    ("who placed it", ["look up SO0001489", "and who placed it?"], ("look_up", {"of": "order", "ids": ["SO0001489"]})),
    (
        "anything",
        ["revenue of Tạp hóa Cô Thắng this quarter", "has he ordered anything this month?"],
        ("metric_value", {"metrics": ["orders"], **named("this_month")}),
    ),
    ("five rather than three", ["top 3 products by revenue this month", "show me five rather than three"], ("ranking", {"n": 5})),
]


@pytest.mark.parametrize(("family", "messages", "expected"), TALKS)
def test_a_short_turn(planner: Planner, family: str, messages: list[str], expected: Call) -> None:
    plan = planner.talk(*messages)
    found = calls_of(plan)
    assert len(found) == 1, (family, plan.reply, plan.clarify, found)
    tool, arguments = found[0]
    assert tool == expected[0], (family, arguments)
    assert {name: arguments.get(name) for name in expected[1]} == expected[1]


WHY: list[tuple[list[str], str, str, dict[str, object]]] = [
    (
        ["revenue of Dairy by month this year", "why did it drop in August?"],
        "revenue",
        "product",
        {"period": {"kind": "calendar", "year": 2026, "month": 8}, **DAIRY},
    ),
    (["cancellation rate by channel last month", "why is it so high on the app"], "cancellation_rate", "province", where("channel", "app")),
    (["revenue last month by channel", "why is that"], "revenue", "channel", MONTH),
    (["doanh thu tháng trước", "tại sao lại giảm ở Hà Nội"], "revenue", "category", HANOI),
    (["revenue of Milk last month", "why, by customer"], "revenue", "customer", MONTH),
]


@pytest.mark.parametrize(("messages", "metric", "by", "narrowed"), WHY)
def test_why_is_asked_of_the_figure_that_was_shown(
    planner: Planner, messages: list[str], metric: str, by: str, narrowed: dict[str, object]
) -> None:
    calls = dict(calls_of(planner.talk(*messages)))
    wanted = {"metric": metric, "by": by, "compare": {"to": "previous"}, **narrowed}
    assert {name: calls["contribution"].get(name) for name in wanted} == wanted
    held = {name: value for name, value in calls["metric_value"].items() if name != "metrics"}
    assert held == {name: value for name, value in calls["contribution"].items() if name not in ("metric", "by")}


SAID_WHY = [
    ["how much should we order of the first one"],  # nothing was shown
    ["stock of Milk", "how much should we order of the second one"],
    ["discount by category this year", "in money"],  # it is money already
    ["revenue of customer Tạp hóa Cô Thắng this month", "how long do they take to deliver?"],
]


@pytest.mark.parametrize("messages", SAID_WHY)
def test_what_points_at_nothing_is_not_answered_for_all(planner: Planner, messages: list[str]) -> None:
    assert planner.talk(*messages).outcome in ("decline", "clarify")


WRITTEN = [
    ("which products pull it down?", "why, by products"),
    ("which category is mostly responsible?", "why, by category"),
    ("who has the worst one among the brands?", "which brands worst"),
    ("5 thay vì 3", "5"),
    ("not units but margin", "margin instead of units"),
    ("for the quarter", "this quarter"),
    ("bỏ phần chia đó đi, so với tháng trước", "tính chung, so với tháng trước"),
    # what is said in full stays as it is
    ("which one was highest?", "which one was highest?"),
    ("which products sold best in Hà Nội", "which products sold best in Hà Nội"),
    ("not only web", "not only web"),
]


@pytest.mark.parametrize(("said", "meant"), WRITTEN)
def test_short_forms_are_written_out(said: str, meant: str) -> None:
    assert written_out(said) == meant


@pytest.mark.parametrize(
    ("said", "rest"),
    [
        ("one step back and only web", "only web"),
        ("undo that, then by week", "by week"),
        ("quay lại câu trước nhưng theo tuần", "theo tuần"),
        ("undo", ""),
        ("back to last month", ""),
        ("and by channel", ""),
    ],
)
def test_a_step_back_with_something_behind_it(said: str, rest: str) -> None:
    assert goes_back_and(said) == rest


@pytest.mark.parametrize(
    ("said", "rest"),
    [
        ("By the way, how many reviews?", "how many reviews?"),
        ("quick other thing: open orders", "open orders"),
        ("nhân tiện doanh thu hôm qua", "doanh thu hôm qua"),
        ("by channel", None),
        ("another month", None),
    ],
)
def test_what_nothing_led_up_to(said: str, rest: str | None) -> None:
    assert besides(said) == rest
