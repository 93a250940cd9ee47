"""Answers, kept whole and exactly as they were written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Select, insert, select

from api.store.database import Database
from api.store.errors import Conflict, NotFound, OutOfBounds
from api.store.limits import Limits, bounded_json, bounded_page, known_shape
from api.store.tables import answers, threads

if TYPE_CHECKING:
    from agents.answer import Answer


@dataclass(frozen=True)
class StoredAnswer:
    """The JSON of an answer and what it is found by."""

    id: str
    run_id: str
    thread_id: str
    body: str
    snapshot: str | None
    data_as_of: date | None
    at: datetime


class Answers:
    """Find answers; they are written by `Runs.conclude`, together with the end of their run."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, answer_id: str, owner: str) -> StoredAnswer:
        """The answer, or NotFound when its thread is not this owner's."""
        with self._database.read() as connection:
            return StoredAnswer(**owned_answer(connection, answer_id, owner)._asdict())

    def of_run(self, run_id: str, owner: str) -> tuple[StoredAnswer, ...]:
        """The answers of a run in order: one, or first the proposal and then what came of it."""
        return self._all(_owned(owner).where(answers.c.run_id == known_shape("run", run_id)))

    def of_thread(self, thread_id: str, owner: str, *, limit: int = 50, offset: int = 0) -> tuple[StoredAnswer, ...]:
        """The answers of a thread in order."""
        bounded_page(limit, offset, self._database.limits)
        return self._all(_owned(owner).where(answers.c.thread_id == known_shape("thread", thread_id)).limit(limit).offset(offset))

    def _all(self, chosen: Select[Any]) -> tuple[StoredAnswer, ...]:
        with self._database.read() as connection:
            rows = connection.execute(chosen.order_by(answers.c.at, answers.c.id))
            return tuple(StoredAnswer(**row._asdict()) for row in rows)


def owned_answer(connection: Connection, answer_id: str, owner: str) -> Row[Any]:
    """The answer's row, when its thread is this owner's."""
    found = connection.execute(_owned(owner).where(answers.c.id == known_shape("answer", answer_id))).one_or_none()
    if found is None:
        raise NotFound("answer", answer_id)
    return found


def add_answer(connection: Connection, run: Row[Any], answer: Answer, at: datetime, limits: Limits) -> bool:
    """Write the answer of a run; False when this very answer is there already."""
    body = bounded_json("answer", answer.model_dump_json(), limits.answer_bytes)
    if answer.thread_id != run.thread_id:
        raise OutOfBounds("answer.thread_id", repr(answer.thread_id), f"{run.thread_id!r}, the thread of its run")
    there = connection.execute(select(answers).where(answers.c.id == answer.answer_id)).one_or_none()
    if there is not None:
        if (there.run_id, there.body) != (run.id, body):
            raise Conflict(f"There is another answer with the id {answer.answer_id!r}; an answer never changes.")
        return False
    added = StoredAnswer(answer.answer_id, run.id, run.thread_id, body, answer.snapshot, answer.data_as_of, at)
    connection.execute(insert(answers).values(vars(added)))
    return True


def _owned(owner: str) -> Select[Any]:
    return select(answers).join(threads, threads.c.id == answers.c.thread_id).where(threads.c.owner == owner)
