"""Answers from the papers of businesses nothing here was made for: what answers is found, and quotes are the papers' own words."""

from __future__ import annotations

from dataclasses import astuple
from pathlib import Path
from statistics import mean

import pytest

from tests.knowledge.shelf import WordEmbedder
from tests.knowledge.strangers_shelf import BUSINESSES, Scores, ask_all, questions_of, scores_of, searcher_of

# What was reached when this was written, less a little: floors, not targets.
_FOUND = 0.92
_FLOORS = Scores(hit_5=0.94, precision=0.47, recall=0.44, silence=0.46, detection=0.61)


@pytest.mark.parametrize("business", BUSINESSES)
def test_the_words_that_answer_stand_in_the_papers(business: str, tmp_path: Path) -> None:
    texts: dict[str, str] = {}
    for document, chunk in searcher_of(business, tmp_path, WordEmbedder()).library.chunks():
        texts[document.doc_id] = f"{texts.get(document.doc_id, '')} {' '.join(chunk.text.split())}"
    asked = list(questions_of(business))
    assert len(asked) == 60
    assert 18 <= sum(not each.answers for each in asked) <= 20
    assert [each for each in asked if any(words not in texts[stem.replace("_", "-")] for stem, words in each.answers)] == []


def test_every_quote_is_words_of_its_chunk_with_its_place(tmp_path: Path) -> None:
    searcher = searcher_of("hotel", tmp_path, WordEmbedder())
    chunks = {chunk.chunk_id: (document, chunk) for document, chunk in searcher.library.chunks()}
    quoted = 0
    for question in list(questions_of("hotel"))[::4]:
        for quote in searcher.reply(question.ask, searcher.search(question.ask, top=8).passages).quotes:
            document, chunk = chunks[quote.chunk_id]
            assert quote.text in chunk.text
            assert (quote.doc_id, quote.title, quote.page, quote.section) == (document.doc_id, document.title, chunk.page, chunk.section)
            quoted += 1
    assert quoted > 5


@pytest.mark.slow
def test_answers_to_strangers_are_as_good_as_they_were(tmp_path: Path) -> None:
    scores = {name: scores_of(ask_all(name, searcher_of(name, tmp_path / name))) for name in BUSINESSES}
    means = Scores(*(mean(values) for values in zip(*map(astuple, scores.values()), strict=True)))
    assert all(each.hit_5 >= _FOUND for each in scores.values()), scores
    assert all(found >= floor for found, floor in zip(astuple(means), astuple(_FLOORS), strict=True)), means
