"""Answers in the documents' own words: the sentences that speak to a question, exactly as they stand, or that none does."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from knowledge.cite_conflicts import Conflict, conflicts_among
from knowledge.cite_features import Features, Line, features_of, read_lines
from knowledge.cite_subject import about_the_same
from knowledge.clauses_quantities import fold
from knowledge.contract import Passage, Quote
from knowledge.embed import Embedder

# Both fitted on labelled questions about the demo company's library, judged by leaving documents out (docs/experiments.md).
_CHOOSES: Mapping[str, float] = {
    "own": 6.69,
    "alike": 3.02,
    "alike_vi": 1.53,
    "below": 9.3,
    "lacks": -1.38,
    "label": -6.0,
    "rank": -1.79,
    "phrase": 5.26,
    "title": 1.92,
}
_SURE_BASE, _OF_WEIGHT = -3.32, 0.51
_SURE: Mapping[str, float] = {"alike": 1.92, "alike_vi": 2.74, "own": -0.09, "lacks": -0.34, "nameless": -1.74, "covered": 1.41}
ENOUGH = 0.3  # below this chance no sentence is said to answer
_PASSAGES, _QUOTES, _KEPT = 8, 2, 0.7
_QUOTES_OF_OPEN, _KEPT_OF_OPEN = 3, 0.3  # "what does it say about": one sentence is seldom all of it
_OPEN = re.compile(r"\bsays? about\b|\bdo about\b|\bhow do we (?:handle|deal)\b|nói gì|quy định gì|quy định thế nào")


@dataclass(frozen=True)
class Reply:
    """Quotes best first; `answered` is false when the documents do not say, and `why` tells how near they came."""

    quotes: tuple[Quote, ...]
    answered: bool
    why: str
    conflicts: tuple[Conflict, ...] = ()


@dataclass(frozen=True)
class _Said:
    line: Line
    features: Features
    weight: float


def answer_from(question: str, passages: Sequence[Passage], embedder: Embedder | None = None) -> Reply:
    """The best sentences of the passages for a question; none when no sentence speaks to it. An embedder finds what is worded otherwise."""
    said = sorted(_judged(question, passages[:_PASSAGES], embedder), key=lambda each: -each.weight)
    if not said:
        return Reply((), False, "no passage was found")
    best = said[0]
    chance = chance_of(best.weight, best.features)
    if chance < ENOUGH:
        return Reply((), False, f"the nearest sentence answers with a chance of {chance:.0%}; {ENOUGH:.0%} is needed")
    share, most = (_KEPT_OF_OPEN, _QUOTES_OF_OPEN) if _OPEN.search(question.casefold()) else (_KEPT, _QUOTES)
    near: dict[str, Line] = {}
    for each in said:
        if math.exp(each.weight - best.weight) >= share:
            near.setdefault(fold(each.line.text), each.line)  # the same words in another version or section are no second answer
    kept = list(near.values())[:most]
    quotes = tuple(found for line in kept if (found := quote(line.passage, line.text)))
    rivals = tuple(found for line in _best_of_each(said) if (found := quote(line.passage, line.text)) and found not in quotes)
    conflicts = tuple(each for each in conflicts_among((*quotes, *rivals), passages) if {each.newer, each.older} & set(quotes))
    quotes = tuple(dict.fromkeys((*quotes, *(side for each in conflicts for side in (each.newer, each.older)))))
    return Reply(quotes, bool(quotes), f"the best sentence answers with a chance of {chance:.0%}", conflicts)


def _best_of_each(said: Sequence[_Said]) -> list[Line]:
    """The best line of each passage: a document that contradicts the best one stands behind it."""
    found: dict[int, Line] = {}
    for each in said:
        found.setdefault(each.line.place, each.line)
    return list(found.values())


def quote(passage: Passage, sentence: str) -> Quote | None:
    """A sentence as a quote; None unless its words stand in the chunk exactly so."""
    chunk = passage.chunk
    if not sentence.strip() or sentence not in chunk.text:
        return None
    return Quote(
        doc_id=chunk.doc_id,
        version=chunk.version,
        chunk_id=chunk.chunk_id,
        title=passage.document.title,
        page=chunk.page,
        section=chunk.section,
        text=sentence,
    )


def _judged(question: str, passages: Sequence[Passage], embedder: Embedder | None) -> Iterator[_Said]:
    fitting = about_the_same(question, passages)
    lines = read_lines(fitting)
    for line, features in zip(lines, features_of(question, lines, fitting, embedder), strict=True):
        yield _Said(line, features, weight_of(features))


def weight_of(features: Features) -> float:
    """How much speaks for a sentence, beside the others."""
    return _summed(_CHOOSES, features)


def chance_of(weight: float, features: Features) -> float:
    """How likely the best sentence answers at all."""
    return 1 / (1 + math.exp(-(_SURE_BASE + _OF_WEIGHT * weight + _summed(_SURE, features))))


def _summed(weights: Mapping[str, float], features: Features) -> float:
    return math.fsum(weight * getattr(features, name) for name, weight in weights.items())
