"""A pool of killable children over one immutable snapshot: foreign SQL runs there, never in this process."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Literal, cast, get_args

from tools.errors import ToolError
from tools.query.guard import GuardedSql
from tools.query.guard_refusal import SqlRefused
from tools.query.sandbox_protocol import MAX_REQUEST_BYTES, TRUSTED_AFTER, Cell, Kind, Wire, encode, unpack
from tools.query.sandbox_worker import ChildGone, Worker, start_worker

MAX_ROWS = 10_000
MAX_RESULT_BYTES = 5_000_000
MEMORY_BYTES = 1 << 30
SMALLEST_MEMORY_BYTES = 1 << 26
RECYCLE_AFTER = 500  # queries: whatever an engine leaks goes with its process
PATIENCE_SECONDS = 1.0  # on top of one query's time, until a worker is free

Trouble = Literal["timeout", "memory", "busy", "crashed", "failed", "missing", "query", "closed"]


class CannotRun(ToolError):
    """Accepted SQL that came to no result: why, and what to do next."""

    def __init__(self, code: Trouble, what: str, *, reason: str = "", remedy: str = "") -> None:
        self.code: Trouble = code
        self.what = what
        self.reason = reason
        self.remedy = remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        reason = f": {self.reason}" if self.reason else ""
        return f"{self.what}{reason}. Next: {self.remedy}." if self.remedy else f"{self.what}{reason}."


@dataclass(frozen=True)
class SqlColumn:
    """One column of a result: its label, the engine's type, and how its values are held."""

    name: str
    type: str
    kind: Kind


@dataclass(frozen=True)
class SqlResult:
    """Rows of plain, exact values; `cut` says that there were more than may be handed out."""

    columns: tuple[SqlColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    cut: bool
    seconds: float


REMEDIES: MappingProxyType[Trouble, tuple[str, str]] = MappingProxyType(
    {
        "timeout": ("The query took too long", "narrow the period or the products, or ask for fewer joins"),
        "memory": ("The query needed too much memory", "group by fewer columns, or narrow the period"),
        "busy": ("All query workers are busy", "try again in a few seconds"),
        "crashed": ("The query ended the worker it ran in", "write it more simply"),
        "failed": ("The query could not be run", "write it more simply"),
        "missing": ("The query needs a table that has not been loaded", "load that data, or leave the table out"),
        "query": ("The query does not fit the data", "check the types of what is compared and computed"),
        "closed": ("This snapshot is no longer served", "ask again: a newer one is"),
    }
)


class Sandbox:
    """Runs guarded SQL over the snapshot in `database`; a new snapshot gets a new sandbox."""

    def __init__(self, database: Path, workers: int = 2, seconds: float = 5.0, memory_bytes: int = MEMORY_BYTES) -> None:
        if workers < 1 or seconds <= 0 or memory_bytes < SMALLEST_MEMORY_BYTES:
            raise ValueError(f"a sandbox has at least 1 worker, some seconds and {SMALLEST_MEMORY_BYTES} bytes of memory")
        self.database = database
        self.seconds = seconds
        self.memory_bytes = memory_bytes
        self._idle: queue.SimpleQueue[Worker | None] = queue.SimpleQueue()  # None: closed
        self._alive: set[Worker] = set()
        self._lock = threading.Lock()
        self._closed = False
        for _ in range(workers):
            self._start()

    def run(self, guarded: GuardedSql) -> SqlResult:
        """The rows of `guarded`, or `CannotRun`; whatever happens, it ends within the time and frees the worker."""
        rows = min(guarded.row_limit, MAX_ROWS)
        request = encode({"sql": guarded.sql, "rows": rows, "bytes": MAX_RESULT_BYTES, "seconds": self.seconds})
        if len(request) > MAX_REQUEST_BYTES:
            raise SqlRefused("size", "The statement is too long", remedy="ask in smaller steps")
        start = time.perf_counter()
        return result_of(self._ask(request), start)

    def close(self) -> None:
        """End every child, those at work too; who waits for an answer is told at once."""
        with self._lock:
            self._closed = True
            children = list(self._alive)
            idle = drained(self._idle)
            self._idle.put(None)
        for worker in children:
            worker.kill()
        # The pipes of one at work are closed by who reads from them.
        for worker in filter(None, idle):
            self._bury(worker)

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _ask(self, request: bytes) -> dict[str, object]:
        worker = self._take()
        try:
            message = worker.ask(request, self.seconds, MAX_RESULT_BYTES)
        except ChildGone as gone:
            self._replace(worker)
            raise trouble("closed" if self._closed else gone.trouble) from None
        except BaseException:
            self._replace(worker)  # an interrupted asker must not take the worker with it
            raise
        # A child that ran out of memory or met a fault of the engine is not trusted with another query.
        if worker.served >= RECYCLE_AFTER or message.get("error") not in TRUSTED_AFTER | {None}:
            self._replace(worker)
        else:
            self._give_back(worker)
        return message

    def _take(self) -> Worker:
        deadline = time.monotonic() + self.seconds + PATIENCE_SECONDS
        while True:
            try:
                worker = self._idle.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise trouble("busy") from None
            if worker is None:
                self._idle.put(None)  # for who else waits
                raise trouble("closed")
            if worker.process.poll() is None:
                return worker
            self._replace(worker)
            if time.monotonic() > deadline:
                raise trouble("crashed")

    def _start(self) -> None:
        """A child to take over; it gets ready by itself while others serve."""
        with self._lock:
            if not self._closed:
                worker = start_worker(self.database, self.memory_bytes)
                self._alive.add(worker)
                self._idle.put(worker)

    def _give_back(self, worker: Worker) -> None:
        with self._lock:
            if not self._closed:
                self._idle.put(worker)
                return
        self._bury(worker)

    def _replace(self, worker: Worker) -> None:
        self._start()
        self._bury(worker)

    def _bury(self, worker: Worker) -> None:
        worker.end()
        with self._lock:
            self._alive.discard(worker)


def drained(waiting: queue.SimpleQueue[Worker | None]) -> list[Worker | None]:
    """Everything in the queue now; others may be taking from it."""
    taken = []
    with contextlib.suppress(queue.Empty):
        while True:
            taken.append(waiting.get_nowait())
    return taken


def result_of(message: dict[str, object], start: float) -> SqlResult:
    """The child's message as a result; a child is not believed, so what does not add up is an error."""
    code = message.get("error")
    if code is not None:
        raise trouble(cast(Trouble, code) if code in REMEDIES else "crashed", str(message.get("reason") or ""))
    try:
        columns = tuple(column_of(column) for column in cast("list[dict[str, str]]", message["columns"]))
        rows = tuple(decode_row(columns, row) for row in cast("list[list[Wire]]", message["rows"]))
        return SqlResult(columns, rows, bool(message["cut"]), time.perf_counter() - start)
    except (KeyError, TypeError, ValueError, ArithmeticError):
        raise trouble("crashed") from None


def column_of(column: dict[str, str]) -> SqlColumn:
    kind = column["kind"]
    if kind not in get_args(Kind):
        raise ValueError("a kind of value that is not one")
    return SqlColumn(column["name"], column["type"], cast(Kind, kind))


def decode_row(columns: tuple[SqlColumn, ...], row: list[Wire]) -> tuple[Cell, ...]:
    return tuple(unpack(column.kind, value) for column, value in zip(columns, row, strict=True))


def trouble(code: Trouble, reason: str = "") -> CannotRun:
    what, remedy = REMEDIES[code]
    return CannotRun(code, what, reason=reason, remedy=remedy)
