"""The server and its worker as children: started, started again when they die, stopped together, never left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

from api.work.tied import tied_to_me
from cli.console import complain
from cli.news import News
from settings import ROOT, Settings

LOOK_SECONDS = 0.2
GRACE_SECONDS = 20.0  # longer than the server takes to finish: its connections, its runs, what is still to be written
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 30.0
STEADY_SECONDS = 30.0
STARTS_BEFORE_GIVING_UP = 5
# What a server that never answered cannot get over by being started again: a wrong setting, the state held, the address taken.
FINAL_CODES = {2, 7, 11}


@dataclass
class Child:
    """A process that is meant to run, and how it has fared."""

    name: str
    module: str
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    again_at: float = 0.0
    deaths: int = 0
    tie: Callable[[], None] = field(default_factory=tied_to_me)

    def start(self) -> None:
        """Start it in a group of its own, so that Ctrl-C reaches the supervisor alone, and tied to it, so that no -9 leaves it behind."""
        here = [str(ROOT), os.environ.get("PYTHONPATH", "")]
        self.process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
            [sys.executable, "-m", self.module],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, here))},
            stdin=subprocess.DEVNULL,
            process_group=0,
            preexec_fn=self.tie,  # two system calls, prepared before the fork
        )
        self.started_at = time.monotonic()

    def exit_code(self) -> int | None:
        """How it ended, once: None while it runs or when that was told before."""
        if self.process is None or (code := self.process.poll()) is None:
            return None
        self.process = None
        lived = time.monotonic() - self.started_at
        self.deaths = 1 if lived > STEADY_SECONDS else self.deaths + 1
        self.again_at = time.monotonic() + min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** (self.deaths - 1))
        return code

    @property
    def due(self) -> bool:
        """Whether it is time to start it (again)."""
        return self.process is None and time.monotonic() >= self.again_at


class Supervisor:
    """Runs until it is told to stop, or until the server cannot start."""

    def __init__(
        self, settings: Settings, *, with_worker: bool, open_browser: bool, server: str = "api.serve", worker: str = "api.work"
    ) -> None:
        self._app = Child("server", server)
        self._worker = Child("worker", worker) if with_worker else None
        self._news = News(settings, with_worker=with_worker, open_browser=open_browser)
        self._stops = 0

    def run(self) -> int:
        """The exit code, after both children have ended."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._told_to_stop)
        code: int | None = None
        try:
            with self._news:
                while code is None and not self._stops:
                    code = self._tend()
                    time.sleep(LOOK_SECONDS)
        finally:
            self._stop()
        return code or 0

    def _tend(self) -> int | None:
        """Look after the children; a code when there is no use in going on."""
        if (ended := self._app.exit_code()) is not None and (final := self._mourn_app(ended)) is not None:
            return final
        if self._app.due:
            self._app.start()
        if self._worker and (ended := self._worker.exit_code()) is not None:
            self._tell_restart(self._worker, ended)
        if self._worker and self._worker.due:
            self._worker.start()
        self._news.look()
        return None

    def _mourn_app(self, code: int) -> int | None:
        if not self._news.answered:
            if code in FINAL_CODES:
                return code  # it has said why
            if self._app.deaths >= STARTS_BEFORE_GIVING_UP:
                complain(f"error: the server ended {self._app.deaths} times before it answered, the last time with {_how(code)}.")
                return 1
        self._tell_restart(self._app, code)
        return None

    def _tell_restart(self, child: Child, code: int) -> None:
        pause = max(0.0, child.again_at - time.monotonic())
        complain(f"the {child.name} ended with {_how(code)}; it is started again in {pause:.1f} s, what it was doing goes on")

    def _told_to_stop(self, number: int, frame: FrameType | None) -> None:
        self._stops += 1

    def _stop(self) -> None:
        """Ask both to end, and end those that do not; asked twice, end them at once."""
        running = [child.process for child in (self._app, self._worker) if child and child.process]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        while any(process.poll() is None for process in running):
            if time.monotonic() > deadline or self._stops > 1:
                for process in running:
                    process.kill()
            time.sleep(0.05)
        if self._stops:
            complain("stopped; what was acknowledged is kept, and work that was cut off goes on at the next start")


def _how(code: int) -> str:
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name
