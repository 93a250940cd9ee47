"""The words of business statements: what a question calls a line, and what the statements print instead."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import yaml

from knowledge.keyword_words import rarity, stem, terms

_WEIGHT, _LONGEST = 0.5, 3


def statement_terms(question: str) -> dict[str, float]:
    """Terms that statements use for what a question names otherwise; each counts half of a word of the question."""
    said = terms(question)
    runs = {" ".join(said[start : start + size]) for size in range(1, _LONGEST + 1) for start in range(len(said) - size + 1)}
    found = {term for run in runs for term in _synonyms().get(run, ())}
    return {term: _WEIGHT * rarity(term) for term in sorted(found - set(said))}


@lru_cache(maxsize=1)
def _synonyms() -> Mapping[str, tuple[str, ...]]:
    listed = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    return {" ".join(stem(word) for word in phrase.split()): tuple(dict.fromkeys(terms(words))) for phrase, words in listed.items()}
