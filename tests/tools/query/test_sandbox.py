"""The sandbox as its callers see it: exact values, typed troubles, bounded results, and it goes on whatever happened."""

from __future__ import annotations

import math
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.tools.query.test_guard_benign import accepted
from tests.tools.query.test_guard_warehouse import build_warehouse
from tools.query import sandbox as sandbox_module
from tools.query.guard import GuardedSql, SqlRefused, guard
from tools.query.sandbox import MAX_RESULT_BYTES, CannotRun, Sandbox, SqlResult

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_warehouse(tmp_path_factory.mktemp("sandbox") / "warehouse.duckdb")


@pytest.fixture(scope="module")
def sandbox(database: Path) -> Iterator[Sandbox]:
    with Sandbox(database) as opened:
        yield opened


def straight(sql: str, row_limit: int = 10_000) -> GuardedSql:
    """A statement past the guard: what the child must bear alone."""
    return GuardedSql(sql, (), (), row_limit=row_limit)


def run(sandbox: Sandbox, sql: str) -> SqlResult:
    return sandbox.run(guard(sql))


def trouble(sandbox: Sandbox, sql: str) -> CannotRun:
    with pytest.raises(CannotRun) as caught:
        sandbox.run(straight(sql))
    return caught.value


def pids(sandbox: Sandbox) -> set[int]:
    return {worker.process.pid for worker in sandbox._alive}


def test_values_come_back_exact(sandbox: Sandbox) -> None:
    result = sandbox.run(
        straight("""
            SELECT 1::TINYINT AS i, 170141183460469231731687303715884105727::HUGEINT AS h, 12345678901234567.89::DECIMAL(19, 2) AS m,
                0.1::DOUBLE AS f, 2.0::DOUBLE AS whole, true AS b, 'Hà Nội "x" \\ 😀' AS t, DATE '2024-02-29' AS d,
                TIMESTAMP '2024-02-29 23:59:59.123456' AS s, TIMESTAMPTZ '2024-01-01 00:00:00+07' AS z, TIME '01:02:03' AS c,
                INTERVAL 36 HOUR AS v, NULL::INTEGER AS n, 'nan'::DOUBLE AS nan, '-inf'::DOUBLE AS low, [1, 2] AS l
        """)
    )
    kinds = [column.kind for column in result.columns]
    assert kinds[:9] == ["integer", "integer", "decimal", "number", "number", "boolean", "text", "date", "timestamp"]
    assert kinds[9:] == ["timestamp", "time", "interval", "integer", "number", "number", "text"]
    row = result.rows[0]
    assert row[:9] == (
        1,
        170141183460469231731687303715884105727,
        Decimal("12345678901234567.89"),
        0.1,
        2.0,
        True,
        'Hà Nội "x" \\ 😀',
        date(2024, 2, 29),
        datetime(2024, 2, 29, 23, 59, 59, 123456),
    )
    assert isinstance(row[4], float) and row[5] is True
    assert row[9] == datetime(2023, 12, 31, 17, tzinfo=UTC)
    assert row[10:13] == (clock(1, 2, 3), timedelta(hours=36), None)
    assert isinstance(row[13], float) and math.isnan(row[13])
    assert row[14] == -math.inf and row[15] == "[1, 2]"
    assert [column.type for column in result.columns][2] == "DECIMAL(19,2)"


def test_every_ordinary_statement_runs_there_with_the_same_result(sandbox: Sandbox, database: Path) -> None:
    here = duckdb.connect(str(database), read_only=True, config={"threads": "1"})
    try:
        for statement, guarded in accepted():
            result = sandbox.run(guarded)
            assert list(result.rows) == here.execute(statement).fetchall(), statement
            assert not result.cut
    finally:
        here.close()


@pytest.mark.usefixtures("uncollected")
def test_a_simple_question_takes_less_than_60_ms(sandbox: Sandbox) -> None:
    run(sandbox, "SELECT count(*) AS n FROM orders")
    times = []
    for _ in range(40):
        start = time.perf_counter()
        run(sandbox, "SELECT channel, count(*) AS n, sum(shipping_fee) AS fees FROM orders GROUP BY channel ORDER BY channel")
        times.append(time.perf_counter() - start)
    assert sorted(times)[len(times) // 2] < 0.06


def test_rows_are_cut_at_ten_thousand_and_the_cut_is_said(sandbox: Sandbox) -> None:
    whole = sandbox.run(straight("SELECT * FROM range(10000)"))
    assert (len(whole.rows), whole.cut) == (10_000, False)
    more = sandbox.run(straight("SELECT * FROM range(10001)"))
    assert (len(more.rows), more.cut) == (10_000, True)
    assert len(sandbox.run(straight("SELECT * FROM range(1000000)", row_limit=50_000)).rows) == 10_000


def test_the_limit_of_the_guard_is_the_limit_of_the_result(sandbox: Sandbox) -> None:
    cut = sandbox.run(guard("SELECT order_id FROM orders ORDER BY order_id", limit=299))
    assert (len(cut.rows), cut.cut) == (299, True)
    fits = sandbox.run(guard("SELECT order_id FROM orders ORDER BY order_id", limit=300))
    assert (len(fits.rows), fits.cut) == (300, False)
    asked = sandbox.run(guard("SELECT order_id FROM orders ORDER BY order_id LIMIT 5", limit=300))
    assert (len(asked.rows), asked.cut) == (5, False)


def test_results_are_cut_at_five_megabytes(sandbox: Sandbox) -> None:
    wide = sandbox.run(straight("SELECT repeat('x', 10000) AS t FROM range(2000)"))
    size = sum(len(str(row[0])) for row in wide.rows)
    assert wide.cut and 0.95 * MAX_RESULT_BYTES < size <= MAX_RESULT_BYTES
    one = sandbox.run(straight(f"SELECT repeat('x', {MAX_RESULT_BYTES + 1}) AS t"))
    assert one.cut and one.rows == ()


@pytest.mark.parametrize(
    ("sql", "code", "reason"),
    [
        ("SELECT sum(name) AS s FROM products", "query", "No function matches"),
        ("SELECT CAST(name AS INTEGER) AS s FROM products", "query", "Could not convert string"),
        ("SELECT 1 FROM orders WHERE ordered_at = 3", "query", "Unimplemented type for cast"),
        ("SELECT 1 FROM nowhere", "missing", ""),
        ("SELECT nowhere(1)", "missing", ""),
        ("SELECT email_ FROM customers", "query", ""),
        ("SELECT * FROM read_csv('/etc/passwd')", "failed", ""),
        ("SELECT * FROM '/etc/passwd'", "missing", ""),
        ("ATTACH '/tmp/x.db' AS x", "failed", ""),
        ("SET memory_limit = '100GB'", "query", ""),
        ("SELECT FROM", "failed", ""),
        ("DROP TABLE orders", "query", ""),
    ],
)
def test_troubles_are_typed_and_tell_no_secrets(sandbox: Sandbox, sql: str, code: str, reason: str) -> None:
    before = pids(sandbox)
    found = trouble(sandbox, sql)
    assert found.code == code
    assert found.reason.startswith(reason) and found.what in str(found)
    assert "/" not in str(found) and '"' not in str(found) and "warehouse" not in str(found)
    assert found.remedy
    assert pids(sandbox) == before


def test_a_statement_leaves_nothing_for_the_next(database: Path) -> None:
    with Sandbox(database, workers=1) as single:
        single.run(straight("CREATE TEMP TABLE left_behind AS SELECT 1 AS x"))
        assert trouble(single, "SELECT * FROM left_behind").code == "missing"
        single.run(straight("SET VARIABLE mine = 7"))
        assert single.run(straight("SELECT getvariable('mine') AS x")).rows == ((None,),)
        single.run(straight("PREPARE p AS SELECT 1"))
        assert trouble(single, "EXECUTE p").code in {"query", "failed", "missing"}


def test_a_worker_is_replaced_after_so_many_questions(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox_module, "RECYCLE_AFTER", 3)
    with Sandbox(database, workers=1) as single:
        seen = []
        for _ in range(7):
            seen.append(pids(single))
            assert run(single, "SELECT 1 AS x").rows == ((1,),)
        assert len({pid for each in seen for pid in each}) == 3


def test_a_killed_worker_is_replaced_unnoticed(database: Path) -> None:
    with Sandbox(database, workers=1) as single:
        run(single, "SELECT 1 AS x")
        (victim,) = single._alive
        os.kill(victim.process.pid, signal.SIGKILL)
        victim.process.wait()
        assert run(single, "SELECT 2 AS x").rows == ((2,),)
        assert victim not in single._alive


def test_many_threads_share_two_workers(sandbox: Sandbox) -> None:
    found: list[tuple[int, object]] = []

    def ask(number: int) -> None:
        for step in range(10):
            wanted = number * 100 + step
            found.append((wanted, run(sandbox, f"SELECT {wanted} AS x").rows[0][0]))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 80
    assert [pair for pair in found if pair[0] != pair[1]] == []


@pytest.mark.usefixtures("uncollected")
def test_busy_is_said_in_time(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox_module, "PATIENCE_SECONDS", -0.7)
    with Sandbox(database, workers=1, seconds=1.0) as single:
        run(single, "SELECT 1 AS x")
        slow = threading.Thread(target=lambda: trouble(single, "SELECT sleep_ms(5000)"))
        slow.start()
        time.sleep(0.1)
        start = time.perf_counter()
        assert trouble(single, "SELECT 1").code == "busy"
        assert time.perf_counter() - start < 0.8
        slow.join()
        assert run(single, "SELECT 1 AS x").rows == ((1,),)


@pytest.mark.usefixtures("uncollected")
def test_closing_ends_what_runs_and_what_comes(database: Path) -> None:
    opened = Sandbox(database, workers=1, seconds=20.0)
    run(opened, "SELECT 1 AS x")
    workers = list(opened._alive)
    caught: list[CannotRun] = []
    asking = [threading.Thread(target=lambda: caught.append(trouble(opened, "SELECT sleep_ms(15000)"))) for _ in range(4)]
    for thread in asking:
        thread.start()
    time.sleep(0.2)
    start = time.perf_counter()
    opened.close()
    for thread in asking:
        thread.join(timeout=5)
    assert [error.code for error in caught] == ["closed"] * 4
    assert time.perf_counter() - start < 2
    assert trouble(opened, "SELECT 1").code == "closed"
    assert [worker.process.poll() for worker in workers] == [-signal.SIGKILL]
    assert all(end.closed for worker in workers for end in (worker.process.stdin, worker.process.stdout) if end)
    assert not opened._alive
    opened.close()


def test_a_new_snapshot_gets_a_new_sandbox_and_the_old_one_serves_on(database: Path, tmp_path: Path) -> None:
    current = tmp_path / "current.duckdb"
    shutil.copy(database, current)
    with Sandbox(current, workers=1) as old:
        assert run(old, "SELECT count(*) AS n FROM orders").rows == ((300,),)
        newer = tmp_path / "newer.duckdb"
        shutil.copy(database, newer)
        connection = duckdb.connect(str(newer))
        connection.execute("DELETE FROM orders WHERE order_id > 'O0099'")
        connection.close()
        newer.replace(current)
        assert run(old, "SELECT count(*) AS n FROM orders").rows == ((300,),)
        with Sandbox(current, workers=1) as new:
            assert run(new, "SELECT count(*) AS n FROM orders").rows == ((100,),)


def test_a_missing_or_damaged_snapshot_is_a_typed_trouble(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.duckdb"
    damaged.write_bytes(b"not a database" * 1000)
    for path in (tmp_path / "absent.duckdb", damaged):
        with Sandbox(path, workers=1, seconds=1.0) as broken:
            with pytest.raises(CannotRun) as caught:
                run(broken, "SELECT 1 AS x")
            assert caught.value.code == "crashed"
            assert str(tmp_path) not in str(caught.value)


def test_a_statement_that_is_too_long_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(SqlRefused, match="too long"):
        sandbox.run(straight("SELECT '" + "x" * 70_000 + "'"))


def test_a_sandbox_of_nothing_is_the_callers_mistake(database: Path) -> None:
    for workers, seconds, memory in ((0, 5.0, 1 << 30), (1, 0.0, 1 << 30), (1, 5.0, 1000)):
        with pytest.raises(ValueError, match="at least 1 worker"):
            Sandbox(database, workers=workers, seconds=seconds, memory_bytes=memory)


def test_children_end_when_their_parent_is_killed(database: Path) -> None:
    script = (
        f"import sys, time; sys.path.insert(0, {str(ROOT)!r})\n"
        "from pathlib import Path\n"
        "from tools.query.guard import guard\n"
        "from tools.query.sandbox import Sandbox\n"
        f"opened = Sandbox(Path({str(database)!r}), workers=2)\n"
        "opened.run(guard('SELECT 1 AS x'))\n"
        "sys.stdout.write(' '.join(str(worker.process.pid) for worker in opened._alive) + '\\n'); sys.stdout.flush()\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert parent.stdout is not None
    children = [int(pid) for pid in parent.stdout.readline().split()]
    assert len(children) == 2
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 5
    while any(runs(pid) for pid in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(runs(pid) for pid in children)


def runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
