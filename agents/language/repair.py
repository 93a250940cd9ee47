"""Words written short or wrong, as the words they stand for."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise

from rapidfuzz import process
from rapidfuzz.distance import OSA

from agents.language.edits.mood import talk_words
from agents.language.marks import is_half_marked
from agents.language.matters import is_matter_word, wish_words
from agents.language.tokens import Token, tokens_of
from agents.language.words import Lexicon, read_table, stem
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


def is_short(token: Token, language: Language) -> bool:
    """Whether people write the word for a longer one."""
    return token.lower in _short(language)


@lru_cache(maxsize=1)
def well_spelt() -> frozenset[str]:
    """Words that are meant as they stand, however close they are to others."""
    return frozenset(word for table in ("meant", "common") for word in str(read_table("en", table)["words"]).split())


def written_out(tokens: Sequence[Token], lexicon: Lexicon, language: Language) -> tuple[tuple[Token, ...], tuple[Repair, ...]]:
    """The message with its abbreviations written out."""
    changes: dict[int, str] = {}
    for place, token in enumerate(tokens):
        if rolling := _ROLLING.fullmatch(token.lower):
            changes[place] = f"last {rolling[1]} {_UNITS[rolling[2]]}"
        if language == "vi" and _is_place(tokens, place):
            continue
        for each in ("vi", "en") if language == "vi" else ("en",):
            whole = (
                lexicon.knows(token) and len(token.lower) < 2 if each == "vi" else language == "vi" and token.lower in lexicon.known["vi"]
            )
            whole = whole or (language == "vi" and lexicon.holds(tokens, place))
            if token.lower in _short(each) and not whole:
                changes.setdefault(place, _short(each)[token.lower])
    return exchanged(tokens, changes)


def _is_place(tokens: Sequence[Token], place: int) -> bool:
    """TP before a name is a town, before a figure "top"."""
    return tokens[place].folded == "tp" and place + 1 < len(tokens) and tokens[place + 1].is_word


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
        and is_half_marked(token.lower, lexicon.by_letters)
        and not is_matter_word(token)
    }
    return _changed(tokens, wrong)


def respelt(tokens: Sequence[Token], unread: Collection[int], lexicon: Lexicon) -> tuple[tuple[Token, ...], tuple[Repair, ...]]:
    """The message with those unread words corrected that are close to a known word, as the nearest one."""
    changes = {place: word for place in unread if (word := _nearest(tokens[place], lexicon))}
    return exchanged(tokens, changes)


def exchanged(tokens: Sequence[Token], changes: dict[int, str]) -> tuple[tuple[Token, ...], tuple[Repair, ...]]:
    """The message with other words at some places, and which."""
    return _changed(tokens, changes), tuple(Repair(tokens[place].text, words) for place, words in changes.items())


def _nearest(token: Token, lexicon: Lexicon) -> str | None:
    """One edit for four letters, two from seven on; the first letter counts."""
    word = token.folded
    if (
        token.lower != word
        or not token.is_word
        or not word.isalpha()
        or len(word) < 4
        or is_matter_word(token)
        or word in talk_words()
        or _is_name(token)
        or word in well_spelt()
    ):
        return None
    allowed = 1 if len(word) < 7 else 2
    known = _candidates(lexicon, word)
    if word in known:  # a word of some longer phrase, spelt as it is there
        return None
    found = process.extract(word, known, scorer=OSA.distance, score_cutoff=allowed, limit=6)
    found = [hit for hit in found if not (word.startswith(("un", "in", "non")) and word.endswith(hit[0]))]  # undelivered is not delivered
    if not found or (
        len(found) > 1 and found[0][1] == found[1][1] and stem(found[0][0]) != stem(found[1][0]) and found[0][0][0] != word[0]
    ):
        return None
    bones = _consonants(word)
    best = min(
        found,
        key=lambda hit: (
            hit[1],
            _consonants(hit[0]) != bones,
            hit[0][0] != word[0],
            not _lacks(word, hit[0]),
            abs(len(hit[0]) - len(word)),
        ),
    )
    return str(best[0])


def _lacks(word: str, whole: str) -> bool:
    """Whether only letters are missing: the commonest slip."""
    rest = iter(whole)
    return all(letter in rest for letter in word)


def _consonants(word: str) -> str:
    """Vowels are what is left out and mistaken most, and whether a letter is doubled."""
    return "".join(letter for letter, _ in groupby(word) if letter not in "aeiou")


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
