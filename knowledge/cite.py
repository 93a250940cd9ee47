"""Answers in the documents' own words: the sentences that speak to a question, exactly as they stand, or that none does."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from knowledge.cite_conflicts import Conflict, conflicts_among
from knowledge.cite_features import Features, Line, features_of, read_lines
from knowledge.contract import Passage, Quote
from knowledge.embed import Embedder

# A logistic fit on labelled questions about the demo company's library (docs/search.md).
_BASE = -6.0
_COUNTS: Mapping[str, float] = {"told": 0.8, "own": 4.5, "near": 2.2, "rank": -2.5, "share": 1.9, "alike": 3.3, "nameless": -1.0}
ENOUGH = 0.1  # below this no sentence is said to answer
_PASSAGES, _QUOTES, _KEPT = 5, 3, 0.8


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
    chance: float


def answer_from(question: str, passages: Sequence[Passage], embedder: Embedder | None = None) -> Reply:
    """The best sentences of the passages for a question; none when no sentence speaks to it. An embedder finds what is worded otherwise."""
    said = sorted(_judged(question, passages[:_PASSAGES], embedder), key=lambda each: -each.chance)
    if not said:
        return Reply((), False, "no passage was found")
    best = said[0].chance
    if best < ENOUGH:
        return Reply((), False, f"the nearest sentence answers with a chance of {best:.0%}; {ENOUGH:.0%} is needed")
    kept = [each.line for each in said if each.chance >= _KEPT * best][:_QUOTES]
    quotes = tuple(found for line in kept if (found := quote(line.passage, line.text)))
    rivals = tuple(found for line in _best_of_each(said) if (found := quote(line.passage, line.text)) and found not in quotes)
    conflicts = tuple(each for each in conflicts_among((*quotes, *rivals), passages) if {each.newer, each.older} & set(quotes))
    quotes = tuple(dict.fromkeys((*quotes, *(side for each in conflicts for side in (each.newer, each.older)))))
    return Reply(quotes, bool(quotes), f"the best sentence answers with a chance of {best:.0%}", conflicts)


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


def supported(sentences: Sequence[str], passages: Sequence[Passage]) -> tuple[str, ...]:
    """Those sentences that stand word for word in a passage; what nobody wrote is dropped."""
    return tuple(each for each in sentences if any(quote(passage, each) for passage in passages))


def _judged(question: str, passages: Sequence[Passage], embedder: Embedder | None) -> Iterator[_Said]:
    lines = read_lines(passages)
    for line, features in zip(lines, features_of(question, lines, passages, embedder), strict=True):
        yield _Said(line, chance(features))


def chance(features: Features) -> float:
    """How likely a sentence with these features answers."""
    return 1 / (1 + math.exp(-(_BASE + sum(weight * getattr(features, name) for name, weight in _COUNTS.items()))))
