"""The child that parses one foreign file behind the fence: a job comes in on stdin, progress and tables go out on stdout."""

from __future__ import annotations

import errno
import gc
import os
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from ingestion.errors import BadFile, IngestionError, StorageFull
from ingestion.readers.catalog import READERS
from ingestion.readers.contract import Limits, RawTable
from ingestion.readers.fence import end_with_parent, put_up
from ingestion.readers.messages import read_job, write_failure, write_progress, write_tables

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
PROGRESS_SECONDS = 0.2


def open_channel() -> TextIO:
    """The way to the parent; whatever a library prints goes where complaints go instead."""
    channel = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return channel


class ReportedProgress:
    """Tells the parent how far the work is, not more often than a person can see."""

    def __init__(self, channel: TextIO) -> None:
        self._channel, self._next = channel, 0.0

    def __call__(self, stage: str, done: float | None) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + PROGRESS_SECONDS
            self._channel.write(write_progress(stage, done))
            self._channel.flush()


def attempt(read: Callable[[], list[RawTable]], into: Path, limits: Limits) -> tuple[str, int]:
    """The last word to the parent and the exit status; what nobody foresaw is left for the parent to explain."""
    try:
        return write_tables(read()), 0
    except IngestionError as error:
        return write_failure(error), 1
    except OSError as error:
        return write_failure(explain_writing(error, into, limits)), 1


def explain_writing(error: OSError, into: Path, limits: Limits) -> IngestionError:
    if error.errno in NO_ROOM:
        expected, remedy = "room for a second copy of the file", "free some space and load again"
        return StorageFull("the disk is full", where=str(into), expected=expected, remedy=remedy)
    if error.errno == errno.EFBIG:
        expected = f"at most {limits.expanded_bytes:,} bytes"
        return BadFile("its tables become too large", where=str(into), expected=expected, remedy="split the file and load the parts")
    raise error


def run() -> int:
    """Reads one file behind the fence."""
    gc.disable()  # rows by the million and no cycles among them: the collector would only look in vain
    warnings.simplefilter("ignore")  # libraries remark on oddities of foreign files; nobody reads them here
    name, source, into, options = read_job(sys.stdin.buffer.readline().decode())
    end_with_parent(sys.stdin.fileno())
    put_up(options.limits)
    reader = next(reader for reader in READERS if reader.name == name)
    with open_channel() as channel:
        word, status = attempt(lambda: reader.read(source, into, options, ReportedProgress(channel)), into, options.limits)
        channel.write(word)
    return status


if __name__ == "__main__":
    sys.exit(run())
