"""What background work is made of: a kind with typed arguments, an order for one try at a job, and a report of how far it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from ingestion.progress import Progress

MESSAGE_CHARACTERS = 900


class Frozen(BaseModel):
    """A value that is sent between processes as JSON; a field nobody knows is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Arguments(Frozen):
    """What a kind of work is told; no password goes in here, it would be kept with the job."""


A = TypeVar("A", bound=Arguments)


class Workplace(Frozen):
    """What an installation gives every piece of work."""

    home: Path
    keep_snapshots: int = 5
    max_rejected: float = 0.2
    timezone: str | None = None
    currency: str | None = None
    vectors_url: str | None = None  # a Chroma server


@dataclass(frozen=True)
class Kind(Generic[A]):
    """A kind of work. `run` may be repeated after a kill, so what it did before must do no harm; it returns one sentence for people."""

    name: str
    arguments: type[A]
    run: Callable[[A, Workplace, Progress], str]
    says: str
    limit_seconds: float = 3600.0
    then: tuple[str, ...] = ()  # kinds queued, with their default arguments, once this one is done
    niceness: int = 5  # answering goes before preparing, except where nothing can be answered yet


AnyKind = Kind[Any]


class Order(Frozen):
    """One try at a job; the lease tells it from the tries before."""

    job_id: str
    lease: str
    kind: str
    arguments: str = "{}"


class Report(Frozen):
    """How far a try is, in the words of whoever runs it."""

    state: Literal["running", "done", "failed", "interrupted"]
    progress: float = Field(default=0.0, ge=0, le=1)
    message: str = ""
    final: bool = False  # a failure that another try would only repeat
    at: float = 0.0  # seconds since 1970 by the worker's clock; a running try writes a new one every second
