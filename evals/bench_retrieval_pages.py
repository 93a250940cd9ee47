"""Evidence pages of long reports: predictions as a file, and with labels what each part of the page search is worth."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from statistics import mean

import numpy as np
from rich.console import Console
from rich.table import Table

from evals.bench_retrieval_files import Labels, ReportPages, read_labels, read_pages, read_questions
from evals.bench_retrieval_reports import made_reports
from evals.bench_retrieval_scores import hit
from knowledge.embed import Embedder, Matrix, MiniLM
from knowledge.embed_cache import CachedEmbedder
from knowledge.keyword import Scores, question_weights
from knowledge.search_pages import Pages, PageWeights

THREADS, DEPTH = 2, 5
Order = list[tuple[str, float]]
_WAYS: tuple[tuple[str, PageWeights], ...] = (
    ("without telling reports apart", PageWeights(report=0.0)),
    ("report and MiniLM", PageWeights(keyword=0.0, heading=0.0, figures=0.0)),
    ("without the words of statements", PageWeights(statements=False)),
    ("without the share of figures", PageWeights(figures=0.0)),
    ("without headings", PageWeights(heading=0.0)),
    ("all (what is served)", PageWeights()),
)


GRID = tuple(
    PageWeights(report=report, keyword=keyword, vector=vector, figures=figures)
    for report in (5.0, 10.0)
    for keyword in (0.3, 0.7, 1.5)
    for vector in (0.5, 1.0, 2.0)
    for figures in (0.0, 0.4)
)


class Remembering:
    """An embedder that asks the model once for each text, for as long as it lives."""

    def __init__(self, inner: Embedder) -> None:
        self._inner, self._known = inner, dict[str, Matrix]()

    @property
    def name(self) -> str:
        """That of the model."""
        return self._inner.name

    def embed(self, texts: Sequence[str]) -> Matrix:
        """One vector for each text."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known |= dict(zip(new, self._inner.embed(new), strict=True))
        return np.stack([self._known[text] for text in texts])


def bench_pages(
    docs: Sequence[Path], queries: Path | None, top: int, predict: Path | None, qrels: Path | None, vectors: Path | None
) -> None:
    """Write the best pages of each question; with labels, print what each part is worth. Without documents, on a made-up shelf."""
    reports, questions, labels = _given(docs, queries, qrels)
    embedder: Embedder = MiniLM(threads=THREADS)
    pages = Pages.build(reports, Remembering(CachedEmbedder(embedder, vectors) if vectors else embedder))
    if predict:
        write_pages(predict, {key: search_pages(pages, text) for key, text in questions.items()}, top)
    if labels:
        Console().print(ablation(pages, questions, labels))


def search_pages(pages: Pages, question: str, weights: PageWeights | None = None) -> Order:
    """Pages best first, named doc#page."""
    places, scores = pages.rank(question, weights)
    return [(pages.corpus.ids[place], float(score)) for place, score in zip(places, scores, strict=True)]


def write_pages(file: Path, found: Mapping[str, Order], top: int) -> None:
    """Rows of query_id, rank, doc, page, score."""
    with file.open("w", encoding="utf-8", newline="") as handle:
        rows = csv.writer(handle)
        rows.writerow(["query_id", "rank", "doc", "page", "score"])
        for key, order in found.items():
            rows.writerows([key, place, *name.rsplit("#", 1), f"{score:.6f}"] for place, (name, score) in enumerate(order[:top], 1))


def ablation(pages: Pages, questions: Mapping[str, str], labels: Labels) -> Table:
    """hit@5 of each way beside that of MiniLM alone."""
    asked = {key: text for key, text in questions.items() if labels.get(key)}
    scored = [(name, float(np.mean([hit(way(text), labels[key], DEPTH) for key, text in asked.items()]))) for name, way in _ways(pages)]
    title = f"{len(asked)} questions, {len(pages.reports.names)} reports, {len(pages.corpus)} pages"
    table = Table("way", "hit@5", "beside MiniLM alone", title=title)
    left_out = chosen_without(pages, asked, labels)
    for name, share in (*scored, *([("weights chosen on other reports", left_out)] if left_out is not None else ())):
        table.add_row(name, f"{share:.3f}", f"{share / scored[0][1] - 1:+.1%}" if scored[0][1] else "")
    return table


def chosen_without(pages: Pages, asked: Mapping[str, str], labels: Labels, parts: int = 4) -> float | None:
    """hit@5 with weights chosen on the questions to other reports; None where there are too few reports to leave a quarter out."""
    part_of = {key: int(sha256(min(labels[key]).rsplit("#", 1)[0].encode()).hexdigest(), 16) % parts for key in asked}
    if len(set(part_of.values())) < parts:
        return None
    found = [_hits(pages, asked, labels, weights) for weights in GRID]
    held: list[float] = []
    for part in range(parts):
        best = max(found, key=lambda hits: mean(share for key, share in hits.items() if part_of[key] != part))
        held += [share for key, share in best.items() if part_of[key] == part]
    return mean(held)


def _hits(pages: Pages, asked: Mapping[str, str], labels: Labels, weights: PageWeights) -> dict[str, float]:
    return {key: hit([page for page, _ in search_pages(pages, text, weights)[:DEPTH]], labels[key], DEPTH) for key, text in asked.items()}


def _ways(pages: Pages) -> list[tuple[str, Callable[[str], list[str]]]]:
    corpus = pages.corpus

    def meaning(text: str) -> list[str]:
        return _first(corpus.ids, corpus.vectors @ pages.embedder.embed([text])[0])

    def words(text: str) -> list[str]:
        return _first(corpus.ids, corpus.keyword.score(question_weights(text, saturation=1.0, power=0.0)))

    def weighted(weights: PageWeights) -> Callable[[str], list[str]]:
        return lambda text: [page for page, _ in search_pages(pages, text, weights)[:DEPTH]]

    return [("MiniLM alone", meaning), ("BM25 alone", words), *((name, weighted(weights)) for name, weights in _WAYS)]


def _first(names: Sequence[str], scores: Scores) -> list[str]:
    return [names[place] for place in np.argsort(-scores, kind="stable")[:DEPTH]]


def _given(docs: Sequence[Path], queries: Path | None, qrels: Path | None) -> tuple[ReportPages, Mapping[str, str], Labels]:
    if docs and queries:
        return read_pages(docs), read_questions(queries), read_labels(qrels) if qrels else {}
    made, asked = made_reports()
    reports: ReportPages = {}
    for page in made:
        reports.setdefault(page.doc, {})[page.page] = page.text
    questions = {f"q{number}": each.text for number, each in enumerate(asked)}
    return reports, questions, {f"q{number}": frozenset({f"{each.doc}#{each.page}"}) for number, each in enumerate(asked)}
