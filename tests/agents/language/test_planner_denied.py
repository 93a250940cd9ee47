"""What a "not" denies is turned, left out or declined, never answered as if it had been said."""

from __future__ import annotations

import pytest

from tests.agents.language.planner_stage import Planner

CITY = "Hà Nội"
TURNED: dict[str, tuple[str, dict[str, object]]] = {
    "how many parcels were not late last quarter": ("metric_value", {"metrics": ["on_time_deliveries"]}),
    "products that aren't running low": ("breakdown", {"having": [{"metric": "days_of_cover", "op": ">=", "value": 7}]}),
    "which articles are not sold out": ("breakdown", {"having": [{"metric": "stock_on_hand", "op": ">", "value": 0}]}),
    "goods whose stock is not below 25": ("breakdown", {"having": [{"metric": "stock_on_hand", "op": ">=", "value": 25}]}),
    "orders not over 3 million this quarter": ("breakdown", {"having": [{"metric": "revenue", "op": "<=", "value": 3_000_000}]}),
    "how many orders weren't cancelled last quarter": ("metric_value", {"metrics": ["orders"]}),
}
DECLINED = (
    "orders not sent out late",
    "which purchase orders are not overdue",
    "how many orders weren't sent back last month",
    "articles that aren't overstocked",
    "revenue this quarter leaving out returns",
    "units last quarter without the returned ones",
    "margin last month ignoring delivery costs",
    "turnover this year net of refunds",
    "I have -8 million for stock",
    "with a budget of minus 20 million what should we buy",
)
LEFT_OUT: dict[str, tuple[str, str, list[str]]] = {
    "units by city but not Hà Nội": ("province", "!=", [CITY]),
    "revenue per tier but without gold last month": ("tier", "!=", ["gold"]),
    "orders this quarter neither by phone nor in the app": ("channel", "not_in", ["phone", "app"]),
    "revenue last month except Hà Nội and not Đà Nẵng": ("province", "not_in", [CITY, "Đà Nẵng"]),
    "units this year if we drop whatever isn't from Hà Nội": ("province", "=", [CITY]),
    "sales last quarter, ignoring shoppers who are not gold": ("tier", "=", ["gold"]),
}
WITHOUT_PROMOTION = {
    "units sold without a promotion last month": "is_null",
    "turnover this year outside of any promotion": "is_null",
    "orders under a promotion in August 2026": "not_null",
    "how much did we sell on promo last quarter": "not_null",
}


@pytest.mark.parametrize(("question", "meant"), TURNED.items())
def test_what_is_denied_is_turned(planner: Planner, question: str, meant: tuple[str, dict[str, object]]) -> None:
    ((tool, arguments),) = planner.calls(question)
    assert tool == meant[0]
    assert {name: arguments[name] for name in meant[1]} == meant[1]


@pytest.mark.parametrize("question", DECLINED)
def test_what_cannot_be_turned_is_not_answered(planner: Planner, question: str) -> None:
    assert planner.calls(question) == []


@pytest.mark.parametrize(("question", "meant"), LEFT_OUT.items())
def test_a_name_is_left_out_and_left_out_twice_is_meant(planner: Planner, question: str, meant: tuple[str, str, list[str]]) -> None:
    ((tool, arguments),) = planner.calls(question)
    assert tool in ("metric_value", "breakdown")
    assert arguments["where"] == [{"dimension": meant[0], "op": meant[1], "values": meant[2]}]


@pytest.mark.parametrize(("question", "op"), WITHOUT_PROMOTION.items())
def test_a_promotion_may_be_missing(planner: Planner, question: str, op: str) -> None:
    ((_, arguments),) = planner.calls(question)
    assert arguments["where"] == [{"dimension": "promotion", "op": op}]


@pytest.mark.parametrize("question", ["orders this year without may", "units this year, skip may", "refunds this year leaving out May"])
def test_may_is_a_month_where_it_is_left_out(planner: Planner, question: str) -> None:
    ((_, arguments),) = planner.calls(question)
    assert arguments["where"] == [{"dimension": "month", "op": "!=", "values": ["2026-05-01"]}]


def test_late_after_were_is_no_time_of_the_month(planner: Planner) -> None:
    ((_, arguments),) = planner.calls("how many deliveries were late last month")
    assert arguments["period"] == {"kind": "named", "name": "last_month"}
    assert arguments["metrics"] == ["late_deliveries"]
