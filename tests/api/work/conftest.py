"""A queue on both storages, an app state, and a dispatcher that runs beside the test."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from api.store.open import Store, open_store
from api.work.dispatch import Dispatcher, Tempo
from api.work.queue import Queue, open_queue

QUICK = Tempo(busy_seconds=0.02, idle_seconds=0.05, lease_seconds=5.0, silent_seconds=1.5, retry_seconds=0.0, presence_seconds=2.0)


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A throw-away Redis."""
    pytest.importorskip("redis", reason="the package redis is not installed (./oiis extra redis): only the queue in a file is checked")
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed (apt-get install redis-server): the queue is checked on SQLite only")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="oiis-redis-") as folder:
        arguments = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        server = subprocess.Popen(arguments, stdout=subprocess.DEVNULL)
        try:
            until(lambda: reachable(port), 10)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()
            server.wait(10)


@pytest.fixture(params=["sqlite", "redis"])
def queue_url(request: pytest.FixtureRequest) -> str | None:
    """The setting of each storage."""
    if request.param == "sqlite":
        return None
    url: str = request.getfixturevalue("redis_url")
    return url


@pytest.fixture
def queue(queue_url: str | None, own_home: Path) -> Iterator[Queue]:
    opened = open_queue(queue_url, own_home)
    opened.huey.storage.flush_all()
    yield opened
    opened.close()


@pytest.fixture
def file_queue(own_home: Path) -> Iterator[Queue]:
    opened = open_queue(None, own_home)
    yield opened
    opened.close()


@pytest.fixture
def store(own_home: Path) -> Iterator[Store]:
    with open_store(own_home / "state.db") as opened:
        yield opened


@contextmanager
def running(dispatcher: Dispatcher) -> Iterator[None]:
    """The dispatcher at work until the block ends; then it is cancelled, as the server does."""
    started = threading.Event()
    loop = asyncio.new_event_loop()

    async def main() -> None:
        started.set()
        await dispatcher.run()

    task = loop.create_task(main())

    def turn() -> None:
        try:
            loop.run_until_complete(task)
        except asyncio.CancelledError:
            pass
        finally:
            loop.run_until_complete(loop.shutdown_default_executor())
            loop.close()

    thread = threading.Thread(target=turn)
    thread.start()
    started.wait()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join()


def until(true: Callable[[], object], seconds: float) -> None:
    """Wait for something to become true, or fail."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def reachable(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def children(pid: int) -> list[int]:
    """Processes that a process started and that still run."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            found.append(int(entry.name))
    return found


def at_work(pid: int) -> list[int]:
    """The children of a process that do a piece of work."""
    return [child for child in children(pid) if b"api.work.child" in command(child)]


def command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def alive(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def environment(home: Path, queue_url: str | None = None) -> dict[str, str]:
    """What a process of an installation is started with."""
    chosen = {"OIIS_HOME": str(home)} | ({"OIIS_QUEUE_URL": queue_url} if queue_url else {})
    return {name: value for name, value in os.environ.items() if not name.startswith("OIIS_")} | chosen
