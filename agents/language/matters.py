"""Matters found by phrases: requests nobody may make, what models and documents are asked, what nothing here holds, small talk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from agents.language.marks import may_stand_for
from agents.language.tokens import Token, fold, tidy, tokens_of
from agents.language.words import LANGUAGES, read_table
from agents.plan import Language
from tools.facts import Frozen

_MOSTLY = 2.5  # one word in so many has marks: they are written
_GOODS = frozenset({"hang", "mon", "mua", "ban", "nhap", "loai", "va", "nganh", "nhom"})
_SYLLABLES = frozenset({"roi", "loan", "may", "ban", "do", "to", "can", "them"})  # Vietnamese words without marks
MatterKind = Literal["refuse", "decline", "talk", "tool"]


class Beyond(Frozen):
    """The phrases of one language, by kind and name."""

    refuse: Mapping[str, tuple[str, ...]]
    decline: Mapping[str, tuple[str, ...]]
    talk: Mapping[str, tuple[str, ...]]
    tool: Mapping[str, tuple[str, ...]]

    def kinds(self) -> tuple[tuple[MatterKind, Mapping[str, tuple[str, ...]]], ...]:
        return (("refuse", self.refuse), ("tool", self.tool), ("decline", self.decline), ("talk", self.talk))


@dataclass(frozen=True)
class Matter:
    """A phrase found in the message and what kind of matter it is."""

    kind: MatterKind
    name: str
    start: int
    end: int


@lru_cache(maxsize=1)
def _phrases() -> dict[Language, list[tuple[tuple[str, ...], MatterKind, str]]]:
    table: dict[Language, list[tuple[tuple[str, ...], MatterKind, str]]] = {}
    for language in LANGUAGES:
        beyond = Beyond.model_validate({**read_table(language, "beyond"), "tool": read_table(language, "wishes")})
        table[language] = [
            (_keys(phrase, language), kind, name) for kind, names in beyond.kinds() for name, phrases in names.items() for phrase in phrases
        ]
    return table


def _keys(phrase: str, language: Language) -> tuple[str, ...]:
    tokens = tokens_of(tidy(phrase))
    return tuple(token.folded if language == "en" else token.lower for token in tokens)


def matters_in(tokens: Sequence[Token], language: Language) -> tuple[Matter, ...]:
    """Every such phrase, the longest at each place."""
    return tuple(_found(tokens, language))


def _found(tokens: Sequence[Token], language: Language) -> Iterator[Matter]:
    english = [token.folded if token.folded == token.lower else "\0" for token in tokens]
    marked = [token.lower for token in tokens]
    for place in range(len(tokens)):
        hits = [None if language == "vi" and marked[place] in _SYLLABLES else _at(english, place, _by_first("en"))]
        hits.append(_at(marked, place, _by_first("vi")))
        milk = marked[place] == "sua" and place and marked[place - 1] in _GOODS  # "hang sua ton" is milk in stock
        if language == "vi" and not milk:  # without marks only phrases of two syllables or more say enough
            hits.append(_at(marked, place, _unmarked(), at_least=2, marked=marked))
        found = [hit for hit in hits if hit is not None]
        if found:
            yield max(found, key=lambda matter: matter.end)


def is_matter_word(token: Token) -> bool:
    """Whether the word is part of any such phrase: it is no misspelt word."""
    return token.folded in _matter_words() or token.lower in _matter_words()


@lru_cache(maxsize=1)
def _matter_words() -> frozenset[str]:
    return frozenset(key for phrases in _phrases().values() for phrase, _, _ in phrases for key in phrase)


@lru_cache(maxsize=1)
def wish_words() -> tuple[str, ...]:
    """The English words by which models and documents are asked: a word close to one may be it, misspelt."""
    return tuple(
        sorted({key for phrase, kind, _ in _phrases()["en"] if kind == "tool" for key in phrase if len(key) > 5 and key.isalpha()})
    )


def _at(keys: Sequence[str], place: int, table: _Table, at_least: int = 1, marked: Sequence[str] = ()) -> Matter | None:
    """The longest phrase of a table at a place; words written with marks may lack some, but have no others."""
    best: Matter | None = None
    is_marked = sum(not word.isascii() for word in marked) * _MOSTLY >= len(marked)
    for phrase, kind, name in table.get(fold(keys[place]) if marked else keys[place], ()):
        end = place + len(phrase)
        if len(phrase) < at_least or (best is not None and end <= best.end):
            continue
        if _reads(marked[place:end], phrase, is_marked) if marked else tuple(keys[place:end]) == phrase:
            best = Matter(kind, name, place, end)
    return best


def _reads(words: Sequence[str], phrase: Sequence[str], is_marked: bool) -> bool:
    """Where marks are written, a word without any is meant as it stands: "doanh thu cho" holds no "thử"."""
    if len(words) != len(phrase):
        return False
    pairs = zip(words, phrase, strict=True)
    return all(word == meant or (may_stand_for(word, meant) and not (is_marked and word.isascii())) for word, meant in pairs)


_Table = dict[str, list[tuple[tuple[str, ...], MatterKind, str]]]


@lru_cache(maxsize=2)
def _by_first(language: Language) -> _Table:
    table: _Table = {}
    for phrase, kind, name in _phrases()[language]:
        table.setdefault(phrase[0], []).append((phrase, kind, name))
    return table


@lru_cache(maxsize=1)
def _unmarked() -> _Table:
    """Vietnamese phrases by their first word without marks."""
    table: _Table = {}
    for phrase, kind, name in _phrases()["vi"]:
        table.setdefault(fold(phrase[0]), []).append((phrase, kind, name))
    return table
