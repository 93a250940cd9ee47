"""Goods that lie in one place and are missing in another: what to move before anything is bought."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.contract import Floats


@dataclass(frozen=True)
class Move:
    """Units of one product from one row to another."""

    source: int
    target: int
    units: float


def match_moves(product: NDArray[np.str_], spare: Floats, missing: Floats, least_units: float = 1.0) -> list[Move]:
    """Moves that fill what is missing from what is spare, product by product, the largest gap from the largest heap first.

    All moves of a product cost the same here, so this order moves as much as any other and in few moves.
    """
    found: list[Move] = []
    both = np.intersect1d(product[spare >= least_units], product[missing >= least_units])
    lines: dict[str, list[int]] = {str(each): [] for each in both}
    for row, each in enumerate(product):
        if str(each) in lines:
            lines[str(each)].append(row)
    heap, gap = np.floor(np.maximum(spare, 0.0)), np.floor(np.maximum(missing, 0.0))
    for rows in lines.values():
        while True:
            source, target = max(rows, key=lambda row: heap[row]), max(rows, key=lambda row: gap[row])
            units = min(heap[source], gap[target])
            if source == target or units < least_units:
                break
            heap[source] -= units
            gap[target] -= units
            found.append(Move(source, target, float(units)))
    return found
