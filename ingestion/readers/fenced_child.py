"""Runs the child that parses a foreign file, and turns every way it can end into tables or a plain error."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Timer
from typing import IO

from ingestion.errors import BadFile
from ingestion.progress import Progress
from ingestion.readers.contract import Limits, RawTable, ReadOptions
from ingestion.readers.messages import Message, read_failure, read_message, read_tables, write_job

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-s", "-m", "ingestion.readers.child"]
MESSAGE_BYTES = 64_000_000
COMPLAINT_BYTES = 1 << 20
MEMORY_SIGNS = (
    "MemoryError",
    "bad_alloc",
    "malloc of size",
    "realloc of size",
    "can't start new thread",
    "failed to map segment",
    "annot allocate memory",
)
# Nothing of the parent's environment: keys and passwords have no business near a foreign file.
ENVIRONMENT = {
    "PATH": os.defpath,
    "LANG": "C.UTF-8",
    "PYTHONUTF8": "1",
    "OMP_NUM_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",  # the other pools reserve address space far beyond what they use
    "MALLOC_ARENA_MAX": "2",
}


def run_child(reader: str, source: Path, work: Path, options: ReadOptions, progress: Progress) -> list[RawTable]:
    """The tables a child made of one file; whatever happens, no child is left behind."""
    with tempfile.TemporaryFile() as complaints, start_child(complaints) as child, deadline(child, options.limits) as expired:
        told = converse(child, write_job(reader, source, work, options), progress)
        status = child.wait()
        if told is not None and told.failure is not None:
            raise read_failure(told.failure)
        if told is not None and status == 0:
            return read_tables(told.tables, work)
        complaints.seek(0)
        complaint = complaints.read(COMPLAINT_BYTES).decode("utf-8", "replace").strip()
        raise explain_end(source, "deadline" if expired.is_set() else status, complaint, options.limits)


@contextmanager
def start_child(complaints: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """A child in a session of its own, so that Ctrl-C reaches the parent alone, which then ends the child."""
    child = subprocess.Popen(  # noqa: S603 - our own module, run by our own interpreter
        COMMAND,
        cwd=ROOT,
        env=ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=complaints,
        start_new_session=True,
    )
    with child:
        try:
            yield child
        finally:
            child.kill()


@contextmanager
def deadline(child: subprocess.Popen[bytes], limits: Limits) -> Iterator[Event]:
    """Kills the child when its time is up; the event tells that this happened."""
    expired = Event()

    def expire() -> None:
        expired.set()
        child.kill()

    timer = Timer(limits.seconds, expire)
    timer.daemon = True
    timer.start()
    try:
        yield expired
    finally:
        timer.cancel()


def converse(child: subprocess.Popen[bytes], job: str, progress: Progress) -> Message | None:
    """Hands over the job and passes progress on until the child falls silent; its last word counts."""
    if child.stdin is None or child.stdout is None:
        return None
    last = None
    try:
        child.stdin.write(job.encode())
        child.stdin.flush()  # left open: its closing is how the child learns that we are gone
    except BrokenPipeError:
        return None
    while line := child.stdout.readline(MESSAGE_BYTES):
        message = read_message(line)
        if message.stage is None:
            last = message
        else:
            progress(message.stage, message.done)
    return last


def explain_end(source: Path, status: int | str, complaint: str, limits: Limits) -> BadFile:
    """Why a child ended without a result, in words for the person who gave the file."""
    expected, remedy = "a file of ordinary size and structure", "split the file, or export it as CSV or Parquet"
    if status == "deadline" or status == -signal.SIGXCPU:
        what = f"reading it took longer than {limits.seconds:,} seconds"
    elif status == -signal.SIGKILL:
        what = "the reader was stopped by the system, most likely for lack of memory"
    elif any(sign in complaint for sign in MEMORY_SIGNS):
        what = f"reading it needs more than {limits.memory_bytes:,} bytes of memory"
    elif isinstance(status, int) and status < 0:
        what = f"the reader crashed on it ({signal.Signals(-status).name})"
    else:
        what = f"the reader does not understand it ({complaint.splitlines()[-1][:200] if complaint else f'exit status {status}'})"
        expected, remedy = "a complete, undamaged file", "open it in the program it came from and export it again"
    return BadFile(what, where=source.name, expected=expected, remedy=remedy)
