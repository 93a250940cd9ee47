"""Questions about what is to come and what documents say: the tool a phrase names, filled with the names, days and numbers beside it."""

from __future__ import annotations

import pytest

from agents.language.matters import matters_in
from agents.language.tokens import tidy, tokens_of
from agents.language.wishes import WISHES
from agents.language.words import LANGUAGES, read_table
from tests.agents.language.planner_stage import Planner, where
from tools.catalog import TOOLS

NOVEMBER = {"starts_on": "2026-11-01", "ends_on": "2026-11-30"}
COFFEE, DAIRY = where("subcategory", "Coffee"), where("category", "Dairy")
AHEAD = [
    ("what will we sell in November", {**NOVEMBER, "measure": "units"}),
    ("projected revenue for next month", {**NOVEMBER, "measure": "revenue"}),
    (
        "expected demand for coffee over the next 10 days",
        {**COFFEE, "starts_on": "2026-11-01", "ends_on": "2026-11-10", "measure": "units"},
    ),
    ("next month's revenue by category", {**NOVEMBER, "by": "category", "measure": "revenue"}),
    ("forecast of Dairy sales next month by week", {**DAIRY, **NOVEMBER, "grain": "week", "measure": "revenue"}),
    ("predict the 3 products that will sell most next month", {**NOVEMBER, "by": "product", "limit": 3, "measure": "units"}),
    ("dự đoán số lượng cà phê bán ra tháng tới", {**COFFEE, **NOVEMBER, "measure": "units"}),
    ("doanh thu dự kiến tháng sau theo danh mục", {**NOVEMBER, "by": "category", "measure": "revenue"}),
]
STOCK = [
    ("what do we need to order today?", "reorder_advice", {}),
    ("replenishment plan for Dairy at 97 % service", "reorder_advice", {**DAIRY, "service_level": 0.97}),
    ("give me the purchase plan", "reorder_advice", {}),
    ("hôm nay cần đặt hàng gì, mỗi loại bao nhiêu?", "reorder_advice", {}),
    ("which dairy goods are likely to stock out in the next 3 weeks", "stockout_risk", {**DAIRY, "horizon_days": 21}),
    ("mặt hàng nào có nguy cơ hết hàng", "stockout_risk", {}),
    ("reorder points for coffee", "safety_stock_and_eoq", COFFEE),
    ("điểm đặt hàng lại của Coffee", "safety_stock_and_eoq", COFFEE),
    ("how much excess inventory is there in Dairy?", "overstock", DAIRY),
    ("xyz classes of dairy", "abc_xyz", DAIRY),
    ("what happens if the lead time triples?", "what_if_inventory", {"change": {"lead_time_factor": 3.0}}),
    ("suppose demand falls by 15 %", "what_if_inventory", {"change": {"demand_factor": 0.85}}),
    ("what if every supplier takes 20 days?", "what_if_inventory", {"change": {"lead_time_days": 20}}),
    ("what if lead times are 5 days longer?", "what_if_inventory", {"change": {"lead_time_more_days": 5}}),
    ("what if suppliers deliver 3 days sooner?", "what_if_inventory", {"change": {"lead_time_more_days": -3}}),
    ("how should we spend 50 million on inventory?", "budget_buying", {"budget": 50_000_000.0}),
    ("revenue lost to empty shelves: what did stockouts cost us in the last 60 days", "cost_of_stockouts", {"days": 60}),
]
DOCUMENTS = [
    ("what are the payment terms in the contract?", "document_question"),
    ("how should we handle a customer who returns an opened package?", "document_question"),
    ("quy trình kiểm đếm kho như thế nào", "document_question"),
    ("find the document about cold storage", "search_documents"),
    ("what are customers saying in their reviews?", "review_themes"),
    ("what did the market notes say about sugar?", "market_context"),
]


# Rules, duties, permissions and terms go to the documents; what a figure or a record answers does not.
RULES = (
    "who approves write-offs?",
    "who signs off refunds above 5 million?",
    "are customers allowed to return opened packs?",
    "which goods cannot be returned?",
    "can food be exchanged?",
    "when do we have to pay Greenpasture?",
    "what is the minimum order value at Siam Harvest?",
    "how many days do customers have to return something?",
    "by when must a complaint be filed?",
    "what paperwork do we need for imports?",
    "how must dairy be stored?",
    "ai duyệt hủy hàng?",
    "hàng nào không được trả lại?",
    "bao giờ phải trả tiền cho Greenpasture?",
    "có được phép bán dưới giá vốn không?",
    "phải làm gì khi hàng bị hỏng?",
)
NO_RULES = (
    ("which products were returned most", "ranking"),
    ("how much do we have to pay suppliers this month", "metric_value"),
    ("do we need to buy more rice", "reorder_advice"),
    ("what happens if demand doubles", "what_if_inventory"),
    ("who is responsible for the drop in margin", "contribution"),
    ("sản phẩm nào bị trả lại nhiều nhất", "ranking"),
)


# One question of each language for every tool a phrase names.
BOTH: dict[str, tuple[str, str]] = {
    "policy_replay": (
        "how would the other ordering policies have done over the past 180 days?",
        "cách đặt hàng khác thì kết quả ra sao trong 90 ngày qua",
    ),
    "forecast_accuracy": ("how far off were our forecasts", "dự báo chính xác đến đâu?"),
    "supplier_options": ("who else could supply SD-SM-0035", "nên mua SD-SM-0035 của nhà cung cấp nào?"),
    "budget_buying": ("I have 40 million to spend on stock", "có 40 triệu thì nên nhập hàng gì?"),
    "documents_and_data": ("which late deliveries qualify for a penalty under the contract", "giao hàng trễ nào bị phạt theo hợp đồng"),
    "cost_of_stockouts": ("what have stock-outs cost us over the last 45 days", "hết hàng làm mất bao nhiêu doanh thu"),
    "review_themes": ("what are buyers grumbling about in their reviews", "khách phàn nàn về điều gì"),
    "market_context": ("what do the market reports say about coffee", "giá thị trường cà phê thế nào"),
    "search_documents": ("find the document about cold storage", "tìm tài liệu về kho lạnh"),
    "document_question": ("how do we handle a damaged parcel", "quy trình trả hàng thế nào"),
    "safety_stock_and_eoq": ("safety stock for coffee", "tồn kho an toàn của cà phê"),
    "abc_xyz": ("abc xyz of dairy", "phân tích abc xyz sữa"),
    "overstock": ("which goods are overstocked", "hàng nào đang tồn kho thừa"),
    "reorder_advice": ("make me a buying list for coffee", "nên nhập hàng gì"),
    "metric_value": ("how many days of stock do we have left of coffee", "cà phê còn đủ bán bao lâu"),
    "stockout_risk": ("what will be gone within two weeks if nothing comes in", "hàng nào có nguy cơ hết hàng"),
    "demand_forecast": ("how many units will we sell next month", "tháng sau bán được bao nhiêu sản phẩm"),
    "what_if_inventory": ("what if lead time doubles", "nếu thời gian giao tăng gấp đôi thì sao"),
}


def test_every_tool_a_phrase_names_has_a_question_in_both_languages() -> None:
    assert set(BOTH) == {wish.tool for wish in WISHES.values()}


@pytest.mark.parametrize(("tool", "question"), [(tool, question) for tool, pair in BOTH.items() for question in pair])
def test_a_phrase_of_either_language_names_its_tool(planner: Planner, tool: str, question: str) -> None:
    assert [name for name, _ in planner.calls(question)] == [tool]


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("forecast sales in October", "2027-10-01", "2027-10-31"),
        ("forecast sales in July 2027", "2027-07-01", "2027-07-31"),
        ("forecast sales this year", None, "2026-12-31"),
    ],
)
def test_months_to_come_are_the_ones_that_come(planner: Planner, question: str, first: str | None, last: str) -> None:
    ((tool, arguments),) = planner.calls(question)
    assert (tool, arguments.get("starts_on"), arguments["ends_on"]) == ("demand_forecast", first, last)


@pytest.mark.parametrize(("question", "arguments"), AHEAD)
def test_days_ahead_are_forecast(planner: Planner, question: str, arguments: dict[str, object]) -> None:
    assert planner.calls(question) == [("demand_forecast", arguments)]


@pytest.mark.parametrize(("question", "tool", "arguments"), STOCK)
def test_stock_ahead_is_planned(planner: Planner, question: str, tool: str, arguments: dict[str, object]) -> None:
    assert planner.calls(question) == [(tool, arguments)]


@pytest.mark.parametrize(("question", "tool"), DOCUMENTS)
def test_documents_reviews_and_the_market_are_asked(planner: Planner, question: str, tool: str) -> None:
    ((called, arguments),) = planner.calls(question)
    assert called == tool
    assert arguments.get("question", question) == question


@pytest.mark.parametrize(
    "question",
    [
        "revenue last month",
        "units of coffee in September",
        "which products have less than 7 days of cover",
        "orders with a payment by card",
        "return rate by category",
    ],
)
def test_the_past_is_asked_as_before(planner: Planner, question: str) -> None:
    assert planner.calls(question)
    assert all(tool not in {wish.tool for wish in WISHES.values()} - {"metric_value"} for tool, _ in planner.calls(question))


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ("what if prices go up by 5 %?", "not what a price does"),
        ("what happens if customers buy 4 days longer?", "by a factor"),
        ("forecast the return rate for next month", "units and revenue"),
        ("forecast sales of unicorns next month", "unicorns"),
        ("which supplier should we order Dairy from?", "which supplier could deliver a product"),
    ],
)
def test_what_no_tool_can_say_is_declined_with_the_reason(planner: Planner, question: str, why: str) -> None:
    plan = planner.plan(question)
    assert plan.outcome == "decline" and why in plan.reply


@pytest.mark.parametrize(
    "question",
    [
        "what are the cheapest products to reorder?",
        "which new products should we reorder?",
        "forecast average sales next month",
        "which late deliveries qualify for a penalty above 5 million?",
        "which late deliveries qualify for a penalty by month?",
        "lost sales last month because of stockouts",
        "what did stockouts cost us this week?",
        "what did stockouts cost us over the last 5 years?",
        "overstock by location",
        "how many orders will we get next month?",
        "forecast gross sales next month",
        "forecast units for the next 3 years",
        "which category will sell least next month?",
    ],
)
def test_a_word_the_tool_cannot_take_is_never_dropped(planner: Planner, question: str) -> None:
    assert planner.plan(question).outcome != "answer"


@pytest.mark.parametrize("question", ["what should I reorder this quarter?", "what do we need to order next month?"])
def test_advice_for_other_days_says_that_it_is_for_now(planner: Planner, question: str) -> None:
    plan = planner.plan(question)
    assert plan.calls()[0].tool == "reorder_advice"
    assert any("best done now" in text for text in plan.assumptions)


def test_what_runs_out_this_year_looks_to_its_end(planner: Planner) -> None:
    ((tool, arguments),) = planner.calls("what will run out this year?")
    assert (tool, arguments) == ("stockout_risk", {"horizon_days": 61})


def test_every_wish_has_a_tool_its_phrases_and_an_agent() -> None:
    names = {tool.name for tool in TOOLS}
    for language in LANGUAGES:
        assert set(read_table(language, "wishes")) == set(WISHES)
    assert {wish.tool for wish in WISHES.values()} <= names


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_is_found_where_it_is_written(language: str) -> None:
    table = read_table(language, "wishes")  # type: ignore[arg-type]
    for name, phrases in table.items():
        for phrase in phrases:  # type: ignore[attr-defined]
            found = {matter.name for matter in matters_in(tokens_of(tidy(phrase)), language)}  # type: ignore[arg-type]
            assert found & set(WISHES), f"{name}: {phrase}"


@pytest.mark.parametrize("question", RULES)
def test_rules_and_duties_are_asked_of_the_documents(planner: Planner, question: str) -> None:
    assert planner.calls(question) == [("document_question", {"question": question})]


@pytest.mark.parametrize(("question", "tool"), NO_RULES)
def test_what_a_figure_answers_is_not_asked_of_the_documents(planner: Planner, question: str, tool: str) -> None:
    assert planner.calls(question)[0][0] == tool
