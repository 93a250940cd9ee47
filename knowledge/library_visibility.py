"""Which version of a document is in force on a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from operator import attrgetter

from knowledge.contract import Document


def in_force(documents: Iterable[Document], as_of: date) -> tuple[Document, ...]:
    """Of each document the newest version that speaks on this day; none where it does not yet or no longer."""
    ordered = sorted(documents, key=attrgetter("doc_id", "version"))
    found = (_of_versions(tuple(versions), as_of) for _, versions in groupby(ordered, attrgetter("doc_id")))
    return tuple(document for document in found if document is not None)


def known_from(document: Document) -> date | None:
    """The day from which a document speaks; None when it carries no date, which is always."""
    return document.effective_from or document.published_on or document.period_until


def _of_versions(versions: tuple[Document, ...], as_of: date) -> Document | None:
    """A version without any date is a correction: it speaks from when the version before it did."""
    speaking, since = None, None  # type: Document | None, date | None
    begins: date | None = None
    for version in versions:
        begins = known_from(version) or begins
        if (begins is None or begins <= as_of) and (since is None or begins is None or begins >= since):
            speaking, since = version, begins
    if speaking is None or (speaking.effective_until is not None and speaking.effective_until < as_of):
        return None
    return speaking
