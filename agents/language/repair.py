"""Words written short or wrong, as the words they stand for."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from agents.language.matters import is_matter_word
from agents.language.tokens import Token, tokens_of
from agents.language.words import LANGUAGES, Lexicon, read_table, stem
from agents.plan import Language

_ROLLING = re.compile(r"[lp](\d{1,3})([dwmy])")
_UNITS = {"d": "days", "w": "weeks", "m": "months", "y": "years"}


@dataclass(frozen=True)
class Repair:
    """A word as written and as it was read."""

    written: str
    read: str


@lru_cache(maxsize=2)
def _short(language: Language) -> dict[str, str]:
    return {str(name): str(words) for name, words in read_table(language, "short").items()}


def written_out(tokens: Sequence[Token], lexicon: Lexicon, language: Language) -> tuple[tuple[Token, ...], tuple[Repair, ...]]:
    """The message with its abbreviations written out."""
    changes: dict[int, str] = {}
    for place, token in enumerate(tokens):
        if rolling := _ROLLING.fullmatch(token.lower):
            changes[place] = f"last {rolling[1]} {_UNITS[rolling[2]]}"
        for each in LANGUAGES if language == "vi" else ("en",):
            if token.lower in _short(each) and not (each == "vi" and lexicon.knows(token) and len(token.lower) < 2):
                changes.setdefault(place, _short(each)[token.lower])
    return _changed(tokens, changes), tuple(Repair(tokens[place].text, words) for place, words in changes.items())


def unmarked(tokens: Sequence[Token], lexicon: Lexicon, language: Language) -> tuple[Token, ...]:
    """Vietnamese words with marks nobody knows, without them: "trươc" can only be "truoc"."""
    known = lexicon.known["vi"]
    wrong = {
        place: token.folded
        for place, token in enumerate(tokens)
        if language == "vi" and token.lower != token.folded and token.lower not in known and token.folded in known
    }
    return _changed(tokens, wrong)


def respelt(tokens: Sequence[Token], unread: Collection[int], lexicon: Lexicon) -> tuple[tuple[Token, ...], tuple[Repair, ...]]:
    """The message with those unread words corrected that are close to a known word, as the nearest one."""
    changes = {place: word for place in unread if (word := _nearest(tokens[place], lexicon))}
    return _changed(tokens, changes), tuple(Repair(tokens[place].text, word) for place, word in changes.items())


def _nearest(token: Token, lexicon: Lexicon) -> str | None:
    """One edit for four letters, two from seven on; the first letter counts."""
    word = token.folded
    if not token.is_word or not word.isalpha() or len(word) < 4 or is_matter_word(token) or _is_name(token):
        return None
    allowed = 1 if len(word) < 7 else 2
    known = _candidates(lexicon, word)
    found = process.extract(word, known, scorer=OSA.distance, score_cutoff=allowed, limit=3)
    if not found or (
        len(found) > 1 and found[0][1] == found[1][1] and stem(found[0][0]) != stem(found[1][0]) and found[0][0][0] != word[0]
    ):
        return None
    best = min(found, key=lambda hit: (hit[1], hit[0][0] != word[0], abs(len(hit[0]) - len(word))))
    return str(best[0])


def _is_name(token: Token) -> bool:
    """A word with a capital inside a sentence is somebody's name, not a misspelt word."""
    return token.start > 0 and token.text[0].isupper() and not token.text.isupper()


def _candidates(lexicon: Lexicon, word: str) -> list[str]:
    return [known for known in lexicon.words if abs(len(known) - len(word)) <= 2 and len(known) > 3]


def _changed(tokens: Sequence[Token], changes: dict[int, str]) -> tuple[Token, ...]:
    if not changes:
        return tuple(tokens)
    return tokens_of(" ".join(changes.get(place, token.text) for place, token in enumerate(tokens)))
