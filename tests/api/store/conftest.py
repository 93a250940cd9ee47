"""Every test here runs on both engines; PostgreSQL is started once, or its half is skipped with the reason."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from agents.answer import Answer, Status
from api.store.open import Store, open_store
from api.store.runs import Run
from api.store.tables import metadata
from api.store.threads import Thread
from tests.tools.query.postgres import binaries, running_server

_numbers = itertools.count(1)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 20, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The URL of a throw-away PostgreSQL."""
    if binaries() is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql): the app state is checked on SQLite only")
    with tempfile.TemporaryDirectory(prefix="oiis-state-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with running_server(folder) as url:
            yield url


@pytest.fixture(scope="session")
def shared_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite store that tests copy."""
    path = tmp_path_factory.mktemp("state") / "state.db"
    open_store(path).close()
    return path


@pytest.fixture(scope="session")
def shared_database(server: str) -> str:
    """One migrated database for most tests: making one for each costs more than the tests."""
    url = new_database(server)
    open_store(url).close()
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty store can be opened."""
    if request.param == "sqlite":
        return str(shutil.copy(request.getfixturevalue("shared_file"), tmp_path / "state.db"))
    url: str = request.getfixturevalue("shared_database")
    rows = "; ".join(f"DELETE FROM {table.name}" for table in reversed(metadata.sorted_tables) if table.name != "audit_head")
    # A replica runs no triggers: the audit's protection and the cascades step aside.
    run_statements(url, f"SET session_replication_role = replica; {rows}; DELETE FROM audit_head; {_HEAD}")
    return url


_HEAD = f"INSERT INTO audit_head VALUES (1, 0, '{'0' * 64}'); ALTER TABLE audit ENABLE TRIGGER ALL"


def new_database(server: str) -> str:
    """The URL of an empty database."""
    name = f"state_{next(_numbers)}"
    run_statements(server, f"CREATE DATABASE {name}")
    return server.rsplit("/", 1)[0] + f"/{name}"


def run_statements(url: str, statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statements.encode())


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(address: str, clock: Clock) -> Iterator[Store]:
    with open_store(address, now=clock) as opened:
        yield opened


@pytest.fixture
def thread(store: Store) -> Thread:
    return store.threads.create("ann")


@pytest.fixture
def run(store: Store, thread: Thread) -> Run:
    return store.runs.accept_message(thread.id, "ann", "How much did we sell?", "k1")


Answering = Callable[..., Answer]


@pytest.fixture
def answering(thread: Thread) -> Answering:
    """Makes answers to questions of the test's thread."""

    def answer(answer_id: str = "a1", status: Status = "answered", text: str = "12 million ₫, 3 % more.") -> Answer:
        return Answer(
            answer_id=answer_id, thread_id=thread.id, question="How much did we sell?", status=status, text=text, snapshot="v000001"
        )

    return answer
