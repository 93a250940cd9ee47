"""Whose and which time's documents a question is about: what speaks of another supplier or another month does not answer it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import get_args

from knowledge.contract import Document, EntityKind, Passage
from knowledge.keyword_words import terms
from knowledge.rerank import spans, speaks_of

_FIRM_WORDS = "the co ltd inc company supplier trading food corp limited firm group cong ty tnhh cp htx hop tac xa so san xuat"
_OF_ANY_FIRM = frozenset(_FIRM_WORDS.split())
_WORD = re.compile(r"[^\W\d_][\w-]*")
_ENOUGH_NAMES = 2


def about_the_same(question: str, passages: Sequence[Passage]) -> list[Passage]:
    """Without the passages of another time or another supplier, where some are of the one that the question names."""
    return _of_the_firm(question, _of_the_days(question, passages))


def parallel(one: Document, other: Document) -> bool:
    """Whether two documents speak of different things, so that they cannot contradict each other."""
    return _other_days(one, other) or _other_names(one, other)


def _of_the_days(question: str, passages: Sequence[Passage]) -> list[Passage]:
    asked = spans(question)
    about = [speaks_of(each.document) if each.document.period_from else None for each in passages]
    meets = [days is not None and any(since <= days[1] and days[0] <= until for since, until in asked) for days in about]
    if not any(meets):
        return list(passages)
    return [each for each, days, fits in zip(passages, about, meets, strict=True) if days is None or fits]


def _of_the_firm(question: str, passages: Sequence[Passage]) -> list[Passage]:
    said = set(terms(question, pairs=True))
    capitals = _capitals(question)
    named = [_names_said(each.document, said) if each.document.kind == "contract" else None for each in passages]
    most = max((len(names) for names in named if names), default=0)
    sure = most >= _ENOUGH_NAMES or any(names & capitals for names in named if names)
    if not sure:
        return list(passages)
    return [each for each, names in zip(passages, named, strict=True) if names is None or len(names) == most]


def _names_said(document: Document, said: set[str]) -> set[str] | None:
    """The words of a supplier's name that a question says; None for a document of no supplier."""
    names = [set(terms(each.name)) - _OF_ANY_FIRM for each in document.entities if each.kind == "supplier"]
    return max((name & said for name in names), key=len) if names else None


def _other_days(one: Document, other: Document) -> bool:
    about = [speaks_of(each) if each.period_from else None for each in (one, other)]
    return about[0] is not None and about[1] is not None and (about[0][0] > about[1][1] or about[1][0] > about[0][1])


def _other_names(one: Document, other: Document) -> bool:
    """Both name suppliers, products or places and none in common; or their titles follow one pattern with other names in it."""
    for kind in get_args(EntityKind):
        named = [{entity.id for entity in each.entities if entity.kind == kind} for each in (one, other)]
        if named[0] and named[1] and not named[0] & named[1]:
            return True
    return _other_names_in_titles(one.title, other.title)


def _other_names_in_titles(one: str, other: str) -> bool:
    """“Contract with Hanmi” and “Contract with Mộc Lan”: alike but for names; years and numbers are editions, not names."""
    words = [{term for term in terms(title) if term.isalpha()} for title in (one, other)]
    alone = [words[0] - words[1], words[1] - words[0]]
    named = [_capitals(title.partition(" ")[2]) & names for title, names in zip((one, other), alone, strict=True)]
    return bool(words[0] & words[1]) and all(named)


def _capitals(text: str) -> set[str]:
    """The terms of the words that begin with a capital letter."""
    return {term for word in _WORD.findall(text) if word[0].isupper() for term in terms(word)}
