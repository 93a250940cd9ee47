"""How well the library is searched and quoted: recall@5, hit@5, nDCG@10, citations, and whether the silence of documents is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log2
from statistics import mean
from typing import TYPE_CHECKING

from evals.score_documents_cases import Question, by_type
from knowledge.contract import Passage

if TYPE_CHECKING:
    from knowledge.embed import Embedder
    from knowledge.search import Searcher

Ask = Callable[[Question], Sequence[Passage]]
_TOP, _DEEP = 5, 10


@dataclass(frozen=True)
class Scores:
    """Means over `n` questions."""

    n: int
    recall_5: float
    hit_5: float
    ndcg_10: float


@dataclass(frozen=True)
class Citations:
    """Quotes against the places that answer; `silence` is the share of unanswerable questions that were told to be so."""

    n: int
    precision: float
    recall: float
    answered: float  # of the answerable questions
    silence: float
    detection: float  # of all questions, judged rightly as answerable or not


def recall_at(question: Question, passages: Sequence[Passage], top: int = _TOP) -> float:
    """Which part of the places stands in the first passages; where several documents say the same, any one of them is enough."""
    found = [any(place.stands_in(passage) for passage in passages[:top]) for place in question.places]
    return sum(found) / len(found)


def ndcg_at(question: Question, passages: Sequence[Passage], top: int = _DEEP) -> float:
    """Gain 1 for the first passage of each place, discounted by rank, beside the best order there is."""
    left = list(question.places)
    gain = 0.0
    for rank, passage in enumerate(passages[:top]):
        standing = [place for place in left if place.stands_in(passage)]
        if standing:
            gain += 1 / log2(rank + 2)
            left = [place for place in left if place not in standing]
    held = len({(place.document, place.version) for place in question.places}) if gain else len(question.places)
    best = sum(1 / log2(rank + 2) for rank in range(min(held, top)))
    return min(1.0, gain / best)


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
        if not question.places:
            silent.append(not reply.answered)
            continue
        answered.append(reply.answered)
        texts = [(quote.doc_id, quote.version, quote.text) for quote in reply.quotes]
        if texts:
            precise.append(mean(any(_quotes(text, question) for text in [each]) for each in texts))
        recalled.append(mean(any(_in_place(text, place.shingles, place.document) for text in texts) for place in question.places))
    return Citations(len(right), _mean(precise), _mean(recalled), _mean(answered), _mean(silent), _mean(right))


def _quotes(text: tuple[str, int, str], question: Question) -> bool:
    return any(_in_place(text, place.shingles, place.document) for place in question.places)


def _in_place(text: tuple[str, int, str], gold: frozenset[str], document: str) -> bool:
    """Whether a quote is of the place: most of its words stand there, or the place stands in it."""
    from evals.score_documents_cases import shingles

    said = shingles(text[2])
    return text[0] == document and len(said & gold) >= 0.5 * min(len(said), len(gold))


def _mean(values: Sequence[float]) -> float:
    return mean(values) if values else 1.0


def asking(searcher: Searcher, top: int = _DEEP) -> Ask:
    """Questions to a searcher as of the day of the question."""
    return lambda question: searcher.search(question.ask, as_of=question.as_of, top=top).passages
