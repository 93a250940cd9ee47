"""What is going on in the background, as a person is told it; kept in memory, so that looking costs nothing."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from api.store.jobs import Job
from api.work.contract import Report

JobState = Literal["queued", "running", "done", "failed"]
_ENDED_SHOWN = 10


@dataclass(frozen=True)
class JobView:
    """A job as it stands; `progress` from 0 to 1."""

    id: str
    kind: str
    state: JobState
    progress: float
    message: str


class Board:
    """The jobs of this installation: running, waiting, and the last ones that ended."""

    def __init__(self) -> None:
        self._ended: deque[JobView] = deque(maxlen=_ENDED_SHOWN)
        self._shown: tuple[JobView, ...] = ()

    def views(self) -> tuple[JobView, ...]:
        """What runs, then what waits, then what ended, the newest first."""
        return self._shown

    def note_end(self, job: Job, state: Literal["done", "failed"], message: str) -> None:
        """A job has ended for good."""
        self._ended.appendleft(JobView(job.id, job.kind, state, 1.0 if state == "done" else 0.0, message))

    def show(self, running: Iterable[tuple[Job, Report | None]], waiting: Iterable[Job], why_waiting: str) -> None:
        """Put up what is true now, in one step."""
        self._shown = (
            *(_running(job, report) for job, report in running),
            *(JobView(job.id, job.kind, "queued", 0.0, _reason(job, why_waiting)) for job in waiting),
            *self._ended,
        )


def _running(job: Job, report: Report | None) -> JobView:
    if report is None:
        return JobView(job.id, job.kind, "queued", 0.0, "waits for the worker to take it")
    return JobView(job.id, job.kind, "running", report.progress, report.message)


def _reason(job: Job, why_waiting: str) -> str:
    return f"will be tried again: {job.error}" if job.error else why_waiting
