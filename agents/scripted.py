"""A brain that follows a script, for tests and demonstrations: what it will plan is given beforehand."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING

from agents.brain import Understood, World
from agents.finding import Finding
from agents.memory import Dialogue
from agents.plan import Agent, Engine, Part, Plan, PlannedCall

if TYPE_CHECKING:
    from agents.writer import Draft


class ScriptEnded(Exception):
    """The script holds nothing for this message."""


class ScriptedBrain:
    """Plans come from `by_message` when the message is there, else from the queue; what it heard is kept to be looked at."""

    engine: Engine = "embedded"

    def __init__(self, *plans: Plan, by_message: Mapping[str, Plan] | None = None, seconds: float = 0.0) -> None:
        self.queue = deque(plans)
        self.by_message = dict(by_message or {})
        self.seconds = seconds
        self.heard: list[tuple[str, Dialogue]] = []
        self.saw: list[World] = []

    def enqueue(self, *plans: Plan) -> None:
        """More script."""
        self.queue.extend(plans)

    async def understand(self, message: str, dialogue: Dialogue) -> Understood:
        self.heard.append((message, dialogue))
        return Understood(message=message, standalone_question=message, as_of=dialogue.as_of, edits=dialogue.last_plan)

    async def plan(self, understood: Understood, world: World) -> Plan:
        self.saw.append(world)
        if self.seconds:
            await asyncio.sleep(self.seconds)
        if understood.message in self.by_message:
            return self.by_message[understood.message]
        if not self.queue:
            raise ScriptEnded(f"nothing is scripted for {understood.message!r}")
        return self.queue.popleft()

    async def write(self, plan: Plan, findings: tuple[Finding, ...], draft: Draft) -> Draft:
        return draft


def scripted_plan(question: str, *calls: tuple[Agent, str, Mapping[str, object]]) -> Plan:
    """A plan of (agent, tool, arguments); calls of one agent that follow each other make one part."""
    parts: list[Part] = []
    for number, (agent, tool, arguments) in enumerate(calls, 1):
        call = PlannedCall(id=f"c{number}", tool=tool, arguments=dict(arguments))
        if parts and parts[-1].agent == agent:
            parts[-1] = parts[-1].model_copy(update={"calls": (*parts[-1].calls, call)})
        else:
            parts.append(Part(agent=agent, question=question, calls=(call,)))
    return Plan(standalone_question=question, parts=tuple(parts))
