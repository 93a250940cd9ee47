"""Sales with a promotion, or without any: a kind of thing that is only said to be there, with no name of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from agents.language.tokens import Token

# What may be missing from a sale; everything else each sale has.
MAY_BE_MISSING = frozenset({"promotion"})
_ABSENT = frozenset(
    {"no", "without", "not", "outside", "excluding", "exclude", "except", "ex", "minus", "non", "zero", "never", "nor", "off", "free"}
)
_PRESENT = frozenset({"on", "with", "under", "at", "using"})
_BETWEEN = frozenset(
    {"a", "an", "any", "some", "kind", "sort", "form", "of", "the", "our", "all", "special", "running", "single", "-", "type"}
)


def presence(tokens: Sequence[Token], start: int) -> Literal["is_null", "not_null"] | None:
    """Whether the thing that begins at a place has to be there or must not be; neither where it is a cut."""
    place = start - 1
    while place >= 0 and tokens[place].folded in _BETWEEN:
        place -= 1
    word, before = tokens[place].folded if place >= 0 else "", tokens[place - 1].folded if place > 0 else ""
    if word in _ABSENT or (word in _PRESENT | {"in", "from", "by", "for"} and before in _ABSENT):
        return "is_null"
    return "not_null" if word in _PRESENT else None
