"""What a library of C prints on standard output meanwhile, less the lines that say nothing to anybody."""

from __future__ import annotations

import ctypes
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_ONE_AT_A_TIME = Lock()
_OUTPUT = 1  # where C writes, whatever Python has put in the place of sys.stdout


@contextmanager
def without_lines(start: bytes) -> Iterator[None]:
    """Holds back what is written on standard output until the end, and passes on all of it but lines that begin with `start`.

    The whole process has one standard output: what other threads write comes out later, and nothing of it is lost.
    """
    if os.name != "posix" or not _is_open():
        yield
        return
    with _ONE_AT_A_TIME, tempfile.TemporaryFile() as held:
        _flush()
        before = os.dup(_OUTPUT)
        os.dup2(held.fileno(), _OUTPUT)
        try:
            yield
        finally:
            _flush()
            os.dup2(before, _OUTPUT)
            os.close(before)
            held.seek(0)
            _pass_on(b"".join(line for line in held if not line.startswith(start)))


def _is_open() -> bool:
    try:
        os.fstat(_OUTPUT)
    except OSError:
        return False
    return True


def _flush() -> None:
    """What Python and C have not yet written themselves belongs to whatever standard output is now."""
    sys.stdout.flush()
    ctypes.CDLL(None).fflush(None)


def _pass_on(text: bytes) -> None:
    while text:
        text = text[os.write(_OUTPUT, text) :]
