"""Whatever is written, the reader answers with spans in order and no error, and the past stays in the past."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.language.spans import Duration, TimeSpan
from agents.language.time.lexicon import Node, open_lexicon
from agents.language.time.reader import read_times
from agents.language.tokens import Token, tidy, tokens_of
from tests.agents.language.time.reading import read
from tests.agents.language.time.timeless import ENGLISH, VIETNAMESE

AS_OFS = st.dates(date(2001, 1, 1), date(2090, 12, 31))
PAST = [
    "last week",
    "last month",
    "last quarter",
    "last year",
    "the month before last",
    "last 30 days",
    "past two weeks",
    "last 3 full months",
    "yesterday",
    "October",
    "in May",
    "Q3",
    "H1",
    "week 42",
    "31 March",
    "on Friday",
    "last Monday",
    "last weekend",
    "last October",
    "last Q3",
    "since January",
    "after 15 June",
    "3 days ago",
    "two months ago",
    "YTD",
    "this year so far",
    "christmas",
    "october last year",
    "first ten days of last month",
    "from March to May",
    "tháng trước",
    "năm ngoái",
    "30 ngày qua",
    "tháng 3",
    "quý 3",
    "hôm qua",
    "từ đầu năm",
    "ngày 5/3",
    "tuần trước",
    "cuối tuần trước",
]


def _words(node: Node) -> list[str]:
    return [form.text for form in node.forms] + [word for child in node.after.values() for word in _words(child)]


TIME_WORDS = sorted(set(_words(open_lexicon().phrases)))
PIECES = st.one_of(
    st.sampled_from(TIME_WORDS),
    st.sampled_from(
        [
            "2025",
            "3",
            "31",
            "12",
            "0",
            "99999999999",
            "1.5",
            "2024-02-30",
            "31/13/2025",
            "53",
            "'25",
            "-",
            "/",
            ",",
            "%",
            "5th",
            "Q5",
            "W99",
        ]
    ),
    st.sampled_from(["revenue", "by", "customer", "for", "top", "orders", "SKU-12"]),
)


def check(tokens: tuple[Token, ...], spans: tuple[TimeSpan, ...]) -> None:
    assert all(0 <= span.start < span.end <= len(tokens) for span in spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200), AS_OFS, st.sampled_from(["en", "vi"]))
def test_any_text_is_read_without_error(text: str, as_of: date, language: str) -> None:
    tokens = tokens_of(tidy(text))
    check(tokens, read_times(tokens, as_of, "vi" if language == "vi" else "en"))


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=9), AS_OFS, st.sampled_from([" ", "", "-"]))
def test_any_heap_of_time_words_is_read_without_error(pieces: list[str], as_of: date, between: str) -> None:
    tokens = tokens_of(tidy(between.join(pieces)))
    check(tokens, read_times(tokens, as_of, "en"))


@settings(max_examples=40, deadline=None)
@given(AS_OFS)
def test_words_of_the_past_never_begin_after_the_business_date(as_of: date) -> None:
    for text in PAST:
        for row in read(text, as_of):
            first = row[1]
            assert isinstance(first, date)
            assert first <= as_of + (timedelta(days=1) if text == "after 15 June" else timedelta()), (text, row)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from((*ENGLISH, *VIETNAMESE)), AS_OFS, st.sampled_from(PAST))
def test_a_period_behind_a_timeless_sentence_is_read_as_if_alone(sentence: str, as_of: date, text: str) -> None:
    assert read(f"{sentence}; {text}", as_of) == read(f"; {text}", as_of)


def test_days_beyond_the_calendar_are_no_reading() -> None:
    for text in (
        "2100 years ago",
        "99999999999 days ago",
        "the last 3000 years",
        "100 years before 1950",
        "99 December",
        "week 99 of 2025",
    ):
        spans = read_times(tokens_of(tidy(text)), date(1955, 1, 1), "en")
        assert all(span.start > 0 or isinstance(span.meaning, Duration) for span in spans)


def test_a_very_long_message_is_read_in_time() -> None:
    tokens = tokens_of(tidy("last month vs 2024 and from March to " * 140))
    check(tokens, read_times(tokens, date(2025, 11, 20), "en"))


@settings(max_examples=60, deadline=None)
@given(AS_OFS, st.text(max_size=60))
def test_the_same_message_is_read_the_same(as_of: date, text: str) -> None:
    tokens = tokens_of(tidy(f"{text} last month"))
    assert read_times(tokens, as_of, "en") == read_times(tokens, as_of, "en")
