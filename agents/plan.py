"""What is to be done about a message, typed: the one thing both brains fill and everything after them reads."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tools.contract import ToolCall
from tools.facts import FactValue, Frozen

Agent = Literal["inventory", "customer", "bi", "operations"]
AGENTS: tuple[Agent, ...] = ("inventory", "customer", "bi", "operations")
Language = Literal["en", "vi"]
Engine = Literal["embedded", "llm", "mixed"]


class PlannedCall(Frozen):
    """One tool call of a plan; ids are unique within the plan."""

    id: str
    tool: str
    arguments: dict[str, object] = Field(default_factory=dict)

    def to_call(self) -> ToolCall:
        return ToolCall(self.tool, self.arguments, self.id)


class Part(Frozen):
    """What one agent does: the piece of the question it answers and its calls."""

    agent: Agent
    question: str
    calls: tuple[PlannedCall, ...] = Field(min_length=1, max_length=8)


class Token(Frozen):
    """One piece of how the question was read, as a person sees and edits it."""

    kind: Literal["metric", "period", "filter", "grouping", "operator", "limit", "comparison", "entity"]
    text: str
    value: FactValue = None


class Clarify(Frozen):
    """Two readings differ: ask, with options that can be sent back as they are."""

    question: str
    options: tuple[str, ...] = Field(min_length=2, max_length=6)
    calls: tuple[PlannedCall | None, ...] = ()  # for each option the one call that gives its figure, where it comes to one figure


class Plan(Frozen):
    """A message understood: parts to run, or the one other thing to do."""

    standalone_question: str
    language: Language = "en"
    outcome: Literal["answer", "clarify", "decline", "refuse", "talk"] = "answer"
    parts: tuple[Part, ...] = ()
    reading: tuple[Token, ...] = ()
    assumptions: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()  # content words no part of the plan consumed; the answer says so
    clarify: Clarify | None = None
    reply: str = ""  # for decline, refuse and talk: what to say, without any number
    confidence: Literal["high", "medium", "low"] = "high"
    reasons: tuple[str, ...] = ()
    probability: float | None = None  # the chance that this is what was meant, where it was learnt
    engine: Engine = "embedded"

    def calls(self) -> tuple[PlannedCall, ...]:
        """Every call, in order."""
        return tuple(call for part in self.parts for call in part.calls)
