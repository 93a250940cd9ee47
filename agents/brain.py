"""The one seam between the two engines: three typed questions a brain answers, whatever it is made of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Protocol

from agents.answer import Usage
from agents.finding import Finding
from agents.memory import Dialogue
from agents.plan import Agent, Engine, Language, Plan, PlannedCall
from tools.contract import AnyTool
from tools.facts import Frozen

if TYPE_CHECKING:
    from agents.writer import Draft


class Moment(Frozen):
    """Words of the question that speak of time, and the days they mean; both days included."""

    text: str
    start: date
    end: date


class Mention(Frozen):
    """Words of the question that name something, and the value of the dimension they mean."""

    text: str
    dimension: str
    value: str


class Understood(Frozen):
    """The message as a question that stands alone."""

    message: str
    standalone_question: str
    as_of: date
    language: Language = "en"
    edits: Plan | None = None  # the last plan, when the message only changes it ("and for Hanoi?")
    calls: tuple[PlannedCall, ...] = ()  # the calls of that plan as the message changes them, where it says all of it in them
    chance: float | None = None  # that those calls are what was meant
    reply: str = ""  # why the message cannot be answered, in its language: then it is not tried in another way
    moments: tuple[Moment, ...] = ()
    mentions: tuple[Mention, ...] = ()
    assumptions: tuple[str, ...] = ()
    engine: Engine = "embedded"


class Word(Frozen):
    """A metric or a dimension: its name, what it means, its unit, and the words people use for it."""

    name: str
    meaning: str
    unit: str | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class AgentCard:
    """One of the four agents: what it is for and the tools it may call."""

    name: Agent
    about: str
    tools: tuple[str, ...]


@dataclass(frozen=True)
class World:
    """What can be asked here and now: tools (name, docstring, schema), the vocabulary, the day, the tables that hold rows."""

    as_of: date
    tools: tuple[AnyTool, ...]
    agents: tuple[AgentCard, ...]
    metrics: tuple[Word, ...]
    dimensions: tuple[Word, ...]
    tables: tuple[str, ...]

    def agent_for(self, tool: str) -> Agent | None:
        """The first agent that may call the tool; None when nobody may."""
        return next((card.name for card in self.agents if tool in card.tools), None)


class Brain(Protocol):
    """An engine. What it returns is validated by the graph; it never touches data, tools or the answer's numbers."""

    @property
    def engine(self) -> Engine: ...

    async def understand(self, message: str, dialogue: Dialogue) -> Understood:
        """The standalone question, its language, its time against `dialogue.as_of`; an ellipsis as an edit of the last plan."""
        ...

    async def plan(self, understood: Understood, world: World) -> Plan:
        """What to do about it, as typed calls or as one of the other outcomes."""
        ...

    async def write(self, plan: Plan, findings: tuple[Finding, ...], draft: Draft) -> Draft:
        """The draft, perhaps in better words around its {fact:ID} placeholders; the draft itself when there is nothing better."""
        ...


@dataclass
class Meter:
    """What the language model spent while one brain method ran."""

    usage: Usage = field(default_factory=Usage)


_METER: ContextVar[Meter | None] = ContextVar("meter", default=None)


@contextmanager
def metered() -> Iterator[Meter]:
    """Collect what is spent inside; the graph wraps every call of a brain in this."""
    meter = Meter()
    token = _METER.set(meter)
    try:
        yield meter
    finally:
        _METER.reset(token)


def spend(usage: Usage) -> None:
    """Report one call of a language model; a brain calls this once per request it made, also for those that failed."""
    meter = _METER.get()
    if meter is not None:
        meter.usage = total((meter.usage, usage))


def total(spent: tuple[Usage, ...]) -> Usage:
    """Several bills as one."""
    return Usage(
        model=next((each.model for each in reversed(spent) if each.model), ""),
        input_tokens=sum(each.input_tokens for each in spent),
        output_tokens=sum(each.output_tokens for each in spent),
        calls=sum(each.calls for each in spent),
        cost_usd=sum(each.cost_usd for each in spent),
    )
