"""Many chats at once against a whole installation, in its process or over HTTP from another one; no event may be lost on the way."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from agents.bus import Event
from agents.plan import Plan
from agents.scripted import ScriptedBrain
from api.app import build_app
from api.installation import Installation, Plugged
from api.serve import Server, base_url, configured, listening
from settings import Settings, read_settings
from tools.contract import Caller

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Heard:
    """One run as its listener heard it."""

    run_id: str
    seconds: float
    kinds: tuple[str, ...]


@dataclass
class Told:
    """What the runs told, counted where they tell it."""

    kinds: dict[str, list[str]] = field(default_factory=dict)

    def count(self, event: Event) -> None:
        self.kinds.setdefault(event.run_id, []).append(event.what.kind)


@dataclass(frozen=True)
class Talk:
    """How long each answer took, and what became of the events."""

    heard: tuple[Heard, ...]
    lost: int
    wall_seconds: float
    processor_seconds: float

    @property
    def seconds(self) -> list[float]:
        return [run.seconds for run in self.heard]

    @property
    def events(self) -> int:
        return sum(len(run.kinds) for run in self.heard)


async def converse(home: Path, plans: dict[str, Plan], chats: int, turns: int, over_http: bool) -> Talk:
    """Chats that never pause: each message recorded before it runs, each event heard after it was written."""
    own = {
        "home": home,
        "port": _free_port(),
        "chat": False,
        "state_url": None,
        "warehouse_url": None,
        "access_key": None,
        "host": "127.0.0.1",
    }
    settings = read_settings().model_copy(update=own)
    async with _installed(settings, plans) as (installation, told):
        started, processor = time.perf_counter(), time.process_time()
        if over_http:
            heard = await _from_outside(installation, settings, list(plans), chats, turns)
        else:
            talks = [_chat(installation, list(plans), number, turns) for number in range(chats)]
            heard = [run for talk in await asyncio.gather(*talks) for run in talk]
        wall, processor = time.perf_counter() - started, time.process_time() - processor
    lost = sum(told.kinds.get(run.run_id) != list(run.kinds) for run in heard)
    return Talk(tuple(heard), lost, wall, processor)


@asynccontextmanager
async def _installed(settings: Settings, plans: dict[str, Plan]) -> AsyncIterator[tuple[Installation, Told]]:
    installation = Installation(settings, Plugged(brain=ScriptedBrain(by_message=plans), background=False))
    told = Told()
    async with installation.opened():
        onward = installation.conductor.record

        def record(event: Event) -> None:
            told.count(event)
            onward(event)

        vars(installation.conductor)["record"] = record
        for message in plans:
            await installation.assistant.ask(message, "warm")
        installation.assistant.warm()
        yield installation, told


async def _chat(installation: Installation, messages: Sequence[str], number: int, turns: int) -> list[Heard]:
    caller = Caller(f"person{number}")
    thread = await asyncio.to_thread(installation.store.threads.create, caller.name)
    heard = []
    for turn in range(turns):
        started = time.perf_counter()
        run = await installation.conductor.accept(thread.id, caller, messages[(7 * number + turn) % len(messages)])
        kinds = tuple([event.kind async for event in installation.conductor.follow(run.id, caller) if event])
        heard.append(Heard(run.id, time.perf_counter() - started, kinds))
    return heard


async def _from_outside(installation: Installation, settings: Settings, messages: list[str], chats: int, turns: int) -> list[Heard]:
    """The same chats from a process of their own, over the wire."""
    with listening(settings) as door:
        server = Server(configured(build_app(installation)), installation)
        serving = asyncio.create_task(server.serve([door]))
        asked = json.dumps({"url": base_url(settings), "messages": messages, "chats": chats, "turns": turns})
        client = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "evals.spine_client", asked, cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        said, _ = await client.communicate()
        server.should_exit = True
        await serving
    return [Heard(run["run_id"], run["seconds"], tuple(run["kinds"])) for run in json.loads(said)]


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
