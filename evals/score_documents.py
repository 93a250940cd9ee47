"""How well the library is searched and quoted: recall@5, hit@5, nDCG@10, citations, and whether the silence of documents is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log2, nan
from statistics import mean
from typing import TYPE_CHECKING

from evals.score_documents_cases import Place, Question, by_type, shingles
from knowledge.contract import Passage, Quote

if TYPE_CHECKING:
    from knowledge.embed import Embedder
    from knowledge.search import Searcher

Ask = Callable[[Question], Sequence[Passage]]
_TOP, _DEEP = 5, 10
_MOST_OF = 0.5


@dataclass(frozen=True)
class Scores:
    """Means over `n` questions."""

    n: int
    recall_5: float
    hit_5: float
    ndcg_10: float


@dataclass(frozen=True)
class Citations:
    """Quotes against the places that answer, wrong where nothing does; `silence` is the share of unanswerable questions told to be so."""

    n: int
    precision: float
    recall: float
    answered: float  # of the answerable questions
    silence: float
    detection: float  # of all questions, judged rightly as answerable or not


def recall_at(question: Question, passages: Sequence[Passage], top: int = _TOP) -> float:
    """Which part of the places stands in the first passages."""
    found = [any(place.stands_in(passage) for passage in passages[:top]) for place in question.places]
    return sum(found) / len(found)


def ndcg_at(question: Question, passages: Sequence[Passage], top: int = _DEEP) -> float:
    """Each passage gains as many places as it is the first to hold, discounted by rank, beside the best order of these passages.

    Places that no passage holds count as passages of their own in the best order, so what was not found is never forgiven.
    """
    left = list(question.places)
    gains: list[int] = []
    for passage in passages[:top]:
        standing = [place for place in left if place.stands_in(passage)]
        gains.append(len(standing))
        left = [place for place in left if place not in standing]
    best = sorted([*filter(None, gains), *(1 for _ in left)], reverse=True)[:top]
    return _discounted(gains) / _discounted(best) if best else 0.0


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / log2(rank + 2) for rank, gain in enumerate(gains))


def score(asked: Iterable[Question], ask: Ask) -> dict[str, Scores]:
    """Scores by type of question and by language, and over all; unanswerable ones have no place to find."""
    answerable = [question for question in asked if question.places]
    found = {question.id: tuple(ask(question)) for question in answerable}
    groups = {"all": tuple(answerable), **by_type(answerable)}
    return {name: _means(group, found) for name, group in groups.items()}


def _means(group: Sequence[Question], found: Mapping[str, Sequence[Passage]]) -> Scores:
    recalls = [recall_at(question, found[question.id]) for question in group]
    return Scores(
        n=len(group),
        recall_5=mean(recalls),
        hit_5=mean(recall > 0 for recall in recalls),
        ndcg_10=mean(ndcg_at(question, found[question.id]) for question in group),
    )


def cite(asked: Iterable[Question], ask: Ask, embedder: Embedder | None = None) -> Citations:
    """What document answers quote, and whether they keep silent where the documents do."""
    from knowledge.cite import answer_from

    precise, recalled, answered, silent, right = [], [], [], [], []
    for question in asked:
        reply = answer_from(question.ask, tuple(ask(question)), embedder)
        right.append(reply.answered == bool(question.places))
        if reply.quotes:
            precise.append(mean(any(_in_place(quote, place) for place in question.places) for quote in reply.quotes))
        if not question.places:
            silent.append(not reply.answered)
            continue
        answered.append(reply.answered)
        recalled.append(mean(any(_in_place(quote, place) for quote in reply.quotes) for place in question.places))
    return Citations(len(right), _mean(precise), _mean(recalled), _mean(answered), _mean(silent), _mean(right))


def _in_place(quote: Quote, place: Place) -> bool:
    """Whether a quote is of the place: of its document in its version, and most of its words stand there, or the place stands in it."""
    said = shingles(quote.text)
    return (quote.doc_id, quote.version) == (place.document, place.version) and (
        len(said & place.shingles) >= _MOST_OF * min(len(said), len(place.shingles))
    )


def _mean(values: Sequence[float]) -> float:
    """Nothing measured is no success: not a number."""
    return mean(values) if values else nan


def asking(searcher: Searcher, top: int = _DEEP) -> Ask:
    """Questions to a searcher as of the day of the question."""
    return lambda question: searcher.search(question.ask, as_of=question.as_of, top=top).passages
