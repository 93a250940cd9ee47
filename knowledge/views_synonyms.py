"""Other words for the same thing: what business papers, and what statements, write for what a question calls otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import yaml

from knowledge.keyword_words import rarity, terms

_WEIGHT, _LONGEST = 0.5, 5


def other_words(question: str, pairs: bool = False) -> dict[str, float]:
    """Terms of the phrases that mean the same as one in the question; each counts half of a word of the question itself."""
    said = terms(question)
    groups = _groups("vi" if pairs else "en")
    runs = [" ".join(said[start : start + size]) for size in range(1, _LONGEST + 1) for start in range(len(said) - size + 1)]
    found = {term for run in dict.fromkeys(runs) for phrase in groups.get(run, ()) for term in terms(phrase, pairs)}
    return {term: _WEIGHT * rarity(term) for term in sorted(found - set(terms(question, pairs)))}


@lru_cache(maxsize=2)
def _groups(language: str) -> Mapping[str, Sequence[str]]:
    """By each phrase, as terms, the others of its groups."""
    listed = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))[language]
    found: dict[str, list[str]] = {}
    for group in listed:
        for phrase in group:
            found.setdefault(" ".join(terms(phrase)), []).extend(other for other in group if other != phrase)
    return found
