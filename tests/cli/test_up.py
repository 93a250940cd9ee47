"""`./oiis up` in real processes: it answers, survives the death of either child, and leaves nobody behind however it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.store.open import open_store
from api.work.queue import open_queue
from tests.api.work.conftest import alive, children, environment, free_port, until

SUPERVISE = """
import sys, cli.supervisor as supervisor
from settings import read_settings
supervisor.FIRST_PAUSE_SECONDS = 0.05
modules = {"server": "tests.cli.stub_server", "worker": "tests.cli.stub_worker"}
sys.exit(supervisor.Supervisor(read_settings(), with_worker=True, open_browser=False, **modules).run())
"""
PROMISED_SECONDS = 45  # to the first answer of a fresh installation, demo company included
PATIENCE_SECONDS = 120
QUESTION = "{kind: top, metric: revenue, by: category, n: 2}"


@dataclass
class Up:
    """An `up` in a process of its own, and what it said."""

    process: subprocess.Popen[bytes]
    port: int
    output: Path
    home: Path

    @property
    def said(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def get(self, path: str) -> bytes | None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as reply:
                body: bytes = reply.read()
                return body
        except (urllib.error.URLError, OSError):
            return None

    def post(self, path: str, body: object) -> dict[str, object]:
        asked = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(asked, timeout=PATIENCE_SECONDS) as reply:
            found: dict[str, object] = json.loads(reply.read())
            return found

    def child(self, module: str) -> int | None:
        for pid in children(self.process.pid):
            if module.encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
                return pid
        return None


@contextmanager
def running(command: list[str], home: Path, port: int, **more: str) -> Iterator[Up]:
    home.mkdir(parents=True, exist_ok=True)
    output = home / "output"
    chosen = environment(home) | {"OIIS_PORT": str(port), "PYTHONUNBUFFERED": "1", "STARTS": str(home / "starts")} | more
    with output.open("w", encoding="utf-8") as handle:
        process = subprocess.Popen([sys.executable, *command], env=chosen, stdout=handle, stderr=subprocess.STDOUT)
    try:
        yield Up(process, port, output, home)
    finally:
        process.kill()
        process.wait()


@contextmanager
def stub(home: Path, deed: str = "serve") -> Iterator[Up]:
    with running(["-c", SUPERVISE], home, free_port(), STUB=deed) as up:
        yield up


def both(up: Up) -> tuple[int, int]:
    until(lambda: up.get("/healthz") and starts(up, "worker"), 30)
    server, worker = up.child("tests.cli.stub_server"), up.child("tests.cli.stub_worker")
    assert server is not None
    assert worker is not None
    return server, worker


def starts(up: Up, name: str) -> int:
    return (up.home / "starts").read_text(encoding="utf-8").count(name)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_asked_to_stop_it_ends_both_and_itself(own_home: Path, number: signal.Signals) -> None:
    with stub(own_home) as up:
        pids = both(up)
        up.process.send_signal(number)
        assert up.process.wait(10) == 0
        assert not any(map(alive, pids))
        assert "stopped; what was acknowledged is kept" in up.said


def test_killed_with_9_it_leaves_nobody_behind(own_home: Path) -> None:
    with stub(own_home) as up:
        pids = both(up)
        up.process.kill()
        until(lambda: not any(map(alive, pids)), 5)


def test_a_child_that_will_not_end_is_ended_when_asked_twice(own_home: Path) -> None:
    with stub(own_home, "stubborn") as up:
        pids = both(up)
        up.process.terminate()
        time.sleep(0.5)
        assert up.process.poll() is None
        up.process.terminate()
        assert up.process.wait(10) == 0
        assert not any(map(alive, pids))


@pytest.mark.slow
def test_a_child_that_will_not_end_is_ended_after_a_few_seconds(own_home: Path) -> None:
    with stub(own_home, "stubborn") as up:
        pids = both(up)
        up.process.terminate()
        assert up.process.wait(9) == 0
        assert not any(map(alive, pids))


def test_whichever_child_dies_is_started_again(own_home: Path) -> None:
    with stub(own_home) as up:
        for victim in both(up):
            os.kill(victim, signal.SIGKILL)
        until(lambda: starts(up, "stub_server") == 2 and starts(up, "worker") == 2, 30)
        until(lambda: up.get("/healthz"), 30)
        assert "the server ended with SIGKILL; it is started again" in up.said
        assert "the worker ended with SIGKILL; it is started again" in up.said
        up.process.terminate()
        assert up.process.wait(10) == 0


@pytest.mark.parametrize("code", [2, 7, 11])
def test_a_server_that_cannot_start_is_not_tried_again(own_home: Path, code: int) -> None:
    with stub(own_home, f"exit{code}") as up:
        assert up.process.wait(10) == code
        assert starts(up, "stub_server") == 1
        assert not children(up.process.pid)


def test_a_server_that_keeps_crashing_is_given_up(own_home: Path) -> None:
    with stub(own_home, "exit3") as up:
        assert up.process.wait(15) == 1
        assert starts(up, "stub_server") == 5
        assert "the server ended 5 times before it answered, the last time with exit code 3" in up.said


def test_what_is_built_and_where_it_answers_is_told(own_home: Path) -> None:
    with stub(own_home) as up:
        until(lambda: "ask: {kind: top}" in up.said, 30)
        said = up.said
    assert f"OIIS answers at http://127.0.0.1:{up.port}/ui" in said
    parts = [
        "building the demo company: 2025-03",
        "the demo company is ready",
        "data of 2026-10-31 is served (v000001)",
        "ask: {kind: top}",
    ]
    assert [said.index(part) for part in parts] == sorted(said.index(part) for part in parts)


def command(home: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    chosen = environment(home) | more
    return subprocess.run(
        [sys.executable, "-m", "cli", "up", *arguments], env=chosen, capture_output=True, text=True, timeout=PATIENCE_SECONDS
    )


def test_setting_up_alone_builds_and_says_what_is_there(own_home: Path) -> None:
    first = command(own_home, "--setup-only", "--demo", "tiny")
    assert first.returncode == 0, first.stderr
    assert "Sao Viet Trading" in first.stdout
    again = command(own_home, "--setup-only")
    assert again.returncode == 0
    assert "v000001" in again.stdout


def test_setting_up_without_a_demo_says_what_is_missing(own_home: Path) -> None:
    done = command(own_home, "--setup-only", "--demo", "none")
    assert done.returncode == 0
    assert "./oiis data load" in done.stderr
    assert not (own_home / "warehouse" / "CURRENT").exists()


@pytest.mark.parametrize(
    ("arguments", "settings", "said"),
    [
        ([], {"OIIS_PORT": "many"}, "OIIS_PORT"),
        ([], {"OIIS_POTR": "1"}, "OIIS_PORT"),
        (["--host", "203.0.113.7"], {"OIIS_ACCESS_KEY": "k" * 40}, "203.0.113.7"),
        (["--host", "0.0.0.0"], {}, "OIIS_ACCESS_KEY"),
        ([], {"OIIS_STATE_URL": "mysql://host/x"}, "OIIS_STATE_URL"),
    ],
)
def test_a_wrong_setting_is_one_line_and_2(own_home: Path, arguments: list[str], settings: dict[str, str], said: str) -> None:
    done = command(own_home, *arguments, **settings)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.strip().count("\n") == 0
    assert done.stderr.startswith("error: ")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A whole installation with the tiny demo company, shared by the tests that follow, in their order."""
    with running(["-m", "cli", "up", "--demo", "tiny"], tmp_path_factory.mktemp("served"), free_port()) as up:
        yield up


def ready(up: Up) -> bool:
    assert up.process.poll() is None, up.said
    return up.get("/readyz") is not None


def ask(up: Up) -> dict[str, object]:
    thread = up.post("/threads", {})
    return up.post(f"/threads/{thread['id']}/runs", {"message": QUESTION})


def test_a_fresh_installation_answers_its_first_question(served: Up) -> None:
    started = time.monotonic()
    until(lambda: ready(served), PATIENCE_SECONDS)
    answer = ask(served)["answer"]
    assert time.monotonic() - started < PROMISED_SECONDS
    assert isinstance(answer, dict)
    assert answer["status"] == "answered"
    assert answer["facts"]
    until(lambda: "is served (v000001)" in served.said, 30)


def test_a_second_one_is_told_that_the_port_or_the_state_is_taken(served: Up, own_home: Path) -> None:
    until(lambda: ready(served), PATIENCE_SECONDS)
    same_port = command(own_home, "--port", str(served.port))
    assert (same_port.returncode, "OIIS already answers there" in same_port.stderr) == (11, True)
    same_state = command(served.home, "--port", str(free_port()))
    assert same_state.returncode == 7
    assert "is held by process" in same_state.stderr
    assert ready(served)


def test_what_was_acknowledged_outlives_a_kill_of_the_server(served: Up) -> None:
    until(lambda: ready(served), PATIENCE_SECONDS)
    thread = served.post("/threads", {"title": "kept"})
    victim = served.child("api.serve")
    assert victim is not None
    os.kill(victim, signal.SIGKILL)
    until(lambda: served.child("api.serve") not in (None, victim), 30)
    until(lambda: ready(served), PATIENCE_SECONDS)
    kept = served.get(f"/api/v1/threads/{thread['id']}")
    assert kept is not None
    assert json.loads(kept)["title"] == "kept"


def test_a_worker_that_is_killed_is_there_again(served: Up) -> None:
    until(lambda: ready(served), PATIENCE_SECONDS)
    victim = served.child("api.work")
    assert victim is not None
    os.kill(victim, signal.SIGKILL)
    until(lambda: served.child("api.work") not in (None, victim), 30)
    queue = open_queue(None, served.home)
    until(lambda: (seen := queue.presence()) and seen.pid == served.child("api.work"), 30)
    queue.close()


def test_at_last_it_stops_within_seconds_and_leaves_nobody(served: Up) -> None:
    until(lambda: ready(served), PATIENCE_SECONDS)
    pids = children(served.process.pid)
    served.process.send_signal(signal.SIGINT)
    assert served.process.wait(12) == 0
    assert not any(map(alive, pids))
    assert "Traceback" not in served.said
    assert command(served.home, "--setup-only").returncode == 0


@pytest.mark.slow
def test_the_real_demo_company_answers_within_45_seconds(tmp_path: Path) -> None:
    started = time.monotonic()
    with running(["-m", "cli", "up"], tmp_path / "fresh", free_port()) as up:
        until(lambda: up.get("/healthz"), PATIENCE_SECONDS)
        alive_after = time.monotonic() - started
        until(lambda: ready(up), 3 * PATIENCE_SECONDS)
        answer = ask(up)["answer"]
        answered_after = time.monotonic() - started
    assert isinstance(answer, dict)
    assert answer["status"] == "answered"
    assert alive_after < answered_after < PROMISED_SECONDS, up.said


@pytest.mark.slow
def test_everything_killed_in_the_middle_of_founding_is_founded_at_the_next_start(tmp_path: Path) -> None:
    home, port = tmp_path / "killed", free_port()
    for victim in ("child", "worker", "everything"):
        kill_in_the_middle(home, port, victim)
    with running(["-m", "cli", "up"], home, port) as up:
        until(lambda: ready(up), 3 * PATIENCE_SECONDS)
        assert isinstance(answer := ask(up)["answer"], dict)
        assert answer["status"] == "answered"
    assert [path.name for path in sorted((home / "warehouse").glob("v*"))] == ["v000001"]


def kill_in_the_middle(home: Path, port: int, victim: str) -> None:
    """Start, wait until the company is being built, kill the victim, then all the rest."""
    with running(["-m", "cli", "up"], home, port) as up:
        until(lambda: up.child("api.work") and children(up.child("api.work") or 0), PATIENCE_SECONDS)
        worker, server = up.child("api.work") or 0, up.child("api.serve") or 0
        grandchild = children(worker)[0]
        os.kill({"child": grandchild, "worker": worker, "everything": up.process.pid}[victim], signal.SIGKILL)
        until(lambda: not alive(grandchild), 8)
        up.process.kill()
        up.process.wait()
        until(lambda: not any(map(alive, (worker, server))), 8)


@pytest.mark.slow
def test_a_server_killed_in_the_middle_of_founding_finds_the_work_in_progress(tmp_path: Path) -> None:
    with running(["-m", "cli", "up"], tmp_path / "found", free_port()) as up:
        until(lambda: up.child("api.work") and children(up.child("api.work") or 0), PATIENCE_SECONDS)
        builder, victim = children(up.child("api.work") or 0)[0], up.child("api.serve") or 0
        until(lambda: up.get("/healthz"), PATIENCE_SECONDS)
        os.kill(victim, signal.SIGKILL)
        until(lambda: up.child("api.serve") not in (None, victim), 30)
        assert alive(builder), "the builder was too quick for this test"
        until(lambda: ready(up), 3 * PATIENCE_SECONDS)
        until(lambda: b'"done"' in (up.get("/api/v1/status") or b""), 30)
        up.process.terminate()
        up.process.wait()
    with open_store(up.home / "state.db") as state:
        job = state.jobs.with_status("done", kind="found_demo")[0]
    assert job.tries == 1
    assert [path.name for path in sorted((up.home / "warehouse").glob("v*"))] == ["v000001"]
