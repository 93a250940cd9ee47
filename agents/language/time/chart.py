"""The parser: which readings of which kind begin at each term, found by trying the patterns of all languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol, TypeVar

from agents.language.time.lexicon import Item, Lexicon, Pattern, patterns_for
from agents.language.time.terms import Term

Asked = TypeVar("Asked")
Found = Sequence[tuple[int, object]]


@dataclass(frozen=True)
class Bound:
    """What the items of a pattern were bound to, and where the reading stands."""

    values: Mapping[str, object]
    start: int
    end: int
    as_of: date
    chart: Chart

    def has(self, label: str) -> bool:
        return label in self.values

    def get(self, label: str, kind: type[Asked]) -> Asked:
        """The value of a label; a pattern that binds something else is a mistake in a word file."""
        value = self.values[label]
        if not isinstance(value, kind):
            raise TypeError(f"{label} is bound to {value!r}, the production takes {kind.__name__}")
        return value


class Production(Protocol):
    """Turns what was bound into a reading; None when it makes no sense."""

    def __call__(self, bound: Bound, /) -> object | None: ...


@dataclass
class Chart:
    """One message being read."""

    terms: tuple[Term, ...]
    edges: Sequence[Mapping[str, Sequence[tuple[int, object]]]]
    as_of: date
    lexicon: Lexicon
    productions: Mapping[str, Production]
    categories: Sequence[frozenset[str]]
    known: dict[tuple[str, int], Found] = field(default_factory=dict)

    def readings(self, kind: str, start: int) -> Found:
        """The readings of a kind that begin at a term: the first for each end."""
        if start >= len(self.terms):
            return []
        here = self.edges[start]
        if not here:
            return []
        if kind not in self.lexicon.opening:
            return here.get(kind, [])
        key = (kind, start)
        if key not in self.known:
            self.known[key] = []  # a kind that begins with itself finds nothing there instead of running on
            found = dict(here.get(kind, ()))
            for pattern in patterns_for(kind, self.categories[start]):
                self._try(pattern, start, found)
            self.known[key] = list(found.items())
        return self.known[key]

    def _try(self, pattern: Pattern, start: int, found: dict[int, object]) -> None:
        produce = self.productions[pattern.production]
        for end, values in self._matches(pattern.items, 0, start, {}):
            if end not in found and self._stands(pattern.production, start, end):
                value = self._produced(produce, Bound(values, start, end, self.as_of, self))
                if value is not None:
                    found[end] = value

    def _produced(self, produce: Production, bound: Bound) -> object | None:
        try:
            return produce(bound)
        except (ValueError, OverflowError):  # days beyond the calendar: "2100 years ago" is no reading
            return None

    def _matches(self, items: tuple[Item, ...], index: int, at: int, bound: dict[str, object]) -> Iterator[tuple[int, dict[str, object]]]:
        if index == len(items):
            yield at, bound
            return
        item = items[index]
        for category, wanted in item.options:
            for end, value in self._from(category, at, index > 0):
                if wanted is None or value == wanted:
                    yield from self._matches(items, index + 1, end, {**bound, item.label: value})
        if item.optional:
            yield from self._matches(items, index + 1, at, bound)

    def _from(self, category: str, at: int, inside: bool) -> Iterator[tuple[int, object]]:
        yield from self.readings(category, at)
        if inside and at < len(self.terms) and self.terms[at].is_joint:
            yield from self.readings(category, at + 1)

    def _stands(self, production: str, start: int, end: int) -> bool:
        guard = self.lexicon.guards.get(production)
        return guard is None or guard.allows(self.before(start), self.after(end))

    def before(self, start: int) -> str:
        """The word before a place; ^ at the start."""
        return self.terms[start - 1].folded if start > 0 else "^"

    def after(self, end: int) -> str:
        """The word at a place; $ past the end."""
        return self.terms[end].folded if end < len(self.terms) else "$"
