"""The heading arm: how much of a title or section a question covers. A long question finds a short heading better than the reverse."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from knowledge.keyword import KeywordIndex, question_weights
from knowledge.keyword_words import is_vietnamese, rarity, terms

_RARITY, _SATURATION, _LENGTH = 0.5, 0.6, 0.3


def index_headings(headings: Sequence[str]) -> KeywordIndex:
    """Each term of a heading is worth its rarity, here and in English, over the heading's whole worth to a small power."""
    rows = [dict.fromkeys(terms(heading, pairs=True)) for heading in headings]
    counted = Counter(term for row in rows for term in row)
    vocabulary = {term: place for place, term in enumerate(counted)}
    worth = {term: _rare_here(len(rows), count) * rarity(term) ** _RARITY for term, count in counted.items()}
    columns: list[list[tuple[int, float]]] = [[] for _ in vocabulary]
    for place, row in enumerate(rows):
        whole = sum(worth[term] for term in row) ** _LENGTH if row else 1.0
        for term in row:
            columns[vocabulary[term]].append((place, worth[term] / whole))
    flat = [entry for column in columns for entry in column]
    starts = np.cumsum([0, *(len(column) for column in columns)]).astype(np.int64)
    data, indices = np.array([value for _, value in flat], np.float32), np.array([place for place, _ in flat], np.int32)
    return KeywordIndex(vocabulary, data, indices, starts, len(rows))


def heading_weights(question: str) -> dict[str, float]:
    """The terms of a question as they are looked for in headings; a heading that is Vietnamese is found by its folded words."""
    weights = question_weights(question, pairs=True, saturation=_SATURATION, power=0.0)
    return weights if not is_vietnamese(question) else dict(weights)


def _rare_here(total: int, count: int) -> float:
    return math.log(1 + (total - count + 0.5) / (count + 0.5))
