"""Rows that carry a time: kept until their time has come, then handed over in order and numbered."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Rows = dict[str, npt.NDArray[Any]]  # columns of equal length, by name


class Journal:
    """The rows of one table; every chunk has a `second` on the business clock."""

    def __init__(self) -> None:
        self._chunks: list[Rows] = []
        self._numbered = 0

    def add(self, **columns: npt.NDArray[Any]) -> None:
        if len(columns["second"]):
            self._chunks.append(columns)

    def take(self, before: int) -> Rows | None:
        """All rows earlier than `before`, oldest first, with their running `number` from 1; None when there are none."""
        if not self._chunks:
            return None
        rows = {name: np.concatenate([chunk[name] for chunk in self._chunks]) for name in self._chunks[0]}
        due = rows["second"] < before
        late = {name: column[~due] for name, column in rows.items()}
        self._chunks = [late] if len(late["second"]) else []
        ready = np.flatnonzero(due)
        ready = ready[np.argsort(rows["second"][ready], kind="stable")]
        if not len(ready):
            return None
        taken = {name: column[ready] for name, column in rows.items()}
        taken["number"] = self._numbered + 1 + np.arange(len(ready))
        self._numbered += len(ready)
        return taken
