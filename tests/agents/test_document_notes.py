"""What the document tools note is said in Vietnamese in a Vietnamese answer, figures and titles as they are."""

from __future__ import annotations

import pytest

from agents.phrases.book import open_book


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("The documents do not say this. Nearest: Lease", "Tài liệu không nói về điều này. Gần nhất: Lease"),
        ("The documents do not say this.", "Tài liệu không nói điều này."),
        (
            "The documents disagree: “A” (of 2025-01-02) and “B” (without a date) say different things; both are quoted.",
            "Các tài liệu không thống nhất",
        ),
        ("12 purchases were left out: no one contract in the library says what holds for their day", "12 lần mua"),
        ("the 50 heaviest of 120 are shown; the totals are of all", "50 trường hợp nặng nhất trong 120"),
        ("contracts that name no supplier of the data, or several, were not held against purchases: A, B and 2 more", "A, B and 2 more"),
        ("a penalty of Own is in steps or in fixed sums and was not calculated: “2 %, then 5 %”", "“2 %, then 5 %”"),
        ("31 reviews with 1 or 2 stars name none of the known themes", "31 nhận xét 1 hoặc 2 sao"),
    ],
)
def test_notes_of_documents_are_said_in_vietnamese(note: str, said: str) -> None:
    told = open_book("vi").note(note)
    assert said in told
    assert told != note
