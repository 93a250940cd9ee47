"""Foreign documents read in a child that cannot do harm: whatever it meets, it ends in time and this process goes on."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, get_args

from pydantic import ValidationError

from knowledge.contract import Parsed
from knowledge.parse_errors import BadDocument, Trouble
from knowledge.sniff import TAKEN, Sniffed, sniff

MOST_BYTES = 50_000_000
_ROOT = Path(__file__).resolve().parents[1]
_BLOCK = 1 << 16
# Nothing of this process's environment: keys and passwords have no business near a foreign document.
_ENVIRONMENT = {"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONUTF8": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}


@dataclass(frozen=True)
class ParseLimits:
    """How far one document may go; a report of 200 pages takes a few seconds and a tenth of the memory."""

    memory_bytes: int = 1 << 30
    processor_seconds: int = 25
    seconds: float = 60.0
    output_bytes: int = 60_000_000


@dataclass(frozen=True)
class Read:
    """A document as it was read, and what it is."""

    parsed: Parsed
    media_type: str


def parse(content: bytes, name: str, limits: ParseLimits | None = None) -> Read:
    """What stands in a document, or BadDocument with the reason."""
    refuse_size(len(content), name)
    found = sniff(content, name)
    parsed = _outcome(_in_child(content, name, found, limits or ParseLimits()), name)
    if not parsed.blocks:
        raise BadDocument(
            "no_text", "it holds no text", where=name, expected="a document with text", remedy="add the document it was made of"
        )
    title = parsed.title or name.rpartition(".")[0] or name
    notes = (*((found.note,) if found.note else ()), *parsed.notes)
    return Read(parsed.model_copy(update={"title": title, "notes": notes}), found.media_type)


def read_bounded(source: Path | bytes, name: str) -> bytes:
    """The bytes of a document, refused by their number before they are read."""
    if isinstance(source, bytes):
        refuse_size(len(source), name)
        return source
    if not source.is_file():
        raise BadDocument("bad_name", "there is no such file", where=name, expected="a file", remedy="check the path")
    refuse_size(source.stat().st_size, name)
    with source.open("rb") as handle:
        content = handle.read(MOST_BYTES + 1)
    refuse_size(len(content), name)
    return content


def refuse_size(size: int, name: str) -> None:
    """BadDocument for one that is too large."""
    if size > MOST_BYTES:
        remedy = "split it, or leave out its pictures; a table of data is loaded with ./oiis data load"
        raise BadDocument("too_large", f"it has {size:,} bytes", where=name, expected=f"at most {MOST_BYTES:,} bytes", remedy=remedy)


def _in_child(content: bytes, name: str, found: Sniffed, limits: ParseLimits) -> bytes:
    """All that the child said before it ended well; BadDocument when it did not."""
    job = {"name": name, "format": found.format, "memory_bytes": limits.memory_bytes, "seconds": limits.processor_seconds}
    with tempfile.TemporaryFile() as handed, _started(handed, content, json.dumps(job)) as child:
        said, why = _listen(child, limits)
        if why is None:
            status = child.wait()
            why = None if status == 0 else _why(status)
    if why is not None:
        raise _ended(why, name, limits)
    return said


@contextmanager
def _started(handed: IO[bytes], content: bytes, job: str) -> Iterator[subprocess.Popen[bytes]]:
    """A child with the document as its standard input; it is gone when the block ends."""
    handed.write(content)
    handed.seek(0)
    child = subprocess.Popen(  # noqa: S603  # our own interpreter and module
        [sys.executable, "-s", "-m", "knowledge.parse_child", job],
        cwd=_ROOT,
        env=_ENVIRONMENT,
        stdin=handed,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    with child:
        try:
            yield child
        finally:
            child.kill()


def _listen(child: subprocess.Popen[bytes], limits: ParseLimits) -> tuple[bytes, Trouble | None]:
    """What the child says, for as long as it may speak, and what was wrong when it did not stop."""
    said, deadline = bytearray(), time.monotonic() + limits.seconds
    source = child.stdout.fileno() if child.stdout else -1
    poll = select.poll()
    poll.register(source, select.POLLIN | select.POLLHUP)
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            return b"", "slow"
        block = os.read(source, _BLOCK)
        if not block:
            return bytes(said), None
        said += block
        if len(said) > limits.output_bytes:
            return b"", "too_much_text"


def _why(status: int) -> Trouble:
    if status in (-signal.SIGXCPU, -signal.SIGALRM):
        return "slow"
    return "memory" if status == -signal.SIGKILL else "broken"


def _outcome(said: bytes, name: str) -> Parsed:
    """The child's word as a document; a child is not believed, so what does not add up is an error."""
    try:
        if not said.startswith(b'{"refused"'):
            return Parsed.model_validate_json(said)
        told = json.loads(said)["refused"]
        code = told.get("code")
        if "what" not in told:
            raise _ended("memory" if code == "memory" else "broken", name, ParseLimits(), str(told.get("reason") or ""))
        known: Trouble = code if code in get_args(Trouble) else "broken"
        raise BadDocument(known, str(told["what"]), where=name, expected=str(told.get("expected")), remedy=str(told.get("remedy")))
    except (ValidationError, ValueError, KeyError, AttributeError) as error:
        raise _ended("broken", name, ParseLimits()) from error


def _ended(why: Trouble, name: str, limits: ParseLimits, reason: str = "") -> BadDocument:
    """Why a child came to no result, in words for the person who gave the document."""
    told = {
        "slow": f"reading it takes longer than {limits.processor_seconds} seconds",
        "memory": f"reading it takes more than {limits.memory_bytes:,} bytes of memory",
        "too_much_text": f"it holds more than {limits.output_bytes:,} bytes of text",
    }
    what = told.get(why) or f"it is damaged, or is not what it says it is{f' ({reason})' if reason else ''}"
    remedy = "open it in the program it came from and save or print it as a new PDF; split it when it is large"
    return BadDocument(why, what, where=name, expected=f"an ordinary document: {TAKEN}", remedy=remedy)
