"""The audit: every act is there, and a change anywhere shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from api.store.audit import Sealed
from api.store.open import Store
from tools.call import AuditEntry

DIGEST = hashlib.sha256(b"{}").hexdigest()


def act(number: int = 0, tool: str = "ranking") -> AuditEntry:
    return AuditEntry(datetime(2026, 11, 20, 12, 0, 0, 123456, UTC), f"ann{number}", tool, "data:read", DIGEST, "done", 0.1 + number / 7)


def record(store: Store, count: int) -> None:
    store.audit.record(*map(act, range(count)))


def test_every_act_is_there_and_the_chain_is_whole(store: Store) -> None:
    assert store.audit.verify_chain().whole
    record(store, 200)
    check = store.audit.verify_chain()
    assert (check.rows, check.whole, check.why) == (200, True, "")
    rows = store.audit.after(0, 200)
    assert [row.number for row in rows] == list(range(1, 201))
    assert rows[3].caller == "ann3" and rows[3].seconds == round(0.1 + 3 / 7, 6)
    assert store.audit.after(199) == rows[199:]


def test_each_seal_can_be_recomputed_by_anyone(store: Store) -> None:
    record(store, 3)
    before = "0" * 64
    for row in store.audit.after(0):
        said = [row.number, str(row.at), row.caller, row.tool, row.scope, row.arguments_sha256, row.outcome, row.seconds, before]
        assert row.sha256 == hashlib.sha256(json.dumps(said).encode()).hexdigest()
        before = row.sha256


def test_acts_at_once_make_one_chain(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: store.audit.record(act(number)), range(60)))
    assert store.audit.verify_chain().rows == 60
    assert store.audit.verify_chain().whole


def test_hostile_names_do_not_stop_the_record(store: Store) -> None:
    store.audit.record()
    for tool in ("x" * 1_000_000, "nul\0", "half \ud800", "'; DROP TABLE audit"):
        store.audit.record(act(tool=tool))
    assert store.audit.verify_chain().whole
    assert [row.tool[:9] for row in store.audit.after(0)] == ["x" * 9, "nul?", "half ?", "'; DROP T"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET caller = 'bob' WHERE number = 2",
        "DELETE FROM audit WHERE number = 2",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE number = 2",
        "REPLACE INTO audit SELECT * FROM audit",
        "TRUNCATE audit",
        "INSERT INTO audit SELECT * FROM audit WHERE number = 2 ON CONFLICT (number) DO UPDATE SET caller = 'bob'",
    ],
)
def test_the_database_itself_refuses_changes(store: Store, statement: str) -> None:
    record(store, 3)
    there = store.audit.after(0)
    with pytest.raises(DBAPIError), store._database.write() as connection:
        connection.execute(text(statement))
    assert store.audit.after(0) == there


def unprotected(connection: Connection) -> None:
    """What somebody with all rights on the database could do first."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        return
    for name in ("audit_no_update", "audit_no_delete", "audit_no_replace"):
        connection.execute(text(f"DROP TRIGGER {name}"))


@pytest.mark.parametrize("column", [name for name in Sealed.__dataclass_fields__ if name not in ("number", "at", "seconds")])
def test_one_changed_cell_breaks_the_chain_at_its_row(store: Store, column: str) -> None:
    record(store, 5)
    with store._database.write() as connection:
        unprotected(connection)
        connection.execute(text(f"UPDATE audit SET {column} = 'x' WHERE number = 3"))
    check = store.audit.verify_chain()
    assert (check.whole, check.broken_row, check.rows) == (False, 3, 2)


def forge(row: Sealed, caller: str) -> str:
    said = [row.number, str(row.at), caller, row.tool, row.scope, row.arguments_sha256, row.outcome, row.seconds, row.previous_sha256]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def test_a_row_changed_and_sealed_anew_breaks_the_next(store: Store) -> None:
    record(store, 5)
    seal = forge(store.audit.after(2, 1)[0], "bob")
    with store._database.write() as connection:
        unprotected(connection)
        connection.execute(text("UPDATE audit SET caller = 'bob', sha256 = :seal WHERE number = 3"), {"seal": seal})
    assert store.audit.verify_chain().broken_row == 4


Damage = tuple[str, int]


@pytest.mark.parametrize(
    "damage",
    [
        ("UPDATE audit SET seconds = seconds + 0.000001 WHERE number = 2", 2),
        ("UPDATE audit SET at = '2026-11-20 12:00:01.123456' WHERE number = 4", 4),
        ("DELETE FROM audit WHERE number = 2", 2),
        ("DELETE FROM audit WHERE number >= 4", 4),
        ("DELETE FROM audit", 1),
        ("UPDATE audit SET number = 9 WHERE number = 5", 5),
        ("UPDATE audit_head SET number = 4", 5),
        ("DELETE FROM audit_head", 6),
    ],
)
def test_what_is_missing_is_named(store: Store, damage: Damage) -> None:
    statement, row = damage
    record(store, 5)
    with store._database.write() as connection:
        unprotected(connection)
        connection.execute(text(statement))
    assert store.audit.verify_chain().broken_row == row


def test_it_is_the_audit_the_gate_asks_for(store: Store) -> None:
    audit: Callable[[AuditEntry], None] = store.audit.record
    audit(act())
    assert store.audit.after(0)[0].arguments_sha256 == DIGEST
