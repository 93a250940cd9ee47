"""Readings side by side settle each other: shared years, the base of a comparison, the period a comparison takes for granted."""

from __future__ import annotations

from datetime import date

import pytest

from agents.language.time.implied import implied_period
from agents.language.time.reader import read_times
from agents.language.tokens import tidy, tokens_of
from tests.agents.language.time.grid import MAIN
from tests.agents.language.time.reading import read, spans_of
from tools.query.contract import Comparison


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("March against April 2024", [(2024, 3), (2024, 4)]),
        ("October 2024 vs September", [(2024, 10), (2024, 9)]),
        ("December and January 2024", [(2023, 12), (2024, 1)]),
        ("December 2023 and January", [(2023, 12), (2024, 1)]),
        ("July, August and September 2024", [(2024, 7), (2024, 8), (2024, 9)]),
        ("tháng 9 và tháng 10 năm 2024", [(2024, 9), (2024, 10)]),
        ("March 2024 and the revenue of all our shops in May", [(2024, 3), (2025, 5)]),
    ],
)
def test_a_year_said_once_holds_for_what_stands_beside_it(text: str, months: list[tuple[int, int]]) -> None:
    assert [row[1] for row in read(text, MAIN)] == [date(year, month, 1) for year, month in months]


@pytest.mark.parametrize(
    ("text", "to"),
    [
        ("this month vs last month", "previous"),
        ("last month vs this month", "period"),
        ("October vs last month", "previous"),
        ("November vs last month", "previous"),
        ("September vs last month", "period"),
        ("last month vs last year", "year_on_year"),
        ("2023 vs last year", "period"),
        ("2024 vs last year", "previous"),
        ("2025 vs last year", "year_on_year"),
        ("2023 vs the previous year", "previous"),
        ("October vs the previous year", "year_on_year"),
        ("this year vs the year before", "year_on_year"),
        ("năm 2024 so với năm trước", "previous"),
        ("yesterday vs last week", "period"),
        ("last 30 days vs last year", "year_on_year"),
        ("last 30 days vs the previous 30 days", "previous"),
    ],
)
def test_a_comparison_is_read_against_its_period(text: str, to: str) -> None:
    comparison = spans_of(text, MAIN)[-1].meaning
    assert isinstance(comparison, Comparison)
    assert comparison.to == to


@pytest.mark.parametrize(
    ("text", "implied"),
    [
        ("revenue vs last month", "this_month"),
        ("revenue mom", "this_month"),
        ("sales week on week", "this_week"),
        ("compared with the previous quarter", "this_quarter"),
        ("higher than yesterday", "today"),
        ("than last year", "this_year"),
        ("yoy", "this_year"),
        ("so với tuần trước", "this_week"),
        ("so với cùng kỳ năm ngoái", "this_year"),
        ("compared with the previous period", None),
        ("vs September", None),
        ("last month", None),
    ],
)
def test_a_comparison_alone_speaks_of_the_current_unit(text: str, implied: str | None) -> None:
    tokens = tokens_of(tidy(text))
    (span,) = read_times(tokens, MAIN, "en")
    period = implied_period(span, tokens)
    assert (period.name if period else None) == implied
