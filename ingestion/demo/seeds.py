"""Random numbers by topic: what one topic draws never moves what another one draws."""

from __future__ import annotations

from zlib import crc32

import numpy as np


class Seeds:
    """A family of generators grown from one seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def topic(self, name: str) -> np.random.Generator:
        """A fresh generator for `name`; the same seed and name always give the same numbers."""
        return np.random.default_rng(np.random.SeedSequence(self._seed, spawn_key=(crc32(name.encode()),)))
