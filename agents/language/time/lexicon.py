"""The words and rules of every language, read from the YAML files in `words/`: adding a language is adding a file."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import yaml

from agents.language.tokens import fold
from tools.query.contract import Frozen

_WORDS = Path(__file__).with_name("words")
_ITEM = re.compile(r"(?:(?P<label>\w+):)?(?P<options>[\w=|]+)(?P<optional>\?)?")

_ENDS = frozenset({"$", "?", "!", "."})

Word = str | int
Table = Mapping[str, Mapping[Word, tuple[str, ...]] | tuple[str, ...]]


class Guard(Frozen):
    """Words that must not stand, or one of which must stand, beside a reading; `^` and `$` are the ends of the message."""

    not_after: frozenset[str] = frozenset()
    not_before: frozenset[str] = frozenset()
    only_after: frozenset[str] = frozenset()
    only_before: frozenset[str] = frozenset()

    def joined(self, other: Guard) -> Guard:
        return Guard(
            not_after=self.not_after | other.not_after,
            not_before=self.not_before | other.not_before,
            only_after=self.only_after | other.only_after,
            only_before=self.only_before | other.only_before,
        )

    def allows(self, before: str, after: str) -> bool:
        """Whether the neighbours let the reading stand."""
        if before in self.not_after or after in self.not_before:
            return False
        wanted = self.only_after or self.only_before
        return not wanted or (before == "^" and after in _ENDS) or before in self.only_after or after in self.only_before


class WordFile(Frozen):
    """One language's file."""

    words: Table
    glued: Table
    needs_marks: frozenset[str] = frozenset()
    blocked: Mapping[str, frozenset[str]]
    joinable: tuple[str, ...] = ()
    typos_of: tuple[str, ...] = ()
    no_typo: frozenset[str] = frozenset()
    rules: Mapping[str, Mapping[str, tuple[str, ...]]]
    guards: Mapping[str, Guard]
    change_words: frozenset[str] = frozenset()
    move_words: frozenset[str] = frozenset()
    compare_words: frozenset[str] = frozenset()
    say: Mapping[str, str]
    labels: Mapping[str, str]
    grains: Mapping[str, str]
    months: tuple[str, ...]


@dataclass(frozen=True)
class Item:
    """One place of a pattern: the categories that may stand there, each with the value it must have, if any."""

    label: str
    options: tuple[tuple[str, Word | None], ...]
    optional: bool


@dataclass(frozen=True)
class Pattern:
    """A row of items that `production` turns into a reading of `kind`."""

    kind: str
    production: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Form:
    """What a word (or the last word of a phrase) stands for; `marked` when it is written with diacritics."""

    category: str
    value: Word
    text: str


@dataclass
class Node:
    """A place in the tree of phrases."""

    forms: list[Form] = field(default_factory=list)
    after: dict[str, Node] = field(default_factory=dict)


@dataclass(frozen=True)
class Lexicon:
    """All languages together."""

    phrases: Node
    glued: Mapping[str, tuple[Form, ...]]
    opening: Mapping[str, tuple[tuple[frozenset[str], Pattern], ...]]
    guards: Mapping[str, Guard]
    needs_marks: frozenset[str]
    blocked: Mapping[str, frozenset[str]]
    joinable: frozenset[str]
    typo_targets: tuple[str, ...]
    never_typos: frozenset[str]
    change_words: frozenset[str]
    move_words: frozenset[str]
    compare_words: frozenset[str]
    languages: Mapping[str, WordFile]


@lru_cache(maxsize=1)
def open_lexicon() -> Lexicon:
    """The lexicon of all language files."""
    languages = {path.stem: _read(path) for path in sorted(_WORDS.glob("*.yaml"))}
    all_of = list(languages.values())
    patterns = _patterns(all_of)
    guards: dict[str, Guard] = defaultdict(Guard)
    for language in all_of:
        for name, guard in language.guards.items():
            guards[name] = guards[name].joined(guard)
    phrases = _tree(all_of)
    starts = _starts(patterns)
    return Lexicon(
        phrases=phrases,
        glued=_glued(all_of),
        opening={kind: tuple((frozenset(_first(row, starts)), row) for row in rows) for kind, rows in patterns.items()},
        guards=dict(guards),
        needs_marks=frozenset().union(*(language.needs_marks for language in all_of)),
        blocked={word: before for language in all_of for word, before in language.blocked.items()},
        joinable=frozenset(fold(word) for language in all_of for word in language.joinable),
        typo_targets=tuple(sorted(_typo_targets(all_of))),
        never_typos=frozenset().union(*(language.no_typo for language in all_of), phrases.after),
        change_words=frozenset(fold(word) for language in all_of for word in language.change_words),
        move_words=frozenset(fold(word) for language in all_of for word in language.move_words),
        compare_words=frozenset(fold(word) for language in all_of for word in language.compare_words),
        languages=languages,
    )


@lru_cache(maxsize=8192)
def patterns_for(kind: str, categories: frozenset[str]) -> tuple[Pattern, ...]:
    """The patterns of a kind that can begin where these categories begin; few enough sets of them occur to be remembered."""
    return tuple(pattern for first, pattern in open_lexicon().opening[kind] if not first.isdisjoint(categories))


def _read(path: Path) -> WordFile:
    return WordFile.model_validate(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))


def _forms(table: Table) -> Iterator[Form]:
    for category, values in table.items():
        by_value: Mapping[Word, tuple[str, ...]] = {category: values} if isinstance(values, tuple) else values
        for value, texts in by_value.items():
            yield from (Form(category, value, text.casefold()) for text in texts)


def _tree(languages: list[WordFile]) -> Node:
    root = Node()
    for language in languages:
        for form in _forms(language.words):
            node = root
            for word in form.text.split():
                node = node.after.setdefault(fold(word), Node())
            node.forms.append(form)
    return root


def _glued(languages: list[WordFile]) -> dict[str, tuple[Form, ...]]:
    found: dict[str, list[Form]] = defaultdict(list)
    for language in languages:
        for form in _forms(language.glued):
            found[fold(form.text)].append(form)
    return {text: tuple(forms) for text, forms in found.items()}


def _typo_targets(languages: list[WordFile]) -> set[str]:
    wanted = {category for language in languages for category in language.typos_of}
    forms = (form for language in languages for form in _forms(language.words) if form.category in wanted)
    return {form.text for form in forms if len(form.text) >= 5 and form.text.isascii() and form.text.isalpha()}


def _patterns(languages: list[WordFile]) -> dict[str, tuple[Pattern, ...]]:
    found: dict[str, list[Pattern]] = defaultdict(list)
    for language in languages:
        for kind, productions in language.rules.items():
            for production, texts in productions.items():
                found[kind].extend(Pattern(kind, production, _items(text)) for text in texts)
    return {kind: tuple(patterns) for kind, patterns in found.items()}


def _items(text: str) -> tuple[Item, ...]:
    return tuple(_item(part) for part in text.split())


def _item(text: str) -> Item:
    found = _ITEM.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no item of a pattern: write [label:]category[=value][|category][?]")
    options = tuple(_option(part) for part in found["options"].split("|"))
    return Item(found["label"] or options[0][0], options, found["optional"] is not None)


def _option(text: str) -> tuple[str, Word | None]:
    category, _, value = text.partition("=")
    return category, (int(value) if value.isdigit() else value) or None


def _starts(patterns: Mapping[str, tuple[Pattern, ...]]) -> dict[str, frozenset[str]]:
    """For every kind the categories its readings may begin with."""
    starts: dict[str, set[str]] = {kind: {kind} for kind in patterns}
    size = -1
    while size != (size := sum(map(len, starts.values()))):
        for kind, rows in patterns.items():
            for pattern in rows:
                starts[kind] |= _first(pattern, starts)
    return {kind: frozenset(found) for kind, found in starts.items()}


def _first(pattern: Pattern, starts: Mapping[str, set[str]] | Mapping[str, frozenset[str]]) -> set[str]:
    """The categories the pattern may begin with."""
    found: set[str] = set()
    for item in pattern.items:
        for category, _ in item.options:
            found |= starts.get(category, {category})
        if not item.optional:
            break
    return found
