"""What an installation's planner learnt, followed: a new version is seen by the next question, for the price of one stat."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from agents.language.learnt.learnt import Damaged, Learnt, base, read

FOLDER = "planner"
_POINTER = "CURRENT"
_LOG = logging.getLogger("oiis.agents")


class Followed:
    """Calling it gives the current version under `home`, or what ships with the product while there is none or it is damaged."""

    def __init__(self, home: Path) -> None:
        self._root = home / FOLDER
        self._lock = threading.Lock()
        self._seen: object = None
        self._learnt: Learnt | None = None

    def __call__(self) -> Learnt | None:
        mark = self._mark()
        with self._lock:
            if mark != self._seen:
                self._learnt, self._seen = self._newest(), mark
            return self._learnt if mark else base()

    def _mark(self) -> object:
        try:
            pointer = (self._root / _POINTER).stat()
        except OSError:
            return None
        return pointer.st_ino, pointer.st_mtime_ns

    def _newest(self) -> Learnt | None:
        try:
            return read(self._root / (self._root / _POINTER).read_text(encoding="utf-8").strip())
        except (OSError, Damaged) as error:
            _LOG.error("what the planner learnt here cannot be read, what ships with the product is used: %s", error)
            return base()
