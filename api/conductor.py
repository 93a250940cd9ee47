"""Runs from outside: recorded before they start, followed from the store, taken up again after a restart under the same id."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from agents.approve_verdicts import Verdict
from agents.bus import Done, Event, Failed
from agents.session import Assistant
from agents.session_run import RunHandle
from api.blocking import beside
from api.ground import FollowedGround
from api.journal import Journal
from api.schemas import WaitingProposal
from api.store.errors import Conflict, NotFound, StorageFull, StoreError, Unreachable
from api.store.events import Event as StoredEvent
from api.store.limits import new_id
from api.store.open import Store
from api.store.runs import Run, Told
from ingestion.errors import IngestionError
from tools.contract import LOCAL, Caller
from tools.errors import BadInput, CannotDo, ToolError

_LOG = logging.getLogger("oiis.api")
ENDINGS = ("approval_required", "done", "failed", "cancelled")
SETTLED = ("awaiting_approval", "done", "failed", "cancelled")
HEARTBEAT_SECONDS = 15.0
_PAGE = 200
_RETRY_SECONDS = 1.0


class Stopping(Exception):
    """The server is shutting down and takes no more questions."""


@dataclass
class Taken:
    """A run that this process has taken up; `handle` once it has begun."""

    run: Run
    caller: Caller
    question: str
    handle: RunHandle | None = None

    @property
    def verdicts(self) -> tuple[Verdict, ...] | None:
        """What a person decided, when the run goes on after a proposal."""
        told = None if self.run.verdicts is None else json.loads(self.run.verdicts)
        return None if told is None else tuple(Verdict.model_validate(each) for each in told)


class Conductor:
    """Takes questions, starts them in the order they came, tells how they go."""

    def __init__(self, store: Store, assistant: Assistant, journal: Journal, ground: FollowedGround) -> None:
        self._store, self._assistant, self._journal, self._ground = store, assistant, journal, ground
        self._slots = asyncio.Semaphore(assistant.limits.running_turns + assistant.limits.waiting_turns)
        self._waiting: asyncio.Queue[Taken] = asyncio.Queue()
        self._taken: dict[str, Taken] = {}
        self._closing = False

    async def accept(self, thread_id: str, caller: Caller, message: str, as_of: date | None = None, key: str | None = None) -> Run:
        """Record a question, then start it. The same key again gives the run there is."""
        self._refuse_when_closing()
        await self._open_data()  # without data nothing is recorded and the reason is told
        key = f"once:{new_id()}" if key is None else f"key:{key}"
        run = await beside(self._store.runs.accept_message, thread_id, caller.name, message, key, as_of)
        if run.status == "queued":
            self._take_up(Taken(run, caller, message))
        return run

    async def resume(self, run_id: str, caller: Caller, verdicts: Sequence[Verdict]) -> Run:
        """Record what a person decided, then go on."""
        self._refuse_when_closing()
        run = await beside(self._store.runs.get, run_id, caller.name)
        if run.status == "awaiting_approval":
            await self._refuse_other(run, caller, verdicts)
        decided = json.dumps([each.model_dump(mode="json") for each in verdicts])
        run = await beside(self._store.runs.resume, run_id, caller.name, decided)
        self._take_up(Taken(run, caller, ""))
        return run

    async def cancel(self, run_id: str, caller: Caller) -> Told:
        """Stop a run for good; one that has ended stays as it is."""
        await beside(self._store.runs.cancel, run_id, caller.name)
        taken = self._taken.get(run_id)
        if taken and taken.handle:
            taken.handle.cancel()
        self._journal.wake(run_id)
        return await beside(self._store.runs.told, run_id, caller.name)

    async def forget(self, thread_id: str, caller: Caller) -> None:
        """Stop what runs in the thread and delete everything that is known of it."""
        await beside(self._store.threads.get, thread_id, caller.name)
        handles = [each.handle for each in self._taken.values() if each.run.thread_id == thread_id and each.handle]
        for handle in handles:
            handle.cancel()
        for handle in handles:
            await handle.result()
        await self._assistant.forget(thread_id, caller)
        await beside(self._store.threads.delete, thread_id, caller.name)
        for handle in handles:
            self._journal.wake(handle.run_id)

    async def waiting(self, thread_id: str, caller: Caller) -> tuple[WaitingProposal, ...]:
        """The proposals a thread waits with, each with the run that goes on when it is decided."""
        runs = await beside(self._store.runs.of_thread, thread_id, caller.name, limit=1)
        if not runs or runs[0].status != "awaiting_approval":
            return ()
        proposals = await self._assistant.pending(thread_id, caller)
        return tuple(WaitingProposal(**each.model_dump(), run_id=runs[0].id) for each in proposals)

    async def settled(self, run_id: str, caller: Caller, seconds: float) -> Told:
        """The run once it has ended or waits for a person, or as it is when the time is up."""
        try:
            async with asyncio.timeout(seconds):
                return await self._settled(run_id, caller)
        except TimeoutError:
            return await beside(self._store.runs.told, run_id, caller.name)

    async def follow(self, run_id: str, caller: Caller, after: int = 0) -> AsyncGenerator[StoredEvent | None, None]:
        """Every event numbered above `after` until the run is settled, as it is written; None when nothing happened for a while."""
        while not self._closing:
            signal = self._journal.listen(run_id)
            page = await beside(self._store.events.after, run_id, caller.name, after, _PAGE)
            for event in page:
                yield event
                after = event.number
            if not page or page[-1].kind in ENDINGS:
                run = await beside(self._store.runs.get, run_id, caller.name)
                if run.last_event > after:
                    continue
                if run.status in SETTLED:
                    return
            elif len(page) == _PAGE:
                continue
            try:
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    await signal.wait()
            except TimeoutError:
                yield None

    async def take_up_unfinished(self) -> int:
        """Go on with the runs that a stop or a kill cut off, the oldest first; how many there are."""
        left = await beside(self._store.runs.unfinished)
        for each in left:
            self._take_up(Taken(each.run, replace(LOCAL, name=each.owner), each.text))
        return len(left)

    async def work(self) -> None:
        """Start what was taken up, one after the other, until the server stops."""
        while True:
            taken = await self._waiting.get()
            await self._slots.acquire()
            if self._closing:
                return
            begun = asyncio.ensure_future(self._begin(taken))
            await asyncio.wait({begun})
            if error := begun.exception():
                self._slots.release()
                await self._not_begun(taken, error)

    def record(self, event: Event) -> None:
        """What a run tells, on its way to the journal. What came of a decision is a second answer: an answer never changes."""
        taken = self._taken.get(event.run_id)
        if taken and taken.run.verdicts is not None and isinstance(event.what, Done | Failed):
            answer = event.what.answer.model_copy(update={"answer_id": f"{event.run_id}.2"})
            event = event.model_copy(update={"what": event.what.model_copy(update={"answer": answer})})
        self._journal.record(event)

    def close(self) -> None:
        """Take no more questions and let those who follow a run go; they can come back after the restart."""
        self._closing = True
        self._journal.wake_all()

    async def finish(self, seconds: float) -> None:
        """Give what runs a little time to end; what does not is taken up by the next process."""
        self.close()
        running = [asyncio.ensure_future(taken.handle.result()) for taken in self._taken.values() if taken.handle]
        if running:
            await asyncio.wait(running, timeout=seconds)

    def _take_up(self, taken: Taken) -> None:
        # A run that goes on with a decision is taken up anew, whatever is left of its first half.
        if taken.run.id not in self._taken or taken.run.verdicts is not None:
            self._taken[taken.run.id] = taken
            self._waiting.put_nowait(taken)

    async def _begin(self, taken: Taken) -> None:
        run, verdicts = taken.run, taken.verdicts
        await self._open_data()
        # Last before it begins, and for a decision as well: a run that was cancelled or deleted meanwhile is refused here.
        await beside(self._store.runs.start, run.id)
        if verdicts is None:
            taken.handle = self._assistant.start(taken.question, run.thread_id, taken.caller, run.as_of, run.id)
        else:
            taken.handle = await self._assistant.resume(run.thread_id, verdicts, taken.caller, run.id)
        taken.handle.when_ended(lambda: self._ended(taken))

    async def _open_data(self) -> None:
        """See to it that the newest snapshot is open, so that it is not opened on the event loop."""
        if not self._ground.fresh:
            await beside(self._ground)

    def _ended(self, taken: Taken) -> None:
        self._drop(taken)
        self._slots.release()

    def _drop(self, taken: Taken) -> None:
        if self._taken.get(taken.run.id) is taken:
            del self._taken[taken.run.id]

    async def _not_begun(self, taken: Taken, error: BaseException) -> None:
        """A run that could not begin ends with the reason; when only the store is away, it is tried again."""
        if isinstance(error, StorageFull | Unreachable):
            _LOG.error("run %s waits for the store: %s", taken.run.id, error)
            asyncio.get_running_loop().call_later(_RETRY_SECONDS, self._waiting.put_nowait, taken)
            return
        self._drop(taken)
        if isinstance(error, Conflict | NotFound):  # cancelled or deleted before it began
            return
        if not isinstance(error, IngestionError | ToolError):
            _LOG.error("run %s could not begin", taken.run.id, exc_info=error)
        why = str(error) if isinstance(error, IngestionError | ToolError) else f"an unexpected fault ({type(error).__name__})"
        await self._end(taken.run.id, why)

    async def _end(self, run_id: str, why: str) -> None:
        try:
            await beside(self._store.runs.fail, run_id, why[:1_000])
        except StoreError as gone:
            _LOG.info("run %s gets no end: %s", run_id, gone)
        self._journal.wake(run_id)

    async def _settled(self, run_id: str, caller: Caller) -> Told:
        while True:
            signal = self._journal.listen_for_end(run_id)
            told = await beside(self._store.runs.told, run_id, caller.name)
            if told.run.status in SETTLED or self._closing:
                return told
            await signal.wait()

    async def _refuse_other(self, run: Run, caller: Caller, verdicts: Sequence[Verdict]) -> None:
        """Verdicts about anything but what waits are refused before they are recorded."""
        waiting = {each.proposal_id: each.digest for each in await self._assistant.pending(run.thread_id, caller)}
        if not waiting:
            raise CannotDo(f"run {run.id}", "nothing waits for a decision there any more", "Ask again")
        for each in verdicts:
            if each.proposal_id not in waiting:
                raise BadInput("proposal_id", each.proposal_id, sorted(waiting))
            if each.digest != waiting[each.proposal_id]:
                raise BadInput("digest", each.digest, [waiting[each.proposal_id]], why="what was decided on is not what is proposed")

    def _refuse_when_closing(self) -> None:
        if self._closing:
            raise Stopping("The server is stopping. Ask again in a moment.")
