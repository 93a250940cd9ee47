"""The vectors of a unit's parts, in a byte a number: a question is held against the part of each unit that fits it best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from knowledge.embed import DIMENSIONS, Embedder, Matrix

_SLAB, _LARGEST = 4_096, 127
Bytes = npt.NDArray[np.int8]


@dataclass(frozen=True)
class PartVectors:
    """Part `p` is `values[p] * scales[p]`; those of unit `u` are from `starts[u]` to `starts[u + 1]`."""

    values: Bytes
    scales: npt.NDArray[np.float32]
    starts: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.scales)

    @classmethod
    def build(cls, texts: Sequence[str], starts: Sequence[int], embedder: Embedder | None) -> PartVectors:
        """Embed the parts, a slab at a time: all of them in full would be the most an index ever needs."""
        values, scales = np.zeros((len(texts), DIMENSIONS), np.int8), np.ones(len(texts), np.float32)
        if embedder:
            for start in range(0, len(texts), _SLAB):
                vectors = embedder.embed(texts[start : start + _SLAB])
                largest = np.abs(vectors).max(axis=1) / _LARGEST
                largest[largest == 0] = 1.0
                scales[start : start + _SLAB] = largest
                values[start : start + _SLAB] = np.rint(vectors / largest[:, None])
        return cls(values, scales, np.array(starts, np.int64))

    def middles(self) -> Matrix:
        """The mean direction of each unit's parts."""
        found = np.zeros((len(self.starts) - 1, DIMENSIONS), np.float32)
        for place, (start, end) in enumerate(pairwise(self.starts)):
            middle = self.scales[start:end] @ self.values[start:end].astype(np.float32)
            found[place] = middle / (float(np.linalg.norm(middle)) or 1.0)
        return found

    def best(self, vectors: Matrix, places: npt.NDArray[np.int32]) -> Matrix:
        """How like each vector (rows) is to the part of each unit that is likest to it."""
        counts = (self.starts[1:] - self.starts[:-1])[places]
        begins = np.cumsum(counts) - counts
        rows = np.repeat(self.starts[places] - begins, counts) + np.arange(int(counts.sum()))
        likeness = likenesses(vectors, np.asarray(self.values[rows]).astype(np.float32)) * self.scales[rows]
        return np.asarray(np.maximum.reduceat(likeness, begins, axis=1), np.float32)

    def save(self, folder: Path) -> None:
        """Write them into a folder."""
        folder.mkdir(parents=True)
        np.save(folder / "values.npy", self.values)
        np.save(folder / "scales.npy", self.scales)
        np.save(folder / "starts.npy", self.starts)

    @classmethod
    def load(cls, folder: Path) -> PartVectors:
        """Open them; the values stay on the disk until they are read."""
        values = np.load(folder / "values.npy", mmap_mode="r")
        return cls(values, np.load(folder / "scales.npy"), np.load(folder / "starts.npy"))


def likenesses(vectors: Matrix, others: Matrix) -> Matrix:
    """The products of each vector (rows) with each of the others. Not by BLAS: it wakes all its threads for a matrix of this size,
    and on a busy machine they wait for each other ten times longer than the work takes."""
    return np.asarray(np.einsum("ij,kj->ik", vectors, others), np.float32)
