"""Runs: a message is recorded before it is acknowledged, and what comes of it is recorded once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Connection, Row, func, insert, select, update

from api.store.answers import add_answer
from api.store.database import Database
from api.store.errors import Conflict, Crowded, KeyReused, NotFound
from api.store.events import ENDED, NewEvent, add_events, owned_run, run_to_write
from api.store.limits import bounded_count, bounded_json, bounded_page, bounded_text, known_shape, new_id
from api.store.tables import answers, messages, runs, threads
from api.store.threads import owned_thread, say

if TYPE_CHECKING:
    from agents.answer import Answer

Status = Literal["queued", "running", "awaiting_approval", "done", "failed", "cancelled"]
_CONCLUSIONS: Mapping[str, tuple[Status, str]] = {
    "awaiting_approval": ("awaiting_approval", "approval_required"),
    "failed": ("failed", "failed"),
}


@dataclass(frozen=True)
class Run:
    """One turn of the assistant, from the message it answers to its end."""

    id: str
    thread_id: str
    message_id: str
    status: Status
    idempotency_key: str
    as_of: date | None
    verdicts: str | None
    plan: str | None
    error: str | None
    last_event: int
    accepted_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True)
class Told:
    """A run with what was asked and the newest answer to it, as JSON text."""

    run: Run
    question: str
    answer: str | None


@dataclass(frozen=True)
class Unfinished:
    """A run that was accepted and has not ended, with what is needed to take it up again."""

    run: Run
    owner: str
    text: str


class Runs:
    """Accept messages and follow what becomes of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def accept_message(self, thread_id: str, owner: str, text: str, idempotency_key: str, as_of: date | None = None) -> Run:
        """Record message and run together; the same key, text and day again give the same run, others are KeyReused."""
        limits = self._database.limits
        bounded_text("message", text, limits.message_characters)
        bounded_text("idempotency key", idempotency_key, limits.name_characters, least=1)
        with self._database.write() as connection:
            thread = owned_thread(connection, thread_id, owner, to_write=True)
            earlier = _accepted_before(connection, thread_id, idempotency_key)
            if earlier is not None:
                if (earlier.text, earlier.as_of) != (text, as_of):
                    raise KeyReused(idempotency_key)
                return _run(run_to_write(connection, earlier.id))
            self._refuse_flood(connection, owner)
            now, run_id = self._database.now(), new_id()
            said = say(connection, thread, "user", text, now, limits, run_id)
            run = Run(run_id, thread_id, said.id, "queued", idempotency_key, as_of, None, None, None, 0, now, None, None)
            connection.execute(insert(runs).values(vars(run)))
        return run

    def get(self, run_id: str, owner: str) -> Run:
        """The run, or NotFound when its thread is not this owner's."""
        with self._database.read() as connection:
            return _run(owned_run(connection, run_id, owner))

    def told(self, run_id: str, owner: str) -> Told:
        """The run with its question and its answer, or NotFound when its thread is not this owner's."""
        newest = select(answers.c.body).where(answers.c.run_id == run_id).order_by(answers.c.at.desc(), answers.c.id.desc()).limit(1)
        with self._database.read() as connection:
            run = owned_run(connection, run_id, owner)
            question = connection.execute(select(messages.c.text).where(messages.c.id == run.message_id)).scalar_one()
            return Told(_run(run), question, connection.execute(newest).scalar())

    def of_thread(self, thread_id: str, owner: str, *, limit: int = 50, offset: int = 0) -> tuple[Run, ...]:
        """The runs of a thread, the newest first."""
        bounded_page(limit, offset, self._database.limits)
        chosen = select(runs).where(runs.c.thread_id == thread_id).order_by(runs.c.accepted_at.desc(), runs.c.id)
        with self._database.read() as connection:
            owned_thread(connection, thread_id, owner)
            return tuple(map(_run, connection.execute(chosen.limit(limit).offset(offset))))

    def unfinished(self, limit: int = 500) -> tuple[Unfinished, ...]:
        """Runs to take up after a restart, the oldest first; those that wait for a person are not among them."""
        bounded_page(limit, 0, self._database.limits)
        joined = runs.join(messages, messages.c.id == runs.c.message_id).join(threads, threads.c.id == runs.c.thread_id)
        chosen = select(runs, threads.c.owner, messages.c.text).select_from(joined).where(runs.c.status.in_(("queued", "running")))
        with self._database.read() as connection:
            rows = connection.execute(chosen.order_by(runs.c.accepted_at, runs.c.id).limit(limit)).all()
        return tuple(Unfinished(Run(*row[:-2]), row[-2], row[-1]) for row in rows)

    def start(self, run_id: str) -> Run:
        """Say that work on the run begins, or begins again; Conflict when it has ended. What waited in the thread lapses."""
        with self._database.write() as connection:
            _, run = _with_thread(connection, run_id)
            _refuse_ended(run)
            waiting = select(runs).where(runs.c.thread_id == run.thread_id, runs.c.status == "awaiting_approval", runs.c.id != run_id)
            for lapsed in connection.execute(waiting).all():
                self._end(connection, lapsed, "cancelled", "another question was asked instead of a decision")
            return _changed(connection, run_id, status="running", started_at=run.started_at or self._database.now())

    def resume(self, run_id: str, owner: str, verdicts: str) -> Run:
        """Record what a person decided about the proposals of a run, as JSON text, once; Conflict when it waits for nobody."""
        bounded_json("verdicts", verdicts, self._database.limits.plan_bytes)
        with self._database.write() as connection:
            owned_run(connection, run_id, owner)
            run = run_to_write(connection, run_id)
            if run.status != "awaiting_approval":
                raise Conflict(f"Run {run_id} waits for no decision; it is {run.status}.")
            return _changed(connection, run_id, status="running", verdicts=verdicts)

    def set_plan(self, run_id: str, plan: str) -> Run:
        """Keep the typed plan, as JSON text."""
        bounded_json("plan", plan, self._database.limits.plan_bytes)
        with self._database.write() as connection:
            _open_run(connection, run_id)
            return _changed(connection, run_id, plan=plan)

    def conclude(self, run_id: str, answer: Answer) -> Run:
        """Record the answer, its message, the last event and the run's status together; the same answer again changes nothing."""
        status, kind = _CONCLUSIONS.get(answer.status, ("done", "done"))
        with self._database.write() as connection:
            thread, run = _with_thread(connection, run_id)
            now = self._database.now()
            if not add_answer(connection, run, answer, now, self._database.limits):
                return _run(run)
            _refuse_ended(run)
            say(connection, thread, "assistant", answer.text, now, self._database.limits, run_id, answer.answer_id)
            payload = json.dumps({"answer_id": answer.answer_id, "status": answer.status})
            add_events(connection, run_id, run.last_event, [NewEvent(kind, payload)], now)
            return _changed(connection, run_id, status=status, finished_at=now if status in ENDED else None)

    def fail(self, run_id: str, reason: str) -> Run:
        """End the run without an answer."""
        bounded_text("reason", reason, self._database.limits.reason_characters)
        with self._database.write() as connection:
            run = _open_run(connection, run_id)
            return self._end(connection, run, "failed", reason)

    def cancel(self, run_id: str, owner: str) -> Run:
        """End the run because its owner says so; one that has ended stays as it is."""
        with self._database.write() as connection:
            owned_run(connection, run_id, owner)
            run = run_to_write(connection, run_id)
            return _run(run) if run.status in ENDED else self._end(connection, run, "cancelled", "")

    def _end(self, connection: Connection, run: Row[Any], status: Status, reason: str) -> Run:
        now = self._database.now()
        add_events(connection, run.id, run.last_event, [NewEvent(status, json.dumps({"reason": reason}))], now)
        return _changed(connection, run.id, status=status, error=reason or None, finished_at=now)

    def _refuse_flood(self, connection: Connection, owner: str) -> None:
        mine = runs.join(threads, threads.c.id == runs.c.thread_id)
        waiting = select(func.count()).select_from(mine).where(runs.c.status.in_(("queued", "running")), threads.c.owner == owner)
        most = self._database.limits.waiting_runs_per_owner
        bounded_count("questions under way", connection.execute(waiting).scalar_one(), most, "wait for answers or cancel some", Crowded)


def _accepted_before(connection: Connection, thread_id: str, key: str) -> Row[Any] | None:
    joined = select(runs.c.id, runs.c.as_of, messages.c.text).join(messages, messages.c.id == runs.c.message_id)
    return connection.execute(joined.where(runs.c.thread_id == thread_id, runs.c.idempotency_key == key)).one_or_none()


def _with_thread(connection: Connection, run_id: str) -> tuple[Row[Any], Row[Any]]:
    """Thread before run, the order in which every transaction takes them: two never wait for each other."""
    its_thread = select(threads).join(runs, runs.c.thread_id == threads.c.id).where(runs.c.id == known_shape("run", run_id))
    thread = connection.execute(its_thread.with_for_update(key_share=True, of=threads)).one_or_none()
    if thread is None:
        raise NotFound("run", run_id)
    return thread, run_to_write(connection, run_id)


def _open_run(connection: Connection, run_id: str) -> Row[Any]:
    run = run_to_write(connection, run_id)
    _refuse_ended(run)
    return run


def _refuse_ended(run: Row[Any]) -> None:
    if run.status in ENDED:
        raise Conflict(f"Run {run.id} has ended ({run.status}); nothing more can come of it.")


def _changed(connection: Connection, run_id: str, **changes: object) -> Run:
    return _run(connection.execute(update(runs).where(runs.c.id == run_id).values(changes).returning(runs)).one())


def _run(row: Row[Any]) -> Run:
    return Run(**row._asdict())
