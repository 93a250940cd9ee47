"""Scores of document questions against hand-made rankings, and the questions themselves: enough of them, apart, and about real places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from math import isnan, log2
from pathlib import Path

import pytest

from evals.cases import BadCase
from evals.score_documents import cite, ndcg_at, recall_at, score
from evals.score_documents_cases import Place, Question, questions, read_groups, shingles
from ingestion.founding import found
from ingestion.warehouse import Warehouse
from knowledge.contract import Chunk, Document, Passage
from knowledge.demo.found import papers_for
from knowledge.demo.paper import Paper, Split, split_of

SPLITS: tuple[Split, ...] = ("dev", "test")
DAY = date(2026, 10, 31)


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Paper, ...]:
    warehouse = Warehouse(tmp_path_factory.mktemp("questions"))
    found(warehouse, "tiny", 7)
    return papers_for(warehouse.snapshot())


def passage(document: str, text: str, version: int = 1) -> Passage:
    kept = Document(doc_id=document, version=version, title=document, source="x.md", media_type="text/markdown")
    chunk = Chunk(chunk_id=f"{document}.{version}.0", doc_id=document, version=version, ordinal=0, text=text, prefix=document, parent=text)
    return Passage(document=kept, chunk=chunk, score=1.0)


def place(document: str, text: str, version: int = 1) -> Place:
    return Place(document, version, "clause", shingles(text), 0.5)


def question(*places: Place, ask: str = "how late may goods come") -> Question:
    return Question("q", ask, "clause", "en", DAY, places)


ONE, TWO = "goods may come three days late without a penalty", "invoices are paid within thirty days of receipt"


def test_the_right_words_in_the_wrong_document_or_version_are_not_found() -> None:
    asked = question(place("a", ONE))
    assert recall_at(asked, [passage("a", f"before {ONE} after")]) == 1
    assert recall_at(asked, [passage("b", ONE)]) == 0
    assert recall_at(asked, [passage("a", ONE, version=2)]) == 0
    assert recall_at(asked, [passage("a", TWO)]) == 0


def test_recall_counts_places_and_only_the_first_five() -> None:
    asked = question(place("a", ONE), place("b", TWO))
    noise = [passage(f"n{number}", TWO) for number in range(4)]
    assert recall_at(asked, [*noise, passage("a", ONE), passage("b", TWO)]) == 0.5
    assert recall_at(asked, [passage("b", TWO), passage("a", ONE)]) == 1


def test_ndcg_is_the_textbook_one() -> None:
    asked = question(place("a", ONE), place("b", TWO))
    ranking = [passage("n", TWO), passage("a", ONE), passage("a", ONE), passage("b", TWO)]
    ideal = 1 + 1 / log2(3)
    assert ndcg_at(asked, ranking) == pytest.approx((1 / log2(3) + 1 / log2(5)) / ideal)
    assert ndcg_at(asked, [passage("b", TWO), passage("a", ONE)]) == 1
    assert ndcg_at(asked, []) == 0


def test_ndcg_of_places_that_stand_together_or_apart() -> None:
    together = question(place("a", ONE), place("a", TWO))
    assert ndcg_at(together, [passage("a", f"{ONE}. {TWO}")]) == 1
    assert ndcg_at(together, [passage("a", ONE)]) == pytest.approx(1 / (1 + 1 / log2(3)))
    assert ndcg_at(together, [passage("n", "x"), passage("a", f"{ONE}. {TWO}")]) == pytest.approx(1 / log2(3))


def test_nothing_measured_is_no_perfect_score() -> None:
    told = cite((question(place("a", ONE), ask="who owns the moon"),), lambda _: [])
    assert told.recall == 0
    assert isnan(told.precision)
    assert isnan(told.silence)


def test_a_quote_of_another_version_is_wrong() -> None:
    asked = question(place("a", f"{ONE}.", version=2), ask="how many days late may goods come without a penalty")
    told = cite((asked,), lambda _: [passage("a", f"{ONE}.", version=1)])
    assert (told.precision, told.recall) == (0, 0)


def test_scores_are_means_by_type_and_language() -> None:
    hit, miss = question(place("a", ONE)), question(place("b", TWO))
    asked = (hit, Question("r", "?", "report", "vi", DAY, miss.places), Question("s", "?", "unanswerable", "en", DAY, ()))

    def ask(_: Question) -> Sequence[Passage]:
        return [passage("a", ONE)]

    told = score(asked, ask)
    assert {name: (each.n, each.recall_5) for name, each in told.items()} == {
        "all": (2, 0.5),
        "clause": (1, 1.0),
        "report": (1, 0.0),
        "in en": (1, 1.0),
        "in vi": (1, 0.0),
    }


def test_quotes_are_held_against_places_and_silence_against_nothing() -> None:
    def ask(asked: Question) -> Sequence[Passage]:
        return [passage("a", f"{ONE.capitalize()}.")] if asked.places else []

    answered = question(place("a", ONE), ask="how many days late may goods come without a penalty")
    told = cite((answered, Question("s", "who owns the moon", "unanswerable", "en", DAY, ())), ask)
    assert (told.n, told.precision, told.recall, told.silence, told.detection) == (2, 1.0, 1.0, 1.0, 1.0)


def test_a_quote_for_what_nothing_answers_is_a_wrong_one() -> None:
    ask = "how many days late may goods come without a penalty"
    both = (question(place("a", ONE), ask=ask), Question("s", ask, "unanswerable", "en", DAY, ()))
    told = cite(both, lambda _: [passage("a", f"{ONE.capitalize()}.")])
    assert (told.precision, told.recall, told.silence, told.detection) == (0.5, 1.0, 0.0, 0.5)


def test_there_are_enough_questions_of_every_kind_in_both_languages() -> None:
    every = [(group, case) for split in SPLITS for group in read_groups(split) for case in group.cases]
    assert len(every) >= 300
    assert sum(not case[1:] for _, case in every) >= 40
    asked = [case[0] for group, case in every if group.type != "as_of"]
    assert len(set(asked)) == len(asked)
    languages = Counter(group.language for group, _ in every)
    assert min(languages.values()) > 100


def test_the_halves_ask_about_different_documents_and_wording_is_not_copied(papers: tuple[Paper, ...]) -> None:
    keys = {split: {reference.split("#")[0] for group in read_groups(split) if group.type != "contradiction"
                    for case in group.cases for reference in case[1:]} for split in SPLITS}  # fmt: skip
    assert not keys["dev"] & keys["test"]
    for split in SPLITS:
        assert {split_of(key) for key in keys[split]} == {split}
    texts = {text for paper in papers if paper.kind != "catalogue" for text in paper.places().values()}
    for split in SPLITS:
        for asked in questions(split, papers, DAY):
            assert not any(asked.ask.casefold() in text.casefold() for text in texts if asked.type != "id")


def test_every_question_is_about_a_place_that_is_there(papers: tuple[Paper, ...]) -> None:
    for split in SPLITS:
        asked = questions(split, papers, DAY)
        assert len(asked) > 90  # the tiny company has fewer suppliers and months than the demo company
        assert all("{" not in each.ask for each in asked)
        assert all(place.shingles for each in asked for place in each.places)
        assert {each.type for each in asked if not each.places} == {"unanswerable"}


def test_questions_about_the_past_mean_the_version_of_their_day(papers: tuple[Paper, ...]) -> None:
    every = [each for split in SPLITS for each in questions(split, papers, DAY) if each.type == "as_of"]
    told = {(each.ask, each.as_of): each.places[0].version for each in every}
    assert set(told.values()) == {1, 2}
    assert all(version == (2 if day == DAY else 1) for (_, day), version in told.items())


def test_a_reference_to_a_clause_that_is_not_there_is_a_bad_case(papers: tuple[Paper, ...], tmp_path: Path) -> None:
    case = "- {type: clause, language: en, cases: [['What?', 'policy-returns#nothing']]}"
    (tmp_path / "dev.yaml").write_text(case, encoding="utf-8")
    with pytest.raises(BadCase, match="no clause 'nothing'"):
        questions("dev", papers, DAY, tmp_path)
    (tmp_path / "dev.yaml").write_text("- {type: gossip, language: en, cases: [['What?']]}", encoding="utf-8")
    with pytest.raises(BadCase, match=r"dev\.yaml"):
        questions("dev", papers, DAY, tmp_path)
