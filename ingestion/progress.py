"""How long work reports itself: a stage and, when known, the part of it that is done."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, float | None], None]


def silent(stage: str, done: float | None) -> None:
    """For callers that show nothing."""
