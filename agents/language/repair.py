"""Words written short or wrong, as the words they stand for."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rapidfuzz import process
from rapidfuzz.distance import OSA

from agents.language.matters import is_matter_word, wish_words
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


def unmarked(tokens: Sequence[Token], lexicon: Lexicon, language: Language, names: Collection[int] = frozenset()) -> tuple[Token, ...]:
    """Vietnamese words with marks nobody knows, without them: "trươc" can only be "truoc"; names stay as they are."""
    known = lexicon.known["vi"]
    wrong = {
        place: token.folded
        for place, token in enumerate(tokens)
        if language == "vi"
        and place not in names
        and token.lower != token.folded
        and token.lower not in known
        and token.folded in known
        and not is_matter_word(token)
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
    found = process.extract(word, known, scorer=OSA.distance, score_cutoff=allowed, limit=6)
    if not found or (
        len(found) > 1 and found[0][1] == found[1][1] and stem(found[0][0]) != stem(found[1][0]) and found[0][0][0] != word[0]
    ):
        return None
    bones = _consonants(word)
    best = min(found, key=lambda hit: (hit[1], _consonants(hit[0]) != bones, hit[0][0] != word[0], abs(len(hit[0]) - len(word))))
    return str(best[0])


def _consonants(word: str) -> str:
    """Vowels are what is left out and mistaken most."""
    return "".join(letter for letter in word if letter not in "aeiou")


def _is_name(token: Token) -> bool:
    """A word with a capital inside a sentence is somebody's name, not a misspelt word."""
    return token.start > 0 and token.text[0].isupper() and not token.text.isupper()


def _candidates(lexicon: Lexicon, word: str) -> list[str]:
    return [known for known in (*lexicon.words, *wish_words()) if abs(len(known) - len(word)) <= 2 and len(known) > 3]


def _changed(tokens: Sequence[Token], changes: dict[int, str]) -> tuple[Token, ...]:
    if not changes:
        return tuple(tokens)
    gaps = [" " if before.end < after.start else "" for before, after in pairwise(tokens)]
    words = [changes.get(place, token.text) for place, token in enumerate(tokens)]
    return tokens_of("".join(word + gap for word, gap in zip(words, [*gaps, ""], strict=True)))
