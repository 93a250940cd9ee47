"""Text read from data stays here: a prompt gets `{entity:e1}` in its place, and the reply gets the text back."""

from __future__ import annotations

import re
from collections.abc import Mapping

_PLACEHOLDER = re.compile(r"\{(\w+):(\w+)\}")


class UnknownMask(Exception):
    """A placeholder nobody gave out."""

    def __init__(self, placeholder: str, known: tuple[str, ...]) -> None:
        self.placeholder, self.known = placeholder, known
        super().__init__(f"{placeholder} is not a placeholder of this question. There are: {', '.join(known) or 'none'}")


class Masks:
    """Placeholders of one kind, each for one text."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._hidden: dict[str, str] = {}

    @property
    def placeholders(self) -> tuple[str, ...]:
        return tuple(self._hidden)

    def give(self, placeholder: str, text: str) -> None:
        """Hide a text behind a placeholder of the caller's choice."""
        self._hidden[placeholder] = text

    def hide(self, text: str) -> str:
        """The placeholder of a text; the same text always has the same."""
        known = next((placeholder for placeholder, hidden in self._hidden.items() if hidden == text), None)
        if known is None:
            known = f"{{{self._kind}:{self._kind[0]}{len(self._hidden) + 1}}}"
            self._hidden[known] = text
        return known

    def show(self, text: str) -> str:
        """The text with its placeholders of this kind filled; one that was never given out is refused."""

        def fill(found: re.Match[str]) -> str:
            if found[1] != self._kind:
                return found[0]
            if found[0] not in self._hidden:
                raise UnknownMask(found[0], self.placeholders)
            return self._hidden[found[0]]

        return _PLACEHOLDER.sub(fill, text)

    def show_all(self, value: object) -> object:
        """The same for every text inside mappings and lists."""
        if isinstance(value, str):
            return self.show(value)
        if isinstance(value, Mapping):
            return {key: self.show_all(item) for key, item in value.items()}
        return [self.show_all(item) for item in value] if isinstance(value, list | tuple) else value

    def used_in(self, value: object) -> set[str]:
        """The placeholders of this kind anywhere inside."""
        if isinstance(value, str):
            return {found[0] for found in _PLACEHOLDER.finditer(value) if found[1] == self._kind}
        items = list(value.values()) if isinstance(value, Mapping) else value
        return set().union(*(self.used_in(item) for item in items)) if isinstance(items, list | tuple) else set()
