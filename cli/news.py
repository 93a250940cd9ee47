"""What `./oiis up` tells the person at the terminal: where it answers, what is being built and how far, where to look next."""

from __future__ import annotations

import http.client
import time
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Self

from pydantic import BaseModel, ValidationError

from cli.console import complain, progress_bar, say
from ingestion.progress import Progress

if TYPE_CHECKING:
    from settings import Settings

_ANSWER_SECONDS = 2.0
_BUSY_SECONDS, _QUIET_SECONDS = 0.5, 5.0
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # whom to ask when it listens everywhere


class Data(BaseModel):
    """The part of `/status` that says what data answers."""

    snapshot: str
    data_as_of: str


class Job(BaseModel):
    """A piece of work as `/status` tells it."""

    id: str
    state: str
    progress: float
    message: str


class Seen(BaseModel):
    """What of `/status` is told in the terminal; the rest is passed over."""

    data: Data | None = None
    jobs: tuple[Job, ...] = ()
    examples: tuple[str, ...] = ()


class News:
    """Looks at the server from outside, as a client would, and tells what has changed."""

    def __init__(self, settings: Settings, *, with_worker: bool, open_browser: bool) -> None:
        self._settings, self._with_worker, self._open_browser = settings, with_worker, open_browser
        self._bar = ExitStack()
        self._progress: Progress | None = None
        self._next_look = 0.0
        self._snapshot: str | None = None
        self._under_way: set[str] = set()
        self._failed: set[str] = set()
        self.answered = False

    def __enter__(self) -> Self:
        complain(f"OIIS is starting; its state is in {self._settings.home}")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._bar.close()

    def look(self) -> None:
        """Ask the server when it is time to, and tell what is new."""
        if (now := time.monotonic()) < self._next_look:
            return
        self._next_look = now + _BUSY_SECONDS
        if not self.answered:
            self.answered = answers(self._settings.host, self._settings.port)
            if self.answered:
                self._tell_address()
        elif (seen := self._status()) is not None:
            self._tell(seen)
            if not any(job.state in ("queued", "running") for job in seen.jobs) and seen.data:
                self._next_look = now + _QUIET_SECONDS

    def _tell_address(self) -> None:
        where = address(self._settings.host, self._settings.port)
        say(f"OIIS answers at {where}/ui (chat) and {where}/docs (API); Ctrl-C stops it")
        if not self._with_worker:
            complain("no worker was started here: work in the background waits for `python -m api.work`")
        if self._open_browser:
            import webbrowser

            webbrowser.open(f"{where}/ui")

    def _tell(self, seen: Seen) -> None:
        running = next((job for job in seen.jobs if job.state == "running"), None)
        if running:
            self._show_progress(running)
        elif self._progress:
            self._bar.close()
            self._progress = None
        for job in seen.jobs:
            self._tell_end(job)
        if seen.data and seen.data.snapshot != self._snapshot:
            self._snapshot = seen.data.snapshot
            say(f"data of {seen.data.data_as_of} is served ({seen.data.snapshot})")
            for example in seen.examples[:3]:
                say(f"  ask: {example}")

    def _tell_end(self, job: Job) -> None:
        """How work ended that was seen under way, and all that was given up."""
        if job.state in ("queued", "running"):
            self._under_way.add(job.id)
        elif job.id in self._under_way or (job.state == "failed" and job.id not in self._failed):
            self._under_way.discard(job.id)
            if job.state == "failed":
                self._failed.add(job.id)
            complain(job.message if job.state == "done" else f"given up: {job.message}")

    def _show_progress(self, job: Job) -> None:
        if self._progress is None:
            self._progress = self._bar.enter_context(progress_bar(quiet=False))
        self._progress(job.message, job.progress)

    def _status(self) -> Seen | None:
        key = self._settings.access_key
        headers = {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}
        body = fetch(self._settings.host, self._settings.port, "/api/v1/status", headers)
        try:
            return None if body is None else Seen.model_validate_json(body)
        except ValidationError:
            return None  # what cannot be read is not told


def address(host: str, port: int) -> str:
    """Where a browser on this machine finds the server."""
    name = _EVERYWHERE.get(host, host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def answers(host: str, port: int) -> bool:
    """Whether an OIIS is alive there."""
    return fetch(host, port, "/healthz", {}) is not None


def fetch(host: str, port: int, path: str, headers: dict[str, str]) -> bytes | None:
    """The body of a good reply; None when there is none in time."""
    connection = http.client.HTTPConnection(_EVERYWHERE.get(host, host), port, timeout=_ANSWER_SECONDS)
    try:
        connection.request("GET", path, headers=headers)
        reply = connection.getresponse()
        body = reply.read()
        return body if reply.status == 200 else None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
