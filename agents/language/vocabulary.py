"""The words of an installation: lexicon of its definitions, names of its data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from agents.language.spans import ValueSpan
from agents.language.tokens import Token
from agents.language.words import Lexicon, build_lexicon
from agents.plan import Language
from agents.session_ground import Ground

if TYPE_CHECKING:
    from agents.language.values.shelf import Shelf


class Names(Protocol):
    """Which words name members of dimensions, and what is like a name there is none of: `ValueIndex` is one."""

    def link(self, tokens: tuple[Token, ...], language: Language) -> tuple[ValueSpan, ...]: ...
    def nearest(self, text: str, dimension: str | None = None, n: int = 3) -> Sequence[str]: ...


@dataclass(frozen=True)
class Vocabulary:
    """Everything the planner looks words up in."""

    lexicon: Lexicon
    values: Names


def vocabulary_of(ground: Ground, shelf: Shelf) -> Vocabulary:
    """The vocabulary of what is served; the names are read once a snapshot, which takes a second or more."""
    return Vocabulary(build_lexicon(ground.metrics, ground.dimensions), shelf.index(ground.served))
