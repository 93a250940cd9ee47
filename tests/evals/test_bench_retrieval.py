"""Predictions as files and scores as others compute them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.bench_retrieval import WAYS, ablation, build, chosen_on_halves, search, write_predictions
from evals.bench_retrieval_files import Article, BadSet, read_articles, read_labels, read_pages, read_questions
from evals.bench_retrieval_pages import ablation as page_ablation
from evals.bench_retrieval_pages import chosen_without, search_pages, write_pages
from evals.bench_retrieval_scores import hit, ndcg, recall
from knowledge.search_pages import Pages
from tests.knowledge.shelf import WordEmbedder

ARTICLES = [
    Article("a1", "Lost debit card", "Call us to block a lost debit card.\n## Fees\nA new card costs 10."),
    Article("a2", "Savings account", "Interest is paid every month."),
    Article("a3", "Opening hours", "We are open from nine to five."),
]


@settings(deadline=None)
@given(st.permutations([f"d{number}" for number in range(8)]), st.sets(st.sampled_from([f"d{number}" for number in range(8)]), min_size=1))
def test_gains_are_those_of_scikit_learn(order: list[str], right: set[str]) -> None:
    from sklearn.metrics import ndcg_score  # type: ignore[import-untyped]

    truth = np.array([[float(doc in right) for doc in order]])
    ranks = np.array([list(range(len(order), 0, -1))])
    assert ndcg(order, right, 5) == pytest.approx(float(ndcg_score(truth, ranks, k=5)))
    assert recall(order, right, 8) == 1.0
    assert hit(order, right, 3) == float(any(doc in right for doc in order[:3]))


def test_the_best_documents_are_written_in_order(tmp_path: Path) -> None:
    embedder = WordEmbedder()
    corpus = build(ARTICLES, embedder)
    write_predictions(tmp_path / "out.csv", {"q": search(corpus, "I lost my debit card", embedder)}, top=2)
    rows = _rows(tmp_path / "out.csv")
    assert [(row["query_id"], row["rank"]) for row in rows] == [("q", "1"), ("q", "2")]
    assert rows[0]["doc_id"] == "a1"
    assert float(rows[0]["score"]) >= float(rows[1]["score"])


def test_each_way_is_measured() -> None:
    table = ablation(ARTICLES, {"q": "I lost my debit card"}, {"q": frozenset({"a1"})}, WordEmbedder(), build(ARTICLES, WordEmbedder()))
    assert table.row_count == len(WAYS)
    assert list(table.columns[1].cells)[-1] == "1.000"


def test_what_is_chosen_on_a_half_is_measured_on_the_other() -> None:
    right, lucky = {str(number): 0.6 for number in range(8)}, {str(number): float(number == 0) for number in range(8)}
    assert chosen_on_halves([right, lucky]) == pytest.approx(0.6)
    one, other = {"a": 1.0, "b": 0.0}, {"a": 0.0, "b": 1.0}
    assert chosen_on_halves([one, other]) == 0.0, "what was chosen on a question was measured on it"


def test_pages_are_written_with_their_report(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        [("ACME_2020", 1, "Acme 2020 annual report"), ("ACME_2020", 2, "Legal proceedings: Acme is sued."), ("ACME_2021", 1, "Acme 2021")],
        columns=["doc", "page", "text"],
    )
    frame.to_parquet(tmp_path / "pages.parquet")
    pages = Pages.build(read_pages([tmp_path / "pages.parquet"]), WordEmbedder())
    write_pages(tmp_path / "out.csv", {"q": search_pages(pages, "Is Acme sued in 2020?")}, top=1)
    (row,) = _rows(tmp_path / "out.csv")
    assert (row["doc"], row["page"], row["rank"]) == ("ACME_2020", "2", "1")
    assert page_ablation(pages, {"q": "Is Acme sued in 2020?"}, {"q": frozenset({"ACME_2020#2"})}).row_count == 8


def test_page_weights_are_chosen_on_other_reports_than_they_are_measured_on(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {f"REPORT{number}_2020": {1: f"Report{number} cover", 2: f"Report{number} pays taxes"} for number in range(30)}
    pages = Pages.build(found, WordEmbedder())
    asked = {doc: f"Which taxes does {doc.split('_')[0]} pay?" for doc in found}
    assert chosen_without(pages, asked, {doc: frozenset({f"{doc}#2"}) for doc in found}) == 1.0
    lucky = sorted(found)[0]
    hits = [{doc: float((doc == lucky) == first) for doc in found} for first in (True, False)]
    monkeypatch.setattr("evals.bench_retrieval_pages._hits", lambda *_: hits.pop(0) if hits else dict.fromkeys(found, 0.0))
    share = chosen_without(pages, asked, {doc: frozenset({f"{doc}#2"}) for doc in found})
    assert share == pytest.approx(29 / 30), "the report that was left out had a say"
    few = {"A": frozenset({"A#1"})}
    assert chosen_without(pages, {"A": "taxes"}, few) is None


def test_files_that_do_not_fit_are_named(tmp_path: Path) -> None:
    (tmp_path / "docs.csv").write_text("id,text\n1,x\n")
    with pytest.raises(BadSet, match=r"docs\.csv has no column doc_id, content; it has id, text"):
        read_articles(tmp_path / "docs.csv")
    (tmp_path / "q.json").write_text(json.dumps([1]))
    with pytest.raises(BadSet, match=r"q\.json holds no questions"):
        read_questions(tmp_path / "q.json")
    (tmp_path / "labels.csv").write_text("query_id,doc,page\nq,ACME,3\n")
    assert read_labels(tmp_path / "labels.csv") == {"q": frozenset({"ACME#3"})}
    with pytest.raises(BadSet, match="no pages were found"):
        read_pages([])


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))
