"""Values as they are shown: like the answer's words, which the writer formats by its own code."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.formats import show as written
from ui.numbers import Language, Locale, is_number, show, show_bare, show_bucket, show_seconds, unit_label

UNITS = ("money", "%", "units", "count", "days", "ratio", "1..5", "number")
numbers = (
    st.integers(-(10**12), 10**12)
    | st.decimals(-(10**9), 10**9, places=4, allow_nan=False)
    | st.floats(-1e6, 1e6).map(lambda x: round(x, 4))
)


@given(numbers, st.sampled_from(UNITS), st.sampled_from(["en", "vi"]), st.sampled_from(["VND", "USD"]))
def test_a_value_reads_as_in_the_text(value: int | float | Decimal, unit: str, language: Language, currency: str) -> None:
    assert show(value, unit, Locale(language, None, currency)) == written(value, unit, language, currency)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (1234567.5, "money", "1,234,567.50"),
        (0.345, "%", "34.5%"),
        (None, "money", "–"),
        (True, None, "yes"),
        ("Tea", None, "Tea"),
        (12, None, "12"),
    ],
)
def test_a_cell_leaves_the_unit_to_its_head(value: object, unit: str | None, expected: str) -> None:
    assert show_bare(value, unit, Locale("en", None, "USD")) == expected  # type: ignore[arg-type]


def test_separators_are_a_wish_of_their_own() -> None:
    assert show(1234.5, "days", Locale("en", "1.234,5")) == "1.234,5 days"
    assert show(1234.5, "days", Locale("vi", "1,234.5")) == "1,234.5 ngày"
    assert show(1234.5, "days", Locale("vi")) == "1.234,5 ngày"


def test_days_are_days_and_other_text_is_not() -> None:
    assert show_bare("2026-10-31", None, Locale()) == "31 Oct 2026"
    assert show_bare(date(2026, 10, 31), None, Locale("vi")) == "31/10/2026"
    assert show_bare(datetime(2026, 10, 31, 8, 5), None, Locale()) == "31 Oct 2026 08:05"
    assert show_bare("2026-13-45", None, Locale()) == "2026-13-45"


@pytest.mark.parametrize(
    ("grain", "en", "vi"),
    [("month", "Oct 2026", "10/2026"), ("quarter", "Q4 2026", "quý 4/2026"), ("year", "2026", "2026"), ("week", "1 Oct 2026", "1/10/2026")],
)
def test_a_bucket_has_its_name(grain: str, en: str, vi: str) -> None:
    assert (show_bucket(date(2026, 10, 1), grain), show_bucket(date(2026, 10, 1), grain, "vi")) == (en, vi)


def test_heads_say_the_unit() -> None:
    assert [unit_label(unit, Locale("en", None, "VND")) for unit in ("money", "%", "units", "days", "1..5", "count", None)] == [
        "VND", "", "units", "days", "1–5", "", "",
    ]  # fmt: skip


def test_yes_is_no_number_and_times_are_short() -> None:
    assert not is_number(True) and is_number(0) and not is_number("1")
    assert [show_seconds(each) for each in (0.0123, 0.9996, 1.44)] == ["12 ms", "1.0 s", "1.4 s"]
