"""`python -m evals.spine_client JSON`: chats over HTTP, each run followed by its events; prints what was heard as JSON."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from httpx import AsyncClient


@dataclass(frozen=True)
class Asked:
    """What to do: where, what about, how many chats of how many turns."""

    url: str
    messages: list[str]
    chats: int
    turns: int


@dataclass(frozen=True)
class Run:
    """A run as it came over the wire."""

    run_id: str
    seconds: float
    kinds: list[str]


async def talk(asked: Asked) -> list[Run]:
    """All chats side by side."""
    from httpx import AsyncClient, Limits

    limits = Limits(max_connections=4 * asked.chats, max_keepalive_connections=4 * asked.chats)
    async with AsyncClient(base_url=f"{asked.url}/api/v1", limits=limits, timeout=120) as client:
        each = await asyncio.gather(*(_chat(client, asked, number) for number in range(asked.chats)))
    return [run for chat in each for run in chat]


async def _chat(client: AsyncClient, asked: Asked, number: int) -> list[Run]:
    reply = await client.post("/threads", json={})
    reply.raise_for_status()
    thread = reply.json()["id"]
    return [await _turn(client, thread, asked.messages[(7 * number + turn) % len(asked.messages)]) for turn in range(asked.turns)]


async def _turn(client: AsyncClient, thread: str, message: str) -> Run:
    """Ask and follow; an event whose number does not follow on is told as a gap."""
    started = time.perf_counter()
    kinds: list[str] = []
    headers = {"Accept": "text/event-stream"}
    async with client.stream("POST", f"/threads/{thread}/runs", json={"message": message}, headers=headers) as reply:
        reply.raise_for_status()
        run_id = reply.headers["Location"].rsplit("/", 1)[-1]
        async for line in reply.aiter_lines():
            if line.startswith("id:") and int(line[3:]) != len(kinds) + 1:
                kinds.append("gap")
            if line.startswith("event:"):
                kinds.append(line[6:].strip())
    return Run(run_id, time.perf_counter() - started, kinds)


if __name__ == "__main__":
    sys.stdout.write(json.dumps([asdict(run) for run in asyncio.run(talk(Asked(**json.loads(sys.argv[1]))))]))
