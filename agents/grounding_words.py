"""The words an answer may bind by: who facts are about, what they are called, and where these stand in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache

from agents.derive import restates
from agents.formats import escape
from agents.mentions import Span
from agents.phrases.book import Known, label, open_book
from agents.plan import Language
from tools.facts import Fact

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?: .*)?")
_NAMED = r"[^\W\d_]|:"
_CODE = re.compile(r"[^\s]*\d[^\s]*")
# What a fact of this kind is about is in its own text, not in a label.
_UNLABELLED = {
    "asked", "rows", "text", "period", "period_before", "amount", "contribution", "total_change", "difference", "ratio",
    "members", "size", "days", "length",
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A name or a label where it stands."""

    span: Span
    text: str


@dataclass(frozen=True)
class Words:
    """Names and labels of a set of facts."""

    language: Language
    facts: Mapping[str, Fact]
    names: tuple[str, ...]
    texts: tuple[str, ...]
    labels: Mapping[str, tuple[str, ...]]  # by fact name
    codes: frozenset[str] = frozenset()  # names that look like numbers; only what a fact types as text is taken for one
    _all_labels: tuple[str, ...] = field(default=())

    def within(self, text: str) -> Words:
        """Only those words that stand in a text at all; its sentences are searched for no others."""
        lowered = text.lower()
        return replace(
            self,
            names=tuple(name for name in self.names if name in text),
            texts=tuple(each for each in self.texts if each in text),
            _all_labels=tuple(label for label in self._all_labels if label in lowered),
        )

    def find_names(self, text: str) -> list[Place]:
        """Names of entities, the longest where several fit; a word within a label is no name."""
        found = _places(text, self.names)
        taken = [place.span for place in self.find_labels(text)]
        return [place for place in found if not any(_within(place.span, span) for span in taken)]

    def find_texts(self, text: str) -> list[Place]:
        """Words declared as text, which may hold digits of their own."""
        return _places(text, self.texts)

    def find_whole(self, text: str) -> list[Place]:
        """Stretches that no full stop divides."""
        return [*_places(text, self.names), *_places(text, self.texts)]

    def find_labels(self, text: str) -> list[Place]:
        """What numbers are called."""
        return _places(text, self._all_labels, lowered=True)


def collect(facts: Iterable[Fact], known: Known | None, language: Language) -> Words:
    """The words of some facts."""
    by_id = {fact.id: fact for fact in facts}
    numeric = [fact for fact in by_id.values() if not isinstance(fact.value, str)]
    entities = {fact.entity for fact in numeric}
    names = {part for entity in entities for part in parts(entity) if not _DATE.fullmatch(part)}
    texts = {fact.value for fact in by_id.values() if isinstance(fact.value, str)}
    labels = {name: tuple(_called(name, known, language)) for name in {fact.name for fact in numeric}}
    every = {text for each in labels.values() for text in each}
    return Words(
        language,
        by_id,
        _longest_first(escape(name) for name in names if re.search(_NAMED, name)),
        _longest_first(escape(text) for text in texts if re.search(r"[\d.!?]", text)),
        labels,
        frozenset(escape(name) for name in names if not re.search(_NAMED, name)),
        _longest_first(every),
    )


def parts(entity: str | None) -> tuple[str, ...]:
    """The pieces of an entity."""
    return tuple(entity.split(" · ")) if entity else ()


def said_parts(fact: Fact) -> frozenset[str]:
    """The names a text must say to speak of this fact: its words; its codes only when it has no words or was restated with them."""
    pieces = [part for part in parts(fact.entity) if not _DATE.fullmatch(part)]
    if restates(fact) is not None:
        return frozenset(map(escape, pieces))
    words = [part for part in pieces if not _is_code(part)]
    return frozenset(escape(part) for part in words or pieces)


def code_parts(fact: Fact) -> frozenset[str]:
    """Codes that may be said beside the names."""
    return frozenset(escape(part) for part in parts(fact.entity) if _is_code(part))


def start_days(fact: Fact) -> tuple[date, ...]:
    """Days an entity consists of: the first day of a bucket."""
    return days_in(fact.entity)


@lru_cache(maxsize=4096)
def days_in(entity: str | None) -> tuple[date, ...]:
    """The days among the pieces of an entity."""
    return tuple(date.fromisoformat(part[:10]) for part in parts(entity) if _DATE.fullmatch(part))


def is_bucket(fact: Fact) -> bool:
    """Whether a fact, as its tool gave it, is about one stretch of time within the period."""
    return fact.derived_from is None and bool(_DATE.fullmatch(parts(fact.entity)[0])) if fact.entity else False


def superseded(facts: Mapping[str, Fact]) -> frozenset[str]:
    """Facts that another says again under the entity or period it is spoken of with."""
    return frozenset(source for fact in facts.values() if (source := restates(fact)) is not None)


def _is_code(part: str) -> bool:
    return bool(_CODE.fullmatch(part)) and ":" not in part


def full_label(name: str, known: Known | None, language: Language) -> str:
    """What the writer calls a column."""
    book = open_book(language)
    return (label(name, book, known) if known else book.columns.get(name, name.replace("_", " "))).lower()


def _called(name: str, known: Known | None, language: Language) -> list[str]:
    if name in _UNLABELLED:
        return []
    book = open_book(language)
    base = re.sub(r"_(change_rate|change|before)$", "", name)
    terms = known.metrics if known else {}
    said = [full_label(name, known, language), label(base, book, known) if known else base.replace("_", " ")]
    if base in terms:
        said += (terms[base].en if language == "en" else terms[base].vi) + (base.replace("_", " "),)
    return [text.lower() for text in dict.fromkeys(said) if text]


def _places(text: str, wanted: Sequence[str], lowered: bool = False) -> list[Place]:
    """Where words stand, the longest first, without overlap."""
    seen, found = (text.lower() if lowered else text), []
    taken = [False] * len(text)
    for word in wanted:
        start = seen.find(word)
        while start >= 0:
            end = start + len(word)
            if _stands_alone(seen, start, end) and not any(taken[start:end]):
                found.append(Place((start, end), word))
                taken[start:end] = [True] * len(word)
            start = seen.find(word, end)
    return sorted(found, key=lambda place: place.span)


def _stands_alone(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (before.isalnum() and text[start].isalnum()) and not (after.isalnum() and text[end - 1].isalnum())


def _within(inner: Span, outer: Span) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _longest_first(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(words), key=lambda word: (-len(word), word)))
