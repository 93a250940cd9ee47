"""The first layout: conversations, what people keep, audit, jobs, approvals."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "v0001"
down_revision = None

_APPEND_ONLY = "the audit is append-only"
_TABLES = (
    "outbox",
    "approvals",
    "jobs",
    "audit_head",
    "audit",
    "feedback",
    "preferences",
    "answers",
    "run_events",
    "runs",
    "messages",
    "threads",
)


def upgrade() -> None:
    _create_conversations()
    _create_runs()
    _create_what_people_keep()
    _create_audit()
    _create_jobs()
    _create_approvals()
    if op.get_context().dialect.name == "postgresql":
        _protect_audit_on_postgresql()
    else:
        _protect_audit_on_sqlite()


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_refuses()")


def _id(name: str = "id") -> sa.Column[str]:
    return sa.Column(name, sa.String(64), nullable=False)


def _of(parent: str) -> tuple[sa.Column[str], sa.ForeignKeyConstraint]:
    name = f"{parent[:-1]}_id"
    return _id(name), sa.ForeignKeyConstraint([name], [f"{parent}.id"], ondelete="CASCADE")


def _name(name: str, length: int = 200, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=nullable)


def _text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _at(name: str = "at", nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, autoincrement=False)


def _create_conversations() -> None:
    op.create_table(
        "threads",
        _id(),
        _name("owner"),
        _name("title"),
        _at("created_at"),
        _at("updated_at"),
        sa.Column("archived", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_threads_owner_updated_at", "threads", ["owner", "updated_at"])
    op.create_table(
        "messages",
        _id(),
        *_of("threads"),
        _count("number"),
        _name("role", 20),
        _text("text"),
        _name("answer_id", 64, nullable=True),
        _name("run_id", 64, nullable=True),
        _at(),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint("role IN ('user', 'assistant')", name="role"),
        sa.UniqueConstraint("thread_id", "number"),
    )


def _create_runs() -> None:
    statuses = "'queued', 'running', 'awaiting_approval', 'done', 'failed', 'cancelled'"
    op.create_table(
        "runs",
        _id(),
        *_of("threads"),
        *_of("messages"),
        _name("status", 20),
        _name("idempotency_key"),
        sa.Column("as_of", sa.Date),
        _text("verdicts", nullable=True),
        _text("plan", nullable=True),
        _text("error", nullable=True),
        _count("last_event"),
        _at("accepted_at"),
        _at("started_at", nullable=True),
        _at("finished_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint(f"status IN ({statuses})", name="status"),
        sa.UniqueConstraint("message_id"),
        sa.UniqueConstraint("thread_id", "idempotency_key"),
    )
    op.create_index("ix_runs_status_accepted_at", "runs", ["status", "accepted_at"])
    columns = (*_of("runs"), _count("number"), _name("kind", 40), _text("payload"), _at())
    op.create_table("run_events", *columns, sa.PrimaryKeyConstraint("run_id", "number"))
    op.create_table(
        "answers",
        _id(),
        *_of("runs"),
        *_of("threads"),
        _text("body"),
        _name("snapshot", nullable=True),
        sa.Column("data_as_of", sa.Date),
        _at(),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_answers_run_id", "answers", ["run_id"])
    op.create_index("ix_answers_thread_id", "answers", ["thread_id"])


def _create_what_people_keep() -> None:
    columns = (_name("owner"), _name("key", 40), _name("value"), _at("updated_at"))
    op.create_table("preferences", *columns, sa.PrimaryKeyConstraint("owner", "key"))
    op.create_table(
        "feedback",
        _id(),
        *_of("answers"),
        _name("owner"),
        _name("thumb", 4),
        _name("reasons"),
        _text("comment"),
        _at(),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint("thumb IN ('up', 'down')", name="thumb"),
        sa.UniqueConstraint("answer_id", "owner"),
    )
    op.create_index("ix_feedback_at", "feedback", ["at"])


def _create_audit() -> None:
    op.create_table(
        "audit",
        _count("number"),
        _at(),
        _name("caller"),
        _name("tool"),
        _name("scope"),
        _id("arguments_sha256"),
        _name("outcome", 40),
        sa.Column("seconds", sa.Double, nullable=False),
        _id("previous_sha256"),
        _id("sha256"),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "audit_head",
        _count("id"),
        _count("number"),
        _id("sha256"),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint("id = 1", name="one_row"),
    )
    op.execute(f"INSERT INTO audit_head (id, number, sha256) VALUES (1, 0, '{'0' * 64}')")


def _create_jobs() -> None:
    op.create_table(
        "jobs",
        _id(),
        _name("kind"),
        _name("key"),
        _text("payload"),
        _name("status", 20),
        _count("tries"),
        _count("max_tries"),
        _name("lease", 64, nullable=True),
        _name("worker", nullable=True),
        _at("due_at"),
        _text("progress"),
        _text("error", nullable=True),
        _at("created_at"),
        _at("finished_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint("status IN ('queued', 'leased', 'done', 'dead')", name="status"),
        sa.UniqueConstraint("kind", "key"),
    )
    op.create_index("ix_jobs_status_due_at", "jobs", ["status", "due_at"])


def _create_approvals() -> None:
    op.create_table(
        "approvals",
        _id(),
        *_of("runs"),
        _name("key"),
        _name("action"),
        _text("arguments"),
        _id("arguments_sha256"),
        _name("status", 20),
        _at("proposed_at"),
        _at("expires_at"),
        _name("decided_by", nullable=True),
        _at("decided_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint("status IN ('proposed', 'approved', 'rejected')", name="status"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_approvals_run_id", "approvals", ["run_id"])
    op.create_table(
        "outbox",
        _id(),
        _id("approval_id"),
        _name("key"),
        _name("action"),
        _text("arguments"),
        _id("arguments_sha256"),
        _name("approved_by"),
        _at("created_at"),
        _at("sent_at", nullable=True),
        _text("receipt", nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("approval_id"),
        sa.UniqueConstraint("key"),
    )


def _protect_audit_on_sqlite() -> None:
    for act in ("UPDATE", "DELETE"):
        op.execute(f"CREATE TRIGGER audit_no_{act.lower()} BEFORE {act} ON audit BEGIN SELECT RAISE(ABORT, '{_APPEND_ONLY}'); END")
    # INSERT OR REPLACE deletes without the trigger above.
    op.execute(
        "CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE number = NEW.number) "
        f"BEGIN SELECT RAISE(ABORT, '{_APPEND_ONLY}'); END"
    )


def _protect_audit_on_postgresql() -> None:
    body = f"BEGIN RAISE EXCEPTION '{_APPEND_ONLY}' USING ERRCODE = 'integrity_constraint_violation'; END"
    op.execute(f"CREATE FUNCTION audit_refuses() RETURNS trigger LANGUAGE plpgsql AS $${body}$$")
    acts = "UPDATE OR DELETE OR TRUNCATE"
    op.execute(f"CREATE TRIGGER audit_append_only BEFORE {acts} ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_refuses()")
