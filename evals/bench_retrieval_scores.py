"""Scores of an order of documents against the set that is right."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from math import log2


def ndcg(order: Sequence[str], right: AbstractSet[str], depth: int) -> float:
    """Gain 1 for each right document, discounted by the logarithm of its place, beside the best possible order."""
    gain = sum(1 / log2(place + 2) for place, doc in enumerate(order[:depth]) if doc in right)
    best = sum(1 / log2(place + 2) for place in range(min(depth, len(right))))
    return gain / best if best else 0.0


def recall(order: Sequence[str], right: AbstractSet[str], depth: int) -> float:
    """Which part of the right documents is among the first."""
    return len(set(order[:depth]) & right) / len(right) if right else 0.0


def hit(order: Sequence[str], right: AbstractSet[str], depth: int) -> float:
    """1 when any right document is among the first, else 0."""
    return float(bool(set(order[:depth]) & right))
