"""What a run tells while it works: typed events, numbered from 1, that any surface can follow, leave and take up again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import Field

from agents.answer import Answer, Block
from agents.plan import Agent
from tools.facts import Frozen


class RunStarted(Frozen):
    """The message was taken up."""

    kind: Literal["run_started"] = "run_started"
    thread_id: str
    question: str


class StepStarted(Frozen):
    """A step of the graph began; `agent` when it is one of the four."""

    kind: Literal["step_started"] = "step_started"
    step: str
    agent: Agent | None = None


class StepFinished(Frozen):
    """A step ended."""

    kind: Literal["step_finished"] = "step_finished"
    step: str
    agent: Agent | None = None
    seconds: float


class ToolStarted(Frozen):
    """An agent calls a tool."""

    kind: Literal["tool_started"] = "tool_started"
    agent: Agent
    call_id: str
    tool: str


class ToolFinished(Frozen):
    """The call ended: `done`, or the kind of trouble with the reason."""

    kind: Literal["tool_finished"] = "tool_finished"
    agent: Agent
    call_id: str
    tool: str
    outcome: str
    why: str = ""
    seconds: float


class TextDelta(Frozen):
    """The next piece of the checked answer; no unchecked number is ever streamed."""

    kind: Literal["text_delta"] = "text_delta"
    text: str


class BlockReady(Frozen):
    """A table, a chart, a card of the answer."""

    kind: Literal["block"] = "block"
    block: Block


class ApprovalRequired(Frozen):
    """A person has to decide on these proposals; each is named with the digest its approval must carry."""

    kind: Literal["approval_required"] = "approval_required"
    proposals: tuple[Proposal, ...]


class Proposal(Frozen):
    """An action in words and in data; `digest` covers the tool and every argument."""

    proposal_id: str
    digest: str
    tool: str
    arguments: dict[str, object]
    text: str


class Done(Frozen):
    """The answer, whole. Also the last event of a run that waits for approval."""

    kind: Literal["done"] = "done"
    answer: Answer


class Failed(Frozen):
    """The run broke; the answer says so in words for the person who asked."""

    kind: Literal["failed"] = "failed"
    answer: Answer


class Cancelled(Frozen):
    """Somebody stopped the run."""

    kind: Literal["cancelled"] = "cancelled"
    answer: Answer


Happening = Annotated[
    RunStarted
    | StepStarted
    | StepFinished
    | ToolStarted
    | ToolFinished
    | TextDelta
    | BlockReady
    | ApprovalRequired
    | Done
    | Failed
    | Cancelled,
    Field(discriminator="kind"),
]
ENDINGS = ("done", "failed", "cancelled")


class Event(Frozen):
    """One thing that happened in a run."""

    run_id: str
    number: int
    at: datetime
    what: Happening

    @property
    def ends(self) -> bool:
        """Whether nothing comes after it."""
        return self.what.kind in ENDINGS


# Keeps an event somewhere else, at once; it must neither block nor raise, because the run waits for it.
Record = Callable[[Event], None]


def unrecorded(event: Event) -> None:
    """For runs whose events are kept nowhere else."""


class EventLog:
    """The events of one run, in order. Listeners come and go; the run never waits for one."""

    def __init__(self, run_id: str, after: int = 0, record: Record = unrecorded) -> None:
        self.run_id, self.after = run_id, after
        self.events: list[Event] = []
        self._record = record
        self._more = asyncio.Event()

    @property
    def ended(self) -> bool:
        return bool(self.events) and self.events[-1].ends

    def emit(self, what: Happening) -> None:
        """Number what happened and wake whoever listens; after the end nothing happens any more."""
        if self.ended:
            return
        event = Event(run_id=self.run_id, number=self.after + len(self.events) + 1, at=datetime.now(UTC), what=what)
        self._record(event)
        self.events.append(event)
        self._more.set()
        self._more = asyncio.Event()

    async def follow(self, after: int = 0) -> AsyncIterator[Event]:
        """Every event numbered above `after`, the past ones at once, until the run ends."""
        place = max(0, after - self.after)
        while True:
            more = self._more
            while place < len(self.events):
                event = self.events[place]
                place += 1
                yield event
            if self.ended:
                return
            await more.wait()
