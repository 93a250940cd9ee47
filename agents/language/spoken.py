"""Whether a text says something, also in Vietnamese without marks."""

from __future__ import annotations

import re
from functools import lru_cache

from agents.language.sketch import Sketch
from agents.language.tokens import fold


def says(pattern: re.Pattern[str], sketch: Sketch, text: str) -> re.Match[str] | None:
    """The place where the pattern is said; a Vietnamese text that has no marks is held against the pattern without them."""
    found = pattern.search(text)
    if found or sketch.language != "vi" or any(not token.lower.isascii() and token.text[0].islower() for token in sketch.tokens):
        return found
    return _folded(pattern).search(text)


@lru_cache(maxsize=64)
def _folded(pattern: re.Pattern[str]) -> re.Pattern[str]:
    """The pattern with its words as they are typed without marks."""
    return re.compile(fold(pattern.pattern), pattern.flags)
