"""Days in a text: only what can be read in one way, and what the words before say they mean."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.contract import Block, Language
from knowledge.parse_dates import find_dates, labelled_dates

DAY = date(2025, 3, 14)


@pytest.mark.parametrize(
    "text",
    [
        "on 2025-03-14.",
        "on 2025/3/14",
        "the 14th of March 2025",
        "14 Mar. 2025",
        "March 14, 2025",
        "Mar 14th 2025",
        "14/03/2025",
        "14.03.2025",
        "03/14/2025",
        "ngày 14 tháng 3 năm 2025",
    ],
)
def test_a_day_is_read_however_it_is_written(text: str) -> None:
    assert list(find_dates(text, "en")) == [DAY]


@pytest.mark.parametrize("text", ["2025-02-30", "31/31/2025", "1/2/25", "99999-01-01", "0001-01-01", "SKU 2025-031-4", "in 2025", "12.5.3"])
def test_what_is_no_day_is_none(text: str) -> None:
    assert list(find_dates(text, "en")) == []


@pytest.mark.parametrize(("language", "found"), [("en", []), ("vi", [date(2025, 4, 3)]), ("other", [])])
def test_a_day_that_can_be_read_two_ways_is_not_guessed(language: Language, found: list[date]) -> None:
    assert list(find_dates("3/4/2025", language)) == found


@given(st.dates(date(1950, 1, 1), date(2100, 12, 31)))
def test_every_day_is_found_again(day: date) -> None:
    written = (
        day.isoformat(),
        f"{day:%d} {day:%B} {day:%Y}",
        f"{day:%B} {day.day}, {day:%Y}",
        f"ngày {day.day} tháng {day.month} năm {day.year}",
    )
    for text in written:
        assert list(find_dates(f"it says {text}, and so on", "en")) == [day]


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Effective from: 2025-03-14", "effective_from"),
        ("effective_from: 2025-03-14", "effective_from"),
        ("This policy takes effect on 14 March 2025", "effective_from"),
        ("Quy định này có hiệu lực kể từ ngày 14/03/2025", "effective_from"),
        ("Valid until 14 March 2025", "effective_until"),
        ("Expiry date: 2025-03-14", "effective_until"),
        ("Hết hạn ngày 14/03/2025", "effective_until"),
        ("Published on March 14, 2025", "published_on"),
        ("Date: 2025-03-14 10:00", "published_on"),
        ("Ban hành ngày 14 tháng 3 năm 2025", "published_on"),
        ("The storm of 14 March 2025 did harm", None),
    ],
)
def test_the_words_before_say_what_a_day_means(text: str, role: str | None) -> None:
    told = labelled_dates([Block(kind="text", text=text)], "en")
    found = {name for name in ("published_on", "effective_from", "effective_until") if getattr(told, name)}
    assert found == ({role} if role else set())
    assert role is None or getattr(told, role) == DAY


def test_the_first_of_a_kind_counts_and_late_pages_do_not() -> None:
    blocks = [Block(kind="text", text="Effective from: 2025-03-14"), Block(kind="text", text="Effective from: 2026-01-01")]
    assert labelled_dates(blocks, "en").effective_from == DAY
    far = [Block(kind="text", text="x" * 30_000), Block(kind="text", text="Effective from: 2025-03-14")]
    assert labelled_dates(far, "en").effective_from is None
