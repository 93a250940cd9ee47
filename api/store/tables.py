"""The tables of app state; the migrations build exactly these (a test compares them)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

RUN_STATUSES = ("queued", "running", "awaiting_approval", "done", "failed", "cancelled")
JOB_STATUSES = ("queued", "leased", "done", "dead")
APPROVAL_STATUSES = ("proposed", "approved", "rejected")
NAMES = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
}


class Moment(TypeDecorator[datetime]):
    """A point in time: always with its zone in Python, UTC in every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        moment = value.astimezone(UTC)
        # SQLite keeps text and would drop the zone; written without it, times compare as text.
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _id(name: str = "id", **options: Any) -> Column[str]:
    return Column(name, String(64), nullable=False, **options)


def _of(parent: str, **options: Any) -> Column[str]:
    """A reference that goes when its parent goes."""
    return Column(f"{parent[:-1]}_id", String(64), ForeignKey(f"{parent}.id", ondelete="CASCADE"), nullable=False, **options)


def _at(name: str = "at", nullable: bool = False) -> Column[datetime]:
    return Column(name, Moment, nullable=nullable)


def _name(name: str, nullable: bool = False) -> Column[str]:
    return Column(name, String(200), nullable=nullable)


def _text(name: str, nullable: bool = False) -> Column[str]:
    return Column(name, Text, nullable=nullable)


def _count(name: str, **options: Any) -> Column[int]:
    return Column(name, Integer, nullable=False, **options)


def _hash(name: str) -> Column[str]:
    return Column(name, String(64), nullable=False)


def _status() -> Column[str]:
    return Column("status", String(20), nullable=False)


def _one_of(column: str, values: Sequence[str]) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(value) for value in values)})", name=column)


metadata = MetaData(naming_convention=NAMES)

threads = Table(
    "threads",
    metadata,
    _id(primary_key=True),
    _name("owner"),
    _name("title"),
    _at("created_at"),
    _at("updated_at"),
    Column("archived", Boolean, nullable=False),
    Index(None, "owner", "updated_at"),
)

messages = Table(
    "messages",
    metadata,
    _id(primary_key=True),
    _of("threads"),
    _count("number"),
    Column("role", String(20), nullable=False),
    _text("text"),
    Column("answer_id", String(64)),
    Column("run_id", String(64)),
    _at(),
    _one_of("role", ("user", "assistant")),
    UniqueConstraint("thread_id", "number"),
)

runs = Table(
    "runs",
    metadata,
    _id(primary_key=True),
    _of("threads"),
    _of("messages", unique=True),
    _status(),
    _name("idempotency_key"),
    Column("as_of", Date),
    _text("verdicts", nullable=True),
    _text("plan", nullable=True),
    _text("error", nullable=True),
    _count("last_event"),
    _at("accepted_at"),
    _at("started_at", nullable=True),
    _at("finished_at", nullable=True),
    _one_of("status", RUN_STATUSES),
    UniqueConstraint("thread_id", "idempotency_key"),
    Index(None, "status", "accepted_at"),
)

run_events = Table(
    "run_events",
    metadata,
    _of("runs", primary_key=True),
    _count("number", primary_key=True, autoincrement=False),
    Column("kind", String(40), nullable=False),
    _text("payload"),
    _at(),
)

answers = Table(
    "answers",
    metadata,
    _id(primary_key=True),
    _of("runs", index=True),
    _of("threads", index=True),
    _text("body"),
    _name("snapshot", nullable=True),
    Column("data_as_of", Date),
    _at(),
)

preferences = Table(
    "preferences",
    metadata,
    Column("owner", String(200), primary_key=True),
    Column("key", String(40), primary_key=True),
    _name("value"),
    _at("updated_at"),
)

feedback = Table(
    "feedback",
    metadata,
    _id(primary_key=True),
    _of("answers"),
    _name("owner"),
    Column("thumb", String(4), nullable=False),
    _name("reasons"),
    _text("comment"),
    _at(),
    _one_of("thumb", ("up", "down")),
    UniqueConstraint("answer_id", "owner"),
    Index(None, "at"),
)

audit = Table(
    "audit",
    metadata,
    _count("number", primary_key=True, autoincrement=False),
    _at(),
    _name("caller"),
    _name("tool"),
    _name("scope"),
    _hash("arguments_sha256"),
    Column("outcome", String(40), nullable=False),
    Column("seconds", Double, nullable=False),
    _hash("previous_sha256"),
    _hash("sha256"),
)

# One row: where the chain ends, so that a cut tail is seen too, and what writers queue at.
audit_head = Table(
    "audit_head",
    metadata,
    _count("id", primary_key=True, autoincrement=False),
    _count("number"),
    _hash("sha256"),
    CheckConstraint("id = 1", name="one_row"),
)

jobs = Table(
    "jobs",
    metadata,
    _id(primary_key=True),
    _name("kind"),
    _name("key"),
    _text("payload"),
    _status(),
    _count("tries"),
    _count("max_tries"),
    Column("lease", String(64)),
    _name("worker", nullable=True),
    _at("due_at"),
    _text("progress"),
    _text("error", nullable=True),
    _at("created_at"),
    _at("finished_at", nullable=True),
    _one_of("status", JOB_STATUSES),
    UniqueConstraint("kind", "key"),
    Index(None, "status", "due_at"),
)

approvals = Table(
    "approvals",
    metadata,
    _id(primary_key=True),
    _of("runs", index=True),
    _name("key"),
    _name("action"),
    _text("arguments"),
    _hash("arguments_sha256"),
    _status(),
    _at("proposed_at"),
    _at("expires_at"),
    _name("decided_by", nullable=True),
    _at("decided_at", nullable=True),
    _one_of("status", APPROVAL_STATUSES),
    UniqueConstraint("key"),
)

# Outlives the thread it came from: what was sent stays told.
outbox = Table(
    "outbox",
    metadata,
    _id(primary_key=True),
    _id("approval_id", unique=True),
    _name("key"),
    _name("action"),
    _text("arguments"),
    _hash("arguments_sha256"),
    _name("approved_by"),
    _at("created_at"),
    _at("sent_at", nullable=True),
    _text("receipt", nullable=True),
    UniqueConstraint("key"),
)
