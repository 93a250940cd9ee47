"""Asking: every turn of a case goes through the assistant with a brain given by name, as a person's message would."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from agents.answer import Answer
from agents.session import Assistant
from evals.cases import Behaviour, Call, Case
from evals.company import Company
from tools.contract import LOCAL

_LEVELS = {"high": 0.95, "medium": 0.8, "low": 0.5}
Did = Behaviour | Literal["failed"]
_OF_STATUS: dict[str, Did] = {
    "clarify": "clarify",
    "no_answer": "decline",
    "refused": "refuse",
    "awaiting_approval": "answer",
    "failed": "failed",
}


@dataclass(frozen=True)
class Reply:
    """What came back for one message."""

    answer: Answer
    seconds: float

    @property
    def did(self) -> Did:
        """What the assistant did, as a person would say it."""
        if self.answer.status == "answered":
            return "answer" if self.calls else "talk"
        return _OF_STATUS[self.answer.status]

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls of the plan that ran."""
        if self.answer.interpretation is None:
            return ()
        return tuple(Call(tool=call.tool, arguments=call.arguments) for call in self.answer.interpretation.plan.calls())

    @property
    def warned(self) -> bool:
        """Whether the answer itself says that it may not be what was asked."""
        plan = self.answer.interpretation.plan if self.answer.interpretation else None
        return self.answer.confidence.level == "low" or bool(plan and plan.ignored)

    @property
    def sure(self) -> float:
        """How sure the answer calls itself: the chance of its plan, else what its level stands for."""
        plan = self.answer.interpretation.plan if self.answer.interpretation else None
        return _LEVELS[self.answer.confidence.level] if plan is None or plan.probability is None else plan.probability

    @property
    def planner_seconds(self) -> float:
        return self.answer.timings.get("understand", 0.0) + self.answer.timings.get("route", 0.0)


async def ask_turns(messages: Sequence[str], assistant: Assistant) -> tuple[Reply, ...]:
    """The messages in one conversation of their own."""
    thread = uuid.uuid4().hex
    replies = []
    for message in messages:
        started = time.perf_counter()
        answer = await assistant.ask(message, thread, LOCAL)
        replies.append(Reply(answer, time.perf_counter() - started))
    await assistant.forget(thread)
    return tuple(replies)


def messages_of(case: Case) -> tuple[str, ...]:
    """What the person says, turn by turn."""
    return tuple(turn.ask for turn in case.turns)


def open_assistant(brain_name: str, company: Company, threads: Path | str = ":memory:") -> Assistant:
    """An assistant on this company; use it as `async with`."""
    from evals.brains import brain_called

    ground = company.ground
    return Assistant(brain_called(brain_name, company), lambda: ground, threads)
