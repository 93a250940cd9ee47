"""One process holds a SQLite file: a lock beside it that goes with the process, however the process ends."""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from api.store.errors import BadAddress, InUse


@dataclass(frozen=True)
class Holder:
    """A lock that is held until it is let go or the process dies."""

    handle: TextIO

    def let_go(self) -> None:
        """Give the file to whoever comes next."""
        self.handle.close()


def hold(database: Path) -> Holder:
    """Take the file, or InUse naming the process that has it."""
    beside = database.with_name(database.name + ".lock")
    try:
        beside.parent.mkdir(parents=True, exist_ok=True)
        handle = beside.open("a+", encoding="utf-8")
    except OSError as error:
        raise BadAddress(f"{database} cannot be used: {error.strerror}. Give a path in a folder this account may write to.") from error
    try:
        fcntl.flock(handle.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise InUse(_refusal(database, handle)) from error
    handle.truncate(0)
    handle.write(f"process {os.getpid()} since {datetime.now(UTC).isoformat(timespec='seconds')}")
    handle.flush()
    return Holder(handle)


def _refusal(database: Path, handle: TextIO) -> str:
    with handle:
        handle.seek(0)
        who = handle.read(200).strip() or "an unknown process"
    return (
        f"{database} is held by {who}. A SQLite file is written by one process: "
        "stop that one, give this one another path, or use PostgreSQL for several."
    )
