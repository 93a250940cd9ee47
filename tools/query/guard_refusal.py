"""The one way free SQL is turned down: what, which value, what is allowed, what to do next."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Literal

from tools.errors import ToolError

Code = Literal[
    "size",
    "characters",
    "syntax",
    "statement",
    "construct",
    "function",
    "type",
    "name",
    "column",
    "personal",
    "join",
    "cost",
    "limit",
    "scope",
    "disagreement",
]

# What a refusal may echo: plain words only, so that no path, address or hidden text travels back through an error.
ECHO = re.compile(r"[A-Za-z_][A-Za-z0-9_ ]{0,47}|\d{1,24}")
LISTED = 24


class SqlRefused(ToolError):
    """SQL that will not run; nothing was executed."""

    def __init__(self, code: Code, what: str, *, value: str = "", allowed: Iterable[str] = (), remedy: str = "", detail: str = "") -> None:
        self.code: Code = code
        self.what = what
        self.value = value if ECHO.fullmatch(value) else ""
        self.allowed = tuple(allowed)
        self.remedy = remedy
        self.detail = detail  # for the log: what exactly tripped, never shown to the caller
        super().__init__(str(self))

    def __str__(self) -> str:
        value = f": {self.value}" if self.value else ""
        allowed = f" Allowed: {', '.join(self.allowed)}." if self.allowed else ""
        remedy = f" Next: {self.remedy}." if self.remedy else ""
        return f"{self.what}{value}.{allowed}{remedy}"


def nearest(value: str, known: Iterable[str]) -> tuple[str, ...]:
    """The known names most like `value`; all of them when few, none when nothing is like it."""
    names = sorted(set(known))
    return tuple(get_close_matches(value.lower(), names, n=5, cutoff=0.6)) or (tuple(names) if len(names) <= LISTED else ())
