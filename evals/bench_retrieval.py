"""Retrieval on any set of documents and questions: predictions as a file, and with labels what each part of the search is worth."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from evals.bench_retrieval_files import Article, Labels, read_articles, read_labels, read_questions
from evals.bench_retrieval_scores import ndcg, recall
from knowledge.embed import Embedder, Matrix, MiniLM
from knowledge.embed_cache import CachedEmbedder
from knowledge.fuse import TUNED, Weights
from knowledge.index_corpus import Corpus, Unit
from knowledge.keyword import question_weights
from knowledge.search_rank import rank
from knowledge.views import Views, look

THREADS, DEPTH = 2, 10
Order = list[tuple[str, float]]


@dataclass(frozen=True)
class Way:
    """One way to search, to be held against the others."""

    name: str
    weights: Weights | None  # None: ranks fused
    plain: bool = False  # the question whole, every word worth the same
    titled: bool = True
    cut: bool = False  # sections are units of their own, an article is as good as its best


WAYS = (
    Way("BM25, the question whole", Weights(1, 0, 0), plain=True),
    Way("MiniLM, the question whole", Weights(0, 0, 1), plain=True),
    Way("both, reciprocal ranks", None, plain=True),
    Way("both, standardised scores", Weights(1, 0, 1), plain=True),
    Way("BM25, words weighed by their rarity in English", Weights(1, 0, 0)),
    Way("headings covered", Weights(0, 1, 0)),
    Way("MiniLM, passages of the question pooled", Weights(0, 0, 1)),
    Way("all three, reciprocal ranks", None),
    Way("all three, standardised, without titles in the text", TUNED["scenario"], titled=False),
    Way("all three, standardised, sections as units", TUNED["scenario"], cut=True),
    Way("all three, standardised (what is served)", TUNED["scenario"]),
)


def bench_retrieval(docs: Path, queries: Path, top: int, predict: Path | None, qrels: Path | None, vectors: Path | None) -> None:
    """Write the best documents of each question; with labels, print what each part is worth."""
    articles, questions = read_articles(docs), read_questions(queries)
    embedder: Embedder = MiniLM(threads=THREADS)
    embedder = CachedEmbedder(embedder, vectors) if vectors else embedder
    corpus = build(articles, embedder)
    if predict:
        write_predictions(predict, {key: search(corpus, text, embedder) for key, text in questions.items()}, top)
    if qrels:
        Console().print(ablation(articles, questions, read_labels(qrels), embedder, corpus))


def build(articles: Sequence[Article], embedder: Embedder, way: Way = WAYS[-1]) -> Corpus:
    """The articles as a corpus, a unit each or one for each section."""
    return Corpus.build((unit for article in articles for unit in _units(article, way)), embedder)


def search(corpus: Corpus, question: str, embedder: Embedder) -> Order:
    """Documents best first, as the product would rank them."""
    views = look(question)
    return _documents(corpus, views, embedder.embed(views.windows), TUNED[views.kind])


def write_predictions(file: Path, found: Mapping[str, Order], top: int) -> None:
    """Rows of query_id, rank, doc_id, score."""
    with file.open("w", encoding="utf-8", newline="") as handle:
        rows = csv.writer(handle)
        rows.writerow(["query_id", "rank", "doc_id", "score"])
        for key, order in found.items():
            rows.writerows([key, place, doc, f"{score:.6f}"] for place, (doc, score) in enumerate(order[:top], 1))


def ablation(articles: Sequence[Article], questions: Mapping[str, str], labels: Labels, embedder: Embedder, corpus: Corpus) -> Table:
    """nDCG@10 and recall@10 of each way, and each beside the better of the two plain arms."""
    asked = {key: text for key, text in questions.items() if labels.get(key)}
    views = {key: look(text) for key, text in asked.items()}
    pooled = {key: embedder.embed(view.windows) for key, view in views.items()}
    whole = embedder.embed(list(asked.values()))
    corpora = {(True, False): corpus}
    scored: list[tuple[Way, float, float]] = []
    for way in WAYS:
        if (way.titled, way.cut) not in corpora:
            corpora[way.titled, way.cut] = build(articles, embedder, way)
        orders = _orders(corpora[way.titled, way.cut], way, views, pooled, dict(zip(asked, whole, strict=True)))
        gains = [(ndcg(orders[key], labels[key], DEPTH), recall(orders[key], labels[key], DEPTH)) for key in asked]
        scored.append((way, float(np.mean([gain for gain, _ in gains])), float(np.mean([found for _, found in gains]))))
    return _table(scored, len(asked))


def _orders(
    corpus: Corpus, way: Way, views: Mapping[str, Views], pooled: Mapping[str, Matrix], whole: Mapping[str, Matrix]
) -> dict[str, list[str]]:
    orders = {}
    for key, view in views.items():
        vectors = whole[key][None, :] if way.plain else pooled[key]
        orders[key] = [doc for doc, _ in _documents(corpus, _plain(view) if way.plain else view, vectors, way.weights)]
    return orders


def _plain(views: Views) -> Views:
    """A question as arms see it that know nothing but its words."""
    words = question_weights(views.question, saturation=1.0, power=0.0)
    return replace(views, terms=words, heading_terms={}, exact=())


def _documents(corpus: Corpus, views: Views, vectors: Matrix, weights: Weights | None) -> Order:
    ranking = rank(corpus, views, vectors, weights)
    best: dict[str, float] = {}
    for place, score in zip(ranking.places, ranking.scores, strict=True):
        best.setdefault(corpus.documents[corpus.document_of[place]], float(score))
    return list(best.items())


def _units(article: Article, way: Way) -> Iterator[Unit]:
    parts = article.content.split("\n#") if way.cut else [article.content]
    for number, part in enumerate(parts):
        text = f"{article.title}\n{part}" if way.titled else part
        yield Unit(f"{article.doc_id}.{number}", article.doc_id, article.title, text)


def _table(scored: Sequence[tuple[Way, float, float]], count: int) -> Table:
    better = max(gain for way, gain, _ in scored[:2])
    table = Table("way", "nDCG@10", "recall@10", "beside the better plain arm", title=f"{count} labelled questions")
    for way, gain, found in scored:
        table.add_row(way.name, f"{gain:.3f}", f"{found:.3f}", f"{gain / better - 1:+.1%}" if better else "")
    return table
