"""Slips and habits of people who type in a hurry, put on a sentence whose blanks stay as they are."""

from __future__ import annotations

import random
from collections.abc import Callable

from agents.language.tokens import fold
from agents.plan import Language

_SMALL = frozenset(
    [
        "the",
        "a",
        "an",
        "our",
        "of",
        "for",
        "in",
        "on",
        "by",
        "is",
        "was",
        "were",
        "are",
        "did",
        "do",
        "does",
        "we",
        "us",
        "to",
        "with",
        "what",
        "how",
        "please",
        "me",
    ]
)
_SHORT = {"customers": "custs", "quantity": "qty", "please": "pls", "orders": "ords", "average": "avg", "month": "mth", "products": "prods"}


def noisy(sentence: str, language: Language, chance: random.Random) -> tuple[str, str]:
    """The kind of noise, none for two of three, and the sentence with it."""
    sentence = " ".join(sentence.split())
    if language == "vi" and chance.random() < 0.33:
        return "unmarked", _each(sentence, fold)
    if chance.random() < 0.67:
        return "", sentence
    name = chance.choice(sorted(_KINDS))
    return name, _KINDS[name](sentence, chance)


def _each(sentence: str, change: Callable[[str], str]) -> str:
    return " ".join(word if "{" in word else change(word) for word in sentence.split())


def _typo(sentence: str, chance: random.Random) -> str:
    """One or two words with two letters exchanged, one missing or one doubled."""
    words = sentence.split()
    long = [place for place, word in enumerate(words) if "{" not in word and len(word) >= 4]
    for place in chance.sample(long, min(len(long), chance.choice((1, 1, 2)))):
        words[place] = _slip(words[place], chance)
    return " ".join(words)


def _slip(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word) - 1)
    kind = chance.randrange(3)
    if kind == 0:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + word[at + 1 :] if kind == 1 else word[:at] + word[at] + word[at:]


def _loud(sentence: str, chance: random.Random) -> str:
    return _each(sentence, str.upper)


def _bare(sentence: str, chance: random.Random) -> str:
    """Without signs and without small words: as one types into a search box."""
    words = [word.strip("?!.,:;") if "{" not in word else word for word in sentence.split()]
    return " ".join(word for word in words if word and word.casefold() not in _SMALL) or sentence


def _short(sentence: str, chance: random.Random) -> str:
    return _each(sentence, lambda word: _SHORT.get(word.casefold(), word))


_KINDS: dict[str, Callable[[str, random.Random], str]] = {"typo": _typo, "case": _loud, "keywords": _bare, "abbreviation": _short}
