"""The made-up library behind the measurements: as large as asked, the same each time, and really searched."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from evals import bench_retrieval_growth as growth
from evals.bench_retrieval_shelf import DrawnVectors, MadeShelf, made_questions, made_texts
from knowledge.chunk_tokens import count_tokens
from knowledge.index import DocumentIndex
from knowledge.parse import parse
from knowledge.search import Searcher


def test_the_shelf_is_as_large_as_asked_and_the_same_each_time() -> None:
    shelf, again = (list(MadeShelf(1050).chunks()) for _ in range(2))
    assert len(shelf) == 1050 and shelf == again and len(MadeShelf(1050).versions()) == 53
    assert len({chunk.chunk_id for _, chunk in shelf}) == len({chunk.text for _, chunk in shelf}) == 1050
    assert all(chunk.doc_id == document.doc_id for document, chunk in shelf)
    assert 150 < np.mean([count_tokens(chunk.text) for _, chunk in shelf[:50]]) < 260
    assert MadeShelf(1050).chunk(shelf[777][1].chunk_id).ordinal == shelf[777][1].ordinal


def test_words_are_drawn_as_often_as_a_language_uses_them() -> None:
    words = " ".join(made_texts(300)).lower().replace(".", "").split()
    counts = sorted((words.count(word) for word in set(words)), reverse=True)
    assert counts[0] > 5 * counts[20] and len(counts) > 3_000
    assert len(set(made_questions(40))) == 40


def test_each_step_measures_something(tmp_path: Path) -> None:
    clock, processor = growth._build(growth._DRAWN, tmp_path, 300)
    assert clock > 0 and processor > 0
    index = DocumentIndex(tmp_path / "index-300", embedder=DrawnVectors())
    found = Searcher(MadeShelf(300), index).search(made_questions(1)[0])
    assert len(found.passages) == 5 and found.notes == ()


def test_the_long_report_has_its_pages() -> None:
    read = parse(growth.made_pdf(20), "long.pdf").parsed
    assert 19 <= read.pages <= 21
    assert sum(len(block.text) for block in read.blocks) > 3_000 * read.pages
    assert {block.section[0] for block in read.blocks if block.section} >= {"1. Section 1", "40. Section 40"}
