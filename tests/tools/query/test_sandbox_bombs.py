"""The child alone, without the guard: bombs end in time, nothing is written, reached or changed."""

from __future__ import annotations

import hashlib
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tools.query.test_guard_warehouse import build_warehouse
from tools.query.guard import GuardedSql, guard
from tools.query.sandbox import MEMORY_BYTES, CannotRun, Sandbox
from tools.query.sandbox_protocol import encode
from tools.query.sandbox_worker import ChildGone, Worker, start_worker

ATTACKS = Path("../shared/data/sql_attacks.json")
ROOT = Path(__file__).resolve().parents[3]
NEW_ROWS = """
    SELECT count(*), (SELECT count(*) FROM order_lines), (SELECT sum(net_amount) FROM order_lines), (SELECT max(order_id) FROM orders)
    FROM orders
"""

BOMBS = [
    "SELECT repeat('x', 1000000000)",
    "SELECT lpad('x', 2000000000, 'y')",
    "SELECT count(*) FROM order_lines a, order_lines b, order_lines c, order_lines d",
    "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t",
    "WITH RECURSIVE r(s) AS (SELECT 'x' UNION ALL SELECT s || s FROM r) SELECT max(length(s)) FROM r",
    "SELECT string_agg(repeat('x', 1000), '') FROM range(10000000)",
    "SELECT printf('%999999999d', 1)",
    "SELECT list(i) FROM range(1000000000) t(i)",
    "SELECT i, count(*) FROM range(1000000000) t(i) GROUP BY i",
    "SELECT sleep_ms(60000)",
    "SELECT regexp_matches(repeat('a', 99999), '(a+)+$'), count(*) FROM range(1000000000) t(i) WHERE sqrt(i) < 0",
]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_warehouse(tmp_path_factory.mktemp("bombs") / "warehouse.duckdb")


@pytest.fixture(scope="module")
def sandbox(database: Path) -> Iterator[Sandbox]:
    with Sandbox(database, seconds=0.5) as opened:
        opened.run(guard("SELECT 1 AS x"))
        opened.run(guard("SELECT 1 AS x"))
        yield opened


def memory_bytes() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGESIZE")


class Peak:
    """The most memory this process held while the block ran."""

    def __enter__(self) -> Peak:
        self.start = self.most = memory_bytes()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def _watch(self) -> None:
        while not self._over.wait(0.01):
            self.most = max(self.most, memory_bytes())

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self.most = max(self.most, memory_bytes())


def explode(sandbox: Sandbox, bomb: str) -> tuple[CannotRun, float, float, int]:
    """What became of it, after how long, how soon the next question was answered, and how much memory moved here."""
    with Peak() as peak:
        start = time.perf_counter()
        with pytest.raises(CannotRun) as caught:
            sandbox.run(GuardedSql(bomb, (), ()))
        took = time.perf_counter() - start
        start = time.perf_counter()
        assert sandbox.run(guard("SELECT count(*) AS n FROM orders")).rows == ((300,),)
        next_took = time.perf_counter() - start
    return caught.value, took, next_took, peak.most - peak.start


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_ends_in_time_and_the_next_question_is_answered(sandbox: Sandbox, bomb: str) -> None:
    trouble, took, next_took, moved = explode(sandbox, bomb)
    assert trouble.code in {"timeout", "memory", "crashed"}
    assert took < sandbox.seconds + 1
    assert next_took < 1
    assert moved < 50_000_000


@pytest.mark.slow
@pytest.mark.parametrize("bomb", BOMBS)
def test_with_the_default_time_a_bomb_is_over_within_six_seconds(database: Path, bomb: str) -> None:
    with Sandbox(database) as usual:
        usual.run(guard("SELECT 1 AS x"))
        _, took, next_took, moved = explode(usual, bomb)
        assert took < 6
        assert next_took < 1
        assert moved < 50_000_000


@pytest.mark.usefixtures("uncollected")
def test_all_workers_blown_up_at_once_come_back(database: Path) -> None:
    with Sandbox(database, seconds=0.5) as pool:
        threads = [threading.Thread(target=explode, args=(pool, bomb)) for bomb in (BOMBS[3], BOMBS[9])]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        start = time.perf_counter()
        assert pool.run(guard("SELECT 1 AS x")).rows == ((1,),)
        assert time.perf_counter() - start < 1


def straight(worker: Worker, statement: str, rows: int = 50) -> dict[str, object]:
    return worker.ask(encode({"sql": statement, "rows": rows, "bytes": 100_000, "seconds": 0.25}), 0.25, 100_000)


def open_files(pid: int) -> list[str]:
    folder = Path(f"/proc/{pid}/fd")
    try:
        return sorted(os.readlink(entry) for entry in folder.iterdir())
    except (FileNotFoundError, PermissionError):
        return []


def network_of(pid: int) -> list[str]:
    """The lines of the kernel's tables of sockets in the child's network, without their headings."""
    lines = []
    for table in ("tcp", "tcp6", "udp", "udp6", "raw", "unix"):
        path = Path(f"/proc/{pid}/net/{table}")
        lines += path.read_text(encoding="ascii").splitlines()[1:] if path.exists() else []
    return lines


@pytest.mark.skipif(not ATTACKS.exists(), reason="the shared list of attacks is not on this machine")
def test_the_first_list_sent_straight_writes_reaches_and_changes_nothing(tmp_path: Path) -> None:
    """No guard at all: the engine's lock-down and the operating system have to do."""
    database = build_warehouse(tmp_path / "warehouse.duckdb")
    lists = json.loads(ATTACKS.read_text(encoding="utf-8"))
    statements = [text for name in ("first_list", "later_finds") for part in lists[name].values() for text in part]
    assert len(statements) == 184
    before = hashlib.sha256(database.read_bytes()).hexdigest()
    targets = {Path(name) for text in statements for name in re.findall(r"'(?:file:)?(/[\w./-]+)", text)}
    assert len(targets) >= 12
    there = {target for target in targets if target.exists()}
    worker = start_worker(database, MEMORY_BYTES)
    worker.await_ready()
    allowed = set(open_files(worker.process.pid))
    rows = straight(worker, NEW_ROWS)["rows"]
    for statement in statements:
        worker = undisturbed(worker, database, statement, allowed, rows)
    worker.end()
    assert hashlib.sha256(database.read_bytes()).hexdigest() == before
    assert {target for target in targets if target.exists()} == there
    assert os.listdir(tmp_path) == ["warehouse.duckdb"]


def undisturbed(worker: Worker, database: Path, statement: str, allowed: set[str], rows: object) -> Worker:
    """Send one attack; check what the child has open, wrote and shows afterwards; give back a child for the next."""
    pid = worker.process.pid
    own_network = os.readlink(f"/proc/{pid}/ns/net") != os.readlink("/proc/self/ns/net")
    assert own_network is worker.facts["no_network"]
    try:
        straight(worker, statement)
        opened = open_files(pid)  # read once: a child out of memory may be gone a moment later
        assert {name.replace(f"[{pid}]", "") for name in opened} <= allowed | {name for name in opened if "pipe:" in name}
        assert not [name for name in opened if "socket" in name]
        assert not own_network or network_of(pid) == []
        assert "write_bytes: 0" in Path(f"/proc/{pid}/io").read_text(encoding="ascii")
        assert straight(worker, NEW_ROWS)["rows"] == rows
    except ChildGone:
        worker.end()
        worker = start_worker(database, MEMORY_BYTES)
        worker.await_ready()
    return worker


def test_the_child_has_no_secrets_and_no_rights(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OIIS_TEST_SECRET", "do-not-pass-on")
    worker = start_worker(database, MEMORY_BYTES)
    try:
        worker.await_ready()
        folder = Path(f"/proc/{worker.process.pid}")
        assert (folder / "environ").read_bytes() == b""
        assert os.readlink(folder / "cwd") == "/"
        status = dict(line.split(":\t", 1) for line in (folder / "status").read_text(encoding="utf-8").splitlines() if ":\t" in line)
        assert status["NoNewPrivs"] == "1"
        assert "0" not in status["Uid"].split()
        assert int(status["CapEff"], 16) == 0
        limits = (folder / "limits").read_text(encoding="ascii")
        space = int(next(line for line in limits.splitlines() if line.startswith("Max address space")).split()[3])
        assert MEMORY_BYTES < space < MEMORY_BYTES + 500_000_000
        for name in ("Max open files", "Max file size", "Max processes", "Max core file size"):
            line = next(line for line in limits.splitlines() if line.startswith(name))
            assert line.removeprefix(name).split()[:2] == ["0", "0"], line
        assert worker.facts["no_rights"] is True
    finally:
        worker.end()


GIVE_UP = """
import os, socket, subprocess, sys, threading
sys.path.insert(0, sys.argv[1])
from tools.query.sandbox_limits import cut_network, drop_rights, give_up_everything
cut_network(); drop_rights(); give_up_everything(1 << 28)
done = []
def attempt(name, act):
    try:
        act()
    except (OSError, ValueError, MemoryError, RuntimeError, subprocess.SubprocessError):
        return
    done.append(name)
attempt("open", lambda: open("/etc/passwd"))
attempt("write", lambda: open("/tmp/oiis-sandbox-test", "w"))
attempt("socket", lambda: socket.socket())
attempt("pipe", os.pipe)
attempt("fork", lambda: os.fork() or os._exit(0))
attempt("thread", lambda: threading.Thread(target=int).start())
attempt("program", lambda: subprocess.run(["/bin/true"]))
attempt("memory", lambda: bytearray(1 << 29))
attempt("more", lambda: __import__("resource").setrlimit(__import__("resource").RLIMIT_NOFILE, (64, 64)))
attempt("root", lambda: os.setuid(0) if os.getuid() else None)
os.write(1, ",".join(done).encode())
"""


def test_what_is_given_up_is_gone() -> None:
    """Each right is tried after it was given up: files, sockets, pipes, processes, threads, programs, memory, limits."""
    found = subprocess.run([sys.executable, "-c", GIVE_UP, str(ROOT)], capture_output=True, check=False, timeout=60)
    assert found.stderr == b""
    assert found.stdout.decode() == ""
    assert not Path("/tmp/oiis-sandbox-test").exists()


def test_no_service_on_this_machine_can_be_reached(database: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.5)
        port = listener.getsockname()[1]
        worker = start_worker(database, MEMORY_BYTES)
        try:
            for statement in (f"SELECT * FROM read_csv('http://127.0.0.1:{port}/x.csv')", f"ATTACH 'http://127.0.0.1:{port}/x.db' AS x"):
                assert "error" in straight(worker, statement)
            with pytest.raises(TimeoutError):
                listener.accept()
        finally:
            worker.end()


LIARS = {
    "an endless answer": "import os\nos.write(1, (2**32 - 1).to_bytes(4, 'big'))\nwhile True: os.write(1, b'x' * 65536)",
    "no JSON": "import os\nos.write(1, (5).to_bytes(4, 'big') + b'{oops')",
    "deep JSON": "import os\nos.write(1, (90000).to_bytes(4, 'big') + b'[' * 90000)",
    "a list": "import os\nos.write(1, (2).to_bytes(4, 'big') + b'[]')",
    "an odd error": "import os\nos.write(1, (14).to_bytes(4, 'big') + b'{\"error\": [1]}')",
    "half a frame": "import os\nos.write(1, (90).to_bytes(4, 'big') + b'{')",
    "nothing": "pass",
    "silence": "import time\ntime.sleep(60)",
}


@pytest.mark.parametrize("name", LIARS)
def test_a_child_that_lies_is_not_believed(name: str) -> None:
    process = subprocess.Popen([sys.executable, "-I", "-c", LIARS[name]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
    worker = Worker(process, ready=True)
    with Peak() as peak, pytest.raises(ChildGone):
        worker.ask(b"{}", 1.0, 5_000_000)
    worker.end()
    assert peak.most - peak.start < 50_000_000
