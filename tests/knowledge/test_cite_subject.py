"""Whose documents answer: those of the supplier and the time that the question names; others neither answer nor contradict."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge.cite import answer_from
from knowledge.cite_kinds import kinds_wanted, lacks
from knowledge.cite_sentences import pieces
from knowledge.cite_subject import about_the_same, parallel
from knowledge.contract import Chunk, Document, DocumentKind, Entity, Passage


def document(title: str, supplier: str = "", month: int = 0, kind: DocumentKind = "contract") -> Document:
    entities = (Entity(kind="supplier", id=supplier.upper(), name=supplier),) if supplier else ()
    return Document(
        doc_id=title.casefold().replace(" ", "-")[:40],
        version=1,
        title=title,
        source="x.md",
        media_type="text/markdown",
        kind=kind,
        entities=entities,
        period_from=date(2025, month, 1) if month else None,
        period_until=date(2025, month, 28) if month else None,
    )


def passage(of: Document, text: str, score: float = 5.0) -> Passage:
    chunk = Chunk(chunk_id=f"{of.doc_id}.1.0", doc_id=of.doc_id, version=1, ordinal=0, text=text, prefix=of.title, parent=text)
    return Passage(document=of, chunk=chunk, score=score)


HANMI, KEO_LANG = document("Contract with Hanmi", "Hanmi Foods Co"), document("Contract with Keo Lang", "Keo Lang Foods Co")


def test_contracts_of_other_suppliers_do_not_answer_nor_contradict() -> None:
    days = [passage(KEO_LANG, "The lead time is 9 days from the order."), passage(HANMI, "The lead time is 30 days from the order.", 4.9)]
    reply = answer_from("What is the lead time of Hanmi?", days)
    assert [quote.doc_id for quote in reply.quotes] == [HANMI.doc_id]
    assert reply.conflicts == ()
    assert parallel(HANMI, KEO_LANG)


def test_a_word_that_every_firm_has_names_nobody() -> None:
    both = [passage(HANMI, "a"), passage(KEO_LANG, "b")]
    assert about_the_same("What do the contracts with food companies say?", both) == both


def test_reports_of_other_months_do_not_answer() -> None:
    march, april = document("Report of March", month=3, kind="report"), document("Report of April", month=4, kind="report")
    passages = [passage(april, "Sales were 4."), passage(march, "Sales were 3."), passage(HANMI, "The lead time is 30 days.")]
    assert [each.document.title for each in about_the_same("Sales in March 2025", passages)] == ["Report of March", "Contract with Hanmi"]
    assert about_the_same("Sales in December 2025", passages) == passages
    assert parallel(march, april)


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("Returns 2023", "Returns 2025", False),
        ("Returns policy", "Handling returns", False),
        ("Agreement with Hanmi", "Agreement with Sakura", True),
        ("Returns policy", "Returns policy", False),
    ],
)
def test_titles_of_one_pattern_with_other_names_are_about_others(one: str, other: str, apart: bool) -> None:
    assert parallel(document(one), document(other)) is apart


def test_a_caption_is_over_its_rows_and_no_answer() -> None:
    found = list(pieces("Figures follow.\nPrices by article in the month of March\nArticle | Price\nTea | 20"))
    assert [piece.text for piece in found] == ["Figures follow.", "Tea | 20"]
    assert found[1].columns == "Prices by article in the month of March Article | Price"


@pytest.mark.parametrize(
    ("question", "answers", "misses"),
    [
        ("How many days do we have?", "It is due within ten days.", "It is due soon."),
        ("Who signs?", "The manager signs.", "It is signed in blue."),
        ("What does it cost?", "It costs 5,000 VND.", "It is dear."),
        ("Bao lâu thì phải trả?", "Phải trả trong 30 ngày.", "Phải trả bằng tiền mặt."),
        ("Giảm giá bao nhiêu phần trăm?", "Được giảm 5 %.", "Được giảm giá."),
        ("How long do we have?", "Payment is due within fifteen days.", "Payment is due on 5 May."),
        ("How long is a shift?", "A shift is eight hours.", "A shift ends at night."),
        ("How long do they keep?", "They keep 30 calendar days.", "They keep 3 | 2 | 14."),
        ("What does it cost?", "It is 40 million a month.", "Payment is due after 10 and 20 days."),
        ("Bao lâu thì phải trả?", "Phải trả trong mười lăm ngày.", "Phải trả sau ngày giao hàng."),
        ("Bao lâu thì giao?", "Giao trong hai giờ.", "Giao ở phía nam ngày mai."),
        ("Bao lâu thì giao?", "Giao trong ba tháng.", "Giao ngày 5 tháng 3 năm 2026."),
    ],
)
def test_a_sentence_without_the_kind_of_answer_asked_for_is_told(question: str, answers: str, misses: str) -> None:
    wanted = kinds_wanted(question, not question.isascii())
    assert not lacks(wanted, answers)
    assert lacks(wanted, misses)
