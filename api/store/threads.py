"""Threads and what was said in them; each belongs to one owner and is not there for anyone else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, Select, and_, delete, func, insert, or_, select, update

from api.store.database import Database
from api.store.errors import NotFound
from api.store.limits import Limits, bounded_count, bounded_page, bounded_text, known_shape, new_id
from api.store.tables import messages, threads

Role = Literal["user", "assistant"]
_TITLE_CHARACTERS = 80
_PRUNED_AT_ONCE = 100


@dataclass(frozen=True)
class Thread:
    """A conversation."""

    id: str
    owner: str
    title: str
    created_at: datetime
    updated_at: datetime
    archived: bool


@dataclass(frozen=True)
class Message:
    """One thing said; numbers count from 1 in each thread."""

    id: str
    thread_id: str
    number: int
    role: Role
    text: str
    answer_id: str | None
    run_id: str | None
    at: datetime


class Threads:
    """Make, find, change and delete threads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, owner: str, title: str = "") -> Thread:
        """A new thread with an id of the server's making."""
        limits = self._database.limits
        bounded_text("owner", owner, limits.name_characters, least=1)
        bounded_text("title", title, limits.title_characters)
        with self._database.write() as connection:
            there = connection.execute(select(func.count()).where(threads.c.owner == owner)).scalar_one()
            bounded_count("threads", there, limits.threads_per_owner, "delete some first")
            now = self._database.now()
            made = Thread(new_id(), owner, title, now, now, archived=False)
            connection.execute(insert(threads).values(vars(made)))
        return made

    def get(self, thread_id: str, owner: str) -> Thread:
        """The thread, or NotFound when it is not this owner's."""
        with self._database.read() as connection:
            return Thread(**owned_thread(connection, thread_id, owner)._asdict())

    def of_owner(
        self, owner: str, *, archived: bool = False, limit: int = 50, offset: int = 0, before: tuple[datetime, str] | None = None
    ) -> tuple[Thread, ...]:
        """The owner's threads, the one last used first; `before` is the time and id of the last one of the page before."""
        bounded_page(limit, offset, self._database.limits)
        chosen = select(threads).where(threads.c.owner == owner, threads.c.archived == archived)
        if before is not None:
            used, last = threads.c.updated_at, before[0]
            chosen = chosen.where(or_(used < last, and_(used == last, threads.c.id > before[1])))
        with self._database.read() as connection:
            rows = connection.execute(chosen.order_by(threads.c.updated_at.desc(), threads.c.id).limit(limit).offset(offset))
            return tuple(Thread(**row._asdict()) for row in rows)

    def change(self, thread_id: str, owner: str, *, title: str | None = None, archived: bool | None = None) -> Thread:
        """Rename, put away or bring back; what is None stays."""
        if title is not None:
            bounded_text("title", title, self._database.limits.title_characters)
        asked = {"title": title, "archived": archived}
        changes = {name: value for name, value in asked.items() if value is not None}
        with self._database.write() as connection:
            owned_thread(connection, thread_id, owner, to_write=True)
            if changes:
                connection.execute(update(threads).where(threads.c.id == thread_id).values(changes))
            return Thread(**owned_thread(connection, thread_id, owner)._asdict())

    def delete(self, thread_id: str, owner: str) -> None:
        """Remove the thread with its messages, runs, events, answers, feedback and open proposals; what was sent stays told."""
        with self._database.write() as connection:
            owned_thread(connection, thread_id, owner, to_write=True)
            connection.execute(delete(threads).where(threads.c.id == thread_id))

    def messages(self, thread_id: str, owner: str, *, after: int = 0, limit: int = 200) -> tuple[Message, ...]:
        """What was said after message number `after`, in order."""
        bounded_page(limit, 0, self._database.limits)
        said = select(messages).where(messages.c.thread_id == thread_id, messages.c.number > after)
        with self._database.read() as connection:
            owned_thread(connection, thread_id, owner)
            rows = connection.execute(said.order_by(messages.c.number).limit(limit))
            return tuple(Message(**row._asdict()) for row in rows)

    def prune(self, before: datetime) -> int:
        """Delete some threads not used since `before`; how many, so that the caller repeats until none is left."""
        old = select(threads.c.id).where(threads.c.updated_at < before).limit(_PRUNED_AT_ONCE)
        with self._database.write() as connection:
            return connection.execute(delete(threads).where(threads.c.id.in_(old))).rowcount


def owned_thread(connection: Connection, thread_id: str, owner: str, *, to_write: bool = False) -> Row[Any]:
    """The thread's row; with `to_write` others wait for this transaction before they change the same thread."""
    query: Select[Any] = select(threads).where(threads.c.id == known_shape("thread", thread_id), threads.c.owner == owner)
    row = connection.execute(query.with_for_update(key_share=True) if to_write else query).one_or_none()
    if row is None:
        raise NotFound("thread", thread_id)
    return row


def say(
    connection: Connection, thread: Row[Any], role: Role, text: str, at: datetime, limits: Limits, run_id: str, answer_id: str | None = None
) -> Message:
    """Add a message to a thread whose row this transaction holds."""
    last = connection.execute(select(func.max(messages.c.number)).where(messages.c.thread_id == thread.id)).scalar() or 0
    if role == "user":
        bounded_count("messages", last, limits.messages_per_thread, "go on in a new thread")
    said = Message(new_id(), thread.id, last + 1, role, text, answer_id, run_id, at)
    connection.execute(insert(messages).values(vars(said)))
    title = thread.title or " ".join(text.split())[:_TITLE_CHARACTERS]
    connection.execute(update(threads).where(threads.c.id == thread.id).values(updated_at=at, title=title))
    return said
