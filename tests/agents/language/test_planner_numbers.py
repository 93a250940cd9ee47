"""Numbers, thresholds, negation, plurals and days, as they arrive in the arguments of a call."""

from __future__ import annotations

from datetime import date

import pytest

from tests.agents.language.planner_stage import Planner, calls_of, having, named, where

YEAR, MONTH = named("this_year"), named("last_month")

THRESHOLDS = [
    ("customers with revenue over 1.000.000 this year", having("revenue", ">", 1_000_000)),
    ("customers with revenue over 1,000,000 this year", having("revenue", ">", 1_000_000)),
    ("customers with at least 2,000,000.5 revenue this year", having("revenue", ">=", 2_000_000.5)),
    ("customers whose revenue exceeds 3,5 triệu", having("revenue", ">", 3_500_000)),
    ("khách hàng có doanh thu trên 3,5 triệu năm nay", having("revenue", ">", 3_500_000)),
    ("khách hàng có doanh thu trên 3 triệu năm nay", having("revenue", ">", 3_000_000)),
    ("khach hang co doanh thu tren 3 trieu nam nay", having("revenue", ">", 3_000_000)),
    ("khách hàng có doanh thu trên 1 tỷ năm nay", having("revenue", ">", 1_000_000_000)),
    ("khách hàng có hơn 1.000.000 đồng doanh thu tháng trước", having("revenue", ">", 1_000_000)),
    ("customers with revenue between 1m and 5m this year", having("revenue", "between", 1_000_000, upper=5_000_000)),
    ("products with stock below 20k", having("stock_on_hand", "<", 20_000)),
    ("products with stock above ten thousand", having("stock_on_hand", ">", 10_000)),
    ("products with stock of 10 or less", having("stock_on_hand", "<=", 10)),
    ("sản phẩm tồn kho dưới 10", having("stock_on_hand", "<", 10)),
    ("products with zero stock", having("stock_on_hand", "=", 0)),
    ("customers with more than 3 orders this year", having("orders", ">", 3)),
    ("customers with no more than 2 orders this year", having("orders", "<=", 2)),
    ("customers with fewer than two orders this year", having("orders", "<", 2)),
    ("products with at most 12 units last month", having("units", "<=", 12)),
    ("products with a margin rate below 50 % this year", having("margin_rate", "<", 0.5)),
    ("products with margin rate below 20% last quarter", having("margin_rate", "<", 0.2)),
    ("products with a margin rate under 50 percent this year", having("margin_rate", "<", 0.5)),
    ("products with margin rate below fifty percent this year", having("margin_rate", "<", 0.5)),
    ("sản phẩm có biên lợi nhuận dưới 50 % năm nay", having("margin_rate", "<", 0.5)),
    ("categories where return rate is above 5% this year", having("return_rate", ">", 0.05)),
    ("products with rating below 4", having("average_rating", "<", 4)),
    ("suppliers with lead time over 10 days", having("supplier_lead_time_days", ">", 10)),
    ("carriers with more than 2 days delivery time", having("delivery_days", ">", 2)),
    ("products with less than 7 days of cover", having("days_of_cover", "<", 7)),
]  # fmt: skip

EXCLUDED = [
    ("revenue excluding Beverages last month", where("category", "Beverages", op="!=")),
    ("revenue without the app last month", where("channel", "app", op="!=")),
    ("revenue outside Hà Nội last month", where("province", "Hà Nội", op="!=")),
    ("non-gold customers revenue last month", where("tier", "gold", op="!=")),
    ("revenue last month excluding Dairy and Beverages", where("category", "Dairy", "Beverages", op="not_in")),
    ("doanh thu trừ Hà Nội tháng trước", where("province", "Hà Nội", op="!=")),
    ("doanh thu không tính Hà Nội tháng trước", where("province", "Hà Nội", op="!=")),
    ("revenue of Dairy and Beverages last month", where("category", "Dairy", "Beverages", op="in")),
]

PLURALS = [
    ("product category revenue last month", ["category"]),
    ("revenue by product categories last month", ["category"]),
    ("revenue by categories last month", ["category"]),
    ("supplier countries by purchase spend", ["supplier_country"]),
    ("sales channels by revenue", ["channel"]),
    ("revenue by sales channel last month", ["channel"]),
    ("orders by payment methods last month", ["payment_method"]),
    ("revenue by customer tiers last month", ["tier"]),
]

DAYS: list[tuple[str, dict[str, object]]] = [
    ("revenue yesterday", {"kind": "named", "name": "yesterday"}),
    ("revenue on 2026-10-05", {"kind": "between", "start": "2026-10-05", "end": "2026-10-05"}),
    ("revenue between 1 and 15 October", {"kind": "between", "start": "2026-10-01", "end": "2026-10-15"}),
    ("doanh thu từ 1/9 đến 15/9", {"kind": "between", "start": "2026-09-01", "end": "2026-09-15"}),
    ("revenue since August", {"kind": "between", "start": "2026-08-01", "end": "2026-10-31"}),
    ("revenue in the first half of 2026", {"kind": "between", "start": "2026-01-01", "end": "2026-06-30"}),
    ("revenue of the last 3 full months", {"kind": "last", "n": 3, "unit": "month", "full": True}),
    ("stock of Beverages at the end of September", {"kind": "as_of", "day": "2026-09-30"}),
    ("lợi nhuận gộp quý 3", {"kind": "calendar", "year": 2026, "quarter": 3}),
]


@pytest.mark.parametrize(("question", "condition"), THRESHOLDS)
def test_a_threshold_is_the_number_that_was_written(planner: Planner, question: str, condition: dict[str, object]) -> None:
    ((tool, arguments),) = planner.calls(question)
    assert tool == "breakdown"
    assert arguments["having"] == condition["having"]


@pytest.mark.parametrize(("question", "condition"), EXCLUDED)
def test_what_is_left_out_is_left_out(planner: Planner, question: str, condition: dict[str, object]) -> None:
    ((tool, arguments),) = planner.calls(question)
    assert (tool, arguments["metrics"], arguments["where"]) == ("metric_value", ["revenue"], condition["where"])
    assert arguments["period"] == MONTH["period"]


@pytest.mark.parametrize(("question", "by"), PLURALS)
def test_two_nouns_are_one_dimension(planner: Planner, question: str, by: list[str]) -> None:
    ((tool, arguments),) = planner.calls(question)
    assert (tool, arguments["by"]) == ("breakdown", by)


@pytest.mark.parametrize(("question", "period"), DAYS)
def test_days_are_the_days_that_were_written(planner: Planner, question: str, period: dict[str, object]) -> None:
    ((_, arguments),) = planner.calls(question)
    assert arguments["period"] == period


@pytest.mark.parametrize(
    "question",
    [
        "revenue above 1000",
        "top 0 products by revenue",
        "top 1000000000 products by revenue",
        "last 0 days revenue",
        "revenue last 100000 years",
    ],
)
def test_a_number_that_cannot_be_taken_into_account_is_told(planner: Planner, question: str) -> None:
    plan = planner.plan(question)
    assert plan.outcome == "decline" and not plan.calls()
    number = next(word for word in question.split() if word.isdigit())
    assert number in plan.reply


@pytest.mark.parametrize(
    ("as_of", "start", "end"),
    [
        (date(2026, 10, 31), "2026-08-01", "2026-10-31"),
        (date(2026, 9, 15), "2026-08-01", "2026-09-15"),
        (date(2026, 8, 2), "2026-08-01", "2026-08-02"),
    ],
)
def test_the_day_it_is_decides_what_since_means(planner: Planner, as_of: date, start: str, end: str) -> None:
    ((_, arguments),) = calls_of(planner.plan("revenue since August 2026", as_of=as_of))
    assert arguments["period"] == {"kind": "between", "start": start, "end": end}


def test_a_month_without_a_year_is_the_last_one_there_was(planner: Planner) -> None:
    periods = [calls_of(planner.plan("revenue in October", as_of=day))[0][1]["period"] for day in (date(2026, 10, 31), date(2026, 9, 15))]
    assert periods == [{"kind": "calendar", "year": year, "month": 10} for year in (2026, 2025)]


@pytest.mark.parametrize("question", ["revenue tomorrow", "orders next month", "doanh thu năm sau"])
def test_days_to_come_are_never_answered_from_the_past(planner: Planner, question: str) -> None:
    plan = planner.plan(question)
    assert plan.outcome in ("answer", "decline") and {call.tool for call in plan.calls()} <= {"demand_forecast"}
