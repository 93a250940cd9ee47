"""Whole names, aliases and codes: every run of words is looked up by its compact form, so "hochiminh" and "add to cart" need no rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from agents.language.spans import ValueMatch
from agents.language.values.build import ALIAS_KINDS, Kind, spellings
from agents.language.values.scoring import CONFLICT, marks_differ
from agents.language.values.store import Store
from agents.language.values.words import SHORTHAND, Word, code_form, digest, lower_words, name_words, singular

CODE_WORDS = 8  # a code with signs in it is several words
_NUMBER_MARKS = frozenset({"number", "no", "nr", "id", "so", "code", "ma", "n"})
_OTHER_LANGUAGE, _ALIAS, _PLURAL, _UNMARKED_SYLLABLE = 0.94, 0.98, 0.97, 0.5


@dataclass(frozen=True)
class Hit:
    """A surface whose words, or some of them, stand from word `first` to `last` (not included)."""

    first: int
    last: int
    surface: int
    match: ValueMatch
    score: float


def find_names(store: Store, words: tuple[Word, ...], language: str) -> list[Hit]:
    """Names and aliases that stand in the message whole."""
    runs, keys = [], []
    for first, last in _runs(words, store.longest):
        said = [word.folded for word in words[first:last]]
        whole, one = "".join(said), "".join(map(singular, said))
        runs += [(first, last)] * (1 + (one != whole))
        keys += [digest("n", whole), *([digest("n", one)] if one != whole else [])]
    found: dict[tuple[int, int, int], Hit] = {}
    for place, surface in store.find(store.hash_keys, store.hash_surface, keys):
        first, last = runs[place]
        hit = _judged(store, words, first, last, surface, language)
        if hit and hit.score > found.get((first, last, surface), _NOTHING).score:
            found[first, last, surface] = hit
    return list(found.values())


def find_codes(store: Store, words: tuple[Word, ...]) -> list[Hit]:
    """Codes that stand in the message, whatever their signs, zeros and case."""
    runs, keys = [], []
    for first, last in _runs(words, CODE_WORDS):
        written = "".join(word.folded for word in words[first:last])
        if any(mark.isdigit() for mark in written):
            runs.append((first, last))
            keys.append(digest("c", code_form(written)))
    found = store.find(store.hash_keys, store.hash_surface, keys)
    return [Hit(*runs[place], surface, "code", _code_score(words[slice(*runs[place])])) for place, surface in found]


def find_numbers(store: Store, words: tuple[Word, ...], numbered: Mapping[tuple[str, ...], tuple[str, ...]]) -> list[Hit]:
    """Ids told by their number alone after a word that says of what: "customer 7711"."""
    places, keys = [], []
    for place, dimensions in numbers_after_cues(words, numbered):
        for dimension in dimensions:
            places.append(place)
            keys.append(digest(dimension, words[place].folded.lstrip("0") or "0"))
    found = store.find(store.hash_keys, store.hash_surface, keys)
    return [Hit(places[at], places[at] + 1, surface, "code", 0.95) for at, surface in found]


def numbers_after_cues(
    words: tuple[Word, ...], numbered: Mapping[tuple[str, ...], tuple[str, ...]]
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """(place of a bare number, dimensions it may be an id of)."""
    said = tuple(word.folded for word in words)
    for place, word in enumerate(said):
        if not word.isdigit() or words[place].after_stop or not _alone(words, place):
            continue
        end = place - 1 if place > 1 and said[place - 1] in _NUMBER_MARKS else place
        for stop in dict.fromkeys((place, end)):
            dimensions = next((found for size in (4, 3, 2, 1) if size <= stop and (found := numbered.get(said[stop - size : stop]))), None)
            if dimensions:
                yield place, dimensions
                break


def _alone(words: tuple[Word, ...], place: int) -> bool:
    """Whether the number ends its token: 1,000 and 31/03/2025 are no ids."""
    token = words[place].token
    same = [word for word in words[max(0, place - 3) : place + 3] if word.token == token]
    return same[-1] is words[place] and sum(word.folded.isdigit() for word in same) == 1


def _runs(words: tuple[Word, ...], longest: int) -> Iterator[tuple[int, int]]:
    """Runs of whole tokens, none longer than `longest` words."""
    starts = [at for at, word in enumerate(words) if at == 0 or words[at - 1].token != word.token]
    ends = {*starts[1:], len(words)}
    for first in starts:
        yield from ((first, last) for last in range(first + 1, min(first + longest, len(words)) + 1) if last in ends)


def _judged(store: Store, words: tuple[Word, ...], first: int, last: int, surface: int, language: str) -> Hit | None:
    """A hit with its score, or None where only the hash, or only the folded letters of another language, agree."""
    text = store.text(store.surface_text, surface)
    written = [word.folded for word in words[first:last]]
    said = name_words(text.replace("&", " and "))
    plural = "".join(written) not in ("".join(said), "".join(word for word in said if word != "and"))
    if plural and not {"".join(written), "".join(map(singular, written))} & set(spellings(said)):
        return None
    kind = Kind(int(store.surface_kind[surface]))
    lowered, lower_name = [word.lower for word in words[first:last]], lower_words(text)
    score = _PLURAL if plural else 1.0
    if marks_differ(lowered, lower_name):
        score *= CONFLICT
    if kind in ALIAS_KINDS.values():
        return _judged_alias(Hit(first, last, surface, "alias", score), kind, "".join(lowered), "".join(lower_name), language)
    return Hit(first, last, surface, "exact", score)


def _judged_alias(hit: Hit, kind: Kind, written: str, alias: str, language: str) -> Hit | None:
    """An alias of another language is taken as it is written only; one bare syllable may be many words."""
    score = min(hit.score, _ALIAS)
    if kind is not ALIAS_KINDS.get(language):
        if written != alias or (len(alias) < 3 and not alias.isascii()):
            return None
        score = min(score, _OTHER_LANGUAGE)
    if hit.last - hit.first == 1 and written.isascii() and not alias.isascii():
        score *= _UNMARKED_SYLLABLE
    return Hit(hit.first, hit.last, hit.surface, "alias", score)


def _code_score(words: tuple[Word, ...]) -> float:
    """A bare number may be a quantity or a year; letters and digits together are a code."""
    written = "".join(word.folded for word in words)
    if not written.isdigit():
        return 0.4 if SHORTHAND.match(written) else 0.99 if len(written) > 2 else 0.5
    if len(words) > 1 or len(written) < 4 or (len(written) == 4 and "1900" <= written <= "2100"):
        return 0.2
    return 0.6 if len(written) == 4 else 0.8


_NOTHING = Hit(0, 0, 0, "near", 0.0)
