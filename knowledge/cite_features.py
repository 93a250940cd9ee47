"""What tells a sentence that answers from one that stands beside it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from knowledge.cite_kinds import AnswerKind, kinds_wanted, lacks
from knowledge.cite_sentences import pieces
from knowledge.clauses_quantities import fold
from knowledge.contract import Passage
from knowledge.embed import Embedder
from knowledge.keyword_words import is_vietnamese, rarity, terms
from knowledge.language import detect
from knowledge.views_synonyms import other_words

_CAPITAL = re.compile(r"(?<=\s)[A-ZĐ][\w-]*")
_ABOUT_THE_PAPER = re.compile(
    r"^(?:document\s+\S+,?\s+version|ma tai lieu|\S+@|from:|to:|subject:|date:|valid from|issued on|version of|ban hanh|co hieu luc)"
)
_VIETNAMESE_SMALL = """
bao nhiêu là thì thế nào khi phải được trong của cho có không mấy gì ai và hay hoặc ra sao đến từ với các những một này đó ở tại theo bị
sẽ đã đang do lúc ngày nếu mỗi về trên dưới chúng ta tôi bạn như vậy làm
"""
_SMALL = frozenset(fold(word) for word in _VIETNAMESE_SMALL.split())
_UNSEEN = 0.35  # likeness where no model tells
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Line:
    """A sentence or row of a passage, with the heading and the column names over it."""

    passage: Passage
    place: int  # of the passage, best first
    text: str
    over: str


@dataclass(frozen=True)
class Features:
    """All between 0 and about 1, but `rank`, a logarithm, and distances to the best, which are negative."""

    own: float  # what of the question, beyond the document's name, stands in the sentence
    alike: float  # in meaning, with title and heading before it; English
    alike_vi: float  # the same where the question is Vietnamese, which the model hardly reads
    below: float  # how far under the line that is most alike
    lacks: float  # no answer of the kind that is asked for
    label: float  # it tells of the paper itself: number, version, day
    rank: float
    phrase: float  # pairs of neighbouring words of the question
    title: float  # how much of the title the question says, under the passage where it says most
    covered: float  # what of the whole question stands in sentence, heading or title
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
    names = [asked.held(_names(passage)) for passage in passages]
    titles = [asked.share_of(passage.document.title) for passage in passages]
    missing = [_missing(question, passage) for passage in passages]
    alike = _alike(question, lines, embedder)
    highest, told = float(alike.max(initial=0.0)), max(titles, default=0.0)
    found = []
    for line, near in zip(lines, map(float, alike), strict=True):
        found.append(
            Features(
                own=asked.covered(line.text, names[line.place]),
                alike=0.0 if asked.vietnamese else near,
                alike_vi=near if asked.vietnamese else 0.0,
                below=near - highest,
                lacks=float(lacks(asked.kinds, line.text)),
                label=float(bool(_ABOUT_THE_PAPER.search(fold(line.text)))),
                rank=math.log1p(line.place),
                phrase=asked.phrases_in(line.text),
                title=titles[line.place] - told,
                covered=asked.said_by(f"{line.text} {line.over}", names[line.place]),
                nameless=missing[line.place],
            )
        )
    return found


@dataclass(frozen=True)
class _Asked:
    words: Mapping[str, float]
    others: Mapping[str, float]
    kinds: frozenset[AnswerKind]
    pairs: frozenset[tuple[str, str]]
    vietnamese: bool

    @classmethod
    def of(cls, question: str) -> _Asked:
        vietnamese = is_vietnamese(question) or detect(question) == "vi"
        words = {term: _weight(term, vietnamese) for term in terms(question, vietnamese) if not (vietnamese and _is_small(term))}
        single = terms(question)
        pairs = frozenset(pairwise(single))
        return cls(words, other_words(question, vietnamese), kinds_wanted(question, vietnamese), pairs, vietnamese)

    def held(self, text: str) -> set[str]:
        """The words of the question that a text says."""
        return {*self.words, *self.others} & set(terms(text, self.vietnamese))

    def covered(self, text: str, told: set[str]) -> float:
        """The share of what is asked, beyond the document's name, that a text says; other words for it fill in by half."""
        rest = {term: weight for term, weight in self.words.items() if term not in told}
        held = self.held(text)
        said = sum(weight for term, weight in rest.items() if term in held)
        filled = sum(weight for term, weight in self.others.items() if term in held)
        return min(1.0, (said + filled) / (sum(rest.values()) or 1.0))

    def said_by(self, text: str, told: set[str]) -> float:
        """The share of the whole question that a text and the document's name say."""
        held = self.held(text) | told
        return sum(weight for term, weight in self.words.items() if term in held) / (sum(self.words.values()) or 1.0)

    def share_of(self, title: str) -> float:
        """The share of a title that the question says."""
        weights = [(term, 1.0 if self.vietnamese else rarity(term)) for term in terms(title)]
        return sum(weight for term, weight in weights if term in self.words) / (sum(weight for _, weight in weights) or 1.0)

    def phrases_in(self, text: str) -> float:
        """The share of neighbouring words of the question that are neighbours here."""
        said = terms(text)
        return len(self.pairs & set(pairwise(said))) / (len(self.pairs) or 1)


def _weight(term: str, vietnamese: bool) -> float:
    """How much a word says; Vietnamese words are all rare in the list of English ones, so a joined pair counts more instead."""
    weight = (1.5 if "_" in term else 1.0) if vietnamese else rarity(term)
    return weight * (2.0 if any(map(str.isdigit, term)) else 1.0)


def _is_small(term: str) -> bool:
    return all(part in _SMALL for part in term.split("_"))


def _alike(question: str, lines: Sequence[Line], embedder: Embedder | None) -> Floats:
    """How like the question each line is in meaning, title and heading before it."""
    if embedder is None or not lines:
        return np.full(len(lines), _UNSEEN, np.float32)
    texts = [f"{line.passage.document.title}. {line.over}. {line.text}" for line in lines]
    vectors = embedder.embed([question, *texts])
    return np.asarray(vectors[1:] @ vectors[0], np.float32)


def _missing(question: str, passage: Passage) -> float:
    """The share of the names in a question that a passage never says."""
    names = {term for word in _CAPITAL.findall(question) for term in terms(word)}
    if not names:
        return 0.0
    said = set(terms(f"{_names(passage)} {passage.chunk.prefix} {passage.chunk.text}"))
    return len(names - said) / len(names)


def _names(passage: Passage) -> str:
    return f"{passage.document.title} " + " ".join(f"{entity.name} {entity.id}" for entity in passage.document.entities)
