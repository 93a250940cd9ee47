"""Sentences and names of one language, read from the YAML file beside this module."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import yaml

from agents.formats import show_day
from agents.plan import Language
from tools.facts import Frozen, Unit

_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_MACHINE_NAME = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
_SUFFIXES = ("_change_rate", "_change", "_before")


class Term(Protocol):
    """A metric or dimension as the definitions describe it."""

    @property
    def definition(self) -> str: ...
    @property
    def en(self) -> tuple[str, ...]: ...
    @property
    def vi(self) -> tuple[str, ...]: ...


class Measure(Term, Protocol):
    """A metric: its unit, and whether its parts add up."""

    @property
    def unit(self) -> Unit: ...
    @property
    def additivity(self) -> str: ...


class Known(Protocol):
    """The definitions a writer needs: `ingestion.metrics.Definitions` is one."""

    @property
    def metrics(self) -> Mapping[str, Measure]: ...
    @property
    def dimensions(self) -> Mapping[str, Term]: ...


class Note(Frozen):
    """How a tool's note reads in this language; groups of the pattern fill the sentence."""

    pattern: str
    say: str


class Book(Frozen):
    """One language's phrase file."""

    language: Language
    sentences: Mapping[str, str]
    columns: Mapping[str, str]
    tables: Mapping[str, Mapping[str, str]] = {}  # by tool: columns that are called otherwise in its table
    titles: Mapping[str, str] = {}  # by tool: what an answer without a metric is about
    plurals: Mapping[str, str] = {}
    values: Mapping[str, str] = {}
    weekdays: tuple[str, ...]
    definitions: Mapping[str, str] = {}
    terms: Mapping[str, str] = {}  # words that stand inside notes: figures, periods, things
    notes: tuple[Note, ...] = ()

    def say(self, key: str, **slots: str) -> str:
        """A sentence with its slots filled; a slot with a capital name begins with one; an empty slot leaves no double space."""
        capital = {name.capitalize(): text[:1].upper() + text[1:] for name, text in slots.items()}
        text = self.sentences[key].format(**{**capital, **slots})
        return re.sub(r" {2,}", " ", text).replace(" ,", ",").replace(" .", ".").replace(" :", ":").strip()

    def both(self, names: Sequence[str]) -> str:
        """Names as a list: a, b and c."""
        if len(names) < 2:
            return "".join(names)
        return self.sentences["and"].format(first=", ".join(names[:-1]), last=names[-1])

    def value(self, text: str) -> str:
        """A closed value (a status, a stage) in this language."""
        return self.values.get(text, text)

    def note(self, text: str) -> str:
        """A tool's note in this language; as it is when the file does not know it."""
        for known in self.notes:
            found = re.fullmatch(known.pattern, text)
            if found:
                return known.say.format(*map(self._inside, found.groups()))
        return _DAY.sub(lambda found: show_day(date.fromisoformat(found[0]), self.language), in_words(text))

    def reason(self, text: str, otherwise: str) -> str:
        """Why something could not be said, in this language; in general words where the file does not know it."""
        if self.language == "en":
            return text or otherwise
        return self.note(text) if any(re.fullmatch(known.pattern, text) for known in self.notes) else otherwise

    def _inside(self, text: str) -> str:
        """A piece of a note: a term, the name of a column, a note of its own, or a word as it is."""
        plain = in_words(text)
        if named := self.terms.get(plain) or self.columns.get(text):
            return named
        inner = next((known for known in self.notes if known.pattern != "(.+)" and re.fullmatch(known.pattern, text)), None)
        return self.note(text) if inner else plain


@lru_cache(maxsize=4)
def open_book(language: Language) -> Book:
    """The phrases of a language."""
    path = Path(__file__).with_name(f"{language}.yaml")
    return Book.model_validate(yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader))


def in_words(text: str) -> str:
    """Names that programs use, spelt as words."""
    return _MACHINE_NAME.sub(lambda found: found[0].replace("_", " "), text)


def label(name: str, book: Book, known: Known) -> str:
    """What a column or metric is called in an answer, lower case."""
    if name in book.columns:
        return book.columns[name]
    for suffix in _SUFFIXES:
        if name.endswith(suffix) and name.removesuffix(suffix) in known.metrics:
            return f"{label(name.removesuffix(suffix), book, known)} {book.columns[suffix.removeprefix('_')]}"
    return _term(name, known.metrics, book) or _term(name, known.dimensions, book) or name.replace("_", " ")


def plural(name: str, book: Book, known: Known) -> str:
    """The members of a dimension, several of them."""
    return book.plurals.get(name) or label(name, book, known)


def _term(name: str, terms: Mapping[str, Term], book: Book) -> str:
    if name not in terms:
        return ""
    return terms[name].vi[0] if book.language == "vi" and terms[name].vi else name.replace("_", " ")
