"""Every node of the graph tells when it begins and ends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from langgraph.runtime import Runtime

from agents.bus import StepFinished, StepStarted
from agents.plan import Agent
from agents.state import AgentTask, TurnContext, TurnState, Update

S = TypeVar("S", TurnState, AgentTask)
Taken = TypeVar("Taken", contravariant=True)


class Node(Protocol[Taken]):
    """A node as the graph calls it."""

    async def __call__(self, state: Taken, *, runtime: Runtime[TurnContext]) -> Update: ...


def step(name: str, node: Callable[[S, Runtime[TurnContext]], Awaitable[Update]], agent: Agent | None = None) -> Node[S]:
    """The node, its time measured and its beginning and end told."""

    async def told(state: S, *, runtime: Runtime[TurnContext]) -> Update:
        context = runtime.context
        context.events.emit(StepStarted(step=name, agent=agent))
        started = context.clock()
        try:
            return await node(state, runtime)
        finally:
            seconds = context.timings[name] = context.clock() - started
            context.events.emit(StepFinished(step=name, agent=agent, seconds=seconds))

    return told
