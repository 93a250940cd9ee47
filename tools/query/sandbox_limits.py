"""What the operating system takes away from a child before it meets foreign SQL: files, network, memory, processes, rights."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import time

CLONE_NEWNET = 0x40000000
CLONE_NEWUSER = 0x10000000
PR_SET_NO_NEW_PRIVS = 38
NOBODY = 65534


def cut_network() -> bool:
    """Move this process to a network of its own with nothing in it; False where the system does not let us.

    Without it the network is still out of reach: no file descriptor can be had after `give_up_everything`, so no socket.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    unshare = getattr(libc, "unshare", None)
    if unshare is None:
        return False
    return bool(unshare(CLONE_NEWNET) == 0 or unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0)


def drop_rights() -> bool:
    """Become nobody when started as root, and never gain a right again."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if os.geteuid() != 0:
        return True
    try:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    except (OSError, AttributeError):
        return False
    return True


def give_up_everything(memory_bytes: int) -> None:
    """From here on: no new file, pipe or socket, no byte written to a file, no process or thread, bounded memory, no core dump."""
    memory = address_space() + memory_bytes  # read from a file: before files are out of reach
    for name in ("NOFILE", "FSIZE", "NPROC", "CORE"):
        lower(getattr(resource, f"RLIMIT_{name}"), 0)
    lower(resource.RLIMIT_AS, memory)


def lower(limit: int, value: int) -> None:
    resource.setrlimit(limit, (value, value))


def address_space() -> int:
    """Bytes of address space in use: the interpreter and the engine take some before any query does."""
    try:
        with open("/proc/self/statm", "rb") as statm:
            return int(statm.read().split()[0]) * resource.getpagesize()
    except OSError:
        # Elsewhere than Linux: what an interpreter with the engine loaded takes there, generously.
        return 1 << 30


def allow_processor(seconds: float) -> None:
    """So much processor time from now on; the kernel ends a child whose parent is gone too."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time() + seconds) + 2, hard))
