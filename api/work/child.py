"""One piece of work in a process of its own: an order comes in on stdin, reports go out line by line, and its memory goes with it."""

from __future__ import annotations

import os
import sys
import time
import traceback
from pathlib import Path
from types import TracebackType
from typing import TextIO

from api.work.catalog import kind_named, read_arguments
from api.work.contract import MESSAGE_CHARACTERS, Frozen, Order, Report, Workplace
from api.work.errors import Refused, WorkError
from ingestion.errors import IngestionError
from ingestion.progress import Progress

_SECONDS_BETWEEN_REPORTS = 0.1


class Task(Frozen):
    """What the child is given."""

    order: Order
    place: Workplace


def main() -> None:
    """Do the order on stdin; the last line of stdout says how it ended."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints is no report
    sys.excepthook = _Fault(out)
    task = Task.model_validate_json(sys.stdin.read())
    _tell(out, _outcome(task, reporter(out)))


def _outcome(task: Task, progress: Progress) -> Report:
    try:
        kind = kind_named(task.order.kind)
        os.nice(kind.niceness)
        said = kind.run(read_arguments(kind, task.order.arguments), task.place, progress)
    except (WorkError, IngestionError) as error:
        return Report(state="failed", message=str(error)[:MESSAGE_CHARACTERS], final=isinstance(error, Refused))
    except OSError as error:
        return Report(state="failed", message=f"{error.filename or task.place.home}: {error.strerror or error}"[:MESSAGE_CHARACTERS])
    return Report(state="done", progress=1.0, message=said[:MESSAGE_CHARACTERS])


def reporter(out: TextIO) -> Progress:
    """Progress as report lines, ten a second at most; a part that is not known keeps the last one."""
    last_at, last = 0.0, 0.0

    def report(stage: str, done: float | None) -> None:
        nonlocal last_at, last
        last = last if done is None else max(last, min(1.0, done))
        if (now := time.monotonic()) - last_at >= _SECONDS_BETWEEN_REPORTS or done is None:
            last_at = now
            _tell(out, Report(state="running", progress=last, message=stage[:MESSAGE_CHARACTERS]))

    return report


def _tell(out: TextIO, report: Report) -> None:
    out.write(report.model_dump_json() + "\n")
    out.flush()


class _Fault:
    """A fault of ours as a report of one line; OIIS_DEBUG shows the trace."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def __call__(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if os.environ.get("OIIS_DEBUG", "") not in ("", "0", "false"):
            traceback.print_exception(kind, error, trace)
        frames = traceback.extract_tb(trace)
        place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
        reason = (str(error).splitlines() or [""])[0]
        _tell(self._out, Report(state="failed", message=f"unexpected fault{place}, {kind.__name__}: {reason}"[:MESSAGE_CHARACTERS]))


if __name__ == "__main__":
    main()
