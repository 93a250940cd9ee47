"""Every tool is reached in both languages, with the arguments the question names."""

from __future__ import annotations

import pytest

from agents.language.wishes import WISHES
from tests.agents.language.planner_stage import NOTHING, Planner, named, where
from tools.call import find, validated
from tools.catalog import TOOLS

Row = tuple[str, str, dict[str, object]]
YEAR, MONTH, QUARTER = named("this_year"), named("last_month"), named("last_quarter")
BEVERAGES = {"dimension": "category", "op": "=", "values": ["Beverages"]}
DAIRY = {"dimension": "category", "op": "=", "values": ["Dairy"]}
COFFEE = {"metric": "orders", **where("subcategory", "Coffee")}
MILK = {"metric": "orders", **where("subcategory", "Milk")}

ENGLISH: list[Row] = [
    ("What was revenue last month?", "metric_value", {"metrics": ["revenue"], **MONTH}),
    ("revenue this month compared with last month", "metric_value", {"metrics": ["revenue"], "compare": {"to": "previous"}}),
    ("growth of revenue year on year last quarter", "metric_value", {"compare": {"to": "year_on_year"}, **QUARTER}),
    ("revenue by province last month", "breakdown", {"metrics": ["revenue"], "by": ["province"], **MONTH}),
    ("revenue by tier and channel last month", "breakdown", {"by": ["tier", "channel"]}),
    ("return rate by category this year", "breakdown", {"metrics": ["return_rate"], "by": ["category"], **YEAR}),
    ("purchase spend by supplier country last quarter", "breakdown", {"metrics": ["purchase_spend"], "by": ["supplier_country"]}),
    ("Which products are out of stock?", "breakdown", {"metrics": ["stock_on_hand"], "by": ["product"]}),
    ("revenue per week this quarter", "trend", {"metrics": ["revenue"], "grain": "week", **named("this_quarter")}),
    ("how many new customers per month this year", "trend", {"metrics": ["new_customers"], "grain": "month", **YEAR}),
    ("running total of revenue per month this year", "running_total", {"metric": "revenue", "grain": "month", **YEAR}),
    ("cumulative orders this month by day", "running_total", {"metric": "orders", "grain": "day", **named("this_month")}),
    ("7 day rolling average of orders in October 2026", "rolling_average", {"metric": "orders", "grain": "day", "n": 7}),
    ("On which day of the week do we get most orders this year?", "weekday_hour_pattern", {"metric": "orders", "of": ["weekday"], **YEAR}),
    ("median order value last month", "percentiles", {"metric": "revenue", "per": "order", "percentiles": [0.5], **MONTH}),
    ("90th percentile of delivery days this quarter", "percentiles", {"metric": "delivery_days", "percentiles": [0.9]}),
    ("distribution of order value this year", "histogram", {"metric": "revenue", "per": "order", **YEAR}),
    ("customers by number of orders this year", "group_by_metric", {"entity": "customer", "metric": "orders", **YEAR}),
    ("Top 5 products by revenue last quarter", "ranking", {"metric": "revenue", "by": "product", "n": 5, **QUARTER}),
    ("which carrier is fastest this year", "ranking", {"metric": "delivery_days", "by": "carrier", "lowest": True, **YEAR}),
    ("the third largest customer this year", "ranking", {"by": "customer", "n": 3, "nth": True, **YEAR}),
    ("which products are returned most", "ranking", {"metric": "returned_units", "by": "product"}),
    ("Best 3 products in each category by units this year", "ranking_within_groups", {"metric": "units", "within": "category", "n": 3}),
    ("share of Dairy in revenue last month", "share", {"metric": "revenue", "by": ["category"], **MONTH}),
    ("what percentage of orders came from the app this year", "share", {"metric": "orders", "by": ["channel"], **YEAR}),
    ("Which products make 80 % of revenue this year?", "pareto", {"metric": "revenue", "by": "product", "share": 0.8, **YEAR}),
    ("ABC analysis of products by revenue this year", "abc_classes", {"metric": "revenue", "by": "product", **YEAR}),
    ("Which products dropped out of the top 10 by revenue last month?", "rank_change", {"by": "product", "n": 10, "only": "dropped"}),
    ("compare revenue of Beverages with Dairy this year", "compare_groups", {"metric": "revenue", "left": [BEVERAGES], "right": [DAIRY]}),
    ("Which products lost most revenue last month?", "change_by_member", {"by": "product", "direction": "falling", **MONTH}),
    ("fastest growing products this quarter", "change_by_member", {"by": "product", "direction": "rising", "relative": True}),
    ("like for like revenue last quarter", "like_for_like", {"metric": "revenue", **QUARTER}),
    ("which categories contributed to the change in revenue last month", "contribution", {"metric": "revenue", "by": "category", **MONTH}),
    ("Was the change of revenue last month price or volume?", "decomposition", MONTH),
    ("Which products fell three months in a row?", "streaks", {"by": ["product"], "grain": "month", "run": "falling", "at_least": 3}),
    ("Who bought Coffee but never Milk?", "did_but_never", {"entity": "customer", "did": COFFEE, "never": MILK}),
    ("products never returned", "did_but_never", {"entity": "product", "never": {"metric": "returned_units"}}),
    ("How many customers bought both Beverages and Dairy this year?", "overlap", {"entity": "customer", "keep": "counts"}),
    ("Which customers have not ordered for 60 days?", "inactive", {"entity": "customer", "metric": "orders", "days": 60}),
    ("longest gap between orders by customer", "longest_gaps", {"entity": "customer", "metric": "orders"}),
    ("When did each customer last order?", "first_and_last", {"entity": "customer", "metric": "orders"}),
    ("How many customers placed a second order within 30 days?", "nth_event", {"entity": "customer", "n": 2, "within_days": 30}),
    ("cohort retention by month", "cohort_retention", {"grain": "month"}),
    ("order funnel last month", "funnel", {"of": "orders", **MONTH}),
    ("What is bought together most often?", "bought_together", NOTHING),
    ("opening and closing stock last month", "opening_closing_stock", {"metric": "stock_on_hand", **MONTH}),
    ("How old is our stock?", "stock_ageing", NOTHING),
    ("what was the price of SD-SM-0035 on 2026-09-30", "price_in_force", {"day": "2026-09-30", **where("product", "P0035")}),
    ("Which purchase orders are overdue?", "overdue", {"of": "purchase_orders"}),
    ("which shipments are late", "overdue", {"of": "shipments"}),
    ("status of order SO0001499", "look_up", {"of": "order", "ids": ["SO0001499"]}),
    ("who supplies SD-SM-0035", "look_up", {"of": "product", "ids": ["P0035"]}),
    ("what is in order SO0001499", "look_up_lines", {"of": "order", "ids": ["SO0001499"]}),
]  # fmt: skip

VIETNAMESE: list[Row] = [
    ("Doanh thu tháng trước là bao nhiêu?", "metric_value", {"metrics": ["revenue"], **MONTH}),
    ("so sánh doanh thu tháng này với tháng trước", "metric_value", {"metrics": ["revenue"], "compare": {"to": "previous"}}),
    ("hôm nay có bao nhiêu đơn", "metric_value", {"metrics": ["orders"], **named("today")}),
    ("bao nhiêu khách hàng ở Hà Nội", "metric_value", {"metrics": ["customer_count"], **where("province", "Hà Nội")}),
    ("doanh thu theo tỉnh tháng trước", "breakdown", {"metrics": ["revenue"], "by": ["province"], **MONTH}),
    ("biên lợi nhuận theo danh mục quý trước", "breakdown", {"metrics": ["margin_rate"], "by": ["category"], **QUARTER}),
    ("sản phẩm nào hết hàng", "breakdown", {"metrics": ["stock_on_hand"], "by": ["product"]}),
    ("doanh thu theo tuần quý này", "trend", {"metrics": ["revenue"], "grain": "week", **named("this_quarter")}),
    ("doanh thu lũy kế theo tháng năm nay", "running_total", {"metric": "revenue", "grain": "month", **YEAR}),
    ("trung bình động 7 ngày của đơn hàng tháng 10", "rolling_average", {"metric": "orders", "grain": "day", "n": 7}),
    ("khách đặt hàng thứ mấy nhiều nhất trong năm nay?", "weekday_hour_pattern", {"metric": "orders", "of": ["weekday"], **YEAR}),
    ("trung vị giá trị đơn hàng tháng trước", "percentiles", {"per": "order", "percentiles": [0.5], **MONTH}),
    ("phân bố giá trị đơn hàng năm nay", "histogram", {"metric": "revenue", "per": "order", **YEAR}),
    ("bao nhiêu khách mua một lần", "group_by_metric", {"entity": "customer", "metric": "orders"}),
    ("top 5 sản phẩm theo doanh thu quý trước", "ranking", {"metric": "revenue", "by": "product", "n": 5, **QUARTER}),
    ("top 10 khach hang theo loi nhuan nam nay", "ranking", {"metric": "margin", "by": "customer", "n": 10, **YEAR}),
    ("3 sản phẩm bán chạy nhất trong mỗi danh mục năm nay", "ranking_within_groups", {"by": "product", "within": "category", "n": 3}),
    ("tỷ trọng doanh thu theo kênh năm nay", "share", {"metric": "revenue", "by": ["channel"], **YEAR}),
    ("sản phẩm nào tạo ra 80% doanh thu năm nay", "pareto", {"metric": "revenue", "by": "product", "share": 0.8, **YEAR}),
    ("phân loại abc sản phẩm theo doanh thu năm nay", "abc_classes", {"metric": "revenue", "by": "product", **YEAR}),
    ("sản phẩm nào rớt khỏi top 10 doanh thu tháng trước", "rank_change", {"by": "product", "n": 10, "only": "dropped", **MONTH}),
    ("so sánh doanh thu Beverages với Dairy năm nay", "compare_groups", {"metric": "revenue", "left": [BEVERAGES], "right": [DAIRY]}),
    ("danh mục nào giảm doanh thu nhiều nhất tháng trước", "change_by_member", {"by": "category", "direction": "falling", **MONTH}),
    ("doanh thu cùng cửa hàng quý trước", "like_for_like", {"metric": "revenue", "entity": "location", **QUARTER}),
    ("doanh thu tháng trước thay đổi do giá hay do lượng", "decomposition", MONTH),
    ("sản phẩm nào giảm 3 tháng liên tiếp", "streaks", {"by": ["product"], "grain": "month", "run": "falling", "at_least": 3}),
    ("khách hàng nào mua Coffee nhưng chưa bao giờ mua Milk", "did_but_never", {"entity": "customer", "did": COFFEE, "never": MILK}),
    ("bao nhiêu khách hàng mua cả Beverages và Dairy năm nay", "overlap", {"entity": "customer", "keep": "counts"}),
    ("khách hàng nào không đặt hàng trong 60 ngày", "inactive", {"entity": "customer", "metric": "orders", "days": 60}),
    ("khách hàng nào có khoảng cách dài nhất giữa hai đơn", "longest_gaps", {"entity": "customer", "metric": "orders"}),
    ("lần cuối Tạp hóa Cô Thắng mua hàng là khi nào", "first_and_last", {"entity": "customer", **where("customer", "C00005")}),
    ("bao nhiêu khách mua lần thứ hai trong 30 ngày", "nth_event", {"entity": "customer", "n": 2, "within_days": 30}),
    ("tỷ lệ giữ chân khách theo tháng", "cohort_retention", {"grain": "month"}),
    ("phễu đơn hàng tháng trước", "funnel", {"of": "orders", **MONTH}),
    ("sản phẩm nào hay được mua cùng nhau", "bought_together", NOTHING),
    ("tồn đầu kỳ và cuối kỳ tháng trước", "opening_closing_stock", {"metric": "stock_on_hand", **MONTH}),
    ("tuổi tồn kho theo kho", "stock_ageing", {"by": ["location"]}),
    ("giá của SD-SM-0035 là bao nhiêu", "price_in_force", where("product", "P0035")),
    ("đơn mua hàng nào quá hạn", "overdue", {"of": "purchase_orders"}),
    ("chi tiết đơn hàng SO0001499", "look_up", {"of": "order", "ids": ["SO0001499"]}),
    ("đơn SO0001499 gồm những gì", "look_up_lines", {"of": "order", "ids": ["SO0001499"]}),
]  # fmt: skip
WHY = [("Why did revenue fall last month?", "en"), ("Tại sao doanh thu giảm tháng trước?", "vi")]


@pytest.mark.parametrize(("question", "tool", "named_there"), [*ENGLISH, *VIETNAMESE])
def test_a_question_is_its_tool_with_what_it_names(planner: Planner, question: str, tool: str, named_there: dict[str, object]) -> None:
    ((called, arguments),) = planner.calls(question)
    assert called == tool
    assert {name: arguments.get(name) for name in named_there} == named_there


@pytest.mark.parametrize("rows", [ENGLISH, VIETNAMESE], ids=["en", "vi"])
def test_every_tool_for_one_question_has_its_row(rows: list[Row]) -> None:
    elsewhere = {"chain", "contribution", *(wish.tool for wish in WISHES.values())}
    assert {tool.name for tool in TOOLS} - elsewhere <= {tool for _, tool, _ in rows}


@pytest.mark.parametrize(("question", "language"), WHY)
def test_why_is_the_change_who_made_it_and_of_what(planner: Planner, question: str, language: str) -> None:
    plan = planner.plan(question)
    assert [call.tool for call in plan.calls()] == ["metric_value", "contribution", "decomposition"]
    assert all(call.arguments["period"] == MONTH["period"] for call in plan.calls())
    assert plan.language == language


@pytest.mark.parametrize("rows", [ENGLISH, VIETNAMESE], ids=["en", "vi"])
def test_every_call_passes_the_gate_and_the_plan_keeps_its_form(planner: Planner, rows: list[Row]) -> None:
    for question, _, _ in rows:
        plan = planner.plan(question)
        assert type(plan).model_validate_json(plan.model_dump_json()) == plan
        for call in plan.calls():
            validated(find(call.tool, TOOLS), call.arguments)


def test_a_plan_shows_how_it_was_read(planner: Planner) -> None:
    tokens = planner.plan("Top 5 products by margin in Hà Nội last month").reading
    shown = {token.kind: token.text for token in tokens}
    assert shown["metric"] == "margin" and shown["grouping"] == "product" and shown["limit"] == "5"
    assert "Hà Nội" in shown["filter"] and "last month" in shown["period"]
