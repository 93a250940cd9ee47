"""A time limit on statements: one sleeping thread ends those that overrun, and costs the others next to nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf

from tools.errors import CannotDo

# A statement can be told to stop before its engine has begun it, and would then run on: it is told again.
TELL_AGAIN_SECONDS = 0.05


class OutOfTime(CannotDo):
    """A statement ran into its limit and was ended; whoever asked knows what it was about."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__("the question", f"it took longer than {seconds:g} s and was stopped", "Try again when less is going on")


@dataclass(eq=False)
class Running:
    """A statement under way: when its time is over and how to stop it."""

    ends: float
    stop: Callable[[], None]
    stopped: bool = False


class Watch:
    """Stops statements whose time is over. Its thread sleeps until the first of them could be, and ends when none runs then."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._running: set[Running] = set()
        self._looks_at = inf  # when the thread looks next; a later end need not wake it
        self.watching = False

    @contextmanager
    def limit(self, seconds: float, stop: Callable[[], None]) -> Iterator[Running]:
        """The block ends within `seconds`, if it heeds `stop`."""
        running = Running(time.monotonic() + seconds, stop)
        with self._changed:
            self._running.add(running)
            if running.ends < self._looks_at:
                self._look_at(running.ends)
        try:
            yield running
        finally:
            with self._changed:  # from here on it is never stopped: its connection may serve another question
                self._running.discard(running)

    def _look_at(self, moment: float) -> None:
        self._looks_at = moment
        if self.watching:
            self._changed.notify()
        else:
            self.watching = True
            threading.Thread(target=self._watch, name="query-deadlines", daemon=True).start()

    def _watch(self) -> None:
        with self._changed:
            while self._running:
                self._stop_late()
                self._looks_at = min(running.ends for running in self._running)
                self._changed.wait(max(0.0, self._looks_at - time.monotonic()))
            self._looks_at, self.watching = inf, False

    def _stop_late(self) -> None:
        now = time.monotonic()
        for running in self._running:
            if running.ends <= now:
                running.stopped, running.ends = True, now + TELL_AGAIN_SECONDS
                running.stop()
