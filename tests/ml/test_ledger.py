"""The promise ledger: kept once, never changed, read when due, by any number of processes."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.ledger import FILE, KEEP_DAYS, KEEP_ROWS, Due, Ledger, LedgerFault, Promise

DAY = date(2026, 5, 31)
PROMISE = Promise(
    kind="forecast",
    scope="product",
    subject="P1",
    location_id="",
    made_as_of=DAY,
    starts_on=DAY + timedelta(days=1),
    ends_on=DAY + timedelta(days=7),
    value=12.5,
    low=8.0,
    high=19.0,
    coverage=0.8,
    model="median of the ladder",
    version="history-1",
)
PROGRAM = """
import sys
from dataclasses import replace
from pathlib import Path
from ml.ledger import Ledger
from tests.ml.test_ledger import PROMISE
ledger = Ledger(Path(sys.argv[1]))
for number in range(40):
    ledger.record([replace(PROMISE, subject=f"{sys.argv[2]}-{number % 30}"), replace(PROMISE, subject=f"shared-{number}")])
"""


def test_what_was_promised_is_read_as_it_was_said_once_it_is_due(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    bare = replace(PROMISE, kind="reorder", low=None, high=None, coverage=None, detail='{"reorder_point": 14}')
    assert ledger.record([PROMISE, bare]) == 2
    assert ledger.due("forecast", PROMISE.ends_on) == Due((PROMISE,), 0)
    assert ledger.due("forecast", PROMISE.ends_on - timedelta(days=1)).promises == ()
    assert ledger.due("forecast", PROMISE.ends_on, since=DAY + timedelta(days=1)).promises == ()
    assert ledger.due("reorder", PROMISE.ends_on).promises == (bare,)


def test_of_more_than_can_be_read_the_newest_are_and_the_rest_is_counted(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.record(replace(PROMISE, ends_on=PROMISE.ends_on + timedelta(days=more)) for more in range(9))
    found = ledger.due("forecast", date.max, limit=4)
    assert [(each.ends_on - PROMISE.ends_on).days for each in found.promises] == [8, 7, 6, 5]
    assert found.left_out == 5
    assert ledger.due("forecast", date.max, limit=9).left_out == 0


def test_what_is_older_than_is_kept_goes_and_nothing_else(tmp_path: Path) -> None:
    ledger, now = Ledger(tmp_path), datetime.now(UTC)
    ledger.record([replace(PROMISE, subject="old")], now - timedelta(days=KEEP_DAYS + 2))
    ledger.record([replace(PROMISE, subject="kept")], now - timedelta(days=KEEP_DAYS - 2))
    ledger.record([replace(PROMISE, subject="new")], now)
    assert {each.subject for each in ledger.due("forecast", date.max).promises} == {"kept", "new"}


def test_there_are_never_more_than_are_kept(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.record([PROMISE])
    with sqlite3.connect(tmp_path / FILE) as connection:  # as if half a million had come since
        names = [row[1] for row in connection.execute("PRAGMA table_info(promises)")]
        values = ", ".join({"key": "'later'", "subject": "'later'"}.get(name, name) for name in names)
        connection.execute(f"INSERT INTO promises (rowid, {', '.join(names)}) SELECT {KEEP_ROWS + 1}, {values} FROM promises")
    connection.close()
    ledger.record([replace(PROMISE, subject="last")])
    assert {each.subject for each in ledger.due("forecast", date.max).promises} == {"later", "last"}


def test_a_ledger_of_before_there_were_bounds_gets_them(tmp_path: Path) -> None:
    Ledger(tmp_path).record([PROMISE])
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("DROP TRIGGER promises_kept")
        connection.execute(
            "CREATE TRIGGER promises_no_delete BEFORE DELETE ON promises BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
        )
        # What lay there before the bounds: rowid 0 comes before all that is recorded by now, as a row of long ago does.
        names = [row[1] for row in connection.execute("PRAGMA table_info(promises)")]
        put = {"key": "'old'", "subject": "'old'", "recorded_at": "'2020-01-01T00:00:00+00:00'"}
        values = ", ".join(put.get(name, name) for name in names)
        connection.execute(f"INSERT INTO promises (rowid, {', '.join(names)}) SELECT 0, {values} FROM promises")
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute("DELETE FROM promises WHERE subject = 'old'")
    connection.close()
    Ledger(tmp_path).record([replace(PROMISE, subject="new")])
    assert {each.subject for each in Ledger(tmp_path).due("forecast", date.max).promises} == {PROMISE.subject, "new"}


def test_the_same_promise_is_kept_once_and_another_number_is_another_promise(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    assert ledger.record([PROMISE, PROMISE]) == 1
    assert ledger.record([PROMISE]) == 0
    assert ledger.record([replace(PROMISE, value=12.6)]) == 1
    assert len(ledger.due("forecast", PROMISE.ends_on).promises) == 2


def test_nothing_is_made_by_looking(tmp_path: Path) -> None:
    assert Ledger(tmp_path).due("forecast", date.max) == Due((), 0)
    assert Ledger(tmp_path).record([]) == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("act", ["UPDATE promises SET value = 0", "DELETE FROM promises"])
def test_nobody_changes_what_was_said(tmp_path: Path, act: str) -> None:
    Ledger(tmp_path).record([PROMISE])
    with sqlite3.connect(tmp_path / FILE) as connection, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(act)
    connection.close()
    assert Ledger(tmp_path).due("forecast", PROMISE.ends_on).promises == (PROMISE,)


@pytest.mark.parametrize("days", [(0, 7), (-3, 7), (5, 4)])
def test_a_promise_is_about_days_to_come(days: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="days after the day it is made"):
        replace(PROMISE, starts_on=DAY + timedelta(days=days[0]), ends_on=DAY + timedelta(days=days[1]))


def test_a_file_that_is_no_ledger_is_named_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("not a database, but long enough to be looked at as one" * 20)
    with pytest.raises(LedgerFault, match=FILE):
        Ledger(tmp_path).record([PROMISE])
    assert (tmp_path / FILE).read_text().startswith("not a database")


def test_several_processes_write_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    running = [subprocess.Popen([*command, name], cwd=Path(__file__).parents[2]) for name in ("ann", "bob", "eve")]
    assert [each.wait(60) for each in running] == [0, 0, 0]
    subjects = {each.subject for each in Ledger(tmp_path).due("forecast", PROMISE.ends_on).promises}
    assert len(subjects) == 3 * 30 + 40


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=20), st.floats(0, 1e12), st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 400))
def test_any_promise_survives_the_file(tmp_path_factory: pytest.TempPathFactory, name: str, value: float, day: date, days: int) -> None:
    if any("\ud800" <= letter <= "\udfff" for letter in name):
        return
    made = replace(
        PROMISE, subject=name, value=value, made_as_of=day, starts_on=day + timedelta(days=1), ends_on=day + timedelta(days=days)
    )
    ledger = Ledger(tmp_path_factory.mktemp("ledger"))
    ledger.record([made])
    assert ledger.due("forecast", date.max).promises == (made,)
