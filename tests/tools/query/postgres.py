"""A throw-away PostgreSQL server for tests, started from Debian's binaries as an unprivileged user."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CANDIDATES = Path("/usr/lib/postgresql")
ACCOUNT = "postgres"


def binaries() -> Path | None:
    """The folder with initdb and pg_ctl of the newest version installed."""
    found = sorted(CANDIDATES.glob("*/bin/initdb"), key=lambda path: path.parts[-3])
    return found[-1].parent if found else None


@contextmanager
def running_server(folder: Path) -> Iterator[str]:
    """The URL of a fresh server that is gone when the block ends."""
    tools = binaries()
    if tools is None:
        raise FileNotFoundError(f"no PostgreSQL under {CANDIDATES}")
    port = _free_port()
    if os.getuid() == 0:
        shutil.chown(folder, ACCOUNT)
    data = folder / "data"
    _as_account([str(tools / "initdb"), "-D", str(data), "-U", "oiis", "--auth=trust", "--locale=C.UTF-8", "-E", "UTF8"])
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_parallel_workers_per_gather=0"
    _as_account([str(tools / "pg_ctl"), "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start"])
    try:
        yield f"postgresql://oiis@127.0.0.1:{port}/postgres"
    finally:
        _as_account([str(tools / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop"])


def _as_account(command: list[str]) -> None:
    """Run as the account the package made: the server refuses to start as root."""
    prefix = ["setpriv", f"--reuid={ACCOUNT}", f"--regid={ACCOUNT}", "--clear-groups"] if os.getuid() == 0 else []
    subprocess.run([*prefix, *command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
