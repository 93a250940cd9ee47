"""A process of its own that talks until it is killed: `python -m tests.agents.graph_child HOME THREADS MODE`."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from agents.scripted import ScriptedBrain, scripted_plan
from ingestion.warehouse import Warehouse
from tests.agents.graph_stage import SHARED, Prop, Stage
from tools.query.served import serve_snapshot

ONE = scripted_plan("one", ("bi", SHARED, {"n": 1}), ("customer", SHARED, {"n": 2}))
PROPOSE = scripted_plan("order it", ("operations", "look_up", {"n": 5}))
ORDER = Prop(name="look_up", effect="propose")


async def talk(stage: Stage) -> None:
    """Ask without end; what was answered is told on stdout before the next question."""
    async with stage.assistant() as assistant:
        for number in range(100_000):
            stage.brain.enqueue(ONE)  # type: ignore[attr-defined]
            answer = await assistant.start(f"message {number}", "t", run_id=f"run{number}").result()
            sys.stdout.write(f"{number} {answer.status}\n")
            sys.stdout.flush()


async def propose(stage: Stage) -> None:
    """Ask for something that needs approval, and vanish while it waits."""
    async with stage.assistant() as assistant:
        answer = await assistant.ask("order it", "t")
        sys.stdout.write(answer.status)
        sys.stdout.flush()
        os._exit(9)


def main(home: str, threads: str, mode: str) -> None:
    served = serve_snapshot(Warehouse(Path(home)).snapshot())
    if mode == "talk":
        asyncio.run(talk(Stage(served, Path(threads), ScriptedBrain(), (Prop(seconds=0.005),))))
    else:
        asyncio.run(propose(Stage(served, Path(threads), ScriptedBrain(PROPOSE), (ORDER,))))


if __name__ == "__main__":
    main(*sys.argv[1:])
