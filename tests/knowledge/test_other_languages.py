"""A document in neither English nor Vietnamese: filed, its language told, found by its own words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from knowledge.index import DocumentIndex
from knowledge.library import Filing, Library
from knowledge.search import Searcher
from tests.knowledge.shelf import WordEmbedder

PAPERS = {
    "german": (
        "# Rahmenvertrag mit der Kaffeerösterei\n\nBei Lieferverzug von mehr als sieben Tagen zahlt der Lieferant eine Vertragsstrafe "
        "von zwei Prozent des Warenwertes je Woche. Die Kündigungsfrist beträgt drei Monate.",
        "Wie hoch ist die Vertragsstrafe bei Lieferverzug?",
    ),
    "french": (
        "# Contrat de fourniture de café\n\nEn cas de retard de livraison de plus de sept jours, le fournisseur paie une pénalité.",
        "Quelle est la penalite pour un retard ?",
    ),
    "russian": (
        "# Договор поставки кофе\n\nПри просрочке поставки более чем на семь дней поставщик платит неустойку два процента за неделю.",
        "Какая неустойка за просрочку поставки?",
    ),
    "thai": (
        "# สัญญาจัดหากาแฟ\n\nหากส่งสินค้าล่าช้าเกินเจ็ดวัน ผู้ขายต้องจ่ายค่าปรับร้อยละสองต่อสัปดาห์ สินค้าที่เสียหายต้องแจ้งภายในสามวัน",
        "ค่าปรับส่งสินค้าล่าช้าเท่าไร",
    ),
    "chinese": (
        "# 咖啡供应合同\n\n如果交货延迟超过七天，供应商须每周支付货值百分之二的违约金。损坏的货物必须在三天内报告。",
        "交货延迟的违约金是多少？",
    ),
    "japanese": (
        "# コーヒー供給契約\n\n納期が七日以上遅れた場合、供給者は週ごとに違約金を支払う。破損した商品は三日以内に報告しなければならない。",
        "遅れた場合の違約金はいくらですか",
    ),
}


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    home = tmp_path_factory.mktemp("languages")
    library = Library(home / "documents")
    for name, (text, _) in PAPERS.items():
        added = library.add(text.encode(), Filing(name=f"{name}.md", doc_id=name))
        assert added.document.language == "other", name
        assert "neither English nor Vietnamese" in added.notes[-1]
    for number in range(30):
        library.add(f"# Cleaning {number}\n\nShelf {number} is cleaned on day {number % 7}.".encode(), Filing(name=f"{number}.md"))
    index = DocumentIndex(home / "index", embedder=WordEmbedder())
    index.update(library)
    searcher = Searcher(library, index)
    yield searcher
    searcher.close()


@pytest.mark.parametrize("name", PAPERS)
def test_it_is_found_by_its_words(searcher: Searcher, name: str) -> None:
    passages = searcher.search(PAPERS[name][1]).passages
    first, second = passages[0], passages[1]
    assert first.document.doc_id == name and first.document.title == PAPERS[name][0].partition("\n")[0][2:]
    assert first.keyword is not None and second.keyword is not None and first.keyword > second.keyword + 1


@pytest.mark.parametrize(
    ("question", "quoted"),
    [
        ("交货延迟的违约金是多少？", "如果交货延迟超过七天，供应商须每周支付货值百分之二的违约金。"),
        ("损坏的货物何时报告？", "损坏的货物必须在三天内报告。"),
        ("遅れた場合の違約金はいくらですか", "納期が七日以上遅れた場合、供給者は週ごとに違約金を支払う。"),
    ],
)
def test_a_sentence_without_blanks_is_quoted_alone(searcher: Searcher, question: str, quoted: str) -> None:
    reply = searcher.reply(question, searcher.search(question).passages)
    assert [quote.text for quote in reply.quotes] == [quoted]


def test_what_no_paper_in_that_language_says_is_not_quoted(searcher: Searcher) -> None:
    question = "公司提供午餐吗？"
    assert not searcher.reply(question, searcher.search(question).passages).answered
