"""About how many word pieces a text has for a small English encoder, without loading one."""

from __future__ import annotations

import re

# A word, a number, or a mark: each at least one piece.
_UNIT = re.compile(r"[^\W\d_]+|\d+|[^\w\s]|_")
_WHOLE_WORD = 8  # letters of an English word that are still one piece as a rule
_PIECE_LETTERS, _PIECE_DIGITS = 5, 3


def count_tokens(text: str) -> int:
    """An estimate within a tenth for English prose (docs/documents.md tells how it was measured)."""
    return sum(map(_pieces, _UNIT.findall(text)))


def _pieces(unit: str) -> int:
    if unit.isdecimal():
        return -(-len(unit) // _PIECE_DIGITS)
    if not unit.isascii() and unit.isalpha():
        return max(1, -(-len(unit) // 3))
    return 1 if len(unit) <= _WHOLE_WORD else -(-len(unit) // _PIECE_LETTERS)
