"""A stage for the language-model brain: the world it is shown, the brain it falls back to, and its limits made short."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import TypeVar

from agents.answer import Usage
from agents.brain import Brain, Mention, Moment, Understood, World, metered
from agents.finding import Finding
from agents.llm import LanguageModelBrain
from agents.llm_chat import Chat
from agents.llm_limits import Breaker, ModelLimits, Price
from agents.memory import Dialogue
from agents.plan import Engine, Plan
from agents.session_ground import Ground
from agents.writer import Draft
from ingestion.metrics import load_definitions
from tests.agents.scripted_server import Reaction, Script, Step, Way, opened
from tools.catalog import TOOLS
from tools.query.contract import QueryContext
from tools.query.coverage import EveryTable
from tools.query.served import Served

T = TypeVar("T")
AS_OF = date(2026, 10, 31)
LIMITS = ModelLimits(request_seconds=10, seconds=60)  # a busy machine is not a slow model


@lru_cache(maxsize=1)
def world() -> World:
    """Everything there is, on a fixed day."""
    ground = Ground(Served(EveryTable(), QueryContext(as_of=AS_OF)), load_definitions(), tables=("orders", "order_lines"))
    return ground.world(TOOLS)


def asked(question: str, mentions: tuple[Mention, ...] = (), moments: tuple[Moment, ...] = ()) -> Understood:
    return Understood(message=question, standalone_question=question, as_of=AS_OF, mentions=mentions, moments=moments)


@dataclass
class Plain:
    """The other brain: it declines, and remembers that it was asked."""

    engine: Engine = "embedded"
    asked: list[str] = field(default_factory=list)
    mentions: tuple[Mention, ...] = ()

    async def understand(self, message: str, dialogue: Dialogue) -> Understood:
        self.asked.append("understand")
        found = tuple(mention for mention in self.mentions if mention.text in message)
        return Understood(message=message, standalone_question=message, as_of=dialogue.as_of, mentions=found)

    async def plan(self, understood: Understood, world: World) -> Plan:
        self.asked.append("plan")
        return Plan(standalone_question=understood.standalone_question, outcome="decline", reply="I cannot read this.")

    async def write(self, plan: Plan, findings: tuple[Finding, ...], draft: Draft) -> Draft:
        self.asked.append("write")
        return draft


@dataclass
class Scene:
    """A brain with its script; `pauses` are the seconds it would have waited."""

    brain: LanguageModelBrain
    script: Script
    plain: Plain
    breaker: Breaker
    pauses: list[float]
    usage: Usage = field(default_factory=Usage)

    def plan(self, understood: Understood) -> Plan:
        return self._metered(self.brain.plan(understood, world()))

    def understand(self, message: str, dialogue: Dialogue) -> Understood:
        return self._metered(self.brain.understand(message, dialogue))

    def write(self, plan: Plan, findings: tuple[Finding, ...], draft: Draft) -> Draft:
        return self._metered(self.brain.write(plan, findings, draft))

    def _metered(self, step: Coroutine[object, object, T]) -> T:
        async def run() -> T:
            with metered() as meter:
                try:
                    return await step
                finally:
                    self.usage = meter.usage

        return asyncio.run(run())


@contextmanager
def scene(
    *steps: Step | Reaction,
    forever: Step | Reaction | None = None,
    way: Way = "in process",
    limits: ModelLimits = LIMITS,
    price: Price | None = None,
    plain: Plain | None = None,
    fallback: Brain | None = None,
) -> Iterator[Scene]:
    """A brain in front of a scripted model; pauses are noted instead of taken."""
    script, breaker, plain = Script(list(steps), forever), Breaker(), plain or Plain()
    pauses: list[float] = []

    async def note(seconds: float) -> None:
        pauses.append(seconds)

    with opened(script, way, limits) as model:
        chat = Chat(model, limits, breaker, note, lambda: 0.5)
        prices = {model.name: price} if price else {}
        yield Scene(LanguageModelBrain(model, fallback or plain, limits, prices, chat), script, plain, breaker, pauses)


def shortened(**more: float) -> ModelLimits:
    return replace(LIMITS, **more)  # type: ignore[arg-type]
