"""Phrases with other words between their parts: "should we perhaps order", "how long will the coffee last"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache

from agents.language.matters import Matter
from agents.language.tags import Tag
from agents.language.tokens import Token, fold
from agents.language.words import read_table, verb_forms
from agents.plan import Language
from tools.facts import Frozen

_GAP = r"(?:[^\s.;:?!]+ ){0,6}?"
_MOSTLY = 2.5  # one word in so many has marks: they are written


class Gapped(Frozen):
    """One language's forms: words that stand for one another, and forms by what they ask for.

    In a form `{name}` is any word of a list, `a|b` one of two, `..` up to six words of a clause; `_` joins words, `~` also takes a
    verb's other forms. A part behind `=` has to be there and keeps its own meaning.
    """

    words: Mapping[str, str]
    wishes: Mapping[str, tuple[str, ...]] = {}
    cues: Mapping[str, tuple[str, ...]] = {}
    metrics: Mapping[str, tuple[str, ...]] = {}


@dataclass(frozen=True)
class _Form:
    name: str
    pattern: re.Pattern[str]


def wishes_in(tokens: Sequence[Token], language: Language) -> tuple[Matter, ...]:
    """The parts of every form that asks something of models, plans and documents."""
    found = _found(tokens, language, "wishes")
    return tuple(Matter("tool", name, start, end) for name, parts in found for start, end in parts)


def formed(tags: Sequence[Tag], tokens: Sequence[Token], language: Language) -> list[Tag]:
    """The tags with those of forms that say what to do or to measure in the place of what their parts would mean alone."""
    forms = [(kind, name, parts) for kind in ("cues", "metrics") for name, parts in _found(tokens, language, kind)]
    forms = [(kind, name, parts) for kind, name, parts in forms if not any(_says(tag, name, parts) for tag in tags)]
    forms = [(kind, name, _beside_times(parts, tags) if kind == "metrics" else parts) for kind, name, parts in forms]
    held = {place for _, _, parts in forms for start, end in parts for place in range(start, end)}
    measured = {place for kind, _, parts in forms if kind == "metrics" for start, end in parts for place in range(start, end)}
    between = {place for kind, _, parts in forms if kind == "metrics" for place in range(parts[0][0], parts[-1][1])} - measured
    kept = [tag for tag in tags if not _reaches(tag, measured if tag.kind in ("value", "time") else held)]
    kept = [_as_aside(tag) if _fills(tag, tokens) and _reaches(tag, between) else tag for tag in kept]
    return [*kept, *(tag for kind, name, parts in forms for tag in _tags(kind, name, parts))]


_FILLING = frozenset({"shipment", "order", "customer", "supplier", "product"})
_CUTTING = frozenset({"which", "each", "every", "per", "by", "what", "nao", "moi", "tung"})


def _fills(tag: Tag, tokens: Sequence[Token]) -> bool:
    """A figure or a kind of thing inside a form, where it is no cut."""
    if tag.kind == "dimension":
        return tag.name in _FILLING and not (tag.start and tokens[tag.start - 1].folded in _CUTTING)
    return tag.kind in ("metric", "verb")


def _as_aside(tag: Tag) -> Tag:
    """A figure inside a form is part of how it is said: how often do parcels arrive damaged."""
    return Tag(tag.start, tag.end, "skip", "aside")


def _beside_times(parts: Sequence[tuple[int, int]], tags: Sequence[Tag]) -> list[tuple[int, int]]:
    """The parts without a word that opens a time: "came in last month" came last month."""
    opened = {tag.start for tag in tags if tag.kind == "time" and tag.end - tag.start > 1}
    return [(start, end - 1 if end - 1 > start and end - 1 in opened else end) for start, end in parts]


def _says(tag: Tag, name: str, parts: Sequence[tuple[int, int]]) -> bool:
    """Whether one phrase says the same already."""
    same = tag.name == name and tag.kind in ("cue", "metric")
    return same and all(tag.start < end and start < tag.end for start, end in parts)


def _reaches(tag: Tag, places: Set[int]) -> bool:
    return any(at in places for at in range(tag.start, tag.end))


def _tags(kind: str, name: str, parts: Sequence[tuple[int, int]]) -> Iterator[Tag]:
    """The first part carries the meaning, the others are read with it."""
    for place, (start, end) in enumerate(parts):
        if place:
            yield Tag(start, end, "skip", "aside")
        else:
            yield Tag(start, end, "cue" if kind == "cues" else "metric", name, formed=True)


def _found(tokens: Sequence[Token], language: Language, kind: str) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """Every form found, the places of its parts from and to which token."""
    marked = sum(not token.lower.isascii() for token in tokens) * _MOSTLY >= len(tokens)
    plain = language == "en" or not marked
    text, starts = _text_of(tokens, plain)
    for form in _forms(language, kind, plain):
        if (match := form.pattern.search(text)) is not None:
            spans = [match.span(part) for part in range(1, (match.lastindex or 0) + 1)]
            yield form.name, [(starts[first], starts[last]) for first, last in spans if first != last]


def _text_of(tokens: Sequence[Token], plain: bool) -> tuple[str, Mapping[int, int]]:
    """The words with a blank behind each, and which of them begins where; a name of several words counts as one."""
    titled = sum(token.text[0].isupper() for token in tokens) * 2 > len(tokens)
    text, starts = "", {0: 0}
    for at, token in enumerate(tokens):
        named = not titled and token.text[0].isupper() and at + 1 < len(tokens) and tokens[at + 1].text[0].isupper()
        text += (token.folded if plain else token.lower) + ("_" if named else " ")
        starts[len(text)] = at + 1
    return text, starts


@lru_cache(maxsize=12)
def _forms(language: Language, kind: str, plain: bool) -> tuple[_Form, ...]:
    """The forms of one kind, as patterns over words with one blank behind each."""
    table = Gapped.model_validate(read_table(language, "gapped"))
    forms: Mapping[str, tuple[str, ...]] = getattr(table, kind)
    return tuple(_Form(name, _compiled(form, table.words, plain)) for name, all_ in forms.items() for form in all_)


def _compiled(form: str, lists: Mapping[str, str], plain: bool) -> re.Pattern[str]:
    parts = (_GAP if part == ".." else _part(part, lists, plain) for part in form.split())
    return re.compile(r"(?:(?<=\s)|^)" + "".join(parts))


def _part(part: str, lists: Mapping[str, str], plain: bool) -> str:
    """A part of a form; one that only has to be there keeps its own meaning."""
    return _choice(part[1:], lists, plain) if part.startswith("=") else f"({_choice(part, lists, plain)})"


def _choice(part: str, lists: Mapping[str, str], plain: bool) -> str:
    """One part as a pattern: any of its words, each with the blank behind it."""
    listed = re.sub(r"\{(\w+)\}", lambda name: "|".join(lists[name[1]].split()), part)
    words = [word for each in listed.split("|") for word in _spelt(each)]
    known = sorted({fold(word) if plain else word for word in words}, key=lambda word: (-len(word), word))
    return "(?:" + "|".join(re.escape(word) for word in known) + r")\ (?!h[ạa]n )"  # what expires does not run out


def _spelt(word: str) -> tuple[str, ...]:
    return verb_forms(word[:-1]) if word.endswith("~") else (word.replace("_", " "),)
