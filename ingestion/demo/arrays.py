"""The array types of the simulation and the two index tricks that keep it free of loops."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def ragged(starts: Ints, counts: Ints) -> Ints:
    """The positions of several slices, one after the other: starts (0, 7) and counts (2, 3) give 0 1 7 8 9."""
    total = int(counts.sum())
    ends = np.cumsum(counts)
    positions: Ints = np.arange(total) + np.repeat(starts - (ends - counts), counts)
    return positions


def summed(groups: Ints, amounts: Floats | Ints | Bools, size: int) -> Floats:
    """The sum of the amounts of each group, for groups 0 to `size` - 1."""
    totals: Floats = np.bincount(groups, amounts, minlength=size).astype(np.float64)
    return totals


def running_totals(groups: Ints, amounts: Floats) -> Floats:
    """For each row, the amounts of its group up to and including it; rows of a group must stand together."""
    totals = np.cumsum(amounts)
    first = np.r_[True, groups[1:] != groups[:-1]]
    before = (totals - amounts)[first]
    within: Floats = totals - before[np.cumsum(first) - 1]
    return within


class Picker:
    """Draws columns of a weight matrix by the weights of one row, for many rows at once."""

    def __init__(self, weights: Floats) -> None:
        totals = np.cumsum(weights, axis=1)
        self.row_totals: Floats = totals[:, -1].copy()
        safe = np.where(self.row_totals > 0, self.row_totals, 1.0)
        self._columns = weights.shape[1]
        self._edges = (totals / safe[:, None] + np.arange(len(weights))[:, None]).ravel()

    def pick(self, rows: Ints, uniforms: Floats) -> Ints:
        """One column for each row; a row of zero weights must not be asked."""
        found = np.searchsorted(self._edges, rows + uniforms, side="right")
        columns: Ints = np.minimum(found - rows * self._columns, self._columns - 1)
        return columns


def first_of_each(first: Ints, second: Ints) -> Ints:
    """Positions of the first row of each distinct pair, in the order the rows stand."""
    span = int(second.max()) + 1 if second.size else 1
    _, positions = np.unique(first * span + second, return_index=True)
    return np.sort(positions)
