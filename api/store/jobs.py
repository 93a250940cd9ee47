"""Work that must not be lost: leased to one worker at a time, leased again when that one dies, dead after three tries."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, Row, Update, and_, delete, func, or_, select, update

from api.store.database import Database, put_once
from api.store.errors import Conflict, KeyReused, LeaseLost, NotFound
from api.store.limits import Limits, bounded_count, bounded_json, bounded_page, bounded_text, known_shape, new_id
from api.store.tables import jobs

JobStatus = Literal["queued", "leased", "done", "dead"]
TRIES = 3
_PRUNED_AT_ONCE = 1_000
_SILENT = "the worker fell silent on the last try"


@dataclass(frozen=True)
class Job:
    """A piece of work; one that was claimed carries the lease that its worker must show."""

    id: str
    kind: str
    key: str
    payload: str
    status: JobStatus
    tries: int
    max_tries: int
    lease: str | None
    worker: str | None
    due_at: datetime
    progress: str
    error: str | None
    created_at: datetime
    finished_at: datetime | None


class NewJob(NamedTuple):
    """Work to be done: the key says which effect it is, so that asking twice does it once."""

    kind: str
    key: str
    payload: str = "{}"


class Jobs:
    """Queue, claim and finish work. `due_at` is when a queued job may start and when a lease runs out."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def enqueue(self, kind: str, payload: str, key: str) -> Job:
        """Queue work once: the same key and payload again give the same job, another payload is KeyReused."""
        with self._database.write() as connection:
            return add_job(connection, NewJob(kind, key, payload), self._database.now(), self._database.limits)

    def claim(self, worker: str, kinds: Collection[str] = (), lease_seconds: float = 60.0) -> Job | None:
        """Lease the job that is due longest, of any of `kinds`; two workers never get the same."""
        bounded_text("worker", worker, self._database.limits.name_characters, least=1)
        with self._database.write() as connection:
            now = self._database.now()
            _bury_silent(connection, now)
            due = select(jobs.c.id).where(_due(now)).order_by(jobs.c.due_at, jobs.c.created_at, jobs.c.id).limit(1)
            found = connection.execute((due.where(jobs.c.kind.in_(kinds)) if kinds else due).with_for_update(skip_locked=True)).scalar()
            if found is None:
                return None
            leased = update(jobs).where(jobs.c.id == found).values(status="leased", lease=new_id(), worker=worker, tries=jobs.c.tries + 1)
            return _one(connection, leased.values(due_at=now + timedelta(seconds=lease_seconds)))

    def heartbeat(self, job: Job, progress: str = "", lease_seconds: float = 60.0) -> Job:
        """Keep the lease and say how far the work is; LeaseLost tells the worker to stop."""
        bounded_text("progress", progress, self._database.limits.reason_characters)
        due_at = self._database.now() + timedelta(seconds=lease_seconds)
        return self._held(job, due_at=due_at, progress=progress or jobs.c.progress)

    def complete(self, job: Job) -> Job:
        """Say that the work is done."""
        return self._held(job, status="done", lease=None, error=None, finished_at=self._database.now())

    def fail(self, job: Job, reason: str, retry_seconds: float = 10.0, final: bool = False) -> Job:
        """Say that this try failed: queued again for later, or dead after the last try or one that would only be repeated."""
        bounded_text("reason", reason, self._database.limits.reason_characters, least=1)
        now = self._database.now()
        if final or job.tries >= job.max_tries:
            return self._held(job, status="dead", lease=None, error=reason, finished_at=now)
        return self._held(job, status="queued", lease=None, error=reason, due_at=now + timedelta(seconds=retry_seconds))

    def get(self, job_id: str) -> Job:
        """The job, or NotFound."""
        with self._database.read() as connection:
            found = connection.execute(select(jobs).where(jobs.c.id == known_shape("job", job_id))).one_or_none()
        if found is None:
            raise NotFound("job", job_id)
        return _job(found)

    def with_status(self, status: JobStatus, *, kind: str | None = None, limit: int = 50) -> tuple[Job, ...]:
        """Jobs in a status, the newest first."""
        bounded_page(limit, 0, self._database.limits)
        chosen = select(jobs).where(jobs.c.status == status).order_by(jobs.c.created_at.desc(), jobs.c.id).limit(limit)
        with self._database.read() as connection:
            return tuple(map(_job, connection.execute(chosen if kind is None else chosen.where(jobs.c.kind == kind))))

    def revive(self, job_id: str) -> Job:
        """Give a dead job its tries back, because a person removed the reason."""
        back = update(jobs).where(jobs.c.id == known_shape("job", job_id), jobs.c.status == "dead")
        with self._database.write() as connection:
            row = connection.execute(
                back.values(status="queued", tries=0, due_at=self._database.now(), finished_at=None).returning(jobs)
            ).one_or_none()
        if row is None:
            raise Conflict(f"Job {job_id} is not dead; only a dead job is revived.")
        return _job(row)

    def prune(self, before: datetime) -> int:
        """Delete some jobs done before; how many, so that the caller repeats until none is left. Dead ones stay to be looked at."""
        old = select(jobs.c.id).where(jobs.c.status == "done", jobs.c.finished_at < before).limit(_PRUNED_AT_ONCE)
        with self._database.write() as connection:
            return connection.execute(delete(jobs).where(jobs.c.id.in_(old))).rowcount

    def _held(self, job: Job, **changes: object) -> Job:
        """Change a job that this lease still holds; a lease that ran out still counts until somebody else has taken it."""
        mine = update(jobs).where(jobs.c.id == job.id, jobs.c.status == "leased", jobs.c.lease == job.lease)
        with self._database.write() as connection:
            row = connection.execute(mine.values(changes).returning(jobs)).one_or_none()
        if row is None:
            raise LeaseLost(job.id)
        return _job(row)


def add_job(connection: Connection, wanted: NewJob, now: datetime, limits: Limits) -> Job:
    """Queue work in the caller's transaction."""
    bounded_text("job kind", wanted.kind, limits.name_characters, least=1)
    bounded_text("job key", wanted.key, limits.name_characters, least=1)
    bounded_json("job payload", wanted.payload, limits.job_bytes)
    there = _same_key(connection, wanted)
    if there is None:
        waiting = select(func.count()).select_from(jobs).where(jobs.c.status == "queued")
        bounded_count("queued jobs", connection.execute(waiting).scalar_one(), limits.queued_jobs, "let the workers catch up")
        made = Job(new_id(), wanted.kind, wanted.key, wanted.payload, "queued", 0, TRIES, None, None, now, "", None, now, None)
        put_once(connection, jobs, ("kind", "key"), vars(made))
        there = _same_key(connection, wanted)
    if there is None or there.payload != wanted.payload:
        raise KeyReused(wanted.key)
    return there


def _same_key(connection: Connection, wanted: NewJob) -> Job | None:
    row = connection.execute(select(jobs).where(jobs.c.kind == wanted.kind, jobs.c.key == wanted.key)).one_or_none()
    return _job(row) if row else None


def _due(now: datetime) -> Any:
    return and_(jobs.c.due_at <= now, or_(jobs.c.status == "queued", and_(jobs.c.status == "leased", jobs.c.tries < jobs.c.max_tries)))


def _bury_silent(connection: Connection, now: datetime) -> None:
    """Jobs whose last lease ran out are dead, with the reason."""
    silent = update(jobs).where(jobs.c.status == "leased", jobs.c.due_at <= now, jobs.c.tries >= jobs.c.max_tries)
    connection.execute(silent.values(status="dead", lease=None, error=_SILENT, finished_at=now))


def _one(connection: Connection, change: Update) -> Job:
    return _job(connection.execute(change.returning(jobs)).one())


def _job(row: Row[Any]) -> Job:
    return Job(**row._asdict())
