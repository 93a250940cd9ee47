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
from knowledge.index_parts import text_parts
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
    parts: bool = True  # a vector for each few sentences beside that of the whole


WAYS = (
    Way("BM25, the question whole", Weights(1, 0, 0), plain=True, parts=False),
    Way("MiniLM, the question and the article whole", Weights(0, 0, 1), plain=True, parts=False),
    Way("both, reciprocal ranks", None, plain=True, parts=False),
    Way("both, standardised scores", Weights(1, 0, 1), plain=True, parts=False),
    Way("BM25, words weighed by their rarity in English", Weights(1, 0, 0)),
    Way("headings covered", Weights(0, 1, 0)),
    Way("MiniLM, passages of the question, parts of the articles", Weights(0, 0, 1)),
    Way("weighed words and headings, no meaning", Weights(1, 1, 0)),
    Way("all three, reciprocal ranks", None),
    Way("all three, standardised, one vector an article", TUNED["scenario"], parts=False),
    Way("all three, standardised, without titles in the text", TUNED["scenario"], titled=False),
    Way("all three, standardised, sections as units", TUNED["scenario"], cut=True),
    Way("all three, standardised (what is served)", TUNED["scenario"]),
)
PLAIN, OURS = slice(0, 2), slice(4, 7)
GRID = tuple(Way("chosen", Weights(1, heading, vector)) for heading in (0, 0.5, 1, 2) for vector in (0, 0.5, 1, 2))
Gains = dict[str, float]


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
    corpora = {(True, False, True): corpus}
    scored: list[tuple[Way, Gains, Gains]] = []
    for way in (*WAYS, *GRID):
        form = (way.titled, way.cut, way.parts)
        if form not in corpora:
            corpora[form] = build(articles, embedder, way)
        orders = _orders(corpora[form], way, views, pooled, dict(zip(asked, whole, strict=True)))
        gained = {key: ndcg(orders[key], labels[key], DEPTH) for key in asked}
        scored.append((way, gained, {key: recall(orders[key], labels[key], DEPTH) for key in asked}))
    return _table(scored[: len(WAYS)], chosen_on_halves([gained for _, gained, _ in scored[len(WAYS) :]]))


def chosen_on_halves(forms: Sequence[Gains], times: int = 100, seed: int = 7) -> float | None:
    """The gain of the form that is best on one half of the questions, on the other half; over many halves, both ways.

    None where there are too few questions for two halves.
    """
    draw = np.random.default_rng(seed)
    gains = np.array([list(form.values()) for form in forms])
    found: list[float] = []
    for _ in range(times):
        order = draw.permutation(gains.shape[1])
        halves = np.array_split(order, 2)
        found += [
            float(gains[gains[:, one].mean(axis=1).argmax(), other].mean())
            for one, other in (halves, halves[::-1])
            if len(one) and len(other)
        ]
    return float(np.mean(found)) if found else None


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
    pieces = article.content.split("\n#") if way.cut else [article.content]
    title = article.title if way.titled else ""
    for number, piece in enumerate(pieces):
        text = f"{title}\n{piece}" if title else piece
        parts = text_parts(title, "", piece) if way.parts else ()
        yield Unit(f"{article.doc_id}.{number}", article.doc_id, article.title, text, parts)


def _table(scored: Sequence[tuple[Way, Gains, Gains]], halves: float | None) -> Table:
    gains = [float(np.mean(list(gained.values()))) for _, gained, _ in scored]
    plain, ours = max(gains[PLAIN]), max(gains[OURS])
    beside = ("beside the better plain arm", "beside the best arm of ours")
    table = Table("way", "nDCG@10", "recall@10", *beside, title=f"{len(scored[0][1])} labelled questions")
    for (way, _, found), gain in zip(scored, gains, strict=True):
        table.add_row(way.name, f"{gain:.3f}", f"{np.mean(list(found.values())):.3f}", _more(gain, plain), _more(gain, ours))
    if halves is not None:
        table.add_row("weights chosen on one half, measured on the other", f"{halves:.3f}", "", _more(halves, plain), _more(halves, ours))
    return table


def _more(gain: float, than: float) -> str:
    return f"{gain / than - 1:+.1%}" if than else ""
