"""Words folded, cut and kept whole; BM25 against the formula written out."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.keyword import K1, B, KeywordIndex, question_weights
from knowledge.keyword_headings import heading_weights, index_headings
from knowledge.keyword_words import exact_terms, rarity, stem, terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Đơn hàng giao trễ", ["don", "hang", "giao", "tre"]),
        ("deliveries delivered boxes returns", ["delivery", "deliver", "box", "return"]),
        ("PO-2024-0012", ["po-2024-0012", "po", "2024", "0012"]),
        ("SKU AB_12/3", ["sku", "ab-12-3", "ab", "12", "3"]),
        ("1,250,000 VND or 1.250.000 đồng", ["1250000", "vnd", "1250000", "dong"]),
        ("12,5 % and 12.5 %", ["12.5", "12.5"]),
        ("the and of", []),
        ("số công nợ", ["so", "cong", "no"]),
    ],
)
def test_terms(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


def test_neighbours_are_joined_for_vietnamese() -> None:
    assert terms("đổi trả hàng", pairs=True) == ["doi", "tra", "doi_tra", "hang", "tra_hang"]


def test_what_is_exact_is_found() -> None:
    assert exact_terms("Does PO-2024-0012 cover SKU X9 and 5 pallets?") == ("po-2024-0012", "2024", "0012", "x9")


def test_common_words_count_less_than_rare_ones() -> None:
    assert rarity(stem("name")) < rarity(stem("penalty")) < rarity("liquidateddamagesclause")
    assert question_weights("penalty penalty name")["penalty"] > question_weights("penalty name")["penalty"]


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from(["alpha", "bravo", "carol", "delta"]), max_size=8), min_size=1, max_size=8))
def test_scores_are_those_of_the_formula(texts: list[list[str]]) -> None:
    index = KeywordIndex.build(" ".join(words) for words in texts)
    asked = {"alpha": 1.0, "delta": 0.5}
    stemmed = [[stem(word) for word in words] for words in texts]
    mean = sum(map(len, stemmed)) / len(stemmed)
    for place, words in enumerate(stemmed):
        expected = 0.0
        for word, weight in asked.items():
            held = sum(word in each for each in stemmed)
            count = Counter(words)[word]
            if count:
                rare = math.log(1 + (len(stemmed) - held + 0.5) / (held + 0.5))
                expected += weight * rare * count / (count + K1 * (1 - B + B * len(words) / mean))
        assert index.score(asked)[place] == pytest.approx(expected, rel=1e-5)


def test_a_written_index_is_the_same_index(tmp_path: Path) -> None:
    index = KeywordIndex.build(["late delivery", "giao hàng trễ", ""])
    index.save(tmp_path / "k")
    again = KeywordIndex.load(tmp_path / "k")
    assert np.array_equal(index.score({"late": 1, "giao_hang": 2}), again.score({"late": 1, "giao_hang": 2}))
    assert list(again.holding("giao_hang")) == [1]
    assert list(again.holding("nothing")) == []


def test_a_short_heading_covered_whole_beats_a_long_one_covered_in_part() -> None:
    index = index_headings(["Silver Rewards Card", "Silver Rewards Card: referral programme for partners and firms", "Opening hours"])
    first, second, third = index.score(heading_weights("I lost my silver rewards card in a taxi and need help"))
    assert first > second > third == 0


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("如果交货延迟超过七天，供应商须每周支付违约金。", "交货延迟的违约金是多少？"),
        ("納期が七日以上遅れた場合、供給者は違約金を支払う。", "遅れた場合の違約金はいくらですか"),
        ("หากส่งสินค้าล่าช้าเกินเจ็ดวัน ผู้ขายต้องจ่ายค่าปรับร้อยละสอง", "ค่าปรับส่งสินค้าล่าช้าเท่าไร"),
    ],
)
def test_scripts_without_blanks_are_found_by_neighbouring_letters(text: str, question: str) -> None:
    assert len(set(terms(text)) & set(terms(question))) >= 4
    assert all(len(term) <= 2 for term in terms(question))
    assert terms(f"PO-2024-0012 {text} 12,5")[:4] == terms("PO-2024-0012") and terms(f"{text} 12,5")[-1] == "12.5"
