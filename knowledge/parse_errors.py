"""What can be wrong with a document, each kind with what to do next."""

from __future__ import annotations

from typing import Literal

from ingestion.errors import IngestionError

Trouble = Literal[
    "empty",
    "too_large",
    "unsupported",
    "encrypted",
    "no_text",
    "broken",
    "slow",
    "memory",
    "bomb",
    "too_much_text",
    "bad_name",
    "bad_value",
]


class BadDocument(IngestionError):
    """A document that cannot be taken in; `code` says in one word why."""

    exit_code = 3

    def __init__(self, code: Trouble, what: str, *, where: str = "", expected: str = "", remedy: str = "") -> None:
        self.code: Trouble = code
        super().__init__(what, where=where, expected=expected, remedy=remedy)


class NoDocument(IngestionError):
    """There is no document, version or chunk of this name."""

    exit_code = 8


class BadLibrary(IngestionError):
    """The library's own file is damaged or was written by a newer release."""

    exit_code = 8
