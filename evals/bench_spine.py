"""What the road from a plan to an answer costs beside the tools, and how it holds when twenty people talk at once."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from agents.catalog import AGENTS
from agents.plan import Agent, Plan
from agents.scripted import ScriptedBrain, scripted_plan
from agents.session import Assistant, Ports
from agents.session_ground import Ground
from evals.spine_chats import Talk, converse
from evals.spine_questions import TOGETHER, USUAL, WIDE, Asked
from evals.totals import quantile
from ingestion.founding import found
from ingestion.metrics import load_definitions
from ingestion.warehouse import Warehouse
from tools.catalog import TOOLS
from tools.contract import AnyTool, ToolContext
from tools.facts import Findings
from tools.query.served import serve_snapshot

ASKED_OVERHEAD_MS, ASKED_CHAT_MS, ASKED_MEMORY_MB = 40.0, 1000.0, 900.0


@dataclass(frozen=True)
class Reached:
    """One line of the result: what was asked, what was measured, whether it holds."""

    what: str
    asked: str
    reached: str
    holds: bool


def bench_spine(home: Path | None = None, chats: int = 20, turns: int = 15, repeats: int = 3) -> list[Reached]:
    """Print what was asked and what was reached; the demo company in `home` is used, or one is founded."""
    console = Console()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if home is None:
            console.print("founding the demo company")
            found(Warehouse(folder), "demo", 7)
        else:  # its warehouse is only read; what is said here is kept beside it
            (folder / "warehouse").symlink_to((home / "warehouse").resolve())
        lines = asyncio.run(_measure(folder, chats, turns, repeats))
    console.print(_table(lines))
    return lines


def _ground(home: Path) -> Ground:
    served = serve_snapshot(Warehouse(home).snapshot())
    return Ground(served, load_definitions(), served.currency or "VND")


async def _measure(home: Path, chats: int, turns: int, repeats: int) -> list[Reached]:
    ground, plans = _ground(home), _scripts()
    usual, wide = [await overhead(ground, home / f"{name}.db", each, repeats) for name, each in plans.items()]
    inside, outside = [await converse(home, plans["usual"], chats, turns, over_http) for over_http in (False, True)]
    return [
        _beside_the_tools("usual answers", usual),
        _beside_the_tools("very wide answers", wide),
        *_chatted(f"{chats} chats at once", inside),
        *_chatted(f"{chats} chats over HTTP", outside),
        _line("memory of the process", ASKED_MEMORY_MB, resident_mb(), "MB", "before models"),
    ]


def _beside_the_tools(what: str, turns: list[Turn]) -> Reached:
    wall, processor = [turn.wall_ms for turn in turns], [turn.processor_ms for turn in turns]
    more = f"p50 {quantile(wall, 0.5):.1f}; processor p50 {quantile(processor, 0.5):.1f}, p95 {quantile(processor, 0.95):.1f}"
    return _line(f"beside the tools, {what}, p95", ASKED_OVERHEAD_MS, quantile(wall, 0.95), "ms", more)


def _chatted(what: str, talk: Talk) -> list[Reached]:
    p50, p95 = (1000 * quantile(talk.seconds, share) for share in (0.5, 0.95))
    count = len(talk.heard)
    more = f"p50 {p50:.0f}; {count / talk.wall_seconds:.0f} answers a second; processor {1000 * talk.processor_seconds / count:.0f} ms each"
    return [
        _line(f"{what}, p95", ASKED_CHAT_MS, p95, "ms", more),
        _line(f"{what}, runs that lost an event", 0, talk.lost, "", f"of {count:,}, {talk.events:,} events"),
    ]


def _scripts() -> dict[str, dict[str, Plan]]:
    return {"usual": scripts((*((each,) for each in USUAL), *TOGETHER)), "wide": scripts([(each,) for each in WIDE])}


def scripts(asked: Sequence[tuple[Asked, ...]]) -> dict[str, Plan]:
    """A message for each question, and what the scripted brain plans for it."""
    named = {f"question {number}": calls for number, calls in enumerate(asked, 1)}
    return {name: scripted_plan(name, *((_agent(tool), tool, arguments) for tool, arguments in calls)) for name, calls in named.items()}


def _agent(tool: str) -> Agent:
    return next(card.name for card in AGENTS if tool in card.tools)


@dataclass(frozen=True)
class Turn:
    """What a turn took beside its tools: on the clock, and of the processor in the thread that does all but the tools."""

    wall_ms: float
    processor_ms: float


async def overhead(ground: Ground, checkpoints: Path, plans: dict[str, Plan], repeats: int) -> list[Turn]:
    """The time of each turn during which no tool ran."""
    watch = Watch()
    found = []
    async with Assistant(ScriptedBrain(by_message=plans), lambda: ground, checkpoints, ports=Ports(tools=watch.tools())) as assistant:
        for message in plans:
            await assistant.ask(message, "warm")
        assistant.warm()
        for number, message in enumerate(name for _ in range(repeats) for name in plans):
            watch.spans.clear()
            started, processor = time.perf_counter(), time.thread_time()
            await assistant.ask(message, f"thread{number // 6}")
            wall, processor = time.perf_counter() - started, time.thread_time() - processor
            found.append(Turn(1000 * (wall - covered(watch.spans)), 1000 * processor))
    return found


class Watch:
    """Tools that tell when they ran."""

    def __init__(self) -> None:
        self.spans: list[tuple[float, float]] = []

    def tools(self) -> tuple[AnyTool, ...]:
        return tuple(replace(each, run=self._watched(each.run)) for each in TOOLS)

    def _watched(self, run: Callable[[ToolContext, object], Findings]) -> Callable[[ToolContext, object], Findings]:
        def timed(context: ToolContext, query: object) -> Findings:
            started = time.perf_counter()
            try:
                return run(context, query)
            finally:
                self.spans.append((started, time.perf_counter()))

        return timed


def covered(spans: Sequence[tuple[float, float]]) -> float:
    """Seconds during which at least one of the spans lasted."""
    seconds = reached = 0.0
    for start, end in sorted(spans):
        seconds += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return seconds


def resident_mb() -> float:
    """What the process holds in memory now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _line(what: str, asked: float, reached: float, unit: str, more: str) -> Reached:
    limit = f"< {asked:g} {unit}".strip() if asked else "0"
    return Reached(
        what, limit, f"{reached:,.1f} {unit} ({more})" if unit else f"{reached:,.0f} {more}", reached < asked or reached == asked == 0
    )


def _table(lines: Sequence[Reached]) -> Table:
    table = Table("spine", "asked", "reached", "holds")
    for line in lines:
        table.add_row(line.what, line.asked, line.reached, "yes" if line.holds else "no")
    return table
