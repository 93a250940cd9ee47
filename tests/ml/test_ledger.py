"""The promise ledger: kept once, never changed, read when due, by any number of processes."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.ledger import FILE, Ledger, LedgerFault, Promise

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
    assert ledger.due("forecast", PROMISE.ends_on) == (PROMISE,)
    assert ledger.due("forecast", PROMISE.ends_on - timedelta(days=1)) == ()
    assert ledger.due("forecast", PROMISE.ends_on, since=DAY + timedelta(days=1)) == ()
    assert ledger.due("reorder", PROMISE.ends_on) == (bare,)


def test_the_same_promise_is_kept_once_and_another_number_is_another_promise(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    assert ledger.record([PROMISE, PROMISE]) == 1
    assert ledger.record([PROMISE]) == 0
    assert ledger.record([replace(PROMISE, value=12.6)]) == 1
    assert len(ledger.due("forecast", PROMISE.ends_on)) == 2


def test_nothing_is_made_by_looking(tmp_path: Path) -> None:
    assert Ledger(tmp_path).due("forecast", date.max) == ()
    assert Ledger(tmp_path).record([]) == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("act", ["UPDATE promises SET value = 0", "DELETE FROM promises"])
def test_nobody_changes_what_was_said(tmp_path: Path, act: str) -> None:
    Ledger(tmp_path).record([PROMISE])
    with sqlite3.connect(tmp_path / FILE) as connection, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(act)
    connection.close()
    assert Ledger(tmp_path).due("forecast", PROMISE.ends_on) == (PROMISE,)


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
    subjects = {each.subject for each in Ledger(tmp_path).due("forecast", PROMISE.ends_on)}
    assert len(subjects) == 3 * 30 + 40


@given(st.text(max_size=20), st.floats(0, 1e12), st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 400))
def test_any_promise_survives_the_file(tmp_path_factory: pytest.TempPathFactory, name: str, value: float, day: date, days: int) -> None:
    if any("\ud800" <= letter <= "\udfff" for letter in name):
        return
    made = replace(
        PROMISE, subject=name, value=value, made_as_of=day, starts_on=day + timedelta(days=1), ends_on=day + timedelta(days=days)
    )
    ledger = Ledger(tmp_path_factory.mktemp("ledger"))
    ledger.record([made])
    assert ledger.due("forecast", date.max) == (made,)
