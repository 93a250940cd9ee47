"""Servers of the chat in processes of their own: the real one, and one whose API is scripted."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
_SECONDS_TO_START = 60


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


@contextmanager
def running(arguments: list[str], port: int, log: Path, **environment: str) -> Iterator[str]:
    """The address of a server that answers at `/ui/`, for as long as the block lasts."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("OIIS_")}
    with log.open("w", encoding="utf-8") as out:
        process = subprocess.Popen([sys.executable, "-m", *arguments], cwd=ROOT, env=known | environment, stdout=out, stderr=out)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(process, f"{address}/ui/", log)
            yield address
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def real_server(home: Path, log: Path, **settings: str) -> Iterator[str]:
    """`python -m api.serve` over a home with data in it."""
    port = free_port()
    environment = {"OIIS_HOME": str(home), "OIIS_PORT": str(port), "OIIS_DEMO": "none", **settings}
    with running(["api.serve"], port, log, **environment) as address:
        yield address


def scripted_server(log: Path) -> Iterator[str]:
    """The chat in front of the scripted API."""
    port = free_port()
    with running(["tests.ui.scripted_server", str(port)], port, log) as address:
        yield address


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(address, timeout=5, trust_env=False).status_code in (200, 401):  # there, perhaps behind a key
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"the server did not start:\n{log.read_text(encoding='utf-8')[-3000:]}")
