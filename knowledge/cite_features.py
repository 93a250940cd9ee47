"""What tells a sentence that answers from one that stands beside it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.cite_sentences import pieces
from knowledge.contract import Passage
from knowledge.embed import Embedder
from knowledge.keyword_words import is_vietnamese, rarity, terms
from knowledge.language import detect
from knowledge.views_synonyms import other_words

_CAPITAL = re.compile(r"(?<=\s)[A-ZĐ][\w-]*")


@dataclass(frozen=True)
class Line:
    """A sentence or row of a passage, with the heading and the column names over it."""

    passage: Passage
    place: int  # of the passage, best first
    text: str
    over: str


@dataclass(frozen=True)
class Features:
    """All between 0 and about 1, but `rank`, the logarithm of the passage's place."""

    told: float  # what of the question names the document: it chooses the document, not the sentence
    own: float  # what of the rest stands in the sentence
    near: float  # and what only over it
    rank: float
    share: float  # of the best passage's score
    alike: float  # in meaning
    nameless: float  # names in the question that the passage never says


def read_lines(passages: Sequence[Passage]) -> list[Line]:
    """Everything that could be quoted."""
    found = []
    for place, passage in enumerate(passages):
        first = passage.chunk.section.split(";")[0]
        for piece in pieces(passage.chunk.text):
            found.append(Line(passage, place, piece.text, f"{piece.heading or first} {piece.columns}".strip()))
    return found


def features_of(question: str, lines: Sequence[Line], passages: Sequence[Passage], embedder: Embedder | None) -> list[Features]:
    """The features of each line for a question."""
    asked = _Asked.of(question)
    names = [_held(asked.all, _names(passage)) for passage in passages]
    missing = [_missing(question, passage) for passage in passages]
    best = max((passage.score for passage in passages), default=0.0) or 1.0
    alike = _alike(question, lines, names, embedder)
    found = []
    for line, near in zip(lines, alike, strict=True):
        told = names[line.place]
        own, over = asked.covered(line.text, told), asked.covered(f"{line.over} {line.text}", told)
        share = max(0.0, line.passage.score / best)
        weight = sum(asked.words[term] for term in told if term in asked.words) / (sum(asked.words.values()) or 1.0)
        found.append(Features(weight, own, over - own, math.log1p(line.place), share, near, missing[line.place]))
    return found


@dataclass(frozen=True)
class _Asked:
    words: Mapping[str, float]
    others: Mapping[str, float]

    @classmethod
    def of(cls, question: str) -> _Asked:
        pairs = is_vietnamese(question) or detect(question) == "vi"
        words = {term: rarity(term) * (2.0 if any(map(str.isdigit, term)) else 1.0) for term in terms(question, pairs)}
        return cls(words, other_words(question, pairs))

    @property
    def all(self) -> set[str]:
        return {*self.words, *self.others}

    def covered(self, text: str, told: set[str]) -> float:
        """The share of what is asked, beyond the document's name, that a text says; other words for it fill in by half."""
        rest = {term: weight for term, weight in self.words.items() if term not in told}
        held = _held(self.all, text)
        said = sum(weight for term, weight in rest.items() if term in held)
        filled = sum(weight for term, weight in self.others.items() if term in held)
        return min(1.0, (said + filled) / (sum(rest.values()) or 1.0))


def _alike(question: str, lines: Sequence[Line], names: Sequence[set[str]], embedder: Embedder | None) -> list[float]:
    """How like in meaning each line is to what the question asks beside the document's name; English only, as the model is."""
    if embedder is None or not lines or is_vietnamese(question):
        return [0.3] * len(lines)
    asked = [_without(question, told) for told in names]
    vectors = embedder.embed([*asked, *(f"{line.over}: {line.text}" for line in lines)])
    return [float(np.dot(vectors[line.place], vectors[len(asked) + place])) for place, line in enumerate(lines)]


def _without(question: str, told: set[str]) -> str:
    return " ".join(word for word in question.split() if not set(terms(word)) & told) or question


def _missing(question: str, passage: Passage) -> float:
    """The share of the names in a question that a passage never says."""
    names = {term for word in _CAPITAL.findall(question) for term in terms(word)}
    if not names:
        return 0.0
    said = set(terms(f"{_names(passage)} {passage.chunk.prefix} {passage.chunk.text}"))
    return len(names - said) / len(names)


def _names(passage: Passage) -> str:
    return f"{passage.document.title} " + " ".join(f"{entity.name} {entity.id}" for entity in passage.document.entities)


def _held(wanted: set[str], text: str) -> set[str]:
    return wanted & set(terms(text, pairs=is_vietnamese(text) or any("_" in term for term in wanted)))
