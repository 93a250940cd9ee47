"""Names like one that is not there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.language.values.store import Store
from agents.language.values.typos import measure
from agents.language.values.words import digest, name_words

ALIKE_ENOUGH = 55.0
LOOKED_THROUGH = 3_000  # members compared one by one
MOST_EDITS = 3


def nearest_names(store: Store, text: str, places: NDArray[np.int64] | None, n: int) -> tuple[str, ...]:
    """The names most like the text, among the members at `places`, or among all."""
    from rapidfuzz import fuzz, process

    words = name_words(text)
    if not words:
        return ()
    if places is None or len(places) > LOOKED_THROUGH:
        places = _sharing_words(store, words, places)
    names = [store.text(store.member_name, int(place)) for place in places]
    folded = [" ".join(name_words(name)) for name in names]
    found = process.extract(" ".join(words), folded, scorer=fuzz.WRatio, limit=3 * n, score_cutoff=ALIKE_ENOUGH)
    return tuple(dict.fromkeys(names[at] for _, _, at in found))[:n]


def _sharing_words(store: Store, words: list[str], places: NDArray[np.int64] | None) -> NDArray[np.int64]:
    """Members with the rarest of these words, or words near them."""
    options = [option for word in dict.fromkeys(words) for option in _options(store, word)]
    options.sort(key=store.count)
    found: list[NDArray[np.int64]] = []
    room = LOOKED_THROUGH
    for option in options:
        members = np.unique(store.surface_member[store.postings(option)[: 20 * LOOKED_THROUGH]]).astype(np.int64)
        if places is not None:
            members = np.intersect1d(members, places, assume_unique=True)
        found.append(members[:room])
        room -= len(found[-1])
        if room <= 0:
            break
    return np.unique(np.concatenate(found)) if found else np.zeros(0, np.int64)


def _options(store: Store, word: str) -> list[int]:
    exact = [place for _, place in store.find(store.word_keys, store.word_of_key, [digest("w", word)])]
    near = [place for place, _ in measure(store, word, min(MOST_EDITS, max(1, len(word) // 3)))[:5]] if len(word) > 2 else []
    return [*exact, *near]
