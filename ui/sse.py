"""Server-sent events, read from lines of text."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Sent:
    """One event as it came over the wire."""

    data: str
    id: str = ""
    kind: str = "message"


async def read_events(lines: AsyncIterable[str]) -> AsyncIterator[Sent]:
    """Every whole event; comments are heartbeats, and what was cut off in the middle is none."""
    fields: dict[str, str] = {}
    async for line in lines:
        if not line:
            if "data" in fields:
                yield Sent(fields["data"], fields.get("id", ""), fields.get("event", "message"))
            fields = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            fields[name] = f"{fields['data']}\n{value}" if name == "data" and "data" in fields else value
