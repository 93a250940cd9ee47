"""Names in, an index out: one pass over the members, then sorting. A million names take some ten seconds."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from agents.language.values.lexicon import Words, shipped_words
from agents.language.values.store import Floats, Hashes, Ints, Store
from agents.language.values.words import code_form, code_tail, digest, is_mostly_digits, looks_like_code, name_words, singular

MANY_WORDS = 32  # of one name; the rest of a longer one is not looked at
JOINED_UP_TO = 5_000  # members of a dimension whose names are also known as one word, so that "hochimnh" can be found
_BASE = 37  # of the letters a-z, 0-9 and everything else


class Kind(IntEnum):
    """How a surface stands to its member."""

    NAME = 0
    CODE = 1
    ENGLISH = 2
    VIETNAMESE = 3
    JOINED = 4


ALIAS_KINDS = {"en": Kind.ENGLISH, "vi": Kind.VIETNAMESE}


class Member(Protocol):
    """What is read of a member: `tools.query.vocabulary.Named` is one."""

    @property
    def dimension(self) -> str: ...
    @property
    def value(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def aliases(self) -> tuple[str, ...]: ...
    @property
    def weight(self) -> float: ...


def build_store(members: Iterable[Member], words: Words | None = None) -> Store:
    """The index of the members."""
    build = _Build(words or shipped_words())
    for member in members:
        build.add(member)
    return build.finish()


def spellings(said: Sequence[str]) -> tuple[str, ...]:
    """The compact forms a name is found by: as it stands, in the singular, each also without "and"."""
    forms = [said, [word for word in said if word != "and"]] if "and" in said else [said]
    return tuple("".join(form) for words in forms for form in (words, map(singular, words)) if form)


class _Build:
    """Arrays that grow while members come."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.dimensions: dict[str, int] = {}
        self.sizes: dict[str, int] = {}
        self.letters = bytearray()
        self.member_dimension, self.member_weight = array("B"), array("f")
        self.member_value, self.member_name = array("q"), array("q")
        self.surface_member, self.surface_kind, self.surface_text = array("i"), array("B"), array("q")
        self.hash_keys, self.hash_surface = array("Q"), array("i")
        self.said_count, self.said_word = array("i"), array("i")
        self.vocabulary: dict[str, int] = {}
        self.longest = 1

    def add(self, member: Member) -> None:
        """One member with everything it goes by."""
        place = len(self.member_dimension)
        self.member_dimension.append(self.dimensions.setdefault(member.dimension, len(self.dimensions)))
        self.sizes[member.dimension] = self.sizes.get(member.dimension, 0) + 1
        self.member_weight.append(member.weight)
        value = self._keep(member.value)
        name = value if member.name == member.value else self._keep(member.name)
        self.member_value.extend(value)
        self.member_name.extend(name)
        if member.value != member.name or not is_mostly_digits(member.value):
            self._add_name(place, member, name)
        codes = [member.value, *member.aliases] if member.value != member.name else [member.value]
        for code in dict.fromkeys(codes):
            if looks_like_code(code):
                self._add_code(place, member.dimension, code, value if code == member.value else self._keep(code))
        for said, language in self.words.aliases(member.dimension, member.value):
            self._add_words(place, ALIAS_KINDS[language], self._keep(said), name_words(said))

    def _keep(self, text: str) -> tuple[int, int]:
        start = len(self.letters)
        self.letters += text.encode("utf-8", "replace")
        return start, len(self.letters)

    def _add_name(self, place: int, member: Member, text: tuple[int, int]) -> None:
        said = name_words(member.name.replace("&", " and "))
        self._add_words(place, Kind.NAME, text, said)
        if 1 < len(said) <= 6 and self.sizes[member.dimension] <= JOINED_UP_TO:
            self._add_surface(place, Kind.JOINED, text, ["".join(said)])

    def _add_words(self, place: int, kind: Kind, text: tuple[int, int], said: Sequence[str]) -> None:
        if not said:
            return
        surface = self._add_surface(place, kind, text, said[:MANY_WORDS])
        for form in dict.fromkeys(spellings(said)):
            self._key(surface, digest("n", form))

    def _add_code(self, place: int, dimension: str, code: str, text: tuple[int, int]) -> None:
        surface = self._add_surface(place, Kind.CODE, text, [])
        self._key(surface, digest("c", code_form(code)))
        if tail := code_tail(code):
            self._key(surface, digest(dimension, tail))

    def _add_surface(self, place: int, kind: Kind, text: tuple[int, int], said: Sequence[str]) -> int:
        surface = len(self.surface_member)
        self.surface_member.append(place)
        self.surface_kind.append(kind)
        self.surface_text.extend(text)
        self.said_count.append(len(said))
        known = self.vocabulary
        self.said_word.extend(known.setdefault(word, len(known)) for word in said)
        if kind is not Kind.JOINED:
            self.longest = max(self.longest, len(said))
        return surface

    def _key(self, surface: int, key: int) -> None:
        self.hash_keys.append(key)
        self.hash_surface.append(surface)

    def finish(self) -> Store:
        """Sort everything for looking up."""
        texts, rank = self._ordered_words()
        word_text = np.array([edge for word in texts for edge in self._keep(word)], dtype=np.int64)
        said_word = rank[np.frombuffer(self.said_word, dtype=np.int32)] if self.said_word else np.zeros(0, np.int32)
        said_start = _starts(np.frombuffer(self.said_count, dtype=np.int32)) if self.said_count else np.zeros(1, np.int64)
        surfaces = np.repeat(np.arange(len(self.said_count), dtype=np.int32), np.diff(said_start))
        post_start, post_surface = _invert(said_word, surfaces, len(texts))
        mass = self._mass(texts, np.diff(post_start))
        word_keys, word_of_key = _sorted_keys(np.array([digest("w", word) for word in texts], dtype=np.uint64), None)
        hash_keys, hash_surface = _sorted_keys(_view(self.hash_keys, np.uint64), _view(self.hash_surface, np.int32))
        gram_start, gram_word = _grams(texts)
        return Store(
            dimensions=tuple(self.dimensions),
            letters=np.frombuffer(bytes(self.letters), dtype=np.uint8),
            member_dimension=_view(self.member_dimension, np.uint8),
            member_value=_view(self.member_value, np.int64),
            member_name=_view(self.member_name, np.int64),
            member_weight=_view(self.member_weight, np.float32),
            surface_member=_view(self.surface_member, np.int32),
            surface_kind=_view(self.surface_kind, np.uint8),
            surface_text=_view(self.surface_text, np.int64),
            surface_mass=np.bincount(surfaces, weights=mass[said_word], minlength=len(self.said_count)).astype(np.float32),
            hash_keys=hash_keys,
            hash_surface=hash_surface,
            word_keys=word_keys,
            word_of_key=word_of_key,
            word_text=word_text,
            word_mass=mass,
            post_start=post_start,
            post_surface=post_surface,
            said_start=said_start,
            said_word=said_word,
            gram_start=gram_start,
            gram_word=gram_word,
            longest=self.longest,
        )

    def _ordered_words(self) -> tuple[list[str], Ints]:
        """The words, short ones first, and the new place of each."""
        texts = list(self.vocabulary)
        self.vocabulary.clear()
        order = sorted(range(len(texts)), key=lambda word: (len(texts[word].encode()), texts[word]))
        rank = np.empty(len(texts), dtype=np.int32)
        rank[order] = np.arange(len(texts), dtype=np.int32)
        return [texts[word] for word in order], rank

    def _mass(self, texts: Sequence[str], counts: NDArray[np.int64]) -> Floats:
        """How much a word tells: rare words much, numbers, units and company forms little."""
        rare = np.log1p(len(self.surface_member) / np.maximum(counts, 1))
        weak = self.words.weak
        factor = [0.5 if word.isdigit() else 0.25 if word in weak or len(word) < 2 else 1.0 for word in texts]
        return np.asarray(rare * np.array(factor), dtype=np.float32)


def gram_codes(word: str) -> set[int]:
    """The three-letter pieces of a word between two edges, as numbers."""
    letters = [0, *(_letter(mark) for mark in word), 0]
    return {(a * _BASE + b) * _BASE + c for a, b, c in zip(letters, letters[1:], letters[2:], strict=False)}


def _letter(mark: str) -> int:
    if "a" <= mark <= "z":
        return ord(mark) - 96
    return 27 + ord(mark) % 10  # digits and other scripts share what is left: more candidates, none lost


def _grams(texts: Sequence[str]) -> tuple[NDArray[np.int64], Ints]:
    codes, words = array("i"), array("i")
    for place, word in enumerate(texts):
        if len(word) > 2 and not word.isdigit():
            pieces = gram_codes(word)
            codes.extend(pieces)
            words.extend([place] * len(pieces))
    return _invert(_view(codes, np.int32), _view(words, np.int32), _BASE**3)


def _invert(keys: Ints, values: Ints, size: int) -> tuple[NDArray[np.int64], Ints]:
    """For each key the sorted values, without repeats, end to end."""
    order = np.lexsort((values, keys))
    keys, values = keys[order], values[order]
    fresh = np.ones(len(keys), dtype=bool)
    fresh[1:] = (keys[1:] != keys[:-1]) | (values[1:] != values[:-1])
    keys, values = keys[fresh], values[fresh]
    return _starts(np.bincount(keys, minlength=size)), values.astype(np.int32)


def _starts(counts: NDArray[np.int64] | Ints) -> NDArray[np.int64]:
    found = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=found[1:])
    return found


def _sorted_keys(keys: Hashes, beside: Ints | None) -> tuple[Hashes, Ints]:
    order = np.argsort(keys, kind="stable")
    return keys[order], (order if beside is None else beside[order]).astype(np.int32)


def _view(grown: array[int] | array[float], kind: type[Any]) -> NDArray[Any]:
    return np.frombuffer(grown, dtype=kind) if len(grown) else np.zeros(0, dtype=kind)
