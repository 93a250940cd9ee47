"""The fence around a child that parses foreign files: memory, time, file size, and an end when the parent ends."""

from __future__ import annotations

import os
import resource
import threading

from ingestion.readers.contract import Limits

OPEN_FILES = 64
CPU_GRACE_SECONDS = 10  # reaching the soft limit leaves a signal that says why, the hard one only kills
ORPHANED = 75  # exit status of a child whose parent is gone


def put_up(limits: Limits) -> None:
    """Applies the limits to this process; none can be raised again."""
    lower(resource.RLIMIT_AS, limits.memory_bytes)
    lower(resource.RLIMIT_CPU, limits.seconds, grace=CPU_GRACE_SECONDS)
    lower(resource.RLIMIT_FSIZE, limits.expanded_bytes)
    lower(resource.RLIMIT_NOFILE, OPEN_FILES)
    lower(resource.RLIMIT_CORE, 0)


def lower(kind: int, value: int, grace: int = 0) -> None:
    """Sets one limit, within what the system already imposes."""
    _, hard = resource.getrlimit(kind)
    ceiling = value + grace if hard == resource.RLIM_INFINITY else min(value + grace, hard)
    resource.setrlimit(kind, (min(value, ceiling), ceiling))


def end_with_parent(pipe: int) -> None:
    """Ends this process when the pipe closes: the parent holds its other end for as long as it lives."""

    def watch() -> None:
        # Not through a buffered stream: its lock would still be held when the interpreter shuts down.
        while os.read(pipe, 1):
            pass
        os._exit(ORPHANED)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()
