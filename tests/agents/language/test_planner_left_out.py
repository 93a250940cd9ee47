"""Days a question leaves out, in the year it asks about; and words that only look like a reference or a state."""

from __future__ import annotations

from datetime import date

import pytest

from agents.language.leaving_out import in_its_year
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


def test_a_part_of_a_year_without_its_number_is_not_left_out_of_another() -> None:
    assert in_its_year({"kind": "named", "name": "last_year"}, [(date(2026, 3, 1), date(2026, 3, 31))]) is None


@pytest.mark.parametrize("question", ["which customers bought in january but not only in q1", "january q1 purchases without only"])
def test_a_time_within_another_is_no_second_one(planner: Planner, question: str) -> None:
    assert planner.plan(question).outcome in ("answer", "clarify", "decline")
