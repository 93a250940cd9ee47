"""The server as a process of its own: what keeps it from starting is one line and a code; a kill at any moment loses nothing."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.api.stage import RANKING, REVENUE, ask, heard, open_thread

ROOT = Path(__file__).parents[2]
# The promise is that a thread answers again within ten seconds of a machine that does nothing else.
START_SECONDS = 60.0


def environment(home: Path, **settings: str) -> dict[str, str]:
    return os.environ | {"OIIS_HOME": str(home), "OIIS_DEMO": "none", "OIIS_CHAT": "0"} | settings


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def refused(home: Path, code: int, **settings: str) -> str:
    """The one line of a server that does not start."""
    done = subprocess.run(
        [sys.executable, "-m", "api.serve"], cwd=ROOT, env=environment(home, **settings), capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr.count("\n")) == (code, 1), done.stderr
    assert done.stderr.startswith("error: ") and "Traceback" not in done.stderr
    return done.stderr


@dataclass
class Serving:
    """A server process."""

    home: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self, wait: bool = True) -> None:
        self.process = subprocess.Popen([sys.executable, "-m", "api.serve"], cwd=ROOT, env=environment(self.home, OIIS_PORT=str(self.port)))
        deadline = time.monotonic() + START_SECONDS
        while wait:
            assert self.process.poll() is None and time.monotonic() < deadline, "the server did not start"
            try:
                if httpx.get(f"{self.address}/healthz", timeout=5).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.02)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def kill(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.address, timeout=30)


@contextmanager
def serving(home: Path) -> Iterator[Serving]:
    server = Serving(home)
    server.start()
    try:
        yield server
    finally:
        if server.process and server.process.poll() is None:
            server.kill()


@pytest.fixture
def home(company: Path, tmp_path: Path) -> Path:
    """A home of the test's own with the data of the company."""
    own = tmp_path / "own"
    own.mkdir()
    shutil.copytree(company / "warehouse", own / "warehouse")
    return own


def test_what_keeps_it_from_starting_is_one_line_and_a_code(tmp_path: Path) -> None:
    assert "OIIS_ACCESS_KEY" in refused(tmp_path, 2, OIIS_HOST="0.0.0.0", OIIS_PORT=str(free_port()))
    told = refused(tmp_path, 2, OIIS_ACCESS_KEY="too short")
    assert "OIIS_ACCESS_KEY" in told and "too short" not in told
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        assert "cannot listen on" in refused(tmp_path, 11, OIIS_PORT=str(door.getsockname()[1]))


def test_one_process_serves_holds_the_state_and_stops_when_told(home: Path) -> None:
    with serving(home) as server, server.client() as client:
        thread = open_thread(client)
        assert ask(client, REVENUE, thread)["answer"]["status"] == "answered"
        told = refused(home, 7, OIIS_PORT=str(free_port()))
        assert f"is held by process {server.process.pid if server.process else ''}" in told and "PostgreSQL for several" in told
        # The terminal needs none of that state.
        asked = [sys.executable, "-m", "cli", "ask", REVENUE, "--json"]
        done = subprocess.run(asked, cwd=ROOT, env=environment(home), capture_output=True, text=True, timeout=60)
        assert done.returncode == 0 and '"status": "answered"' in done.stdout
        assert ask(client, RANKING, thread)["answer"]["status"] == "answered"
        assert server.process
        started = time.monotonic()
        server.process.terminate()
        assert server.process.wait(15) in (0, -signal.SIGTERM)
        assert time.monotonic() - started < 15


class Talker(threading.Thread):
    """Asks one question after the other until the server is gone; knows what was acknowledged."""

    def __init__(self, address: str, thread: str, first: int) -> None:
        super().__init__(daemon=True)
        self.address, self.thread, self.number = address, thread, first
        self.acknowledged: dict[str, str] = {}
        self.unanswered = ""

    def run(self) -> None:
        with httpx.Client(base_url=self.address, timeout=30) as client:
            while True:
                self.number += 1
                self.unanswered = f"key-{self.number}"
                message = f"{{tool: ranking, arguments: {{metric: revenue, by: category, n: {self.number % 4 + 1}}}}} # {self.number}"
                headers = {"Idempotency-Key": self.unanswered}
                try:
                    reply = client.post(
                        f"/api/v1/threads/{self.thread}/runs", json={"message": message}, params={"wait": self.number % 2}, headers=headers
                    )
                except httpx.TransportError:
                    return
                assert reply.status_code in (200, 202), reply.text
                self.acknowledged[reply.json()["id"]] = message


def kill_at_random(home: Path, times: int, seed: int) -> float:
    """Kill the server `times` times in a turn; the longest time from its being reachable again to an answer in the thread."""
    luck, slowest, number = random.Random(seed), 0.0, 0
    acknowledged: dict[str, str] = {}
    with serving(home) as server:
        with server.client() as client:
            thread = open_thread(client)
            ask(client, REVENUE, thread)  # what is loaded once is loaded now
        for _ in range(times):
            talker = Talker(server.address, thread, number)
            talker.start()
            time.sleep(0.05 + luck.random() * 0.6)
            server.kill()
            talker.join(10)
            assert not talker.is_alive()
            acknowledged |= talker.acknowledged
            number = talker.number
            server.start()
            up = time.monotonic()
            with server.client() as client:
                assert ask(client, REVENUE, thread)["answer"]["status"] == "answered"
                slowest = max(slowest, time.monotonic() - up)
        with server.client() as client:
            assert_nothing_was_lost_or_done_twice(client, thread, acknowledged)
    return slowest


def assert_nothing_was_lost_or_done_twice(client: httpx.Client, thread: str, acknowledged: dict[str, str]) -> None:
    said = client.get(f"/api/v1/threads/{thread}").json()["messages"]
    asked = {each["run_id"]: each["text"] for each in said if each["role"] == "user"}
    answered = [each["run_id"] for each in said if each["role"] == "assistant"]
    assert len(asked) == sum(each["role"] == "user" for each in said)
    assert acknowledged.items() <= asked.items(), "an acknowledged message is missing"
    assert len(answered) == len(set(answered)), "a question was answered twice"
    assert set(answered) == set(asked), "a question was not answered"
    for run_id in asked:
        run = client.get(f"/api/v1/runs/{run_id}").json()
        assert (run["status"], run["answer"]["status"]) == ("done", "answered"), run
        with client.stream("GET", f"/api/v1/runs/{run_id}/events") as response:
            events = list(heard(response))
        assert [event.number for event in events] == list(range(1, len(events) + 1))
        assert [event.kind for event in events].count("done") == 1


def test_five_kills_in_a_turn_lose_nothing_and_do_nothing_twice(home: Path) -> None:
    assert kill_at_random(home, 5, seed=7) < 10


@pytest.mark.slow
def test_fifty_kills_in_a_turn_lose_nothing_and_do_nothing_twice(home: Path) -> None:
    assert kill_at_random(home, 50, seed=11) < 10
