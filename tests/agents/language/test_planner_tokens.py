"""What a message is cut into."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.language.tokens import fold, tidy, tokens_of

PIECES = [
    ("SKU-0012 and a1042", ["SKU-0012", "and", "a1042"]),
    ("price of SD-SM-0035?", ["price", "of", "SD-SM-0035", "?"]),
    ("is SO0001499, PO0000597", ["is", "SO0001499", ",", "PO0000597"]),
    ("1,000.5 or 1.000.000", ["1,000.5", "or", "1.000.000"]),
    ("under 20k, 3rd, 90d", ["under", "20k", ",", "3rd", ",", "90d"]),
    ("50 % and 80%", ["50", "%", "and", "80", "%"]),
    (">= 3 and <=5", [">=", "3", "and", "<=", "5"]),
    ("trên 3 triệu đồng", ["trên", "3", "triệu", "đồng"]),
    ("2026-09-30, 2026-09", ["2026-09-30", ",", "2026-09"]),
    ("31/03/2026", ["31/03/2026"]),
    ("2025-Q3 and Q3", ["2025-Q3", "and", "Q3"]),
    ("top-10", ["top", "-", "10"]),
    ("what's Q3", ["what", "'s", "Q3"]),
    ("what\u2019s new", ["what", "'s", "new"]),
    ("we don't", ["we", "do", "not"]),
    ("it CAN'T and won\u2019t", ["it", "can", "not", "and", "will", "not"]),
    ("a@b.com!", ["a@b.com", "!"]),
    ("doanh thu Đà Nẵng", ["doanh", "thu", "Đà", "Nẵng"]),
    ("Snacks & Sweets", ["Snacks", "&", "Sweets"]),
    ("", []),
    ("  \n\t ", []),
]


@pytest.mark.parametrize(("message", "pieces"), PIECES)
def test_a_message_is_cut_where_its_words_end(message: str, pieces: list[str]) -> None:
    assert [token.text for token in tokens_of(tidy(message))] == pieces


@pytest.mark.parametrize(("word", "plain"), [("Đà Nẵng", "da nang"), ("TỈNH", "tinh"), ("Crème", "creme"), ("Straße", "strasse")])
def test_folding_takes_case_and_marks_away(word: str, plain: str) -> None:
    assert fold(word) == plain


def test_words_and_numbers_are_told_apart() -> None:
    kinds = [(token.text, token.is_word, token.is_number) for token in tokens_of("Q3 20k % Đơn")]
    assert kinds == [("Q3", True, False), ("20k", False, True), ("%", False, False), ("Đơn", True, False)]


@given(st.text(max_size=200))
def test_every_sign_of_a_tidied_message_is_in_exactly_one_token(message: str) -> None:
    text = tidy(message)
    tokens = tokens_of(text)
    assert "".join(token.text for token in tokens) == "".join(text.split())
    assert all(text[token.start : token.end] == token.text for token in tokens)
    assert all(one.end <= other.start for one, other in pairwise(tokens))


@given(st.text(alphabet="aăâeêoôơuưyđ áàảãạếềệ", max_size=40))
def test_letters_written_in_parts_are_the_same_letters(message: str) -> None:
    whole, parts = unicodedata.normalize("NFC", message), unicodedata.normalize("NFD", message)
    assert [token.text for token in tokens_of(tidy(whole))] == [token.text for token in tokens_of(tidy(parts))]


@given(st.text(max_size=80))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
