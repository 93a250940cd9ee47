"""A stage for the graph: tools that nap or break, a writer and a checker of a few lines, runs that are followed to their end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from agents.answer import Answer
from agents.brain import Brain
from agents.bus import Event
from agents.finding import Finding
from agents.grounding import Checked
from agents.limits import Limits
from agents.phrases.book import Known
from agents.plan import Language, Plan
from agents.session import Assistant, Ports
from agents.session_ground import Ground
from agents.session_run import RunHandle
from agents.writer import Draft
from ingestion.metrics import load_definitions
from tools.contract import AnyTool, Effect, Tool, ToolContext
from tools.facts import Fact, Findings, Frozen, RuleEvidence
from tools.query.served import Served

T = TypeVar("T")
DEFINITIONS = load_definitions()
SHARED = "metric_value"  # a name every agent may call


class Ask(Frozen):
    """The arguments of a tool of the stage."""

    n: int = 0


@dataclass
class Prop:
    """A tool of the stage: it counts its calls, naps, breaks when told to, and finds one fact."""

    name: str = SHARED
    seconds: float = 0.0
    breaks_on: tuple[int, ...] = ()
    naps_on: tuple[int, ...] | None = None
    effect: Effect = "read"
    calls: list[int] = field(default_factory=list)
    callers: list[str] = field(default_factory=list)
    seconds_left: list[float] = field(default_factory=list)
    spans: list[tuple[float, float]] = field(default_factory=list)

    def tool(self) -> AnyTool:
        return Tool(self.name, "A tool of the stage.", Ask, self._run, self.effect)

    def _run(self, context: ToolContext, query: Ask) -> Findings:
        self.calls.append(query.n)
        started = time.perf_counter()
        self.callers.append(context.caller.name)
        self.seconds_left.append(context.seconds)
        if self.naps_on is None or query.n in self.naps_on:
            time.sleep(self.seconds)
        self.spans.append((started, time.perf_counter()))
        if query.n in self.breaks_on:
            raise RuntimeError(f"secret detail of {query.n}")
        evidence = RuleEvidence(id=f"{context.call_id}.e", rule="the stage says so")
        fact = Fact(id=f"{context.call_id}.0.n", name="n", value=query.n, unit="count", evidence_id=evidence.id)
        return Findings(facts=(fact,), evidence=(evidence,), notes=(f"the note of {context.call_id}",))


def write(plan: Plan, findings: tuple[Finding, ...], known: Known, currency: str) -> Draft:
    """One line a finding."""
    lines = [
        f"{finding.call.id}: {{fact:{finding.findings.facts[0].id}}}" if finding.findings else f"{finding.call.id}: {finding.why}"
        for finding in findings
    ]
    return Draft(text="\n\n".join(lines), reading=plan.standalone_question)


def check(answer: Draft, facts: Sequence[Fact], plan: Plan, language: Language, currency: str, known: Known) -> Checked:
    """The placeholders, typed."""
    text = answer.text
    for fact in facts:
        text = text.replace(f"{{fact:{fact.id}}}", str(fact.value))
    return Checked(text=text)


@dataclass
class Stage:
    """An assistant on the stage; `go` runs a scene with it."""

    served: Served
    folder: Path
    brain: Brain
    props: tuple[Prop, ...] = ()
    limits: Limits = field(default_factory=Limits)
    ports: Ports | None = None

    def assistant(self) -> Assistant:
        tools = tuple(prop.tool() for prop in self.props)
        ports = self.ports or (Ports(tools=tools, write=write, check=check) if tools else Ports(write=write, check=check))
        return Assistant(self.brain, lambda: Ground(self.served, DEFINITIONS), self.folder / "threads.sqlite", self.limits, ports)

    def ask(self, *messages: str, thread: str = "t") -> list[Answer]:
        """The answers to messages of one thread, one after the other."""

        async def scene() -> list[Answer]:
            async with self.assistant() as assistant:
                return [await assistant.ask(message, thread) for message in messages]

        return go(scene())


def go(scene: Coroutine[object, object, T]) -> T:
    """Run a scene to its end, within twenty seconds."""

    async def bounded() -> T:
        async with asyncio.timeout(20):
            return await scene

    return asyncio.run(bounded())


async def followed(run: RunHandle, after: int = 0) -> list[Event]:
    """Every event of a run."""
    return [event async for event in run.events(after)]


def kinds(events: list[Event]) -> list[str]:
    return [event.what.kind for event in events]
