"""Processes that end with the one that started them, also when that one is killed with -9."""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Callable
from functools import partial

_PR_SET_PDEATHSIG = 1


def tied_to_me() -> Callable[[], None]:
    """What a child calls between fork and exec (`preexec_fn`): the kernel kills it when the thread that started it is gone.

    The library is opened before the fork, so that the child only makes two system calls.
    """
    return partial(_die_with, os.getpid(), ctypes.CDLL(None, use_errno=True))


def _die_with(parent: int, libc: ctypes.CDLL) -> None:
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it went before it could be asked for
        os._exit(1)
