"""Figures of a warehouse stand where it stands; what holds for a first question holds for a later one."""

from __future__ import annotations

import pytest

from tests.agents.language.planner_stage import Planner, calls_of, where

_IN_HANOI = where("location_province", "Hà Nội")["where"]


@pytest.mark.parametrize(
    "question",
    [
        "inventory turnover in Hanoi last month",
        "shrinkage units in Hanoi last month",
        "received units in Hanoi last month",
        "mean stock value in Hanoi last month",
    ],
)
def test_a_town_is_where_the_warehouse_stands(planner: Planner, question: str) -> None:
    ((_, arguments),) = planner.calls(question)
    assert arguments["where"] == _IN_HANOI


@pytest.mark.parametrize("question", ["revenue in Hanoi last month", "orders in Hanoi last month"])
def test_a_town_is_where_the_customers_live(planner: Planner, question: str) -> None:
    ((_, arguments),) = planner.calls(question)
    assert arguments["where"] == where("province", "Hà Nội")["where"]


@pytest.mark.parametrize(("question", "tool"), [("stock by province", "breakdown"), ("top 3 provinces by stock value", "ranking")])
def test_stock_by_province_is_cut_by_where_it_lies(planner: Planner, question: str, tool: str) -> None:
    ((found, arguments),) = planner.calls(question)
    assert (found, arguments["by"]) in ((tool, ["location_province"]), (tool, "location_province"))


@pytest.mark.parametrize("question", ["rejected units last month", "inventory turnover last month"])
def test_a_town_said_later_is_where_the_warehouse_stands(planner: Planner, question: str) -> None:
    ((_, arguments),) = calls_of(planner.talk(question, "and in Hanoi"))
    assert arguments["where"] == _IN_HANOI


def test_how_things_stand_now_knows_no_days_of_the_last_question(planner: Planner) -> None:
    ((_, arguments),) = calls_of(planner.talk("purchase spend last month", "and overdue purchase orders"))
    assert arguments == {"metrics": ["overdue_purchase_orders"]}


def test_a_run_of_months_is_not_lost_in_a_later_turn(planner: Planner) -> None:
    ((tool, arguments),) = calls_of(planner.talk("revenue by category this year", "which rose three months in a row"))
    assert (tool, arguments["at_least"], arguments["run"]) == ("streaks", 3, "rising")


@pytest.mark.parametrize("question", ["kênh nào có số đơn hủy tệ nhất tháng trước", "kenh nao co so don huy te nhat thang truoc"])
def test_the_worst_of_what_is_bad_is_the_most_with_and_without_marks(planner: Planner, question: str) -> None:
    ((_, arguments),) = planner.calls(question)
    assert not arguments.get("lowest")
