"""The ground: what is written is whole, what is read is one state, and a file that cannot be trusted is refused and left alone."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from api.store import sqlite
from api.store.errors import BadAddress, Damaged, InUse, OutOfBounds, StorageFull, Unreachable
from api.store.open import Store, open_store

ROOT = Path(__file__).parents[3]


@pytest.fixture
def path(tmp_path: Path, shared_file: Path) -> Path:
    return Path(shutil.copy(shared_file, tmp_path / "state.db"))


def test_a_block_that_fails_writes_nothing(store: Store) -> None:
    kept = store.threads.create("ann")
    with pytest.raises(RuntimeError), store._database.write() as connection:
        connection.execute(text("DELETE FROM threads"))
        raise RuntimeError
    assert store.threads.of_owner("ann") == (kept,)


def test_a_reading_block_sees_one_state_and_cannot_write(store: Store) -> None:
    with store._database.read() as connection:
        count = text("SELECT count(*) FROM threads")
        assert connection.execute(count).scalar_one() == 0
        store.threads.create("ann")
        assert connection.execute(count).scalar_one() == 0
    with pytest.raises((DBAPIError, BadAddress)), store._database.read() as connection:
        connection.execute(text("DELETE FROM threads"))
    assert len(store.threads.of_owner("ann")) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE runs SET status = 'lost'",
        "UPDATE runs SET thread_id = 'nobody'",
        "UPDATE runs SET idempotency_key = 'same'",
        "UPDATE messages SET role = 'system'",
        "UPDATE messages SET number = 1",
    ],
)
def test_the_database_holds_the_rules_too(store: Store, statement: str) -> None:
    thread = store.threads.create("ann")
    for key in "ab":
        store.runs.accept_message(thread.id, "ann", "hi", key)
    with pytest.raises(IntegrityError), store._database.write() as connection:
        connection.execute(text(statement))


def test_sqlite_is_durable_and_checked(path: Path) -> None:
    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 0, "busy_timeout": 10_000, "trusted_schema": 0}
    with open_store(path) as store, store._database.write() as connection:
        assert {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in expected} == expected


@contextmanager
def another_process(path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that has the store open."""
    program = "import sys; from api.store.open import open_store\nwith open_store(sys.argv[1]): print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None and process.stdout.readline() == "open\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_second_process_is_refused_by_the_name_of_the_first(path: Path) -> None:
    with another_process(path) as holder:
        with pytest.raises(InUse, match=rf"held by process {holder.pid} since .* PostgreSQL"):
            open_store(path)
        holder.kill()
        holder.wait()
        open_store(path).close()


def test_a_second_store_in_this_process_is_refused_too(path: Path) -> None:
    with open_store(path), pytest.raises(InUse):
        open_store(path)
    open_store(f"sqlite:///{path}").close()


def test_a_new_file_is_whole_from_the_start(tmp_path: Path) -> None:
    path = tmp_path / "new folder #1?%" / "state.db"
    open_store(path).close()
    assert sorted(each.name for each in path.parent.iterdir()) == ["state.db", "state.db.lock"]
    leftover = path.with_name("other.db.new")
    leftover.write_bytes(b"half a database of a killed process")
    with open_store(path.with_name("other.db")) as store:
        store.threads.create("ann")
    assert not leftover.exists()


@pytest.mark.parametrize("damage", ["empty", "text", "half", "page", "header"])
def test_a_damaged_file_is_named_and_left_alone(path: Path, damage: str) -> None:
    with open_store(path) as store:
        for _ in range(60):
            store.threads.create("ann", "x" * 200)
    whole = path.read_bytes()
    broken = {
        "empty": b"",
        "text": b"not a database at all, but long enough to be one" * 100,
        "half": whole[: len(whole) // 2],
        "page": whole[:8192] + b"\xff" * 4096 + whole[12288:],
        "header": whole[:100] + b"\0" * 100 + whole[200:],
    }[damage]
    path.write_bytes(broken)
    with pytest.raises(Damaged, match=r"state\.db is damaged: .* restore it from a backup"):
        open_store(path)
    assert path.read_bytes() == broken
    path.write_bytes(whole)
    with open_store(path) as store:
        assert len(store.threads.of_owner("ann", limit=500)) == 60


def test_a_log_without_its_file_is_not_thrown_away(path: Path) -> None:
    log = path.with_name("state.db-wal")
    path.rename(log)
    with pytest.raises(Damaged, match=r"state\.db-wal is there"):
        open_store(path)
    assert log.exists() and not path.exists()


def test_a_full_disk_is_told_and_passes(path: Path) -> None:
    with open_store(path) as store:
        thread = store.threads.create("ann")
        with store._database.write() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 3}")
        with pytest.raises(StorageFull, match="nothing was changed: free some space"):
            for number in range(100):
                store.runs.accept_message(thread.id, "ann", "x" * 5_000, f"k{number}")
        said = store.threads.messages(thread.id, "ann")
        assert len(said) == len(store.runs.of_thread(thread.id, "ann"))
        with store._database.write() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        store.runs.accept_message(thread.id, "ann", "y", "later")


def test_a_writer_that_takes_too_long_does_not_hang_the_others(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "WAIT_SECONDS", 0.2)
    inside, over = Event(), Event()
    with open_store(path) as store:

        def hold() -> None:
            with store._database.write():
                inside.set()
                over.wait(10)

        slow = Thread(target=hold)
        slow.start()
        inside.wait(10)
        with pytest.raises(Unreachable, match="too busy"):
            store.threads.create("ann")
        assert store.threads.of_owner("ann") == (), "reading goes on"
        over.set()
        slow.join()
        store.threads.create("ann")


@pytest.mark.parametrize("address", ["sqlite://", "sqlite:///:memory:", "mysql://root@host/db", "postgresql://host", "://", "duckdb:///x"])
def test_addresses_that_hold_no_state_are_refused(address: str) -> None:
    with pytest.raises(BadAddress, match="Give a path"):
        open_store(address)


def test_a_folder_or_a_file_in_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for path in (tmp_path, tmp_path / "file" / "state.db"):
        with pytest.raises(BadAddress, match="cannot be used"):
            open_store(path)


def test_a_server_that_is_away_is_told_at_once_without_the_password() -> None:
    started = time.monotonic()
    with pytest.raises(Unreachable) as refused:
        open_store("postgres://ann:secret@127.0.0.1:1/state")
    assert time.monotonic() - started < 5
    assert "127.0.0.1" in str(refused.value) and "secret" not in str(refused.value)


def test_a_server_that_dropped_its_connections_is_found_again(server: str, shared_database: str) -> None:
    name = shared_database.rsplit("/", 1)[1]
    with open_store(shared_database) as store, open_store(server) as other:
        store.threads.of_owner("ann")
        with other._database.write() as connection:
            connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"))
        assert store.threads.of_owner("nobody") == ()


def test_a_closed_store_says_where_it_was(path: Path) -> None:
    with open_store(path) as store:
        assert store.place == str(path)


def test_both_engines_refuse_what_only_one_could_keep(store: Store) -> None:
    with pytest.raises(OutOfBounds, match="NUL"):
        store.threads.create("ann\0")


def test_errors_do_not_tell_what_people_wrote(store: Store) -> None:
    with pytest.raises(IntegrityError) as refused, store._database.write() as connection:
        connection.execute(text("INSERT INTO threads (id, owner) VALUES ('t', :secret)"), {"secret": "margin of 40"})
    assert "margin of 40" not in str(refused.value).replace(str(refused.value.orig), "")
