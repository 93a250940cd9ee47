"""The dispatcher: answers for every job from its lease to its end, while the worker may come and go.

The app state keeps jobs; the queue only carries them. A job is leased, sent to the worker, watched by its reports, and concluded.
A worker that falls silent has the job done again; a dispatcher that dies finds its leases when it comes back.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from api.store.errors import LeaseLost, StoreError
from api.store.jobs import Job, Jobs
from api.store.limits import new_id
from api.work.board import Board, JobView
from api.work.catalog import KINDS, kind_named, read_arguments
from api.work.contract import A, AnyKind, Kind, Order, Report
from api.work.errors import QueueUnreachable, WorkError
from api.work.queue import Presence, Queue

_log = logging.getLogger("oiis.dispatch")
_NO_WORKER = "waits for a worker: none is running"
_NEXT = "waits for its turn"
Chore = Callable[[], str]


@dataclass(frozen=True)
class Tempo:
    """How often the dispatcher looks, and how long it believes in a silent worker."""

    busy_seconds: float = 0.3
    idle_seconds: float = 2.0
    lease_seconds: float = 60.0
    silent_seconds: float = 15.0
    retry_seconds: float = 2.0
    presence_seconds: float = 5.0


@dataclass
class Watch:
    """A leased job and the last sign of life of who works on it."""

    job: Job
    report: Report | None = None
    heard_at: float = field(default_factory=time.monotonic)
    kept_at: float = field(default_factory=time.monotonic)

    @property
    def lease(self) -> str:
        return self.job.lease or ""

    @property
    def order(self) -> Order:
        return Order(job_id=self.job.id, lease=self.lease, kind=self.job.kind, arguments=self.job.payload)


class Dispatcher:
    """Runs in the process that holds the app state; one is enough, several share the work."""

    def __init__(
        self,
        jobs: Jobs,
        queue: Queue,
        name: str,
        *,
        first: Callable[[], str | None] = lambda: None,
        chores: Mapping[str, Chore] | None = None,
        kinds: tuple[AnyKind, ...] = KINDS,
        tempo: Tempo | None = None,
    ) -> None:
        self._jobs, self._queue, self._name = jobs, queue, name
        self._first, self._chores, self._kinds = first, dict(chores or {}), kinds
        self._tempo = tempo or Tempo()
        self._board = Board()
        self._watches: list[Watch] = []
        self._begun = False
        self._presence: Presence | None = None
        self._presence_at = float("-inf")
        self._trouble = self._housekept = ""
        self._woken = asyncio.Event()

    def board(self) -> tuple[JobView, ...]:
        """What runs, waits and ended lately."""
        return self._board.views()

    async def ask(self, kind: Kind[A], arguments: A, key: str) -> Job:
        """Queue work once: the same key and arguments again give the same job."""
        job = await asyncio.to_thread(self._jobs.enqueue, kind.name, arguments.model_dump_json(), key)
        self._woken.set()
        return job

    async def run(self) -> None:
        """Take up what a predecessor left, then look after jobs until cancelled."""
        try:
            while True:
                pause = await _unbroken(self.step)
                self._woken.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), pause)
        finally:
            self._queue.close()

    def step(self) -> float:
        """One round; how many seconds to wait for the next. A store or queue that does not answer is told once and tried again."""
        try:
            self._begin()
            self._round()
            self._trouble = ""
        except (StoreError, QueueUnreachable) as error:
            if str(error) != self._trouble:
                _log.warning("background work waits: %s", error)
            self._trouble = str(error)
            return self._tempo.idle_seconds
        return self._tempo.busy_seconds if self._watches else self._tempo.idle_seconds

    def _begin(self) -> None:
        if self._begun:
            return
        mine = [job for job in self._jobs.with_status("leased", limit=500) if job.worker == self._name]
        self._watches = [Watch(job) for job in mine if job.kind not in self._chores]
        for watch in list(self._watches):
            self._take_up(watch)
        payload = self._first()
        if payload is not None and not self._founding():
            self._jobs.enqueue("found_demo", payload, f"first-{new_id()}")
        self._begun = True

    def _founding(self) -> bool:
        return any(self._jobs.with_status(status, kind="found_demo", limit=1) for status in ("queued", "leased"))

    def _take_up(self, watch: Watch) -> None:
        """A lease from before: watched when somebody works on it, else sent again under the same lease, which costs it no try."""
        try:
            watch.job = self._jobs.heartbeat(watch.job, lease_seconds=self._tempo.lease_seconds)
        except LeaseLost:
            self._watches.remove(watch)
            return
        report = self._queue.report(watch.lease)
        alive = report is not None and (report.state in ("done", "failed") or time.time() - report.at < self._tempo.presence_seconds)
        if not alive and not self._queue.holds(watch.lease):
            self._queue.send(watch.order)

    def _round(self) -> None:
        for watch in list(self._watches):
            if not self._goes_on(watch):
                self._watches.remove(watch)
                self._queue.forget(watch.job.id, watch.lease)
        self._keep_house()
        there = self._worker_is_there()
        if there and not self._watches:
            self._take_next()
        waiting = [job for job in self._jobs.with_status("queued") if job.kind in self._names]
        self._board.show([(watch.job, watch.report) for watch in self._watches], waiting, _NEXT if there else _NO_WORKER)

    @property
    def _names(self) -> tuple[str, ...]:
        return tuple(kind.name for kind in self._kinds)

    def _take_next(self) -> None:
        job = self._jobs.claim(self._name, self._names, self._tempo.lease_seconds)
        if job is None:
            return
        try:
            read_arguments(kind_named(job.kind, self._kinds), job.payload)
        except WorkError as error:
            self._failed(Watch(job), str(error))
            return
        watch = Watch(job)
        self._watches.append(watch)
        self._queue.send(watch.order)

    def _goes_on(self, watch: Watch) -> bool:
        """Whether the job is still to be watched after what its worker last said was acted on."""
        report = self._queue.report(watch.lease)
        try:
            if report is None or report.state == "running":
                return self._still_runs(watch, report)
            if report.state == "interrupted":
                return self._send_again(watch)
            return self._done(watch, report.message) if report.state == "done" else self._failed(watch, report.message, report.final)
        except LeaseLost:
            return False

    def _still_runs(self, watch: Watch, report: Report | None) -> bool:
        now = time.monotonic()
        if report is not None and report != watch.report:
            watch.heard_at, watch.report = now, report
        if now - watch.heard_at > self._tempo.silent_seconds:
            if not self._queue.holds(watch.lease):
                return self._failed(watch, f"the worker was silent for {self._tempo.silent_seconds:.0f} s")
            watch.heard_at = now  # nobody has taken it yet
        if now - watch.kept_at > self._tempo.lease_seconds / 3:
            watch.kept_at = now
            self._jobs.heartbeat(watch.job, report.message if report else "", self._tempo.lease_seconds)
        return True

    def _send_again(self, watch: Watch) -> bool:
        """The worker was told to stop, which is no fault of the job."""
        self._queue.forget(watch.job.id, watch.lease)
        watch.heard_at, watch.report = time.monotonic(), None
        self._queue.send(watch.order)
        return True

    def _done(self, watch: Watch, message: str) -> bool:
        self._jobs.complete(watch.job)
        self._board.note_end(watch.job, "done", message)
        for following in next((kind.then for kind in self._kinds if kind.name == watch.job.kind), ()):
            self._jobs.enqueue(following, "{}", f"after-{watch.job.id}")
        return False

    def _failed(self, watch: Watch, reason: str, final: bool = False) -> bool:
        ended = self._jobs.fail(watch.job, reason, self._tempo.retry_seconds, final)
        if ended.status == "dead":
            self._board.note_end(watch.job, "failed", reason)
            (_log.warning if final else _log.error)("%s failed %d times and is given up: %s", watch.job.kind, watch.job.tries, reason)
        return False

    def _keep_house(self) -> None:
        """Chores of the process that holds the state, once a day; with several processes one of them does it."""
        today = datetime.now(UTC).date().isoformat()
        if not self._chores or self._housekept == today:
            return
        for kind in self._chores:
            self._jobs.enqueue(kind, "{}", today)
        while job := self._jobs.claim(self._name, tuple(self._chores), self._tempo.lease_seconds):
            self._done(Watch(job), self._chores[job.kind]())
        self._housekept = today

    def _worker_is_there(self) -> bool:
        """Somebody showed presence lately, by their clock or, where clocks differ, by having shown it anew."""
        found, now = self._queue.presence(), time.monotonic()
        if found is None:
            return False
        if self._presence is not None and found != self._presence:
            self._presence_at = now
        self._presence = found
        return min(abs(time.time() - found.at), now - self._presence_at) < self._tempo.presence_seconds


async def _unbroken(step: Callable[[], float]) -> float:
    """A step in a thread; who cancels waits until it has ended, so that nothing it uses is closed under it."""
    thread = asyncio.ensure_future(asyncio.to_thread(step))
    try:
        return await asyncio.shield(thread)
    except asyncio.CancelledError:
        await asyncio.wait([thread])
        raise
