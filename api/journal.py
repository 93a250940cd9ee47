"""What runs tell, written to the store in order by one task: the runs never wait for the disk, and nobody hears what is not written."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable
from typing import TypeVar
from weakref import WeakValueDictionary

from agents.bus import Done, Event, Failed
from api.blocking import Lane
from api.store.errors import Conflict, NotFound, OutOfBounds, StorageFull, Unreachable
from api.store.events import NewEvent
from api.store.open import Store
from tools.call import AuditEntry

T = TypeVar("T")
_LOG = logging.getLogger("oiis.api")
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.2, 5.0
_UNWRITTEN = "the answer could not be kept ({why}); ask again, perhaps for less at once"


class Journal:
    """Takes events and acts at once; `listen` tells when something of a run was written."""

    def __init__(self, store: Store) -> None:
        self._store, self._lane = store, Lane()
        self._told: deque[Event] = deque()
        self._acts: deque[AuditEntry] = deque()
        self._more = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._signals: WeakValueDictionary[str, asyncio.Event] = WeakValueDictionary()
        self._ends: WeakValueDictionary[str, asyncio.Event] = WeakValueDictionary()

    def record(self, event: Event) -> None:
        """Take what a run told."""
        self._told.append(event)
        self._idle.clear()
        self._more.set()

    def audit(self, entry: AuditEntry) -> None:
        """Take an act, from any thread. It is written before the answer it led to."""
        self._acts.append(entry)

    def listen(self, run_id: str) -> asyncio.Event:
        """A signal for the next time something of the run is written. Take it before reading, then nothing is missed."""
        return self._signals.setdefault(run_id, asyncio.Event())

    def listen_for_end(self, run_id: str) -> asyncio.Event:
        """The same for the next time the run has come to an end, or to a proposal."""
        return self._ends.setdefault(run_id, asyncio.Event())

    def wake(self, run_id: str, ended: bool = True) -> None:
        """Something of the run was written."""
        for signals in (self._signals, self._ends) if ended else (self._signals,):
            if signal := signals.pop(run_id, None):
                signal.set()

    def wake_all(self) -> None:
        """Let everybody who listens look again."""
        for run_id in {*self._signals, *self._ends}:
            self.wake(run_id)

    async def settled(self, seconds: float) -> None:
        """Wait until everything that was told is written, but no longer than that."""
        try:
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        except TimeoutError:
            _LOG.error("%d events of runs are not written yet; these runs are answered again after the restart", len(self._told))
        try:
            await self._lane.beside(self._write_acts)  # an act after the last event of its run has no event to be written with
        except (StorageFull, Unreachable) as error:
            _LOG.error("%d acts could not be written to the audit: %s", len(self._acts), error)

    async def keep(self) -> None:
        """Write what comes, until cancelled."""
        while True:
            await self._more.wait()
            self._more.clear()
            for run_id, events in _by_run(self._drained()).items():
                ended = any(event.ends for event in events)
                await self._write_surely(run_id, events)
                self.wake(run_id, ended)
            if not self._told:
                self._idle.set()

    def _drained(self) -> list[Event]:
        told = list(self._told)
        self._told.clear()
        return told

    async def _write_surely(self, run_id: str, events: list[Event]) -> None:
        """What cannot be written for another reason than the disk ends its run, and nothing more."""
        error = await self._patiently(self._write, run_id, events)
        if error is not None:
            _LOG.error("run %s could not be written", run_id, exc_info=error)
            ended = await self._patiently(self._give_up, run_id, error)
            if ended is not None:
                _LOG.error("run %s could not be ended", run_id, exc_info=ended)

    async def _patiently(self, work: Callable[[str, T], None], run_id: str, what: T) -> BaseException | None:
        """Do it, again and again while the disk is full or the database away; any other fault is handed back."""
        pause = _FIRST_PAUSE_SECONDS
        while True:
            done = asyncio.ensure_future(self._lane.beside(work, run_id, what))
            await asyncio.wait({done})
            error = done.exception()
            if not isinstance(error, StorageFull | Unreachable):
                return error
            _LOG.error("run %s waits to be written: %s", run_id, error)
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    def _write(self, run_id: str, events: list[Event]) -> None:
        """Events that were written are taken off the list, so that trying again writes none twice."""
        self._write_acts()
        try:
            if steps := [NewEvent(event.what.kind, event.what.model_dump_json(), event.at) for event in events if not event.ends]:
                self._append(run_id, steps)
            events[:] = [event for event in events if event.ends]
            for event in events:
                # `Cancelled` is recorded by whoever cancels; a run that is stopped with its process goes on in the next one.
                if isinstance(event.what, Done | Failed):
                    self._store.runs.conclude(run_id, event.what.answer)
        except (Conflict, NotFound) as error:
            # It was cancelled, or its thread deleted, while it ran: nobody waits for this any more.
            _LOG.info("what run %s told is not kept: %s", run_id, error)

    def _append(self, run_id: str, events: list[NewEvent]) -> None:
        """All of them; when one is too large for the store, the others. The answer has everything in any case."""
        try:
            self._store.events.append(run_id, *events)
        except OutOfBounds:
            for event in events:
                self._append_if_it_fits(run_id, event)

    def _append_if_it_fits(self, run_id: str, event: NewEvent) -> None:
        try:
            self._store.events.append(run_id, event)
        except OutOfBounds as error:
            _LOG.warning("an event of run %s is left out: %s", run_id, error)

    def _write_acts(self) -> None:
        acts = []
        while self._acts:
            acts.append(self._acts.popleft())
        try:
            if acts:
                self._store.audit.record(*acts)
        except (StorageFull, Unreachable):
            self._acts.extendleft(reversed(acts))
            raise

    def _give_up(self, run_id: str, error: BaseException) -> None:
        why = str(error) if isinstance(error, OutOfBounds) else type(error).__name__
        try:
            self._store.runs.fail(run_id, _UNWRITTEN.format(why=why)[:1_000])
        except (Conflict, NotFound) as gone:
            _LOG.info("run %s needs no end: %s", run_id, gone)


def _by_run(events: Iterable[Event]) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {}
    for event in events:
        found.setdefault(event.run_id, []).append(event)
    return found
