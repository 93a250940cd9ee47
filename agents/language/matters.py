"""What lies outside the tools: requests nobody may make, matters the data does not hold, small talk; found by phrases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml

from agents.language.tokens import Token, tidy, tokens_of
from agents.language.words import LANGUAGES
from agents.plan import Language

MatterKind = Literal["refuse", "decline", "talk"]
_KINDS: tuple[MatterKind, ...] = ("refuse", "decline", "talk")
_FOLDER = Path(__file__).with_name("lexicon")


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
        loaded = yaml.load((_FOLDER / language / "beyond.yaml").read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
        table[language] = [
            (_keys(str(phrase), language), kind, name)
            for kind in _KINDS
            for name, phrases in loaded.get(kind, {}).items()
            for phrase in phrases
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
    folded = [token.folded for token in tokens]
    for place in range(len(tokens)):
        hits = [_at(english, place, "en"), _at(marked, place, "vi")]
        if language == "vi":
            hits.append(_at_folded(folded, place))
        found = [hit for hit in hits if hit is not None]
        if found:
            yield max(found, key=lambda matter: matter.end)


def is_matter_word(token: Token) -> bool:
    """Whether the word is part of any such phrase: it is no misspelt word."""
    return token.folded in _matter_words()


@lru_cache(maxsize=1)
def _matter_words() -> frozenset[str]:
    return frozenset(key for phrases in _phrases().values() for phrase, _, _ in phrases for key in phrase)


def _at(keys: Sequence[str], place: int, language: Language) -> Matter | None:
    best: Matter | None = None
    for phrase, kind, name in _by_first(language).get(keys[place], ()):
        end = place + len(phrase)
        if tuple(keys[place:end]) == phrase and (best is None or end > best.end):
            best = Matter(kind, name, place, end)
    return best


def _at_folded(keys: Sequence[str], place: int) -> Matter | None:
    """Unmarked Vietnamese: only phrases of two syllables or more say enough without their marks."""
    best: Matter | None = None
    for phrase, kind, name in _unmarked().get(keys[place], ()):
        end = place + len(phrase)
        if len(phrase) > 1 and tuple(keys[place:end]) == phrase and (best is None or end > best.end):
            best = Matter(kind, name, place, end)
    return best


_Table = dict[str, list[tuple[tuple[str, ...], MatterKind, str]]]


@lru_cache(maxsize=2)
def _by_first(language: Language) -> _Table:
    table: _Table = {}
    for phrase, kind, name in _phrases()[language]:
        table.setdefault(phrase[0], []).append((phrase, kind, name))
    return table


@lru_cache(maxsize=1)
def _unmarked() -> _Table:
    from agents.language.tokens import fold

    table: _Table = {}
    for phrase, kind, name in _phrases()["vi"]:
        plain = tuple(fold(key) for key in phrase)
        table.setdefault(plain[0], []).append((plain, kind, name))
    return table


def read_table(language: Language, name: str) -> dict[str, object]:
    """One small word table of a language."""
    loaded: dict[str, object] = yaml.load((_FOLDER / language / f"{name}.yaml").read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
    return loaded
