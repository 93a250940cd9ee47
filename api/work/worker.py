"""The worker: takes orders from the queue one at a time, does each in a child process, and reports every second while it lives."""

from __future__ import annotations

import logging
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from pydantic import ValidationError

from api.work.catalog import kind_named
from api.work.child import Task
from api.work.contract import AnyKind, Order, Report, Workplace
from api.work.errors import QueueUnreachable, WorkError
from api.work.queue import Queue
from api.work.tied import tied_to_me

_log = logging.getLogger("oiis.worker")
_ROOT = Path(__file__).parents[2]
_BEAT_SECONDS = 1.0
_LAST_SECONDS = 5.0
_TELL_SECONDS = 0.2
_OUTCOME_TRIES = 60
Tell = Callable[[Report], None]


class Worker:
    """Does the orders of one queue until it is told to stop."""

    def __init__(self, queue: Queue, place: Workplace) -> None:
        self._queue, self._place = queue, place
        self._current: str | None = None
        queue.serve(self.perform)
        queue.huey.signal("interrupted")(self._interrupted)

    def run(self) -> None:
        """Take orders until SIGTERM or SIGINT; an order that is cut off is reported so and done again later."""
        threading.Thread(target=self._show_presence, daemon=True, name="presence").start()
        consumer = self._queue.huey.create_consumer(
            workers=1, periodic=False, initial_delay=0.05, max_delay=0.5, scheduler_interval=60, graceful_signal="INT"
        )
        consumer.run()

    def perform(self, order: Order) -> None:
        """Do one order, unless another try at the job has taken its place."""
        if not self._queue.wants(order):
            _log.info("order %s is not wanted any more", order.lease)
            return
        self._current = order.lease
        try:
            self._conclude(order, self._try(order))
        finally:
            self._current = None

    def _try(self, order: Order) -> Report:
        def tell(report: Report) -> None:
            try:
                self._queue.tell(order.lease, report)
            except QueueUnreachable as error:
                _log.warning("%s", error)

        try:
            return run_in_child(kind_named(order.kind), Task(order=order, place=self._place), tell)
        except WorkError as error:
            return Report(state="failed", message=str(error))

    def _conclude(self, order: Order, outcome: Report) -> None:
        """An outcome is told until the queue takes it; when it never does, the dispatcher has the work done again."""
        for _ in range(_OUTCOME_TRIES):
            try:
                self._queue.tell(order.lease, outcome.model_copy(update={"at": time.time()}))
                return
            except QueueUnreachable as error:
                _log.warning("%s", error)
                time.sleep(_BEAT_SECONDS)

    def _interrupted(self, *_: object) -> None:
        if self._current:
            self._queue.tell(self._current, Report(state="interrupted", message="the worker was stopped", at=time.time()))

    def _show_presence(self) -> None:
        while True:
            try:
                self._queue.show_presence()
            except QueueUnreachable as error:
                _log.warning("%s", error)
            time.sleep(_BEAT_SECONDS)


def _end(process: subprocess.Popen[bytes]) -> None:
    """A child that has said its last word goes; one that does not would block every later job."""
    try:
        process.wait(_LAST_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


def run_in_child(kind: AnyKind, task: Task, tell: Tell) -> Report:
    """The outcome of a task; a child that dies or takes too long is a failure with its reason."""
    deadline = time.monotonic() + kind.limit_seconds
    last, told_at = Report(state="running", message=kind.says), 0.0
    with _child() as process:
        _give(process, task)
        for line in _lines(process):
            report = _report(line) if line else last
            if report.state != "running":
                _end(process)
                return report
            fresh, now = report is not last, time.monotonic()
            last = report
            if now - told_at >= (_TELL_SECONDS if fresh else _BEAT_SECONDS):
                told_at = now
                tell(last.model_copy(update={"at": time.time(), "message": _spoken(kind, last)}))
            if now > deadline:
                process.kill()
                return Report(state="failed", message=f"{kind.says} took longer than {kind.limit_seconds:,.0f} s and was stopped")
    return Report(state="failed", message=_death(kind, process.returncode))


def _child() -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if not _secret(name)}
    paths = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH", "")]))
    return subprocess.Popen(  # our own interpreter and module
        [sys.executable, "-m", "api.work.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**environment, "PYTHONPATH": paths},
        preexec_fn=tied_to_me(),  # two system calls, prepared before the fork
    )


def _secret(name: str) -> bool:
    """Work is told what it needs; keys of models and of the door are not part of it."""
    return (name.startswith("OIIS_") and name != "OIIS_DEBUG") or name.endswith(("_API_KEY", "_TOKEN", "_SECRET"))


def _give(process: subprocess.Popen[bytes], task: Task) -> None:
    assert process.stdin is not None  # noqa: S101  # it was asked for
    try:
        process.stdin.write(task.model_dump_json().encode())
        process.stdin.close()
    except BrokenPipeError:
        _log.warning("the child of order %s went before it was told what to do", task.order.lease)


def _lines(process: subprocess.Popen[bytes]) -> Iterator[bytes]:
    """Lines the child writes, an empty one when it was silent for a beat; ends when it has closed its end."""
    assert process.stdout is not None  # noqa: S101  # it was asked for
    descriptor, rest = process.stdout.fileno(), b""
    yield b""
    while True:
        if not select.select([descriptor], [], [], _BEAT_SECONDS)[0]:
            yield b""
            continue
        block = os.read(descriptor, 65536)
        if not block:
            return
        *whole, rest = (rest + block).split(b"\n")
        yield from (line for line in whole if line)


def _report(line: bytes) -> Report:
    try:
        return Report.model_validate_json(line)
    except ValidationError:
        return Report(state="failed", message="the work reported something that is no report")


def _spoken(kind: AnyKind, report: Report) -> str:
    """The kind's words and the stage; a stage that begins by saying the same is shortened."""
    head, _, rest = report.message.partition(": ")
    stage = rest if rest and head in kind.says else report.message
    return stage if stage == kind.says else f"{kind.says}: {stage}"


def _death(kind: AnyKind, code: int) -> str:
    if code >= 0:
        return f"{kind.says} ended with exit code {code} and no word"
    why = " (out of memory?)" if -code == signal.SIGKILL else ""
    return f"{kind.says} was ended by {signal.Signals(-code).name}{why}"
