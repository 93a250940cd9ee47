"""`./oiis bench ablation`: the demo library searched with one part of the search left out or changed at a time."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.table import Table

from evals.score_documents import ndcg_at, recall_at
from evals.score_documents_cases import Question, questions
from ingestion.founding import found
from ingestion.warehouse import Warehouse
from knowledge.chunk import Cut, cut
from knowledge.contract import Chunk, Document, Passage
from knowledge.demo.found import found_library, papers_for
from knowledge.embed import MiniLM
from knowledge.embed_cache import CachedEmbedder
from knowledge.fuse import TUNED, Weights
from knowledge.index import unit_of
from knowledge.index_corpus import Corpus, Unit
from knowledge.keyword import question_weights
from knowledge.library import Library
from knowledge.rerank import DEPTH, Asked, bonus, without_repeats
from knowledge.search_filters import key_of, visible
from knowledge.search_rank import rank
from knowledge.views import QuestionKind, Views, look

if TYPE_CHECKING:
    from ingestion.demo.company import Size

THREADS, _TOP = 2, 10
Recut = Callable[[Document, Chunk], Unit]


@dataclass(frozen=True)
class Form:
    """The search in one form; the defaults are what is served."""

    name: str
    weights: Mapping[QuestionKind, Weights] | None = None  # None: those that are served
    ranks: bool = False  # ranks fused instead of scores
    synonyms: bool = True
    facts: bool = True  # the first candidates compared with their documents
    repeats: bool = True  # what repeats a better passage counts less
    how: Cut | None = None
    unit: Recut = unit_of


def _only(keyword: float, heading: float, vector: float) -> Mapping[QuestionKind, Weights]:
    return dict.fromkeys(TUNED, Weights(keyword, heading, vector))


def _one_vector(document: Document, chunk: Chunk) -> Unit:
    return replace(unit_of(document, chunk), parts=())


def _without_prefix(document: Document, chunk: Chunk) -> Unit:
    unit = unit_of(document, chunk)
    return replace(unit, text=chunk.text, parts=tuple(part.partition("\n")[2] or part for part in unit.parts))


FORMS = (
    Form("as served"),
    Form("words alone", _only(1, 0, 0)),
    Form("headings alone", _only(0, 1, 0)),
    Form("words and headings", _only(1, 0.5, 0)),
    Form("meaning alone", _only(0, 0, 1)),
    Form("meaning alone, one vector a chunk", _only(0, 0, 1), unit=_one_vector),
    Form("ranks fused", ranks=True),
    Form("the same weights for every kind of question", _only(1, 0.5, 1)),
    Form("one vector a chunk", unit=_one_vector),
    Form("no prefix", unit=_without_prefix),
    Form("chunks of 60 to 120 tokens", how=Cut(smallest=60, target=90, largest=120)),
    Form("chunks of 200 to 800 tokens", how=Cut(smallest=240, target=500, largest=800)),
    Form("no other words for the same thing", synonyms=False),
    Form("not compared with the documents", facts=False),
    Form("repetitions not held back", repeats=False),
)


def bench_ablation(home: Path | None, size: Size, seed: int) -> None:
    """Measure and print; without a home the demo company is founded for it."""
    with tempfile.TemporaryDirectory() as folder:
        warehouse = Warehouse(home or Path(folder))
        if warehouse.find() is None:
            found(warehouse, size, seed)
        snapshot = warehouse.snapshot()
        library = Library(Path(folder) / "documents")
        found_library(library, snapshot)
        papers, as_of = papers_for(snapshot), snapshot.card.as_of
        asked = (
            {split: tuple(each for each in questions(split, papers, as_of) if each.places) for split in ("dev", "test")} if as_of else {}
        )
        embedder = CachedEmbedder(MiniLM(threads=THREADS), Path(folder) / "vectors.sqlite")
        Console().print(ablation(library, asked, embedder))


def ablation(library: Library, asked: Mapping[str, Sequence[Question]], embedder: CachedEmbedder) -> Table:
    """recall@5 and nDCG@10 of each form over each half of the questions."""
    table = Table("form", *(f"{split}: {score}" for split in asked for score in ("recall@5", "nDCG@10")), title="the demo library")
    for form in FORMS:
        shelf = Shelf(library, form, embedder)
        cells: list[str] = []
        for half in asked.values():
            passages = [shelf.passages(question) for question in half]
            scored = [(recall_at(each, there), ndcg_at(each, there)) for each, there in zip(half, passages, strict=True)]
            cells += [f"{mean(score[place] for score in scored):.3f}" for place in (0, 1)]
        table.add_row(form.name, *cells)
    return table


class Shelf:
    """A library cut and indexed in one form, in memory."""

    def __init__(self, library: Library, form: Form, embedder: CachedEmbedder) -> None:
        self._form, self._embedder, self._versions = form, embedder, library.versions()
        self._held = [(document, chunk) for document in self._versions for chunk in _cut(library, document, form.how)]
        self._corpus = Corpus.build((form.unit(document, chunk) for document, chunk in self._held), embedder)

    def passages(self, question: Question) -> list[Passage]:
        """The first passages, as of the day of the question."""
        form, views = self._form, self._views(question.ask)
        shown = {key_of(each) for each in visible(self._versions, question.as_of)}
        allowed = np.array([key_of(document) in shown for document, _ in self._held], dtype=np.bool_)
        weights = None if form.ranks else (form.weights or TUNED)[views.kind]
        ranking = rank(self._corpus, views, self._embedder.embed(views.windows), weights, None, allowed)
        first, about = ranking.places[:DEPTH], Asked.of(views.question)
        scores = [
            float(score) + (bonus(about, self._held[place][0]) if form.facts else 0.0)
            for place, score in zip(first, ranking.scores, strict=False)
        ]
        ordered = without_repeats(scores, self._corpus.vectors[first]) if form.repeats else _by_score(scores)
        return [self._passage(int(first[row]), score) for row, score in ordered[:_TOP]]

    def _views(self, question: str) -> Views:
        views = look(question)
        return views if self._form.synonyms else replace(views, terms=question_weights(question, pairs=views.language == "vi"))

    def _passage(self, place: int, score: float) -> Passage:
        document, chunk = self._held[place]
        return Passage(document=document, chunk=chunk, score=score)


def _cut(library: Library, document: Document, how: Cut | None) -> Iterator[Chunk]:
    yield from cut(document, library.parsed(document.doc_id, document.version), how)


def _by_score(scores: Sequence[float]) -> list[tuple[int, float]]:
    return sorted(enumerate(scores), key=lambda entry: -entry[1])
