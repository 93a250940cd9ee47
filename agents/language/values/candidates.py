"""Which names a message may mean: its words that names have, spelled right or nearly, and the names with the rarest of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.language.values.scoring import Surroundings
from agents.language.values.store import Floats, Ints, Store
from agents.language.values.typos import corrections, is_ordinary_slip
from agents.language.values.words import digest, singular

MANY_SURFACES = 3_000  # a word in more of them leads nowhere by itself
MEASURED = 24  # candidates for each word that leads
_PLURAL = 0.98


@dataclass(frozen=True)
class Slot:
    """A word of the message with the words of the index it may be, each with how alike."""

    place: int
    options: tuple[tuple[int, float], ...]
    leads: bool
    typed_wrong: bool = False
    to_whole: bool = False  # leads only to names that are said whole


def read_slots(store: Store, around: Surroundings) -> list[Slot]:
    """The words of the message that the index knows, or may know under another spelling."""
    said = [word.folded for word in around.words]
    spellings = sorted({form for word in said for form in (word, singular(word), f"{word}s")})
    found = store.find(store.word_keys, store.word_of_key, [digest("w", form) for form in spellings])
    known = {spellings[place]: word for place, word in found if store.text(store.word_text, word) == spellings[place]}
    slots = [_slot(store, around, place, word, known) for place, word in enumerate(said)]
    return [slot for slot in slots if slot]


def _slot(store: Store, around: Surroundings, place: int, word: str, known: dict[str, int]) -> Slot | None:
    forms = dict.fromkeys((word, singular(word), f"{word}s"))
    options = tuple((known[form], 1.0 if form == word else _PLURAL) for form in forms if form in known)
    if options:
        return Slot(place, options, around.may_tell(place))
    if around.everyday[place]:
        return None
    options = tuple(corrections(store, word))
    if not options:
        return None
    slip = is_ordinary_slip(word, around.ordinary.folded, options[0][1])
    everyday = any(store.text(store.word_text, option) in around.ordinary.folded for option, _ in options)
    return Slot(place, options, leads=everyday or not slip, typed_wrong=True, to_whole=everyday)


def ranked(store: Store, leader: Slot, near: Sequence[Slot]) -> list[tuple[int, int]]:
    """Surfaces with the leading word, those first of which the words near it tell most; beside each how many are told as well."""
    surfaces = _candidates(store, leader, near)
    if not len(surfaces):
        return []
    mass = np.zeros(len(surfaces), dtype=np.float32)
    for slot in near:
        mass += _told(store, slot, surfaces)
    members = store.surface_member[surfaces]
    kinds, share = store.member_dimension[members], mass * mass / store.surface_mass[surfaces]
    best = np.lexsort((-store.member_weight[members], -share.round(3)))[:MEASURED].tolist()
    return [(int(surfaces[at]), _ties(mass, kinds, at)) for at in best]


def _ties(mass: Floats, kinds: NDArray[np.uint8], at: int) -> int:
    """How many members of the same dimension the words tell as much of."""
    return int(((mass >= mass[at] - 1e-4) & (kinds == kinds[at])).sum())


def _candidates(store: Store, leader: Slot, near: Sequence[Slot]) -> Ints:
    """Surfaces with the leading word; where they are too many, those with a neighbour too."""
    found = [_narrowed(store, word, leader, near) for word, _ in leader.options]
    return np.unique(np.concatenate(found)).astype(np.int32) if found else np.zeros(0, np.int32)


def _narrowed(store: Store, word: int, leader: Slot, near: Sequence[Slot]) -> Ints:
    surfaces = store.postings(word)
    others = [slot for slot in near if slot is not leader and abs(slot.place - leader.place) <= 3]
    others.sort(key=lambda slot: sum(store.count(option) for option, _ in slot.options))
    while len(surfaces) > MANY_SURFACES and others:
        other = np.concatenate([store.postings(option) for option, _ in others.pop(0).options])
        narrowed = _common(surfaces, np.sort(other))
        surfaces = narrowed if len(narrowed) else surfaces
    return surfaces if len(surfaces) <= MANY_SURFACES else np.zeros(0, np.int32)


def _common(one: Ints, other: Ints) -> Ints:
    short, long = (one, other) if len(one) < len(other) else (other, one)
    return short[_among(short, long)] if len(long) else short[:0]


def _among(values: Ints, kept: Ints) -> NDArray[np.bool_]:
    """Which of the sorted values are among the sorted others."""
    if not len(kept):
        return np.zeros(len(values), dtype=bool)
    at = np.searchsorted(kept, values)
    at[at == len(kept)] = 0
    return np.asarray(kept[at] == values)


def _told(store: Store, slot: Slot, surfaces: Ints) -> Floats:
    """How much a word of the message tells of each surface."""
    told = np.zeros(len(surfaces), dtype=np.float32)
    for word, alike in slot.options:
        here = _among(surfaces, store.postings(word))
        told = np.maximum(told, here * np.float32(store.word_mass[word] * alike))
    return told
