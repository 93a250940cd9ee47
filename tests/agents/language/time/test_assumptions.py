"""What the words leave open is said, in the language of the question; what they settle needs no word."""

from __future__ import annotations

from datetime import date

import pytest

from agents.plan import Language
from tests.agents.language.time.grid import MAIN
from tests.agents.language.time.reading import spans_of


@pytest.mark.parametrize(
    ("text", "language", "assumption"),
    [
        ("October", "en", "taken as October 2025"),
        ("december", "en", "taken as December 2024"),
        ("Q3", "en", "taken as Q3 2025"),
        ("week 42", "en", "taken as week 42 of 2025"),
        ("3/5/2025", "en", "3 May 2025: the day is read before the month"),
        ("3/5/2025", "vi", "3/5/2025: đọc ngày trước tháng"),
        ("next month", "en", "it lies after 20 November 2025, the last day known"),
        ("tháng tới", "vi", "nằm sau 20/11/2025, ngày dữ liệu cuối cùng"),
        ("October 2027", "en", "it lies after 20 November 2025, the last day known"),
        ("FY2025", "en", "the fiscal year is taken as the calendar year unless set otherwise"),
        ("end of March", "en", "taken as the state on 31 March 2025"),
        ("from March to May", "en", "taken as 1 March 2025 to 31 May 2025"),
        ("early May", "en", "taken as 1 May 2025 to 10 May 2025"),
        ("quý 3", "vi", "hiểu là quý 3/2025"),
        ("tháng 10", "vi", "hiểu là tháng 10/2025"),
        ("Tết 2025", "vi", "hiểu là từ 28/1/2025 đến 2/2/2025"),
        ("on Friday", "en", "taken as 14 November 2025"),
        ("vs last month", "en", "compared with the same days of the month before"),
        ("the past month", "en", "taken as 1 October 2025 to 31 October 2025"),
    ],
)
def test_an_open_reading_says_what_was_decided(text: str, language: Language, assumption: str) -> None:
    (span,) = spans_of(text, MAIN, language)
    assert span.assumption == assumption


@pytest.mark.parametrize(
    "text",
    [
        "last month",
        "October 2025",
        "31/03/2025",
        "Q3 2025",
        "last 30 days",
        "yesterday",
        "YTD",
        "2024",
        "per month",
        "90 days",
        "yoy",
        "5/5/2025",
    ],
)
def test_a_settled_reading_says_nothing(text: str) -> None:
    (span,) = spans_of(text, MAIN)
    assert span.assumption == ""


@pytest.mark.parametrize(
    "text",
    [
        "tomorrow",
        "next week",
        "next month",
        "next quarter",
        "next year",
        "next 30 days",
        "the coming 2 weeks",
        "next October",
        "next Friday",
        "in October 2026",
        "Q1 2026",
        "2027",
        "rest of the year",
        "tuần tới",
        "ngày mai",
        "quý sau",
        "30 ngày tới",
        "năm sau",
    ],
)
def test_what_lies_ahead_starts_after_the_business_date_and_says_so(text: str) -> None:
    (span,) = spans_of(text, MAIN)
    start = getattr(span.meaning, "start", None) or date(getattr(span.meaning, "year", 0), 1, 1)
    assert start > MAIN
    assert "the last day known" in span.assumption
