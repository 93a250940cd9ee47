"""Documents that say different things of the same: shown side by side with their dates, never settled here."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from knowledge.cite_subject import parallel
from knowledge.clauses_quantities import amount_number, amounts, durations, fold, percentages
from knowledge.contract import Document, Passage, Quote
from knowledge.keyword_words import terms

_FIGURE = re.compile(r"(?P<number>\d+(?:[.,]\d+)*)\s*(?P<unit>[^\W\d_]+)?")
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
    words = [frozenset(term for term in terms(each.text) if not any(map(str.isdigit, term))) for each in (one, other)]
    if not all(words) or len(words[0] & words[1]) < _ALIKE * min(map(len, words)):
        return False
    figures = [_figures(each.text) for each in (one, other)]
    both = figures[0].keys() & figures[1].keys()
    return any(not figures[0][unit] & figures[1][unit] for unit in both - {""} or both)  # bare numbers are versions and years as well


def _figures(text: str) -> dict[str, set[Decimal]]:
    """The figures of a sentence by what they count: days, shares, a currency, else the word behind; "thirty days" are 30."""
    folded, found = fold(text), defaultdict[str, set[Decimal]](set)
    taken: list[tuple[int, int]] = []
    for reader in (durations, percentages, amounts):
        for each in reader(folded):
            found[f"{reader.__name__} {each.kind}"].add(each.value)
            taken.append((each.start, each.end))
    for plain in _FIGURE.finditer(folded):
        if not any(start <= plain.start() < end for start, end in taken):
            found[plain["unit"] or ""].add(amount_number(plain["number"]))
    return found


def _ordered(one: Quote, other: Quote, documents: dict[tuple[str, int], Document]) -> Conflict:
    days = [dated(documents[each.doc_id, each.version]) for each in (one, other)]
    pair = [(one, days[0]), (other, days[1])]
    pair.sort(key=lambda entry: entry[1] or date.min, reverse=True)
    return Conflict(pair[0][0], pair[0][1], pair[1][0], pair[1][1])
