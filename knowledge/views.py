"""A question seen in several ways: whole, in passages, as terms, and by what in it is exact."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from knowledge.contract import Language
from knowledge.keyword import question_weights
from knowledge.keyword_headings import heading_weights
from knowledge.keyword_words import exact_terms, is_vietnamese
from knowledge.language import detect
from knowledge.views_synonyms import other_words

QuestionKind = Literal["question", "scenario", "exact", "vietnamese"]
_WINDOW_WORDS, _SCENARIO_WORDS, _MOST_WINDOWS = 40, 60, 64
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_\s]|[\"“'(])|\n+")
_LIST_MARK = re.compile(r"^[\s>#*\-•\d.)]+(?=\S)")


@dataclass(frozen=True)
class Views:
    """What each arm is asked."""

    question: str
    kind: QuestionKind
    language: Language
    windows: tuple[str, ...]  # what is embedded: the whole of a short question, passages of a long one
    terms: Mapping[str, float]
    heading_terms: Mapping[str, float]
    exact: tuple[str, ...]


def look(question: str) -> Views:
    """The views of a question; the same question always gives the same ones."""
    language = "vi" if is_vietnamese(question) else detect(question)
    exact = exact_terms(question)
    long = len(question.split()) > _SCENARIO_WORDS
    kind: QuestionKind = "scenario" if long else "vietnamese" if language == "vi" else "exact" if exact else "question"
    return Views(
        question=question,
        kind=kind,
        language=language,
        windows=windows(question) if long else (question.strip(),),
        terms={**({} if long else other_words(question, language == "vi")), **question_weights(question, pairs=language == "vi")},
        heading_terms=heading_weights(question),
        exact=exact,
    )


def windows(text: str, words: int = _WINDOW_WORDS) -> tuple[str, ...]:
    """Whole sentences grouped to passages of about so many words."""
    return tuple(" ".join(group) for group in grouped(sentences(text), words))[:_MOST_WINDOWS]


def grouped(pieces: Iterable[str], words: int) -> list[list[str]]:
    """Pieces one after another in groups of at most so many words; a longer piece is a group of its own."""
    found: list[list[str]] = []
    size = 0
    for piece in pieces:
        length = len(piece.split())
        if not found or size + length > words:
            found.append([])
            size = 0
        found[-1].append(piece)
        size += length
    return found


def sentences(text: str) -> list[str]:
    """The sentences and lines of a text, without list marks."""
    pieces = (_LIST_MARK.sub("", piece).replace("**", "").strip() for piece in _SENTENCE_END.split(text))
    return [piece for piece in pieces if piece]
