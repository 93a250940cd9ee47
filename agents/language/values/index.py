"""Which words of a message name members of dimensions: all readings with scores, best first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from types import MappingProxyType

import numpy as np

from agents.language.spans import ValueSpan
from agents.language.tokens import Token, fold
from agents.language.values.described import Described
from agents.language.values.exact import Hit, find_codes, find_names, find_numbers
from agents.language.values.ids import Ids
from agents.language.values.lexicon import Words, shipped_words
from agents.language.values.near import nearest_names
from agents.language.values.partial import find_parts
from agents.language.values.scoring import OTHER_CUED, Everyday, Surroundings, prior, read_cues, side_by_side
from agents.language.values.store import Store
from agents.language.values.words import lower_words, message_words

MANY_WORDS = 200  # of a message; what comes after is not linked
FEW_MEMBERS = 50
KEPT_ALIKE = 5  # members of one dimension under the same words
SURE = 0.9
ALSO = 0.65  # a part of a name in the very words of a whole other name is kept when it is as likely as this
# Names made of other names: their parts are rarely meant as them, unless the words around say so.
IN_PART: Mapping[str, float] = MappingProxyType({"promotion": 0.7})
LIKELY = 0.8
LOW = 0.5  # below, a span is a possibility that something else must confirm

Weights = dict[tuple[str, str], float]  # dimension and value, to how often the member occurs


@dataclass(frozen=True)
class Member:
    """One member of a dimension."""

    dimension: str
    value: str
    name: str
    weight: float


class ValueIndex:
    """The names of one snapshot, as one asker may see them."""

    def __init__(
        self,
        store: Store,
        ids: Ids | None = None,
        spoken: Mapping[str, Sequence[str]] | None = None,
        protected: Iterable[str] = (),
        words: Words | None = None,
        described: Callable[[], Described | None] = lambda: None,
    ) -> None:
        self.store, self.ids, self.words, self._described = store, ids, words or shipped_words(), described
        spoken = spoken or {}
        phrases = [*protected, *(phrase for said in spoken.values() for phrase in said)]
        marked = {*self.words.ordinary, *(word for phrase in phrases for word in lower_words(phrase))}
        self.ordinary = Everyday(frozenset(marked), frozenset(map(fold, marked)))
        self._cues = read_cues(self.words, spoken)
        self._numbered = self.words.numbered()
        self._places = lru_cache(maxsize=None)(self._places_of)

    def link(self, tokens: tuple[Token, ...], language: str = "en") -> tuple[ValueSpan, ...]:
        """Every reading of every run of words as a member, best first."""
        words = message_words(tokens)[:MANY_WORDS]
        around = Surroundings(words, self._cues, self.ordinary, self.words.selectors)
        hits = [
            *find_names(self.store, words, language),
            *find_codes(self.store, words),
            *find_numbers(self.store, words, self._numbered),
        ]
        weights: Weights = {}
        spans = [self._span(hit, around, weights) for hit in hits]
        sure = [(span.start, span.end) for span in spans if span.score >= SURE]
        parts = (self._span(hit, around, weights) for hit in find_parts(self.store, around))
        spans += [span for span in parts if not _inside(span, sure)]
        if self.ids:
            spans += self.ids.find(tokens, words, self._numbered, self.ordinary.folded)
        spans = side_by_side(spans, tokens, self.words.joiners)
        return _settled(spans, around, weights)

    def nearest(self, text: str, dimension: str | None = None, n: int = 3) -> tuple[str, ...]:
        """Names like the text, most like first, those of products also by what they mean; none when nothing is alike."""
        places = self._places(dimension) if dimension else None
        written = nearest_names(self.store, text, places, n)
        described = self._described() if dimension in (None, "product") else None
        if described is None:
            return written
        return tuple(dict.fromkeys((*described.nearest(text, n, self._products), *written)))[:n]

    def members(self, dimension: str) -> tuple[Member, ...]:
        """All members of a dimension that has few, most frequent first; none of one that has many."""
        places = self._places(dimension)
        if len(places) > FEW_MEMBERS:
            return ()
        found = [self.member(int(place)) for place in places]
        return tuple(sorted(found, key=lambda member: (-member.weight, member.name)))

    def member(self, place: int) -> Member:
        """A member by its place."""
        store = self.store
        dimension = store.dimensions[int(store.member_dimension[place])]
        value, name = store.text(store.member_value, place), store.text(store.member_name, place)
        return Member(dimension, value, name, float(store.member_weight[place]))

    @cached_property
    def _products(self) -> frozenset[str]:
        """The names of the products there are, as far as this asker may see them."""
        return frozenset(self.store.text(self.store.member_name, int(place)) for place in self._places("product"))

    def _places_of(self, dimension: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        known = self.store.dimension_place.get(dimension)
        return np.nonzero(self.store.member_dimension == known)[0] if known is not None else np.zeros(0, np.int64)

    def _span(self, hit: Hit, around: Surroundings, weights: Weights) -> ValueSpan:
        member = self.member(int(self.store.surface_member[hit.surface]))
        weights[member.dimension, member.value] = member.weight
        first, last = hit.first, hit.last
        everyday = last - first == 1 and (
            around.is_ordinary(first, last) or (hit.match == "typo" and member.name.casefold() in self.ordinary.folded)
        )
        score = hit.score * around.weigh(member.dimension, first, last, everyday)
        if hit.match in ("partial", "typo") and not around.has_cue(member.dimension, first, last):
            score *= IN_PART.get(member.dimension, 1.0)
        start, end = around.words[first].token, around.words[last - 1].token + 1
        return ValueSpan(start, end, member.dimension, member.value, member.name, hit.match, round(score, 4))


def _inside(span: ValueSpan, sure: list[tuple[int, int]]) -> bool:
    """Whether a part of a name is said within a whole other one; of the very same words it may be as likely."""
    return any(
        start <= span.start and span.end <= end and (span.score < ALSO or end - start > span.end - span.start) for start, end in sure
    )


def _settled(spans: Iterable[ValueSpan], around: Surroundings, weights: Weights) -> tuple[ValueSpan, ...]:
    """Each reading once, those beside the dimension that is asked for lowered, a few of those alike: the most frequent members."""
    best: dict[tuple[int, int, str, str], ValueSpan] = {}
    for span in spans:
        key = (span.start, span.end, span.dimension, span.value)
        if key not in best or best[key].score < span.score:
            best[key] = span
    lowered = _lowered(list(best.values()), around)
    alike: dict[tuple[int, int, str], int] = {}
    kept = []
    for span in sorted(
        lowered, key=lambda s: (-s.score, s.start - s.end, s.start, s.dimension, -weights.get((s.dimension, s.value), 0.0), s.value)
    ):
        group = (span.start, span.end, span.dimension)
        alike[group] = alike.get(group, 0) + 1
        if alike[group] <= KEPT_ALIKE:
            kept.append(span)
    return tuple(kept)


def _lowered(spans: list[ValueSpan], around: Surroundings) -> list[ValueSpan]:
    """Among readings of the same words, the dimension that the words around speak of wins, then the one that is usually meant."""
    here: dict[tuple[int, int], dict[str, float]] = {}
    for span in spans:
        scores = here.setdefault((span.start, span.end), {})
        scores[span.dimension] = max(span.score, scores.get(span.dimension, 0.0))
    factors = {place: _factors(dimensions, around, *place) for place, dimensions in here.items() if len(dimensions) > 1}
    return [_times(span, factors.get((span.start, span.end), {}).get(span.dimension, 1.0)) for span in spans]


def _factors(dimensions: Mapping[str, float], around: Surroundings, start: int, end: int) -> dict[str, float]:
    first = next((place for place, word in enumerate(around.words) if word.token >= start), 0)
    last = next((place for place, word in enumerate(around.words) if word.token >= end), len(around.words))
    cued = {dimension for dimension, score in dimensions.items() if score >= LIKELY and around.has_cue(dimension, first, last)}
    likeliest = max(map(prior, dimensions))
    return {each: 1.0 if each in cued else prior(each) / likeliest * (OTHER_CUED if cued else 1.0) for each in dimensions}


def _times(span: ValueSpan, factor: float) -> ValueSpan:
    return replace(span, score=round(span.score * factor, 4)) if factor != 1.0 else span
