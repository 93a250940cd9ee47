"""Documents that say different things of the same: shown side by side with their dates, never settled here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from knowledge.cite_subject import parallel
from knowledge.contract import Document, Passage, Quote
from knowledge.keyword_words import terms

_FIGURE = re.compile(r"\d+(?:[.,]\d+)*\s*(?:%|[^\W\d_]+)?")
_ALIKE = 0.6


@dataclass(frozen=True)
class Conflict:
    """Two quotes that speak of the same with other figures; the newer document first where both are dated."""

    newer: Quote
    newer_date: date | None
    older: Quote
    older_date: date | None


def conflicts_among(quotes: Sequence[Quote], passages: Sequence[Passage]) -> tuple[Conflict, ...]:
    """Pairs of quotes from different documents about the same thing whose words are alike and whose figures are not."""
    documents = {(each.document.doc_id, each.document.version): each.document for each in passages}
    pairs = [
        (one, other)
        for place, one in enumerate(quotes)
        for other in quotes[place + 1 :]
        if _disagree(one, other) and not parallel(documents[one.doc_id, one.version], documents[other.doc_id, other.version])
    ]
    return tuple(_ordered(one, other, documents) for one, other in pairs)


def dated(document: Document) -> date | None:
    """The day a document speaks from."""
    return document.effective_from or document.published_on or document.period_until


def _disagree(one: Quote, other: Quote) -> bool:
    if one.doc_id == other.doc_id:
        return False
    figures = [frozenset(figure.split()[0] for figure in map(str.strip, _FIGURE.findall(each.text))) for each in (one, other)]
    words = [frozenset(term for term in terms(each.text) if not any(map(str.isdigit, term))) for each in (one, other)]
    if not all(figures) or not all(words) or figures[0] & figures[1]:
        return False
    return len(words[0] & words[1]) >= _ALIKE * min(map(len, words))


def _ordered(one: Quote, other: Quote, documents: dict[tuple[str, int], Document]) -> Conflict:
    days = [dated(documents[each.doc_id, each.version]) for each in (one, other)]
    pair = [(one, days[0]), (other, days[1])]
    pair.sort(key=lambda entry: entry[1] or date.min, reverse=True)
    return Conflict(pair[0][0], pair[0][1], pair[1][0], pair[1][1])
