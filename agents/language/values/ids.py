"""Ids of orders, shipments and the like: too many to index, known by their look and confirmed one by one in the data."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Protocol

from agents.language.spans import ValueSpan
from agents.language.tokens import Token
from agents.language.values.exact import numbers_after_cues
from agents.language.values.words import Word, code_form

Exists = Callable[[str, Sequence[str]], tuple[str, ...]]  # a dimension and ids, to those of them that are there
Numbered = Mapping[tuple[str, ...], tuple[str, ...]]  # words before a bare number, to the dimensions whose id it may be
_Asked = tuple[int, int, str, tuple[str, ...], float]  # first and last token, dimension, ids to look up, score
MOST = 8  # ids looked up for one message


class Shape(Protocol):
    """How ids of a dimension look: `tools.query.vocabulary.IdShape` is one."""

    @property
    def dimension(self) -> str: ...
    @property
    def prefix(self) -> str: ...
    @property
    def width(self) -> int: ...


class Ids:
    """The ids that are looked up."""

    def __init__(self, shapes: Iterable[Shape], exists: Exists) -> None:
        self.shapes = {shape.dimension: shape for shape in shapes}
        self._exists = lru_cache(maxsize=1024)(exists)

    def find(self, tokens: Sequence[Token], words: tuple[Word, ...], numbered: Numbered, ordinary: Container[str] = ()) -> list[ValueSpan]:
        """Ids in the message that exist."""
        asked = dict.fromkeys([*self._written(tokens, ordinary), *self._numbered(tokens, words, numbered)])
        found = []
        for first, last, dimension, candidates, score in list(asked)[:MOST]:
            for value in self._exists(dimension, candidates):
                found.append(ValueSpan(first, last, dimension, value, value, "code", score))
        return found

    def _written(self, tokens: Sequence[Token], ordinary: Container[str]) -> Iterable[_Asked]:
        """Tokens that look like an id: "SO0000004", "so-4"; or two of them, "PO 12", where the first is no everyday word."""
        for first, token in enumerate(tokens):
            yield from self._shaped(first, first + 1, token.text)
            if first + 1 < len(tokens) and len(token.text) > 1 and token.folded not in ordinary:
                yield from self._shaped(first, first + 2, token.text + tokens[first + 1].text)

    def _shaped(self, first: int, last: int, text: str) -> Iterable[_Asked]:
        for shape in self.shapes.values():
            if shape.prefix and text[:1].casefold() == shape.prefix[0].casefold() and (digits := _digits_after(shape.prefix, text)):
                yield first, last, shape.dimension, _padded(shape, digits), 0.99

    def _numbered(self, tokens: Sequence[Token], words: tuple[Word, ...], numbered: Numbered) -> Iterable[_Asked]:
        """Bare numbers, and codes of any look, after a word that says of what."""
        for place, dimensions in numbers_after_cues(words, numbered):
            token = words[place].token
            for dimension in dimensions:
                if shape := self.shapes.get(dimension):
                    written = (tokens[token].text, *_padded(shape, words[place].folded))
                    yield token, token + 1, dimension, tuple(dict.fromkeys(written)), 0.97


def _digits_after(prefix: str, text: str) -> str:
    """The digits of a code that begins with the prefix; nothing for anything else."""
    code, letters = code_form(text), code_form(prefix)
    rest = code[len(letters) :] if code.startswith(letters) else ""
    return rest if rest.isdigit() else ""


def _padded(shape: Shape, digits: str) -> tuple[str, ...]:
    """An id of this shape with these digits at its end."""
    bare = digits.lstrip("0") or "0"
    padded = shape.prefix + bare.rjust(max(0, shape.width - len(shape.prefix)), "0")
    return tuple(dict.fromkeys((padded, shape.prefix + digits)))
