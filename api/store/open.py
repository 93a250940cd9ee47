"""Open the app state at a path or URL: one object, one part for each concern, closed at the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import TracebackType

from sqlalchemy import delete

from api.store.answers import Answers
from api.store.approvals import Approvals
from api.store.audit import Audit
from api.store.database import Database, open_database, utc_now
from api.store.events import Events
from api.store.feedback import Feedback
from api.store.jobs import Jobs
from api.store.limits import Limits
from api.store.outbox import Outbox
from api.store.preferences import Preferences
from api.store.runs import Runs
from api.store.tables import feedback, preferences, threads
from api.store.threads import Threads


class Store:
    """The app state. Methods block for as long as the disk does: async callers run them in a thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.threads = Threads(database)
        self.runs = Runs(database)
        self.events = Events(database)
        self.answers = Answers(database)
        self.preferences = Preferences(database)
        self.feedback = Feedback(database)
        self.audit = Audit(database)
        self.jobs = Jobs(database)
        self.approvals = Approvals(database)
        self.outbox = Outbox(database)

    @property
    def place(self) -> str:
        """Where the state is, without its password."""
        return self._database.place

    def forget(self, owner: str) -> None:
        """Delete what is known about a person; the audit keeps that they acted, and what was sent stays told."""
        with self._database.write() as connection:
            for table in (threads, preferences, feedback):
                connection.execute(delete(table).where(table.c.owner == owner))

    def close(self) -> None:
        """Let the database go; a SQLite file can then be opened by another process."""
        self._database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def open_store(address: str | Path, *, limits: Limits | None = None, now: Callable[[], datetime] = utc_now) -> Store:
    """The app state at a path, `sqlite:///PATH` or `postgresql://...`, brought to the newest layout first."""
    return Store(open_database(address, limits or Limits(), now))
