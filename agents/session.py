"""The assistant: brain, data, tools and conversation store put together; ask it, or start a run and follow it."""

from __future__ import annotations

import asyncio
import gc
import re
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from agents.answer import Answer
from agents.approve_verdicts import Act, Verdict, only_noted
from agents.brain import Brain
from agents.bus import ApprovalRequired, EventLog, Proposal, Record, RunStarted, unrecorded
from agents.limits import Limits
from agents.memory import NoPreferences, Preferences, PreferenceStore
from agents.phrases.book import open_book
from agents.session_checkpoints import Checkpoints, open_checkpoints
from agents.session_ground import GroundSource
from agents.session_run import RunHandle
from agents.state import TurnContext, TurnState, opening
from agents.understand_message import readable
from tools.call import Audit, unwatched
from tools.catalog import TOOLS
from tools.contract import AnyTool, Caller, ToolContext
from tools.errors import BadInput, CannotDo

if TYPE_CHECKING:
    from langchain_core.runnables import RunnableConfig
    from langgraph.types import Command

    from agents.check import Check
    from agents.graph import Graph
    from agents.synthesise import Write

_THREAD_ID = re.compile(r"[A-Za-z0-9_.:-]{1,100}")


class Busy(Exception):
    """More turns wait than are accepted; ask again in a moment."""


@dataclass(frozen=True)
class Ports:
    """What an installation may plug in around the assistant; everything has a plain default."""

    preferences: PreferenceStore = field(default_factory=NoPreferences)
    act: Act = only_noted
    audit: Audit = unwatched
    record: Record = unrecorded
    tools: tuple[AnyTool, ...] = TOOLS
    write: Write | None = None
    check: Check | None = None


class Assistant:
    """Use it as `async with Assistant(...) as assistant`; it holds one connection to the conversation store."""

    def __init__(
        self, brain: Brain, ground: GroundSource, checkpoints: str | Path, limits: Limits | None = None, ports: Ports | None = None
    ) -> None:
        self.brain, self.ground, self.limits, self.ports = brain, ground, limits or Limits(), ports or Ports()
        self._where = checkpoints
        self._stack = AsyncExitStack()
        self._slots = asyncio.Semaphore(self.limits.running_turns)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._runs: set[RunHandle] = set()
        # Threads of their own: a tool that hangs holds up other tools at most, never the disk or the network of the process.
        self._workers = ThreadPoolExecutor(self.limits.running_calls, thread_name_prefix="tool")
        self._checkpoints: Checkpoints
        self._graph: Graph

    async def __aenter__(self) -> Assistant:
        from agents.graph import build_graph

        self._checkpoints = await self._stack.enter_async_context(open_checkpoints(self._where))
        self._graph = build_graph(self.limits, self._checkpoints.saver)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop what still runs, then let go of the store."""
        running = list(self._runs)
        for run in running:
            run.cancel()
        await asyncio.gather(*(run.result() for run in running))
        self._workers.shutdown(wait=False, cancel_futures=True)
        await self._stack.aclose()

    def warm(self) -> None:
        """For a process that stays: load what the first questions would wait for, and let the collector of garbage leave what is
        loaded alone, which stops every answer of the process for a tenth of a second and more each time it looks all of it over.
        """
        for language in ("en", "vi"):
            open_book(language)
        gc.collect()
        gc.freeze()

    async def ask(self, message: str, thread_id: str, caller: Caller | None = None, as_of: date | None = None) -> Answer:
        """The answer to a message. Who stops waiting for it does not stop it."""
        return await self.start(message, thread_id, caller, as_of).result()

    def start(
        self,
        message: str,
        thread_id: str,
        caller: Caller | None = None,
        as_of: date | None = None,
        run_id: str | None = None,
    ) -> RunHandle:
        """Take up a message. A run that is started again under its old `run_id` gives the answer the same id."""
        context = self._context(thread_id, caller or Caller(), as_of, EventLog(run_id or uuid.uuid4().hex, record=self.ports.record))
        question = readable(message, self.limits)
        return self._take_up(opening(question), question, context)

    async def resume(
        self, thread_id: str, verdicts: Sequence[Verdict], caller: Caller | None = None, run_id: str | None = None, after: int = 0
    ) -> RunHandle:
        """Go on where a person was asked; events are numbered on from `after`."""
        from langgraph.types import Command

        if not await self.pending(thread_id, caller):
            raise CannotDo(f"thread {thread_id}", "nothing waits for approval there", "Ask again; the new answer will carry a new proposal")
        log = EventLog(run_id or uuid.uuid4().hex, after, self.ports.record)
        context = self._context(thread_id, caller or Caller(), None, log)
        return self._take_up(Command(resume=[verdict.model_dump(mode="json") for verdict in verdicts]), "", context)

    async def pending(self, thread_id: str, caller: Caller | None = None) -> tuple[Proposal, ...]:
        """The proposals a thread waits with."""
        state = await self._graph.aget_state(_config(_key(thread_id, caller or Caller())))
        return tuple(Proposal.model_validate(each) for waiting in state.interrupts for each in waiting.value)

    async def forget(self, thread_id: str, caller: Caller | None = None) -> None:
        """Everything remembered of a conversation is gone."""
        key = _key(thread_id, caller or Caller())
        async with self._turn_of(key):
            await self._checkpoints.forget(key)

    def _context(self, thread_id: str, caller: Caller, as_of: date | None, log: EventLog) -> TurnContext:
        _key(thread_id, caller)
        if len(self._runs) >= self.limits.running_turns + self.limits.waiting_turns:
            raise Busy(f"{len(self._runs)} questions are being answered or wait; ask again in a moment")
        ground, (write, check) = self.ground().on(as_of), self._pens()
        return TurnContext(
            run_id=log.run_id,
            thread_id=thread_id,
            brain=self.brain,
            world=ground.world(self.ports.tools),
            tool_context=ToolContext(ground.served, caller, documents=ground.documents),
            preferences=Preferences(),
            known=ground.spoken,
            currency=ground.currency,
            limits=self.limits,
            events=log,
            write=write,
            check=check,
            act=self.ports.act,
            audit=self.ports.audit,
            workers=self._workers,
        )

    def _take_up(self, given: TurnState | Command[str], question: str, context: TurnContext) -> RunHandle:
        from agents.route_reply import failure

        context.events.emit(RunStarted(thread_id=context.thread_id, question=question))
        run = RunHandle(context.thread_id, context.events, self._travel(given, context), partial(failure, context, question))
        self._runs.add(run)
        run.when_ended(lambda: self._runs.discard(run))
        return run

    async def _travel(self, given: TurnState | Command[str], context: TurnContext) -> Answer:
        """Through the graph: one turn of a conversation at a time, a few turns of all at a time."""
        caller, started = context.tool_context.caller, context.clock()
        key = _key(context.thread_id, caller)
        async with self._turn_of(key), self._slots, asyncio.timeout(self.limits.turn_seconds):
            wishes = await self.ports.preferences.preferences(caller.name)
            answer = await self._through_the_graph(given, replace(context, preferences=wishes), key)
            if answer.status != "awaiting_approval":
                await self._checkpoints.prune(key)
        return answer.model_copy(update={"timings": {**answer.timings, "total": context.clock() - started}})

    async def _through_the_graph(self, given: TurnState | Command[str], context: TurnContext, key: str) -> Answer:
        """Durability `exit`: what comes before the approval only reads, so a turn that was killed is simply asked again."""
        async for updates in self._graph.astream(given, _config(key), context=context, stream_mode="updates", durability="exit"):
            if waiting := updates.get("__interrupt__"):
                proposals = tuple(Proposal.model_validate(each) for one in waiting for each in one.value)
                context.events.emit(ApprovalRequired(proposals=proposals))
        if context.desk.answer is None:
            raise LookupError("the graph ended without an answer")
        return context.desk.answer

    def _turn_of(self, key: str) -> asyncio.Lock:
        return self._turns.setdefault(key, asyncio.Lock())

    def _pens(self) -> tuple[Write, Check]:
        """The writer and the checker: the ones plugged in, or the product's own."""
        from agents import grounding, writer

        return self.ports.write or writer.write, self.ports.check or grounding.check


def _key(thread_id: str, caller: Caller) -> str:
    """Conversations are kept per caller, so that knowing the id of somebody else's opens nothing."""
    if not _THREAD_ID.fullmatch(thread_id):
        raise BadInput("thread_id", thread_id[:100], "1 to 100 letters, digits or any of . _ : -")
    return f"{caller.name}/{thread_id}"


def _config(key: str) -> RunnableConfig:
    return {"configurable": {"thread_id": key}, "recursion_limit": 20}
