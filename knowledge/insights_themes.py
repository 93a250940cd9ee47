"""Themes of reviews: what people complain of and what they praise, by cues; and words the unhappy use more than others."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from math import log
from pathlib import Path
from typing import Literal, TypedDict, cast

import yaml

from knowledge.clauses_quantities import fold

Tone = Literal["complaint", "praise"]
_UNHAPPY, _HAPPY = 2, 4
_DENIAL_CHARACTERS = 14
_PRIOR = 0.5
_FEWEST_USES = 3


class _Theme(TypedDict):
    vi: str
    complaint: list[str]
    praise: list[str]


class _Book(TypedDict):
    themes: dict[str, _Theme]
    denials: list[str]
    stop: list[str]


@dataclass(frozen=True)
class Review:
    """What a review says, without who wrote it."""

    id: str
    rating: int
    text: str


@dataclass(frozen=True)
class Mention:
    """A theme in a review, with the words it was seen in."""

    theme: str
    tone: Tone
    cue: str


@dataclass(frozen=True)
class Term:
    """A word or pair of words that the unhappy use more than the happy; `lift` is how many times as often."""

    words: str
    uses: int
    lift: float


@cache
def _book() -> _Book:
    return cast(_Book, yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")))


@cache
def _patterns() -> tuple[tuple[str, Tone, re.Pattern[str] | None, re.Pattern[str] | None], ...]:
    """Of each theme and tone: cues for folded text, cues for text with its marks."""
    tones: tuple[Tone, ...] = ("complaint", "praise")
    return tuple((name, tone, *_by_marks(cues[tone])) for name, cues in _book()["themes"].items() for tone in tones)


def _by_marks(cues: list[str]) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
    bare, marked = [cue for cue in cues if cue.isascii()], [cue for cue in cues if not cue.isascii()]
    return (re.compile("|".join(bare)) if bare else None, re.compile("|".join(marked)) if marked else None)


@cache
def _denial() -> re.Pattern[str]:
    return re.compile("(?:" + "|".join(_book()["denials"]) + r")(?: \w+)?\s*$")


def theme_names() -> tuple[str, ...]:
    """All themes there are."""
    return tuple(_book()["themes"])


def in_vietnamese(theme: str) -> str:
    """What a theme is called in Vietnamese."""
    return _book()["themes"][theme]["vi"]


@lru_cache(maxsize=65_536)
def mentions(text: str) -> tuple[Mention, ...]:
    """Each theme once a tone, in the order of the list; what is denied is not mentioned."""
    said, marked = fold(text), re.sub(r"\s+", " ", unicodedata.normalize("NFC", text.casefold()))
    found = []
    for theme, tone, bare_cues, marked_cues in _patterns():
        cue = _cue(bare_cues, said) or _cue(marked_cues, marked)
        if cue is not None:
            found.append(Mention(theme, tone, cue))
    return tuple(found)


def _cue(pattern: re.Pattern[str] | None, said: str) -> str | None:
    """The first cue that is not denied."""
    if pattern is None:
        return None
    return next((match[0] for match in pattern.finditer(said) if not _denied(said, match.start())), None)


def _denied(said: str, at: int) -> bool:
    return bool(_denial().search(fold(said[max(0, at - _DENIAL_CHARACTERS) : at].rpartition(".")[2])))


def complaints(review: Review) -> tuple[str, ...]:
    """The themes a review complains of."""
    return tuple(mention.theme for mention in mentions(review.text) if mention.tone == "complaint")


def praises(review: Review) -> tuple[str, ...]:
    """The themes a review praises."""
    return tuple(mention.theme for mention in mentions(review.text) if mention.tone == "praise")


def telling_terms(reviews: Iterable[Review], most: int = 8) -> tuple[Term, ...]:
    """Words and pairs of words that stand in unhappy reviews (1 or 2 stars) more often than in happy ones (4 or 5)."""
    unhappy: Counter[str] = Counter()
    happy: Counter[str] = Counter()
    for review in reviews:
        if review.rating <= _UNHAPPY:
            unhappy.update(terms(review.text))
        elif review.rating >= _HAPPY:
            happy.update(terms(review.text))
    sad, glad = sum(unhappy.values()) + 1, sum(happy.values()) + 1
    lifts = {words: ((uses + _PRIOR) / sad) / ((happy[words] + _PRIOR) / glad) for words, uses in unhappy.items() if uses >= _FEWEST_USES}
    ranked = sorted(lifts, key=lambda words: (-log(lifts[words]) * unhappy[words] ** 0.5, -len(words), words))
    chosen: list[str] = []
    for words in ranked:
        if lifts[words] > 1 and len(chosen) < most and not any(set(words.split()) & set(other.split()) for other in chosen):
            chosen.append(words)
    return tuple(Term(words, unhappy[words], lifts[words]) for words in chosen)


def terms(text: str) -> frozenset[str]:
    """The single words and neighbouring pairs of a text, each once, without the words that say nothing."""
    stop = set(_book()["stop"])
    words = re.findall(r"[^\W\d_]{2,}", unicodedata.normalize("NFC", text.casefold()))
    kept = [(word, fold(word) not in stop) for word in words]
    pairs = (f"{first} {second}" for (first, one), (second, two) in pairwise(kept) if one and two)
    return frozenset((*(word for word, telling in kept if telling and len(word) > 2), *pairs))
