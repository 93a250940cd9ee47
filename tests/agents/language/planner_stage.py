"""The embedded planner on the tiny demo company: a message in, a plan out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from agents.answer import Status
from agents.brain_embedded import EmbeddedBrain
from agents.memory import Dialogue, Handle, Turn
from agents.plan import Plan
from agents.session_ground import Ground
from ingestion.metrics import load_definitions
from tools.catalog import TOOLS
from tools.query.served import Served

Call = tuple[str, dict[str, object]]
NOTHING: dict[str, object] = {}
_STATUS: Mapping[str, Status] = {
    "answer": "answered",
    "clarify": "clarify",
    "decline": "no_answer",
    "refuse": "refused",
    "talk": "answered",
}


@dataclass(frozen=True)
class Planner:
    """A brain with the company it was told of."""

    served: Served

    @property
    def as_of(self) -> date:
        return self.served.context.as_of

    @cached_property
    def ground(self) -> Ground:
        known = load_definitions()
        tables = tuple(name for name in known.tables if self.served.source.has_rows(name))
        return Ground(self.served, known, self.served.currency or "VND", tables)

    @cached_property
    def brain(self) -> EmbeddedBrain:
        return EmbeddedBrain(lambda: self.ground)

    def plan(self, message: str, turns: tuple[Turn, ...] = (), handles: tuple[Handle, ...] = (), as_of: date | None = None) -> Plan:
        """The plan of a message after these turns."""
        dialogue = Dialogue(as_of=as_of or self.as_of, turns=turns, handles=handles)

        async def scene() -> Plan:
            understood = await self.brain.understand(message, dialogue)
            return await self.brain.plan(understood, self.ground.world(TOOLS))

        return asyncio.run(scene())

    def talk(self, *messages: str, handles: tuple[Handle, ...] = ()) -> Plan:
        """The plan of the last message of a conversation; `handles` are the rows shown before it."""
        turns: tuple[Turn, ...] = ()
        for message in messages[:-1]:
            plan = self.plan(message, turns)
            turns = (*turns, Turn(question=message, plan=plan, status=_STATUS[plan.outcome], text=""))
        return self.plan(messages[-1], turns, handles)

    def calls(self, message: str) -> list[Call]:
        """The calls of an answer; none where it is no answer."""
        return calls_of(self.plan(message))


def calls_of(plan: Plan) -> list[Call]:
    """Tools with their arguments."""
    return [(call.tool, call.arguments) for call in plan.calls()]


def named(name: str) -> dict[str, object]:
    """A period by its name."""
    return {"period": {"kind": "named", "name": name}}


def days(start: str, end: str) -> dict[str, object]:
    """A period by its days."""
    return {"period": {"kind": "between", "start": start, "end": end}}


def where(dimension: str, *values: object, op: str = "=") -> dict[str, object]:
    """One filter."""
    return {"where": [{"dimension": dimension, "op": op, "values": list(values)}]}


def having(metric: str, op: str, value: float, **more: float) -> dict[str, object]:
    """One condition on a metric."""
    return {"having": [{"metric": metric, "op": op, "value": value, **more}]}
