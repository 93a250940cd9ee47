"""What happened in a run, numbered 1, 2, 3 ... without a gap, so that a client that lost its connection goes on where it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from api.store.database import Database
from api.store.errors import Conflict, Gone, NotFound, OutOfBounds
from api.store.limits import bounded_count, bounded_json, bounded_page, bounded_text, known_shape
from api.store.tables import run_events, runs, threads

ENDED = ("done", "failed", "cancelled")
_RUNS_PRUNED_AT_ONCE = 200


@dataclass(frozen=True)
class NewEvent:
    """Something that happened; the payload is JSON text."""

    kind: str
    payload: str = "{}"
    at: datetime | None = None  # when it is written, unless the writer knows better


@dataclass(frozen=True)
class Event:
    """Something that happened, in its place."""

    run_id: str
    number: int
    kind: str
    payload: str
    at: datetime


class Events:
    """Append and read the events of runs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, run_id: str, *events: NewEvent) -> tuple[Event, ...]:
        """Write events in one transaction; Conflict when the run has ended, which tells its worker to stop."""
        limits = self._database.limits
        for event in events:
            bounded_text("event kind", event.kind, 40, least=1)
            bounded_json("event payload", event.payload, limits.event_bytes)
        with self._database.write() as connection:
            run = run_to_write(connection, run_id)
            if run.status in ENDED:
                raise Conflict(f"Run {run_id} has ended ({run.status}); nothing can be added to it.")
            bounded_count("events", run.last_event + len(events) - 1, limits.events_per_run, "send fewer, larger ones")
            return add_events(connection, run_id, run.last_event, events, self._database.now())

    def after(self, run_id: str, owner: str, number: int = 0, limit: int = 200) -> tuple[Event, ...]:
        """The events that follow number `number`; Gone when some of them were pruned."""
        bounded_page(limit, 0, self._database.limits)
        following = select(run_events).where(run_events.c.run_id == run_id, run_events.c.number > number)
        with self._database.read() as connection:
            last = owned_run(connection, run_id, owner).last_event
            if not 0 <= number <= last:
                raise OutOfBounds("last event id", str(number), f"0 to {last}")
            found = connection.execute(following.order_by(run_events.c.number).limit(limit))
            events = tuple(Event(**row._asdict()) for row in found)
        first = events[0].number if events else last + 1
        if first != number + 1:
            raise Gone(run_id, number, first)
        return events

    def prune(self, before: datetime) -> int:
        """Delete the events of some runs that ended before; how many, so that the caller repeats until none is left."""
        ended = (
            select(runs.c.id)
            .where(runs.c.finished_at < before, select(run_events.c.number).where(run_events.c.run_id == runs.c.id).exists())
            .limit(_RUNS_PRUNED_AT_ONCE)
        )
        with self._database.write() as connection:
            return connection.execute(delete(run_events).where(run_events.c.run_id.in_(ended))).rowcount


def add_events(connection: Connection, run_id: str, last: int, events: Sequence[NewEvent], at: datetime) -> tuple[Event, ...]:
    """Number and write events of a run whose row this transaction holds."""
    added = tuple(Event(run_id, last + place, event.kind, event.payload, event.at or at) for place, event in enumerate(events, 1))
    if added:
        connection.execute(insert(run_events), [vars(event) for event in added])
        connection.execute(update(runs).where(runs.c.id == run_id).values(last_event=added[-1].number))
    return added


def run_to_write(connection: Connection, run_id: str) -> Row[Any]:
    """The run's row; others wait for this transaction before they change the same run."""
    found = connection.execute(select(runs).where(runs.c.id == known_shape("run", run_id)).with_for_update(key_share=True)).one_or_none()
    if found is None:
        raise NotFound("run", run_id)
    return found


def owned_run(connection: Connection, run_id: str, owner: str) -> Row[Any]:
    """The run's row, when its thread is this owner's."""
    owned = select(runs).join(threads, threads.c.id == runs.c.thread_id).where(runs.c.id == known_shape("run", run_id))
    found = connection.execute(owned.where(threads.c.owner == owner)).one_or_none()
    if found is None:
        raise NotFound("run", run_id)
    return found
