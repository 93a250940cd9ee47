"""Forms with other words between their parts: what is asked of stock, forecasts, suppliers and reviews in whatever order people put it."""

from __future__ import annotations

import pytest

from agents.language.gapped import formed, wishes_in
from agents.language.tokens import tidy, tokens_of
from agents.language.wishes import WISHES
from agents.language.words import LANGUAGES, read_table
from tests.agents.language.planner_stage import Planner, where

SKU = "SD-SM-0035"
ASKED: dict[str, tuple[str, ...]] = {
    "metric_value days_of_cover": (
        "how long will our coffee hold out at the rate we're selling it?",
        f"how many days till we're out of {SKU}?",
        "hàng sữa đủ bán tới bao giờ?",
        f"{SKU} mấy hôm nữa thì hết?",
        "ca phe con ban duoc may hom nua",
    ),
    "stockout_risk": (
        "is there enough milk to get us through the next ten days?",
        "what's going to be empty first?",
        "tuần tới có món nào cạn không?",
    ),
    "reorder_advice": (
        "how soon do we need to top up Beverages?",
        "what do you reckon I should get in from Công ty CP Nước giải khát Suối Mát?",
        "how much coffee ought we to bring in?",
        "give me the shopping list for Kho Bình Tân",
        "sắp tới nên lấy về bao nhiêu SD-SM-0035?",
        "có cần châm thêm sữa không?",
        "nen nhap gi tuan nay",
    ),
    "safety_stock_and_eoq": (
        f"how much spare stock should I keep of {SKU} to be 95% sure of not running out?",
        f"at what level should I reorder {SKU}?",
        "how much cushion should we hold for Dairy?",
    ),
    "overstock": (
        "where's our cash stuck in slow goods?",
        "which stuff are we sitting on too much of?",
        "tiền đang kẹt ở món nào?",
        "hàng nào nằm ì trong kho?",
        "von dang ket o dau",
    ),
    "cost_of_stockouts": (
        "how much did we miss out on because we'd run out?",
        "thiệt hại do đứt hàng sữa là bao nhiêu?",
    ),
    "budget_buying": ("got 20 million to put into goods, what do I get?", "trong tay có 30 triệu thì gom hàng gì?"),
    "supplier_options": (
        f"where can I source {SKU} cheaper?",
        f"who else sells {SKU}?",
        f"lấy {SKU} ở đâu có lợi nhất?",
        f"nhập {SKU} chỗ nào rẻ?",
    ),
    "forecast_accuracy": (
        "how close to reality were your predictions?",
        "can your predictions be relied on?",
        "were last month's forecasts any good?",
        "dự báo tháng trước trúng được bao nhiêu?",
    ),
    "demand_forecast": (
        f"how many of {SKU} do you think will go next month?",
        "how much money will come in next week?",
        "7 ngày tới mỗi kho bán được bao nhiêu?",
        "ước xem tháng 11 thu về được bao nhiêu?",
        "thang sau ban duoc khoang bao nhieu sua",
    ),
    "what_if_inventory": (
        "suppose Công ty CP Nước giải khát Suối Mát delivers five days late",
        "nếu hàng về trễ thêm một tuần thì phải nhập bao nhiêu?",
        "assume we sell 20 percent more, what do I need to buy?",
    ),
    "review_themes": (
        "what do shoppers rave about?",
        "sum up the feedback on Dairy",
        "khách hay khen tụi mình cái gì?",
        "khach hay phan nan ve cai gi",
    ),
    "document_question": ("hợp đồng với Công ty CP Nước giải khát Suối Mát nói gì về giao trễ?",),
    "look_up": (
        f"who do we get {SKU} from?",
        f"{SKU} để được bao lâu thì hết hạn?",
        "Công ty CP Nước giải khát Suối Mát cho mình nợ mấy ngày",
    ),
    "overdue": ("which of our purchase orders have passed their date?", "which parcels are running behind?"),
    "stock_ageing": ("how fresh is the stock in Kho Long Biên?", "how long have things been lying in Kho Bình Tân?"),
    "funnel": ("of everything ordered last month, how much got paid, went out, and arrived?",),
}
MEASURED = {
    "how quickly does Dairy turn over?": "inventory_turnover",
    "how many times did we run out of coffee this year?": "stockouts",
    "how much went missing at stocktakes this year?": "shrinkage_units",
    "any coffee still on the way to us?": "stock_on_order",
    "web tháng trước bao nhiêu người vào": "visitors",
    "tuan nay minh thu cua khach bao nhieu tien ship": "shipping_fees",
    "tháng trước khách trả bao nhiêu tiền ship": "shipping_fees",
    "tuần này shop thu phí giao hàng của khách được bao nhiêu rồi?": "shipping_fees",
    "hang sua ton kho con bao nhieu": "stock_on_hand",
}


def _forms() -> list[tuple[str, str, str]]:
    tables = {language: read_table(language, "gapped") for language in LANGUAGES}
    kinds = ("wishes", "cues", "metrics")
    return [(language, kind, name) for language, table in tables.items() for kind in kinds for name in table[kind]]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("tool", "question"), [(tool, question) for tool, asked in ASKED.items() for question in asked])
def test_what_is_asked_is_found_in_any_order(planner: Planner, tool: str, question: str) -> None:
    ((called, arguments),) = planner.calls(question)
    name, *metrics = tool.split()
    assert called == name
    assert not metrics or arguments["metrics"] == metrics


@pytest.mark.parametrize(("question", "metric"), MEASURED.items())
def test_a_form_names_its_figure(planner: Planner, question: str, metric: str) -> None:
    ((_, arguments),) = planner.calls(question)
    assert arguments["metrics"] == [metric]


def test_forms_name_wishes_and_say_what_their_parts_are() -> None:
    assert {name for _, kind, name in _forms() if kind == "wishes"} <= set(WISHES)
    tokens = tokens_of(tidy("should we perhaps order milk"))
    parts = [(part.start, part.end) for part in wishes_in(tokens_of(tidy("what should we perhaps order")), "en") if part.name == "reorder"]
    assert (1, 2) in parts and (4, 5) in parts and (3, 4) not in parts  # "perhaps" is no part
    assert formed((), tokens, "en") == []


def test_a_form_that_leaves_a_word_is_not_meant(planner: Planner) -> None:
    asked = planner.calls("which customers should we have made order more often last year?")
    assert all(tool != "reorder_advice" for tool, _ in asked)
    assert planner.calls("which warehouses are about to run out")[0][0] != "stockout_risk"


@pytest.mark.parametrize(
    ("question", "tool"),
    [
        ("how many customers bought coffee last month", "metric_value"),
        ("which products sold most last month", "ranking"),
        ("what did we pay for shipping last month", "metric_value"),
        ("doanh thu tháng trước theo danh mục", "breakdown"),
        ("khách nào mua nhiều nhất tháng trước", "ranking"),
    ],
)
def test_plain_questions_are_read_as_before(planner: Planner, question: str, tool: str) -> None:
    assert [name for name, _ in planner.calls(question)] == [tool]


@pytest.mark.parametrize(
    ("question", "arguments"),
    [
        ("which products get complaints about packaging", {"theme": "packaging", "by": "product"}),
        ("reviews that mention broken goods, by category", {"theme": "damaged on arrival", "by": "category"}),
        ("khach khen gi ve ca phe", {**where("subcategory", "Coffee"), "tone": "praise"}),
    ],
)
def test_reviews_are_asked_by_theme_and_tone(planner: Planner, question: str, arguments: dict[str, object]) -> None:
    assert planner.calls(question) == [("review_themes", arguments)]


@pytest.mark.parametrize(
    ("question", "change"),
    [
        ("neu nha cung cap giao tre 1 tuan thi sao", {"lead_time_more_days": 7}),
        ("neu nhu cau tang 20% thi can nhap bao nhieu", {"demand_factor": 1.2}),
        ("say demand rises by a fifth, how much safety stock would we hold?", {"demand_factor": 1.2}),
        ("what happens to our order plan if every supplier takes twice as long?", {"lead_time_factor": 2.0}),
    ],
)
def test_what_would_be_different_is_read_with_and_without_marks(planner: Planner, question: str, change: dict[str, float]) -> None:
    assert planner.calls(question) == [("what_if_inventory", {"change": change})]


def test_more_often_than_another_is_a_rate(planner: Planner) -> None:
    ((tool, arguments),) = planner.calls("are web orders cancelled more often than phone orders?")
    assert (tool, arguments["metric"]) == ("compare_groups", "cancellation_rate")


def test_stock_lasts_to_the_next_such_day(planner: Planner) -> None:
    ((tool, arguments),) = planner.calls(f"will {SKU} last until the end of November?")
    assert (tool, arguments["horizon_days"]) == ("stockout_risk", 30)
