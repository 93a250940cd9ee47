"""Things that come quickly are shown together: a page is redrawn a few times a second, not for every event."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TypeVar

Thing = TypeVar("Thing")


async def paced(things: AsyncIterator[Thing], seconds: float) -> AsyncGenerator[list[Thing], None]:
    """Everything in order, in batches at least `seconds` apart; the first one at once, none held back longer than that."""
    queue: asyncio.Queue[Thing | None] = asyncio.Queue()  # None is the end
    task = asyncio.create_task(_pump(things, queue))
    try:
        ended = False
        while not ended:
            taken = [await queue.get(), *(queue.get_nowait() for _ in range(queue.qsize()))]
            ended = taken[-1] is None
            if batch := [thing for thing in taken if thing is not None]:
                yield batch
            if not ended:
                await asyncio.sleep(seconds)
        await task  # what stopped the things early is the caller's to hear
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _pump(things: AsyncIterator[Thing], queue: asyncio.Queue[Thing | None]) -> None:
    try:
        async for thing in things:
            queue.put_nowait(thing)
    finally:
        queue.put_nowait(None)
