"""Words of a language around names: aliases, cues, ordinary words, weak words. One YAML file a language, beside this module."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, field_validator

from agents.language.tokens import fold, tidy
from agents.language.values.words import name_words

HERE = Path(__file__).parent
_GOODS = ("category", "subcategory", "family")  # dimensions whose members are kinds of goods


class Lexicon(BaseModel):
    """One language's file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: str
    aliases: Mapping[str, Mapping[str, tuple[str, ...]]]  # dimension, value, what people call it
    goods: Mapping[str, tuple[str, ...]] = {}  # kinds of goods as the data may name them, and as people do
    cues: Mapping[str, tuple[str, ...]]  # dimension, words beside a member that tell it is meant
    numbered: Mapping[str, tuple[str, ...]]  # dimension, words before a bare number that make it an id
    selectors: tuple[str, ...] = ()  # words that pick a member out: only, without
    joiners: tuple[str, ...] = ()  # words that put members side by side: and, or, versus
    ordinary: frozenset[str]  # everyday words: no name by themselves, never taken for a typo
    weak: frozenset[str] = frozenset()  # words of names that tell little: Ltd, Co, công ty

    @field_validator("ordinary", "weak", mode="before")
    @classmethod
    def _split(cls, written: object) -> object:
        return frozenset(unicodedata.normalize("NFC", word.casefold()) for word in written.split()) if isinstance(written, str) else written


@lru_cache(maxsize=1)
def lexicons() -> Mapping[str, Lexicon]:
    """Every language's words, by its two letters."""
    files = sorted(HERE.glob("*.yaml"))
    return {path.stem: Lexicon.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))) for path in files}


class Words:
    """The lexicons of all languages put together for looking things up."""

    def __init__(self, languages: Mapping[str, Lexicon]) -> None:
        self.ordinary = frozenset(word for each in languages.values() for word in each.ordinary)
        self.weak = frozenset(fold(word) for each in languages.values() for word in each.weak)
        self.selectors = frozenset(fold(word) for each in languages.values() for word in each.selectors)
        self.joiners = frozenset(word for each in languages.values() for said in each.joiners for word in name_words(said))
        self.languages = languages
        self._aliases = {name: _by_value(each) for name, each in languages.items()}
        self._said_of = {dimension for by in self._aliases.values() for dimension, _ in by}
        self._goods = {name: {_key(kind): said for kind, said in each.goods.items()} for name, each in languages.items()}

    def aliases(self, dimension: str, value: str) -> list[tuple[str, str]]:
        """What people call a value, each with its language."""
        if dimension not in self._said_of and dimension not in _GOODS:
            return []
        key = _key(value)
        found = [(said, language) for language, by in self._aliases.items() for said in by.get((dimension, key), ())]
        if dimension in _GOODS:
            found += [(said, language) for language, goods in self._goods.items() for said in goods.get(key, ())]
        return found

    def cues(self, dimension: str) -> frozenset[tuple[str, ...]]:
        """Word sequences beside a member that tell the dimension is meant."""
        said = (cue for each in self.languages.values() for cue in each.cues.get(dimension, ()))
        return frozenset(tuple(name_words(cue)) for cue in said)

    def numbered(self) -> Mapping[tuple[str, ...], tuple[str, ...]]:
        """Word sequences before a bare number, with the dimensions whose ids it may end."""
        found: dict[tuple[str, ...], tuple[str, ...]] = {}
        for each in self.languages.values():
            for dimension, said in each.numbered.items():
                for cue in said:
                    key = tuple(name_words(cue))
                    found[key] = tuple(dict.fromkeys((*found.get(key, ()), dimension)))
        return found


@lru_cache(maxsize=1)
def shipped_words() -> Words:
    """The words that come with OIIS."""
    return Words(lexicons())


def _by_value(lexicon: Lexicon) -> dict[tuple[str, str], tuple[str, ...]]:
    return {
        (dimension.strip(), _key(value)): said
        for dimensions, values in lexicon.aliases.items()
        for dimension in dimensions.split(",")
        for value, said in values.items()
    }


def _key(value: str) -> str:
    return " ".join(name_words(tidy(value)))
