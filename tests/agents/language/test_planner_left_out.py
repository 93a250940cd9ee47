"""Days a question leaves out, in the year it asks about; and words that only look like a reference or a state."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.agents.language.planner_stage import Planner, where


@pytest.mark.parametrize(
    ("question", "year", "dimension", "left"),
    [
        ("revenue 2025 except q4", 2025, "quarter", "2025-10-01"),
        ("revenue 2025 except february", 2025, "month", "2025-02-01"),
        ("doanh thu năm 2025 trừ tháng 3", 2025, "month", "2025-03-01"),
    ],
)
def test_what_is_left_out_lies_in_the_year_that_is_asked_about(
    planner: Planner, question: str, year: int, dimension: str, left: str
) -> None:
    ((_, arguments),) = planner.calls(question)
    assert arguments["period"] == {"kind": "calendar", "year": year}
    assert {"where": arguments["where"]} == where(dimension, left, op="!=")


def test_a_month_without_a_year_is_left_out_of_last_year(planner: Planner) -> None:
    ((_, arguments),) = planner.calls("revenue last year without march")
    last = planner.as_of.year - 1
    assert arguments["period"] == {"kind": "named", "name": "last_year"}
    assert {"where": arguments["where"]} == where("month", f"{last}-03-01", op="!=")


def test_last_month_is_left_out_of_this_year(planner: Planner) -> None:
    ((_, arguments),) = planner.calls("revenue this year without last month")
    before = planner.as_of.replace(day=1) - timedelta(days=1)
    assert {"where": arguments["where"]} == where("month", before.replace(day=1).isoformat(), op="!=")


def test_a_month_outside_the_days_that_are_asked_about_is_not_dropped_in_silence(planner: Planner) -> None:
    assert planner.plan("revenue last month without march 2024").outcome != "answer"


@pytest.mark.parametrize("question", ["which customers bought in january but not only in q1", "january q1 purchases without only"])
def test_a_time_within_another_is_no_second_one(planner: Planner, question: str) -> None:
    assert planner.plan(question).outcome in ("answer", "clarify", "decline")
