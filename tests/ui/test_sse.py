"""Server-sent events off the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from ui.sse import Sent, read_events


async def lines(text: str) -> AsyncIterator[str]:
    for line in text.split("\n"):
        yield line


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id: 1\nevent: done\ndata: {}\n\n", [Sent("{}", "1", "done")]),
        (": still here\n\nretry: 1000\n\ndata: a\n\n", [Sent("a")]),
        ("data: a\ndata: b\n\n", [Sent("a\nb")]),
        ("data:a\n\n", [Sent("a")]),
        ("id: 1\ndata: cut off", []),
        ("data: a: b\n\n", [Sent("a: b")]),
        ("event: x\n\ndata: y\n\n", [Sent("y")]),
    ],
)
async def test_whole_events_are_read_and_nothing_else(text: str, expected: list[Sent]) -> None:
    assert [sent async for sent in read_events(lines(text))] == expected
