"""A run: one turn as a task of its own, which nobody who listens can hold up or take down."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

from agents.answer import Answer
from agents.bus import Cancelled, Done, Event, EventLog, Failed

_LOG = logging.getLogger("oiis.agents")


class RunHandle:
    """A run from outside: follow it, stop it, wait for its answer."""

    def __init__(self, thread_id: str, log: EventLog, work: Awaitable[Answer], failed: Callable[[str], Answer]) -> None:
        self.thread_id, self.run_id, self._log, self._failed = thread_id, log.run_id, log, failed
        self._work = asyncio.ensure_future(work)
        self._ended = asyncio.create_task(self._watch())

    def events(self, after: int = 0) -> AsyncIterator[Event]:
        """Every event numbered above `after`, until the run ends; may be called any number of times."""
        return self._log.follow(after)

    def cancel(self) -> bool:
        """Stop the run; False when it has ended already."""
        return self._work.cancel()

    def when_ended(self, then: Callable[[], object]) -> None:
        """Call `then` once the run has ended."""
        self._ended.add_done_callback(lambda _: then())

    async def result(self) -> Answer:
        """The answer, whatever became of the run. Who stops waiting does not stop the run."""
        return await asyncio.shield(self._ended)

    async def _watch(self) -> Answer:
        """Wait for the work and tell how it ended; the fault of a run is looked at here and raised nowhere."""
        await asyncio.wait({self._work})
        if self._work.cancelled():
            answer = self._failed("it was stopped before it was finished")
            self._log.emit(Cancelled(answer=answer))
            return answer
        error = self._work.exception()
        if error is not None:
            _LOG.error("run %s broke", self.run_id, exc_info=error)
            answer = self._failed(
                "it took too long" if isinstance(error, TimeoutError) else f"an unexpected fault ({type(error).__name__})"
            )
        else:
            answer = self._work.result()
        self._log.emit(Failed(answer=answer) if answer.status == "failed" else Done(answer=answer))
        return answer
