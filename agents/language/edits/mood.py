"""How a message means its words: added, taken away, put back, in total, sorted, against something."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from agents.language.tokens import Token, tidy, tokens_of
from agents.language.words import read_table
from agents.plan import Language

# Every manner with its phrases stands in follow.yaml; a phrase that is marked as such explains its words.
MANNERS = (
    "adding", "removing", "restoring", "whole", "sorting", "showing", "aside", "replacing", "more", "both", "against", "shares",
    "listing",
    "breaking",
)  # fmt: skip
_BACK = frozenset({"put", "bring", "add", "let", "take"})
Phrase = tuple[str, ...]


@dataclass(frozen=True)
class Mood:
    """The manners of a message and the places of the words that say so."""

    manners: frozenset[str]
    places: frozenset[int]

    def has(self, *manners: str) -> bool:
        return any(manner in self.manners for manner in manners)


def mood_of(tokens: Sequence[Token], leaning: int, language: Language) -> Mood:
    """The manners of these words, the first `leaning` of which only lean on what was said before."""
    found = [(manner, start, end) for manner in MANNERS for start, end in _found(tokens, manner, language)]
    if _BACK & {token.folded for token in tokens} and tokens[-1].folded == "back":  # put Beverages back
        found += [("restoring", place, place + 1) for place, token in enumerate(tokens) if token.folded in (*_BACK, "back")]
    places = {place for _, start, end in found for place in range(start, end)} | set(range(leaning))
    return Mood(frozenset(manner for manner, _, _ in found), frozenset(places))


@lru_cache(maxsize=1)
def talk_words() -> frozenset[str]:
    """The English words by which messages lean on others: none of them is a misspelt word."""
    return frozenset(
        word for manner in (*MANNERS, "lean", "back", "fresh", "drop") for phrase in _phrases(manner, "en", False) for word in phrase
    )


def respoken(text: str, unread: Sequence[Token]) -> str:
    """The text with words nobody knows that are close to one of these as that word: adn, insted."""
    for token in unread:
        if word := _SLIPS.get(token.folded) or _near(token):
            text = re.sub(rf"\b{re.escape(token.text)}\b", word, text, count=1)
    return text


def _near(token: Token) -> str:
    if len(token.folded) < _LEAST or not token.folded.isalpha() or token.lower != token.folded:
        return ""
    found = process.extractOne(token.folded, sorted(talk_words()), scorer=OSA.distance, score_cutoff=1 if len(token.folded) < _LONG else 2)
    return str(found[0]) if found and len(found[0]) >= _LEAST else ""


_LEAST, _LONG = 5, 8
_SLIPS = {
    "adn": "and",
    "nad": "and",
    "teh": "the",
    "jsut": "just",
    "olny": "only",
    "onyl": "only",
    "smae": "same",
    "wat": "what",
    "abt": "about",
}


def _found(tokens: Sequence[Token], manner: str, language: Language) -> Iterator[tuple[int, int]]:
    """Vietnamese by its marks, unless the message is written without any."""
    marked = language == "vi" and any(token.lower != token.folded for token in tokens)
    words = [token.lower if marked else token.folded for token in tokens]
    for phrase in _phrases(manner, language, marked):
        for start in range(len(words) - len(phrase) + 1):
            if tuple(words[start : start + len(phrase)]) == phrase:
                yield start, start + len(phrase)


@lru_cache(maxsize=4 * len(MANNERS))
def _phrases(manner: str, language: Language, marked: bool) -> tuple[Phrase, ...]:
    listed = read_table(language, "follow").get(manner)
    tokens = (tokens_of(tidy(str(each))) for each in (listed if isinstance(listed, list) else []))
    said = {tuple(token.lower if marked else token.folded for token in each) for each in tokens}
    return tuple(sorted(said, key=len, reverse=True))
