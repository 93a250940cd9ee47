"""Names of which some words are said, or mistyped: rare words lead to candidates, each is laid over the message and measured."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from agents.language.values.build import ALIAS_KINDS
from agents.language.values.candidates import Slot, ranked, read_slots
from agents.language.values.exact import Hit
from agents.language.values.scoring import Surroundings, marks_differ
from agents.language.values.store import Store
from agents.language.values.words import lower_words

NEIGHBOURS = 8  # words to either side that choose candidates
FARTHEST = 24  # words to either side that a candidate is laid over
SHORTEST_TELLING = 3
GAP = 1  # words between two words of a name that are not its
LEAST = 0.3
_REORDERED, _MISTYPED, _SYLLABLE = 0.93, 0.95, 0.35
_TIES = ((1, 1.0), (3, 0.95), (10, 0.85), (50, 0.65))
_OTHER_MARKS = 0.7
_WHOLE = 0.7  # every word that tells something said, if mistyped
MOSTLY = 0.6  # of a name, when only syllables that are everyday words without their diacritics tell of it
_ONE_SYLLABLE = re.compile(r"(?:b|ch?|d|gh?|gi|h|kh?|l|m|nh?|ngh?|ph?|qu|r|s|th?|tr|v|x)?[aeiouy]{1,3}(?:ch?|m|nh?|ng|p|t)?$")


def find_parts(store: Store, around: Surroundings) -> list[Hit]:
    """Names said in part or mistyped."""
    slots = read_slots(store, around)
    by_place = {slot.place: slot for slot in slots}
    laid: dict[int, range] = {}
    found: list[Hit] = []
    for slot in slots:
        if slot.leads:
            placed = {p: by_place[p] for p in range(slot.place - FARTHEST, slot.place + FARTHEST + 1) if p in by_place}
            found += _led_by(store, around, slot, placed, laid)
    return found


def _led_by(store: Store, around: Surroundings, leader: Slot, placed: dict[int, Slot], laid: dict[int, range]) -> list[Hit]:
    """Names with the leading word; `laid` remembers which stretch of the message each was compared with."""
    near = [slot for slot in placed.values() if abs(slot.place - leader.place) <= NEIGHBOURS]
    found = []
    for surface, ties in ranked(store, leader, near):
        if leader.place in laid.get(surface, ()):
            continue
        met = _stretch(_meetings(placed, store.said(surface)), leader.place, around)
        if met and (hit := _judged(store, around, placed, leader, surface, met, ties)):
            found.append(hit)
        if met and not leader.to_whole:
            laid[surface] = range(met[0].place, met[-1].place + 1)
    return found


@dataclass(frozen=True)
class _Met:
    """A word of the message that is a word of the name: where in both, and how alike."""

    place: int
    at: int
    word: int
    alike: float


def _judged(
    store: Store, around: Surroundings, near: dict[int, Slot], leader: Slot, surface: int, met: list[_Met], ties: int
) -> Hit | None:
    """What the words met say of the name, if enough."""
    first, last = met[0].place, met[-1].place + 1
    whole = float(store.surface_mass[surface])
    mass = sum(float(store.word_mass[each.word]) * each.alike for each in met)
    wrong = any(near[each.place].typed_wrong for each in met)
    is_alias = int(store.surface_kind[surface]) in ALIAS_KINDS.values()
    if len(met) == len(store.said(surface)):
        in_order = last - first == len(met) and all(b.at == a.at + 1 for a, b in pairwise(met))
        if (in_order and not wrong) or (is_alias and not in_order):
            return None  # what is said as it stands is no part; an alias in another order is none
        score = mass / whole * (_MISTYPED if wrong else _REORDERED) * (len(met) / (last - first)) ** 0.5
        return _if_told(Hit(first, last, surface, "typo" if wrong else "partial", score), store, around, met, mass / whole)
    if is_alias or near[leader.place].to_whole:
        return None
    runs_on = sum(b.at == a.at + 1 for a, b in pairwise(met)) / max(1, len(met) - 1)
    score = (0.42 + 0.45 * (mass / whole) ** 0.7 + 0.06 * runs_on) * _shared_by(ties)
    return _if_told(Hit(first, last, surface, "typo" if wrong else "partial", score), store, around, met, mass / whole)


def _meetings(near: dict[int, Slot], said: list[int]) -> list[_Met]:
    """Words of the message that are words of the name, each word of the name once."""
    free: dict[int, list[int]] = {}
    for at, word in enumerate(said):
        free.setdefault(word, []).append(at)
    found = []
    for place in sorted(near):
        option = max(((alike, word) for word, alike in near[place].options if free.get(word)), default=None)
        if option:
            found.append(_Met(place, free[option[1]].pop(0), option[1], option[0]))
    return found


def _stretch(met: list[_Met], leader: int, around: Surroundings) -> list[_Met]:
    """The meetings around the leading word without wide gaps, commas, or everyday words at the ends that anything may have."""
    centre = next((at for at, each in enumerate(met) if each.place == leader), None)
    if centre is None:
        return []
    first = last = centre
    while first and _near(met[first - 1], met[first], around):
        first -= 1
    while last + 1 < len(met) and _near(met[last], met[last + 1], around):
        last += 1
    while around.is_connective(met[first].place) and first < centre:
        first += 1
    while around.is_connective(met[last].place) and last > centre:
        last -= 1
    return met[first : last + 1]


def _near(one: _Met, other: _Met, around: Surroundings) -> bool:
    words = around.words[one.place + 1 : other.place + 1]
    return len(words) <= GAP + 1 and not any(word.after_stop for word in words)


def _shared_by(ties: int) -> float:
    return next((factor for most, factor in _TIES if ties <= most), 0.5)


def _if_told(hit: Hit, store: Store, around: Surroundings, met: list[_Met], part: float) -> Hit | None:
    """The hit where its words tell enough: everyday words, units and single syllables do not."""
    pairs = [a for a, b in pairwise(met) if b.place == a.place + 1 and b.at == a.at + 1 and _tell(around, a, b)]
    models = {each.place for each in pairs if around.words[each.place].of_model}
    telling = [each for each in met if each.place in models or around.tells(each.place)]
    whole = part > _WHOLE and len(met) == hit.last - hit.first and (len(met) > 1 or len(store.said(hit.surface)) == 1)
    if not telling and not whole and not (pairs and part >= MOSTLY):
        return None
    text = store.text(store.surface_text, hit.surface)
    named = lower_words(text)
    score = hit.score * _agreement(around, met, named)
    if len(telling) <= 1 and not pairs and not whole and _is_syllable(around.words[(telling or met)[0].place].folded, text, around):
        score = min(score, _SYLLABLE)
    return replace(hit, score=score) if score >= LEAST else None


def _agreement(around: Surroundings, met: list[_Met], named: list[str]) -> float:
    """Less where the message has other diacritics than the name."""
    places = [each for each in met if each.at < len(named)]
    differ = marks_differ([around.words[each.place].lower for each in places], [named[each.at] for each in places])
    return _OTHER_MARKS if differ else 1.0


def _is_syllable(word: str, name: str, around: Surroundings) -> bool:
    """Whether a word tells little by itself: very short, or one syllable of a name or a message made of syllables."""
    if len(word) < SHORTEST_TELLING:
        return True
    if _ONE_SYLLABLE.match(word) is None:
        return False
    return around.marked or not name.isascii() or all(_ONE_SYLLABLE.match(each) for each in lower_words(name))


def _tell(around: Surroundings, one: _Met, other: _Met) -> bool:
    return around.may_tell(one.place) and around.may_tell(other.place)
