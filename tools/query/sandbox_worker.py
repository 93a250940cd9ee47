"""The parent's end of one child: start it, ask it within a time and a size, end it."""

from __future__ import annotations

import importlib.util
import json
import os
import select
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal

from tools.query.sandbox_protocol import HEADER_BYTES, MAX_ENVELOPE_BYTES, frame

STARTUP_SECONDS = 20.0
CHUNK_BYTES = 1 << 16
BOOT = "import sys; sys.path[:0] = [sys.argv.pop(1), sys.argv.pop(1)]; from tools.query.sandbox_child import main; main()"


class ChildGone(Exception):
    """The child ended, said something impossible or ran out of time; it has to be replaced."""

    def __init__(self, trouble: Literal["timeout", "memory", "crashed"] = "crashed") -> None:
        self.trouble: Literal["timeout", "memory", "crashed"] = trouble
        super().__init__(trouble)


@dataclass(eq=False)
class Worker:
    """One child over one database file; it starts in the background and is ready when first asked."""

    process: subprocess.Popen[bytes]
    served: int = 0
    ready: bool = False
    facts: dict[str, object] = field(default_factory=dict)

    def ask(self, request: bytes, seconds: float, most_bytes: int) -> dict[str, object]:
        """The child's answer to `request`; the time runs from when the child is ready."""
        self.await_ready()
        self.served += 1
        try:
            os.write(pipe(self.process.stdin), frame(request))
        except OSError:
            raise ChildGone from None
        return self.read(time.monotonic() + seconds, most_bytes + MAX_ENVELOPE_BYTES)

    def await_ready(self) -> None:
        if not self.ready:
            self.facts = self.read(time.monotonic() + STARTUP_SECONDS, MAX_ENVELOPE_BYTES)
            self.ready = True

    def read(self, deadline: float, most_bytes: int) -> dict[str, object]:
        source = pipe(self.process.stdout)
        size = int.from_bytes(read_exactly(source, HEADER_BYTES, deadline), "big")
        if size > most_bytes:
            raise ChildGone
        try:
            message = json.loads(read_exactly(source, size, deadline))
        except (ValueError, RecursionError):
            raise ChildGone from None
        if not isinstance(message, dict) or not isinstance(message.get("error"), str | None):
            raise ChildGone
        return message

    def kill(self) -> None:
        """Nothing it holds is worth waiting for."""
        self.process.kill()
        self.process.wait()

    def end(self) -> None:
        """Kill it and let go of its pipes; only for who asks it, or when nobody does."""
        self.kill()
        for end in (self.process.stdin, self.process.stdout):
            if end is not None:
                end.close()


def start_worker(database: Path, memory_bytes: int) -> Worker:
    """A new child with an empty environment; its interpreter reads no user settings and no site hooks."""
    engine = importlib.util.find_spec("duckdb")
    if engine is None or engine.origin is None:
        raise ImportError("the sandbox needs duckdb; install the requirements")
    paths = [str(Path(__file__).resolve().parents[2]), str(Path(engine.origin).resolve().parents[1])]
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-I", "-S", "-B", "-X", "utf8", "-c", BOOT, *paths, str(database.resolve()), str(memory_bytes)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
        bufsize=0,
        start_new_session=True,
    )
    return Worker(process)


def read_exactly(source: int, count: int, deadline: float) -> bytes:
    """`count` bytes from the child, and never more memory than that."""
    parts = bytearray()
    poll = select.poll()
    poll.register(source, select.POLLIN)
    while len(parts) < count:
        left = deadline - time.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            raise ChildGone("timeout")
        part = os.read(source, min(CHUNK_BYTES, count - len(parts)))
        if not part:
            raise ChildGone
        parts += part
    return bytes(parts)


def pipe(end: IO[bytes] | None) -> int:
    if end is None:
        raise ChildGone
    return end.fileno()
