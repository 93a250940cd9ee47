"""Words of the index near a mistyped one: blocked by three-letter pieces, measured by edits, stricter the shorter the word."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from agents.language.values.build import gram_codes
from agents.language.values.store import Store

SHORTEST = 4
FEW_EDITS_UP_TO = 7
SAME_FIRST_LETTER_UP_TO = 5
ENDING = 2
MEASURED = 200  # of the words that share most pieces


def edits_allowed(word: str) -> int:
    """How many slips a word of this length may have."""
    if len(word) < SHORTEST:
        return 0
    return 1 if len(word) <= FEW_EDITS_UP_TO else 2


def corrections(store: Store, word: str, keep: int = 12) -> list[tuple[int, float]]:
    """Words the mistyped one may be, each with how alike."""
    allowed = edits_allowed(word)
    if not allowed or not word.isalpha():
        return []
    near = measure(store, word, allowed)
    return [(place, 1 - edits / len(word)) for place, edits in near if edits == near[0][1]][:keep]


def measure(store: Store, word: str, allowed: int) -> list[tuple[int, int]]:
    """(word, edits) of the words within so many edits, nearest first."""
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import cdist

    places = _sharing(store, word, allowed)
    if not len(places):
        return []
    texts = [store.text(store.word_text, int(place)) for place in places]
    edits = cdist([word], texts, scorer=OSA.distance, score_cutoff=allowed, dtype=np.int32)[0]
    strict = len(word) <= SAME_FIRST_LETTER_UP_TO
    found = [
        (int(place), int(n))
        for place, text, n in zip(places, texts, edits, strict=True)
        if 0 < n <= allowed and (not strict or text[0] == word[0]) and not (n > 1 and _same_stem(word, text))
    ]
    return sorted(found, key=lambda each: each[1])


def _same_stem(word: str, text: str) -> bool:
    """Whether two words differ in their ending only: "calculated" is no mistyped "calculator"."""
    return word[:-ENDING] == text[:-ENDING]


def _sharing(store: Store, word: str, allowed: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Words of about this length that share the most pieces with `word`."""
    first, last = np.searchsorted(store.word_lengths, [len(word) - allowed, len(word) + allowed + 1])
    lists = []
    for code in gram_codes(word):
        words = store.gram_word[int(store.gram_start[code]) : int(store.gram_start[code + 1])]
        low, high = np.searchsorted(words, [first, last])
        lists.append(words[low:high])
    joined = np.concatenate(lists)
    if not len(joined):
        return np.zeros(0, dtype=np.int64)
    counts = np.bincount(joined - first, minlength=int(last - first))
    shared = np.nonzero(counts >= max(1, len(lists) - 4 * allowed))[0]
    if len(shared) > MEASURED:
        shared = shared[np.argpartition(-counts[shared], MEASURED)[:MEASURED]]
    return np.asarray(shared + first, dtype=np.int64)


def is_ordinary_slip(word: str, ordinary: Collection[str], alike: float) -> bool:
    """Whether an everyday word is at least as near as that."""
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extractOne

    return extractOne(word, ordinary, scorer=OSA.distance, score_cutoff=round((1 - alike) * len(word))) is not None
