"""The layout: migrations and tables agree, forwards and back, on both engines."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.schema import CreateIndex, CreateTable

from api.store.answers import StoredAnswer
from api.store.approvals import Approval
from api.store.audit import Sealed
from api.store.errors import TooNew
from api.store.events import Event
from api.store.feedback import Opinion
from api.store.jobs import Job
from api.store.migrate import downgrade, revision, upgrade
from api.store.open import Store, open_store
from api.store.outbox import Outgoing
from api.store.preferences import Preference
from api.store.runs import Run
from api.store.tables import metadata
from api.store.threads import Message, Thread
from tests.api.store.conftest import new_database

RECORDS: dict[str, type[Any]] = {
    "threads": Thread,
    "messages": Message,
    "runs": Run,
    "run_events": Event,
    "answers": StoredAnswer,
    "preferences": Preference,
    "feedback": Opinion,
    "audit": Sealed,
    "jobs": Job,
    "approvals": Approval,
    "outbox": Outgoing,
}


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of the test's own, with nothing in it: its layout will be changed."""
    return str(tmp_path / "state.db") if request.param == "sqlite" else new_database(request.getfixturevalue("server"))


def test_upgrading_from_nothing_gives_the_tables(store: Store) -> None:
    with store._database.write() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_every_constraint_of_the_tables_is_built_by_the_migrations(tmp_path: Path) -> None:
    """The comparison above passes over CHECK constraints; SQLite keeps the text it was given."""
    with open_store(tmp_path / "state.db") as store, store._database.read() as connection:
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
        built = {name: parts(sql) for name, sql in rows}
    dialect = create_engine("sqlite://").dialect
    for table in metadata.sorted_tables:
        assert built[table.name] == parts(str(CreateTable(table).compile(dialect=dialect)))
        for index in table.indexes:
            assert built[str(index.name)] == parts(str(CreateIndex(index).compile(dialect=dialect)))


def parts(sql: str) -> list[str]:
    """The lines of a definition, whatever their order."""
    return sorted(re.sub(r"\s+", " ", line).strip().rstrip(",") for line in sql.strip().splitlines())


def test_downgrading_leaves_nothing_and_upgrading_again_works(store: Store) -> None:
    with store._database.write() as connection:
        downgrade(connection, "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]
        if connection.dialect.name == "postgresql":
            assert connection.execute(text("SELECT count(*) FROM pg_proc WHERE proname = 'audit_refuses'")).scalar_one() == 0
        assert revision(connection) is None
        upgrade(connection)
        assert revision(connection) == "v0001"
    assert store.threads.create("ann").owner == "ann"


def test_opening_again_changes_nothing(address: str) -> None:
    with open_store(address) as store:
        kept = store.threads.create("ann", "Stock")
    with open_store(address) as store:
        assert store.threads.get(kept.id, "ann") == kept


def test_a_layout_of_a_newer_release_is_refused(address: str) -> None:
    with open_store(address) as store, store._database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'v9999'"))
    with pytest.raises(TooNew, match="v9999"):
        open_store(address)


def test_an_upgrade_that_fails_leaves_nothing_behind(address: str) -> None:
    with open_store(address) as store:
        with pytest.raises(RuntimeError), store._database.write() as connection:
            downgrade(connection, "base")
            raise RuntimeError
        assert store.threads.create("ann").owner == "ann"


def test_records_have_the_fields_of_their_tables() -> None:
    assert set(RECORDS) == set(metadata.tables) - {"audit_head"}
    for name, record in RECORDS.items():
        assert [field.name for field in fields(record)] == [column.name for column in metadata.tables[name].columns]


def test_processes_that_start_together_migrate_one_after_the_other(server: str) -> None:
    url = new_database(server)
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(open_store, [url] * 4))
    made = [store.threads.create("ann") for store in stores]
    assert {each.id for each in stores[0].threads.of_owner("ann")} == {each.id for each in made}
    for store in stores:
        store.close()
