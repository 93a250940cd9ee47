"""Values shown and read again: what is typed says the value within the step of its last digit."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.formats import Kind, Style, escape, show, show_day, show_period, shown
from agents.mentions import find_dates, find_numbers
from agents.plan import Language
from tools.facts import Days

CURRENCIES = ("VND", "USD", "EUR")
numbers = st.decimals(min_value=-(10**13), max_value=10**13, allow_nan=False, allow_infinity=False, places=6)
languages: st.SearchStrategy[Language] = st.sampled_from(get_args(Language))


@pytest.mark.parametrize(
    ("value", "unit", "language", "currency", "style", "text"),
    [
        (Decimal("1234567.40"), "money", "en", "VND", "plain", "1,234,567 VND"),
        (Decimal("1234567.40"), "money", "vi", "VND", "plain", "1.234.567 ₫"),
        (Decimal("1234.5"), "money", "en", "USD", "plain", "1,234.50 USD"),
        (Decimal("1234.5"), "money", "vi", "USD", "plain", "1.234,50 USD"),
        (Decimal("4441000000"), "money", "en", "VND", "short", "4.44 billion VND"),
        (Decimal("4441000000"), "money", "vi", "VND", "short", "4,44 tỷ ₫"),
        (Decimal("999999999"), "money", "en", "VND", "short", "1.00 billion VND"),
        (0.0572, "%", "en", "VND", "signed", "+5.7%"),
        (-0.0572, "%", "vi", "VND", "plain", "-5,7%"),
        (0.8, "%", "en", "VND", "plain", "80%"),
        (0.00596, "pp", "en", "VND", "plain", "0.60 pp"),
        (0.00596, "pp", "vi", "VND", "plain", "0,60 điểm %"),
        (Decimal("-225"), "units", "en", "VND", "size", "225 units"),
        (1.8193, "days", "vi", "VND", "plain", "1,8 ngày"),
        (0.0014, "days", "en", "VND", "plain", "0.00 days"),
        (4.257, "1..5", "en", "VND", "plain", "4.26/5"),
        (3, "rank", "en", "VND", "plain", "#3"),
        (1234, "count", "vi", "VND", "plain", "1.234"),
        (True, None, "vi", "VND", "plain", "có"),
        (None, "money", "en", "VND", "plain", "no value"),
        (date(2026, 9, 4), None, "en", "VND", "plain", "4 Sep 2026"),
        (datetime(2026, 9, 4, 6, 2), None, "vi", "VND", "plain", "4/9/2026 06:02"),
    ],
)
def test_values_read_as_people_write_them(value: object, unit: Kind, language: Language, currency: str, style: Style, text: str) -> None:
    assert show(value, unit, language, currency, style) == text  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("start", "end", "english", "vietnamese"),
    [
        (date(2026, 9, 1), date(2026, 9, 30), "September 2026", "tháng 9/2026"),
        (date(2026, 10, 1), date(2026, 10, 24), "1-24 Oct 2026", "1-24/10/2026"),
        (date(2026, 7, 1), date(2026, 9, 30), "Q3 2026", "quý 3/2026"),
        (date(2026, 1, 1), date(2026, 12, 31), "year 2026", "năm 2026"),
        (date(2026, 3, 1), date(2026, 10, 31), "1 Mar - 31 Oct 2026", "1/3/2026 - 31/10/2026"),
        (date(2024, 11, 1), date(2026, 10, 31), "1 Nov 2024 - 31 Oct 2026", "1/11/2024 - 31/10/2026"),
        (date(2026, 9, 4), date(2026, 9, 4), "4 Sep 2026", "4/9/2026"),
    ],
)
def test_periods_have_their_names(start: date, end: date, english: str, vietnamese: str) -> None:
    days = Days(start=start, end=end)
    assert (show_period(days, "en"), show_period(days, "vi")) == (english, vietnamese)


@given(numbers, st.sampled_from(get_args(Kind)), languages, st.sampled_from(CURRENCIES), st.sampled_from(("plain", "signed", "short")))
@settings(max_examples=400)
def test_what_is_shown_says_the_value_within_its_last_digit(
    value: Decimal, unit: Kind, language: Language, currency: str, style: Style
) -> None:
    value = abs(value) if unit == "rank" else value / 10**6 if unit in ("%", "pp") else value
    said = shown(value, unit, language, currency, style)
    (mention,) = find_numbers(said.text, language)
    assert mention.value == said.value
    assert abs(mention.value - value) <= said.step / 2
    assert mention.step == said.step
    assert mention.kind in (unit, "number" if unit in ("count", "ratio", "number") else unit)
    assert mention.currency == (currency if unit == "money" else "")


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.integers(0, 900), languages)
def test_every_period_reads_back_as_its_days(start: date, length: int, language: Language) -> None:
    end = date.fromordinal(start.toordinal() + length)
    (found,) = find_dates(show_period(Days(start=start, end=end), language))
    assert (found.days.start, found.days.end) == (start, end)
    (day,) = find_dates(show_day(start, language))
    assert day.days == Days(start=start, end=start)


@pytest.mark.parametrize("text", ["#1 January 2026: 4", "- #12 March 2025: 4,000 VND"])
def test_the_rank_before_a_month_is_no_day_of_it(text: str) -> None:
    (month,) = find_dates(text)
    assert month.days is not None
    assert month.days.start.day == 1
    assert month.days.end.day == 31


@given(st.text(max_size=60))
def test_text_never_becomes_markup_or_a_placeholder(text: str) -> None:
    shown_text = escape(text)
    assert "\n" not in shown_text
    assert "{" not in shown_text.replace("\\{", "")
    assert "](" not in shown_text.replace("\\]", "")


def test_a_number_grouped_as_the_other_language_does_is_no_number() -> None:
    (english,), (vietnamese,) = find_numbers("1.234.567 VND", "en"), find_numbers("1,234,567 ₫", "vi")
    assert english.value is None
    assert vietnamese.value is None


@pytest.mark.parametrize(
    ("text", "language", "kind", "value"),
    [
        ("1.2M VND", "en", "money", "1200000"),
        ("$12.50", "en", "money", "12.50"),
        ("3.4 billion VND", "en", "money", "3400000000"),
        ("4,44 tỷ ₫", "vi", "money", "4440000000"),
        ("12 triệu đồng", "vi", "money", "12000000"),
        ("-5.7%", "en", "%", "-0.057"),
        ("2 percentage points", "en", "pp", "0.02"),
        ("1,5 điểm phần trăm", "vi", "pp", "0.015"),
        ("3rd", "en", "rank", "3"),
        ("#3", "en", "rank", "3"),
        ("1.8 times", "en", "ratio", "1.8"),
        ("a dozen", "en", "count", "12"),
        ("twice", "en", "ratio", "2"),
        ("gấp đôi", "vi", "ratio", "2"),
        ("ba kho", "vi", "count", "3"),
        ("57 ngày", "vi", "days", "57"),
    ],
)
def test_numbers_are_read_in_digits_and_words(text: str, language: Language, kind: Kind, value: str) -> None:
    (mention,) = find_numbers(text, language)
    assert (mention.kind, mention.value) == (kind, Decimal(value))


@pytest.mark.parametrize("text", ["SKU-1234", "P0039", "see [3]", "1. first", "cả hai kho", "Thứ hai"])
def test_identifiers_citations_and_list_numbers_are_no_numbers(text: str) -> None:
    assert find_numbers(text, "vi" if text.startswith(("cả", "Thứ")) else "en") == []
