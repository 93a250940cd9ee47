"""What the words around a name tell: cues that a dimension is meant, and ordinary words that name nothing by themselves."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from agents.language.spans import ValueSpan
from agents.language.tokens import Token
from agents.language.values.lexicon import Words
from agents.language.values.words import Word, name_words, singular

CUED, UNCUED_ORDINARY, NEAR_CUE, OTHER_CUED = 0.92, 0.35, 0.5, 0.85
SELECTED, SELECTED_NEAR_CUE, JOINED = 0.6, 0.8, 0.9
CONFLICT = 0.6  # other diacritics than the name has
LOOK_AROUND = 3
LONGEST_CUE = 3
# Dimensions that are rarely meant when another has the same member: "Hà Nội" is where customers live unless the words say otherwise.
_PRIOR: Mapping[str, float] = MappingProxyType(
    {"shipping_province": 0.8, "location_province": 0.75, "sku": 0.9, "purchase_status": 0.85, "movement_kind": 0.8, "location_kind": 0.85}
)
# Words that may stand between a cue and a name: "the customer called Paris", "orders are cancelled", "đơn bị hủy".
_BETWEEN = frozenset(
    {"a", "an", "are", "at", "be", "been", "bi", "called", "code", "cua", "da", "duoc", "for", "from", "in", "is", "la", "named",
     "no", "nr", "number", "o", "of", "so", "the", "to", "was", "were"}
)  # fmt: skip
_AS_NAMED = ("exact", "alias")
_LIGHT = frozenset({"the", "on", "in", "from", "at", "to", "our", "via", "for", "of", "with", "through"})
_HELD = frozenset({"or", "vs", "versus", "than", "hay", "against"})  # two everyday words held against each other are both members
_AND = frozenset({"and", "or", "va", "with", "by"})


@dataclass(frozen=True)
class Everyday:
    """Words that name nothing by themselves, with their diacritics and without."""

    marked: frozenset[str]
    folded: frozenset[str]


@dataclass(frozen=True)
class Surroundings:
    """A message with what is known of its words."""

    words: tuple[Word, ...]
    cues: Mapping[str, frozenset[tuple[str, ...]]]
    ordinary: Everyday
    selectors: frozenset[str] = frozenset()
    folded: tuple[str, ...] = field(init=False)
    marked: bool = field(init=False)  # written with diacritics
    everyday: tuple[bool, ...] = field(init=False)
    surely: tuple[bool, ...] = field(init=False)  # everyday as written, not only when its diacritics are thought away

    def __post_init__(self) -> None:
        object.__setattr__(self, "folded", tuple(singular(word.folded) for word in self.words))
        # Who writes diacritics writes them everywhere: "tre" is then no "trễ".
        marked = any(not word.lower.isascii() for word in self.words)
        object.__setattr__(self, "marked", marked)
        known = self.ordinary.marked if marked else self.ordinary.folded
        said = [word.lower if marked else word.folded for word in self.words]
        object.__setattr__(self, "everyday", tuple(word in known or singular(word) in known for word in said))
        plain = self.ordinary.marked
        object.__setattr__(self, "surely", tuple(word.lower in plain or singular(word.lower) in plain for word in self.words))

    def is_ordinary(self, first: int, last: int) -> bool:
        """Whether every word from `first` to `last` (not included) is an everyday one."""
        return all(self.everyday[first:last])

    def may_tell(self, place: int) -> bool:
        """Whether a word may say something of a name: no number, and no everyday word as it is written."""
        word = self.words[place]
        return word.of_model or (len(word.folded) > 1 and not word.folded.isdigit() and not self.surely[place])

    def tells(self, place: int) -> bool:
        """Whether it does by itself."""
        return self.may_tell(place) and not self.everyday[place] and not self.words[place].of_model

    def is_connective(self, place: int) -> bool:
        """Whether a word only holds others together."""
        return self.words[place].folded in _BETWEEN or self.words[place].folded in _AND

    def has_cue(self, dimension: str, first: int, last: int) -> bool:
        """Whether a cue of the dimension stands right before or right after."""
        cues = self.cues.get(dimension)
        if not cues:
            return False
        before = first - 1 if first and self.words[first - 1].folded in _BETWEEN else first
        ends = (first, before) if before != first else (first,)
        return any(self.folded[end - size : end] in cues for end in ends for size in range(1, min(LONGEST_CUE, end) + 1)) or any(
            self.folded[last : last + size] in cues for size in range(1, LONGEST_CUE + 1)
        )

    def near_cue(self, dimension: str, first: int, last: int) -> bool:
        """Whether a cue of one word stands within a few words."""
        cues = self.cues.get(dimension, frozenset())
        around = (*self.folded[max(0, first - LOOK_AROUND) : first], *self.folded[last : last + LOOK_AROUND])
        return any((word,) in cues for word in around)

    def weigh(self, dimension: str, first: int, last: int, everyday: bool) -> float:
        """What the score of a name is multiplied by as this dimension's, given what stands around it."""
        if not everyday:
            return 1.0
        if self.has_cue(dimension, first, last):
            return CUED
        near = self.near_cue(dimension, first, last)
        if self.selectors & {*self.folded[max(0, first - 1) : first], *self.folded[last : last + 1]}:
            return prior(dimension) * (SELECTED_NEAR_CUE if near else SELECTED)
        return prior(dimension) * (NEAR_CUE if near else UNCUED_ORDINARY)


def prior(dimension: str) -> float:
    """How likely a dimension is meant when others have the same member."""
    return _PRIOR.get(dimension, 1.0)


def read_cues(words: Words, spoken: Mapping[str, Sequence[str]]) -> dict[str, frozenset[tuple[str, ...]]]:
    """The cues of every dimension: those of the language files and the dimension's own names, in the singular."""
    found: dict[str, frozenset[tuple[str, ...]]] = {}
    dimensions = {*spoken, *(dimension for each in words.languages.values() for dimension in each.cues)}
    for dimension in dimensions:
        own = {tuple(name_words(said)) for said in spoken.get(dimension, ())}
        found[dimension] = frozenset(tuple(map(singular, cue)) for cue in (*words.cues(dimension), *own) if 0 < len(cue) <= LONGEST_CUE)
    if "product" in found:  # a stock keeping unit is a product
        found["product"] |= found.get("sku", frozenset())
    return found


def marks_differ(written: Sequence[str], named: Sequence[str]) -> bool:
    """Whether a message's diacritics say another word than the name: "bán" is not "bàn"; "ban" may be either."""
    if len(written) != len(named):
        return False
    return any(not said.isascii() and _marks(said) != _marks(name) for said, name in zip(written, named, strict=True))


def _marks(word: str) -> str:
    """Letters and marks in no order: where a tone sits ("hòa", "hoà") is a matter of taste."""
    return "".join(sorted(unicodedata.normalize("NFD", word)))


def side_by_side(spans: Sequence[ValueSpan], tokens: Sequence[Token], joiners: frozenset[str]) -> list[ValueSpan]:
    """An everyday word beside a sure member of the same dimension is one too: "app vs web", "defective or damaged"."""
    found = list(spans)
    for _ in range(2):  # of three in a row, the third hangs on the second
        sure = [span for span in found if span.score >= JOINED]
        found = [
            replace(span, score=JOINED)
            if span.score < JOINED
            and (
                any(_joined(span, other, tokens, joiners) for other in sure)
                or any(_joined(span, other, tokens, _HELD) for other in found if other.value != span.value and other.match in _AS_NAMED)
            )
            else span
            for span in found
        ]
    return found


def _joined(span: ValueSpan, other: ValueSpan, tokens: Sequence[Token], joiners: frozenset[str]) -> bool:
    if span.dimension != other.dimension or span.match not in _AS_NAMED:
        return False
    between = tokens[span.end : other.start] if span.end <= other.start else tokens[other.end : span.start]
    words = [token for token in between if token.folded not in _LIGHT]
    return 0 < len(words) <= len(between) <= 3 and all(token.folded in joiners or token.text in (",", "/", "&", "+") for token in words)
