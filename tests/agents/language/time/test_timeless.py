"""What says no time is not read as time."""

from __future__ import annotations

import pytest

from agents.language.tokens import fold
from tests.agents.language.time.grid import MAIN
from tests.agents.language.time.reading import read, spans_of
from tests.agents.language.time.timeless import ENGLISH, VIETNAMESE


def test_there_are_enough_of_them() -> None:
    assert len(set(ENGLISH)) >= 150
    assert len(set(VIETNAMESE)) >= 40


@pytest.mark.parametrize("sentence", ENGLISH)
def test_english_business_words_are_no_time(sentence: str) -> None:
    for text in (sentence, sentence.upper(), f"please: {sentence}?"):
        assert spans_of(text, MAIN, "en") == ()


@pytest.mark.parametrize("sentence", VIETNAMESE)
def test_vietnamese_business_words_are_no_time(sentence: str) -> None:
    for text in (sentence, fold(sentence), sentence.upper()):
        assert spans_of(text, MAIN, "vi") == ()


@pytest.mark.parametrize(
    ("sentence", "time"),
    [
        ("more than 2024 units in 2024", "in 2024"),
        ("top 5 March products", "March"),
        ("stock of SKU-2024 last month", "last month"),
        ("which of the 5 customers we may lose in May", "in May"),
        ("5 customers with the most orders in the last 5 days", "in the last 5 days"),
        ("P90 lead time in Q3", "Q3"),
        ("orders over 30 units in the past 30 days", "in the past 30 days"),
        ("is the second quarter better for second hand goods", "the second quarter"),
        ("next day delivery share last week", "last week"),
        ("revenue by day of week last month", "last month"),
        ("a quarter of the customers bought in the last quarter", "last quarter"),
        ("sales at Christmas by channel", "Christmas"),
        ("doanh thu dịp tết", "tết"),
        ("khach hang quy nay", "quý này"),
        ("số ngày giao hàng tháng trước", "tháng trước"),
        ("khách mua lần đầu tháng 6/2025", "tháng 6/2025"),
        ("units sold 2024 by channel", "2024"),
        ("máy in bán trong tháng này", "tháng này"),
        ("doanh thu Quảng Nam năm nay", "năm nay"),
        ("doanh thu quang nam nam nay", "nam nay"),
        ("doanh thu tu thang 3", "từ tháng 3"),
    ],
)
def test_only_the_time_of_a_sentence_is_read(sentence: str, time: str) -> None:
    assert read(sentence, MAIN) == read(time, MAIN) != []
