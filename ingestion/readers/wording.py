"""Small matters of wording in notes."""

from __future__ import annotations


def count(number: int, what: str) -> str:
    """`1 line`, `3 lines`."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
