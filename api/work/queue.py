"""The way to the worker and back: huey on SQLite or Redis carries orders there; reports come back through its key-value storage.

Nothing here has to last: jobs are kept in the app state, and whatever is lost on the way is sent again.
Only JSON travels. huey's own serializer unpickles whatever lies in the queue, so it is replaced.
"""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from huey import Huey  # type: ignore[import-untyped]
from huey.constants import EmptyData  # type: ignore[import-untyped]
from huey.registry import Message  # type: ignore[import-untyped]
from huey.serializer import Serializer  # type: ignore[import-untyped]
from huey.storage import SqliteStorage  # type: ignore[import-untyped]
from pydantic import ValidationError

from api.work.contract import Frozen, Order, Report
from api.work.errors import QueueMisconfigured, QueueUnreachable

FILE = "queue.db"
_NAME = "oiis"
_PRESENCE, _REPORT, _WANTED = "presence", "report:", "wanted:"

Perform = Callable[[Order], None]
T = TypeVar("T", bound=Frozen)


class Presence(Frozen):
    """A worker that is there."""

    pid: int
    machine: str
    at: float


class JsonSerializer(Serializer):  # type: ignore[misc]  # huey is untyped
    """Orders as JSON text; bytes that are anything else are refused, never run."""

    def _serialize(self, data: object) -> bytes:
        if not isinstance(data, Message):
            raise TypeError(f"only orders travel through the queue, not {type(data).__name__}")
        return json.dumps(data._asdict()).encode()

    def _deserialize(self, data: bytes) -> Message:
        read = json.loads(data)
        if not isinstance(read, dict) or set(read) != set(Message._fields):
            raise ValueError("what lies in the queue is no order")
        return Message(**read)


class Queue:
    """Orders to the worker, reports from it. Every method may block for some milliseconds, or raise QueueUnreachable."""

    def __init__(self, huey: Huey, place: str) -> None:
        self.huey = huey
        self.place = place
        self._perform: Perform = _nobody
        self._task = huey.task(name="perform")(self._run)

    def serve(self, perform: Perform) -> None:
        """Say what is done with orders in this process; only a worker does."""
        self._perform = perform

    def send(self, order: Order) -> None:
        """Put an order in the queue; orders of earlier tries at the job are not wanted any more."""
        with _named(self.place):
            self.huey.storage.put_data(_WANTED + order.job_id, order.lease.encode())
            self._task(order.model_dump_json())

    def holds(self, lease: str) -> bool:
        """Whether the order of this lease still waits for a worker."""
        with _named(self.place):
            return any(lease.encode() in bytes(data) for data in self.huey.storage.enqueued_items())

    def wants(self, order: Order) -> bool:
        """Whether this is the try that counts."""
        with _named(self.place):
            found = self.huey.storage.peek_data(_WANTED + order.job_id)
        return found is not EmptyData and bytes(found) == order.lease.encode()

    def tell(self, lease: str, report: Report) -> None:
        """Say how far a try is."""
        with _named(self.place):
            self.huey.storage.put_data(_REPORT + lease, report.model_dump_json().encode())

    def report(self, lease: str) -> Report | None:
        """What was told of a try last; None when nothing was."""
        return self._read(_REPORT + lease, Report)

    def forget(self, job_id: str, lease: str) -> None:
        """Throw away what was kept about a try that has ended."""
        with _named(self.place):
            self.huey.storage.delete_data(_REPORT + lease)
            self.huey.storage.delete_data(_WANTED + job_id)

    def show_presence(self) -> None:
        """Say that a worker is there; done every second."""
        presence = Presence(pid=os.getpid(), machine=socket.gethostname(), at=time.time())
        with _named(self.place):
            self.huey.storage.put_data(_PRESENCE, presence.model_dump_json().encode())

    def presence(self) -> Presence | None:
        """The worker that was last heard of."""
        return self._read(_PRESENCE, Presence)

    def close(self) -> None:
        """Let the file or the connections go; who uses the queue again opens them again."""
        self.huey.storage.close()
        pool = getattr(self.huey.storage, "pool", None)  # only Redis has one
        if pool is not None:
            pool.disconnect()

    def _run(self, text: str) -> None:
        self._perform(Order.model_validate_json(text))

    def _read(self, key: str, shape: type[T]) -> T | None:
        with _named(self.place):
            found = self.huey.storage.peek_data(key)
        try:
            return None if found is EmptyData else shape.model_validate_json(bytes(found))
        except ValidationError:
            return None  # written by another release: as good as not told


def open_queue(url: str | None, home: Path) -> Queue:
    """The queue at a Redis URL, or in a file under the home when there is no URL."""
    return _on_redis(url) if url else _in_file(home / FILE)


def _in_file(path: Path) -> Queue:
    """A file that two processes write: no write-ahead log, for SQLite before 3.51.3 could lose that to several writers."""
    with _named(str(path)):
        path.parent.mkdir(parents=True, exist_ok=True)
        _drop_damaged(path)
        storage = {"filename": str(path), "journal_mode": "truncate", "fsync": False, "timeout": 10}
        return Queue(Huey(_NAME, results=False, serializer=JsonSerializer(), storage_class=SqliteStorage, **storage), str(path))


def _drop_damaged(path: Path) -> None:
    """A queue that cannot be read is thrown away: all of it is sent again."""
    if not path.exists():
        return
    connection = sqlite3.connect(path, timeout=10)
    try:
        whole = connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        whole = False
    finally:
        connection.close()
    if not whole:
        for leftover in (path, path.with_name(path.name + "-journal")):
            leftover.unlink(missing_ok=True)


def _on_redis(url: str) -> Queue:
    from huey.storage import ConnectionPool, RedisStorage

    shown = urlsplit(url)._replace(netloc=urlsplit(url).netloc.rpartition("@")[2]).geturl()
    if ConnectionPool is None:
        raise QueueMisconfigured(
            f"OIIS_QUEUE_URL names {shown}, and the Python package redis is not installed. "
            "Next: ./oiis extra redis, or unset OIIS_QUEUE_URL to keep the queue in a file."
        )
    with _named(shown):
        pool = ConnectionPool.from_url(url, socket_timeout=5, socket_connect_timeout=2)
        return Queue(Huey(_NAME, results=False, serializer=JsonSerializer(), storage_class=RedisStorage, connection_pool=pool), shown)


def _nobody(order: Order) -> None:
    raise RuntimeError(f"order {order.lease} was taken by a process that does no work")


@contextmanager
def _named(place: str) -> Iterator[None]:
    """Faults of either storage as one error that says where."""
    try:
        yield
    except _faults() as error:
        raise QueueUnreachable(
            f"the queue at {place} does not answer ({error}). Next: see whether it runs and its disk has room."
        ) from error


def _faults() -> tuple[type[BaseException], ...]:
    redis = sys.modules.get("redis")
    return (OSError, sqlite3.Error, redis.RedisError) if redis else (OSError, sqlite3.Error)
