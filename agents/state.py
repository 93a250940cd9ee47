"""What travels through the graph: plain JSON that a checkpoint can hold, and beside it what a turn uses but never stores."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, TypedDict, cast

from agents.answer import Answer
from agents.brain import Brain, World
from agents.limits import Limits
from agents.memory import Preferences
from agents.phrases.book import Known
from tools.call import Audit
from tools.contract import ToolContext

if TYPE_CHECKING:
    from agents.approve_verdicts import Act
    from agents.bus import EventLog
    from agents.check import Check
    from agents.finding import Finding
    from agents.synthesise import Write
    from agents.writer import Draft

Json = dict[str, object]


def gathered(known: list[Json], new: list[Json] | None) -> list[Json]:
    """Parallel nodes add to the list; None empties it."""
    return [] if new is None else [*known, *new]


class TurnState(TypedDict, total=False):
    """One turn, and what the conversation remembers from one turn to the next; only JSON values."""

    message: str
    understood: Json | None
    plan: Json | None
    usage: Annotated[list[Json], gathered]
    proposals: list[Json] | None  # with the answer: what waits for a verdict, also beyond this process
    answer: Json | None
    turns: list[Json]
    handles: list[Json]
    handles_before: list[Json]  # those the last turn found when it began: what a run that is taken up again may see


class AgentTask(TypedDict):
    """What one agent is sent: its part of the plan."""

    part: Json


class Update(TypedDict, total=False):
    """What a node may change."""

    understood: Json | None
    plan: Json | None
    usage: list[Json] | None
    proposals: list[Json] | None
    answer: Json | None
    turns: list[Json]
    handles: list[Json]
    handles_before: list[Json]


def put_away() -> Update:
    """Nothing of a turn's workings is left; the conversation is."""
    return {"understood": None, "plan": None, "usage": None, "proposals": None, "answer": None}


def opening(message: str) -> TurnState:
    """How a turn begins: with its message, and without the workings of a last turn that did not come to its end."""
    return cast(TurnState, {**put_away(), "message": message})


@dataclass
class Desk:
    """What the nodes of one turn hand to each other as it is. A turn that was killed is asked again, so none of it is stored."""

    findings: list[Finding] = field(default_factory=list)
    draft: Draft | None = None
    worded: Draft | None = None  # the draft in the words of the brain, when it had better ones
    answer: Answer | None = None


@dataclass(frozen=True)
class TurnContext:
    """What the nodes of one turn may use. It is given anew to every run and is in no checkpoint."""

    run_id: str
    thread_id: str
    brain: Brain
    world: World
    tool_context: ToolContext
    preferences: Preferences
    known: Known
    currency: str
    limits: Limits
    events: EventLog
    write: Write
    check: Check
    act: Act
    audit: Audit
    workers: Executor
    clock: Callable[[], float] = time.perf_counter
    timings: dict[str, float] = field(default_factory=dict)
    desk: Desk = field(default_factory=Desk)
