"""Every body that goes over HTTP, in and out; the one module that the user interface knows of this house."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from agents.answer import Answer, Clarification
from agents.bus import Event, Proposal
from agents.editing import Change, Piece
from tools.facts import Evidence, Fact, FactValue, Findings

__all__ = [
    "Answer",
    "Change",
    "Clarification",
    "Event",
    "Evidence",
    "Fact",
    "FactValue",
    "Findings",
    "Piece",
    "Proposal",
]  # taken from below as they are

MAX_MESSAGE_CHARACTERS = 5_000
RunStatus = Literal["queued", "running", "awaiting_approval", "done", "failed", "cancelled"]
JobState = Literal["queued", "running", "done", "failed"]
FeedbackReason = Literal["wrong_number", "misread_question", "incomplete", "unclear", "slow", "other"]
PreferenceName = Literal["language", "location", "number_format"]
ExportFormat = Literal["csv", "xlsx", "json"]
Effect = Literal["read", "propose"]
OneLine = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class Body(BaseModel):
    """What is sent or received; a field nobody knows is refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# --- threads


class NewThread(Body):
    """A conversation to be opened. Without a title its first question becomes one."""

    title: OneLine = ""


class Thread(Body):
    """A conversation."""

    id: str
    title: str
    created_at: AwareDatetime
    updated_at: AwareDatetime


class ThreadPage(Body):
    """Conversations, the one last used first; `next` is the `before` of the following page, null on the last one."""

    threads: tuple[Thread, ...]
    next: str | None = None


class Message(Body):
    """One thing that was said. `run_id` is the run it started or came from."""

    role: Literal["user", "assistant"]
    text: str
    at: AwareDatetime
    run_id: str | None = None
    answer_id: str | None = None


class WaitingProposal(Proposal):
    """A proposal that waits for a verdict, and the run that is resumed with it."""

    run_id: str


class ThreadDetail(Thread):
    """A conversation with what was said in it and what waits for a person."""

    messages: tuple[Message, ...] = ()
    waiting: tuple[WaitingProposal, ...] = ()


# --- runs


class NewRun(Body):
    """A question. `as_of` asks for the answer that would have been given on that day."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={"examples": [{"message": "{tool: ranking, arguments: {metric: revenue, by: category}}"}]},
    )

    message: str = Field(max_length=MAX_MESSAGE_CHARACTERS)
    as_of: date | None = None


class Verdict(Body):
    """What a person decided about a proposal; it counts for exactly the digest that person saw."""

    proposal_id: str = Field(max_length=64)
    digest: str = Field(max_length=64)
    approved: bool


class Verdicts(Body):
    """The decisions a run waits for."""

    verdicts: tuple[Verdict, ...] = Field(min_length=1, max_length=20)


class Run(Body):
    """A question on its way. `answer` is there once there is one; `error` says in words why a run ended without."""

    id: str
    thread_id: str
    status: RunStatus
    question: str
    as_of: date | None = None
    answer: Answer | None = None
    error: str | None = None
    last_event: int = 0
    accepted_at: AwareDatetime
    started_at: AwareDatetime | None = None
    finished_at: AwareDatetime | None = None


# --- answers


class Reading(Body):
    """How the question of an answer was read, in pieces that can be changed."""

    pieces: tuple[Piece, ...]


class Changes(Body):
    """Other values for pieces of a reading."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"examples": [{"changes": [{"place": "c1/period", "value": "last_quarter"}]}]}
    )

    changes: tuple[Change, ...] = Field(min_length=1, max_length=20)


class EvidenceOfAnswer(Body):
    """Every number of an answer and where it came from."""

    facts: tuple[Fact, ...]
    evidence: tuple[Evidence, ...]


class NewFeedback(Body):
    """An opinion about an answer; a later one replaces it."""

    verdict: Literal["up", "down"]
    reasons: tuple[FeedbackReason, ...] = Field((), max_length=6)
    comment: str = Field("", max_length=2_000)


class Feedback(NewFeedback):
    """The opinion that is kept."""

    answer_id: str
    at: AwareDatetime


# --- preferences


class Preferences(Body):
    """What a person wants in every conversation; null is no wish. In a PATCH, a field that is left out stays as it is."""

    language: Literal["en", "vi"] | None = None
    location: OneLine | None = None
    number_format: Literal["1,234.5", "1.234,5"] | None = None


# --- tools


class ToolCard(Body):
    """A tool: what it is for and the JSON schema of its arguments."""

    name: str
    description: str
    effect: Effect
    scope: str
    arguments: dict[str, object] = Field(description="JSON schema of the arguments")


class ToolList(Body):
    """Everything that can be called."""

    tools: tuple[ToolCard, ...]


# --- the installation


class DataStatus(Body):
    """The data that answers now."""

    snapshot: str
    data_as_of: date
    tables: tuple[str, ...]
    currency: str


class JobStatus(Body):
    """A piece of work in the background; `progress` from 0 to 1."""

    id: str
    kind: str
    state: JobState
    progress: float = Field(ge=0, le=1)
    message: str = ""


class Status(Body):
    """How the installation stands, and questions that work on its data."""

    data: DataStatus | None
    jobs: tuple[JobStatus, ...] = ()
    brain: str
    version: str
    examples: tuple[str, ...] = ()


class Health(Body):
    """The process is alive."""

    status: Literal["ok"] = "ok"


class Ready(Body):
    """A question about data can be answered now."""

    status: Literal["ready"] = "ready"
    snapshot: str
    data_as_of: date


class Problem(Body):
    """What went wrong (RFC 9457): the kind and what happened; where known also the field, its value, what was allowed, what to do."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    field: str | None = None
    value: str | None = None
    allowed: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()
    next: str | None = None
    missing: tuple[str, ...] = ()
    jobs: tuple[JobStatus, ...] = ()
