"""Things shown together: nothing lost, nothing out of order, nothing held back for long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from ui.pacing import paced

pytestmark = pytest.mark.asyncio


async def things(count: int, pause: float = 0, error: Exception | None = None) -> AsyncIterator[int]:
    for number in range(count):
        if pause:
            await asyncio.sleep(pause)
        yield number
    if error:
        raise error


async def test_a_burst_comes_in_order_in_few_batches() -> None:
    batches = [batch async for batch in paced(things(1000), 0.01)]
    assert [number for batch in batches for number in batch] == list(range(1000)) and len(batches) <= 3


async def test_slow_things_come_one_by_one() -> None:
    assert [batch async for batch in paced(things(3, 0.02), 0.001)] == [[0], [1], [2]]


async def test_what_stopped_them_is_heard_after_what_came_before() -> None:
    heard: list[int] = []
    with pytest.raises(ValueError, match="stop"):
        async for batch in paced(things(3, error=ValueError("stop")), 0.001):
            heard += batch
    assert heard == [0, 1, 2]


async def test_who_stops_listening_stops_the_source() -> None:
    closed = asyncio.Event()

    async def endless() -> AsyncIterator[int]:
        try:
            while True:
                await asyncio.sleep(0.001)
                yield 1
        finally:
            closed.set()

    async with aclosing(paced(endless(), 0.001)) as batches:
        async for _ in batches:
            break
    await asyncio.wait_for(closed.wait(), 1)


async def test_nothing_gives_nothing() -> None:
    assert [batch async for batch in paced(things(0), 0.01)] == []
