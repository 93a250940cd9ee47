"""The vector store on a server: a real Chroma that is started, stopped and started again, and what only looks like one."""

from __future__ import annotations

import http.server
import json
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from knowledge.index import DocumentIndex
from knowledge.search import Searcher
from knowledge.vectors import ChromaVectors, StoreAway
from tests.knowledge.shelf import MemoryShelf, WordEmbedder

CHROMA = Path(sys.executable).with_name("chroma")


class Server:
    """A Chroma server of our own, on a free port."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder, self.url = folder, f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        told = [str(CHROMA), "run", "--path", str(self.folder), "--host", "127.0.0.1", "--port", str(self.port)]
        self._process = subprocess.Popen(told, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while True:
            try:
                with urlopen(f"{self.url}/api/v2/heartbeat", timeout=2):
                    return
            except OSError:
                assert time.monotonic() < deadline and self._process.poll() is None, "Chroma did not start"
                time.sleep(0.1)

    def stop(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if not CHROMA.is_file():
        pytest.skip("the chroma command is not installed beside this Python")
    server = Server(tmp_path_factory.mktemp("chroma"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def shelf() -> MemoryShelf:
    shelf = MemoryShelf()
    shelf.put("late", "A late delivery costs the supplier a penalty.", "Late deliveries")
    for number in range(12):
        shelf.put(f"filler-{number}", f"Shelf {number} is cleaned by team {number % 3}.", f"Cleaning {number}")
    return shelf


def names(server: Server) -> set[str]:
    listed = f"{server.url}/api/v2/tenants/default_tenant/databases/default_database/collections"
    with urlopen(listed, timeout=5) as reply:
        return {str(each["name"]) for each in json.load(reply)}


def test_a_server_holds_one_collection_of_each_installation(server: Server, shelf: MemoryShelf, tmp_path: Path) -> None:
    one, other = (DocumentIndex(tmp_path / name, server.url, WordEmbedder()) for name in ("one", "other"))
    one.update(shelf)
    other.update(shelf)
    mine = names(server)
    assert len(mine) == 2
    shelf.drop("filler-3")
    one.update(shelf)
    assert len(names(server)) == 2 and len(names(server) & mine) == 1, "the old collection was kept, or another's was deleted"
    searcher = Searcher(shelf, one)
    found = searcher.search("penalty for late deliveries")
    assert (found.passages[0].document.doc_id, found.notes) == ("late", ())
    assert not (one.root / "chroma").exists()
    searcher.close()


def test_a_server_that_goes_and_comes_back_is_used_again(
    server: Server, shelf: MemoryShelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = DocumentIndex(tmp_path / "index", server.url, WordEmbedder())
    index.update(shelf)
    searcher = Searcher(shelf, index)
    assert searcher.search("penalty").notes == ()
    server.stop()
    found = searcher.search("penalty for late deliveries")
    assert found.passages[0].document.doc_id == "late"
    assert "searched by keywords only" in found.notes[0]
    shelf.put("new", "Forklifts are charged at night.", "Forklifts")
    assert "does not answer" in index.update(shelf).notes[0]
    assert searcher.search("forklifts at night").passages[0].document.doc_id == "new"
    shutil.rmtree(server.folder)
    server.folder.mkdir()
    server.start()
    monkeypatch.setattr("knowledge.search._AWAY_SECONDS", 0.0)
    deadline = time.monotonic() + 60
    while "has been made again" not in searcher.search("forklifts at night").notes[0]:
        assert time.monotonic() < deadline, "the server that is back was not used again"
        time.sleep(0.05)
    assert searcher.search("forklifts at night").passages[0].document.doc_id == "new"
    searcher.close()


class Silent(http.server.BaseHTTPRequestHandler):
    """Takes every request and answers with a fault."""

    def do_GET(self) -> None:
        self.send_error(503)

    def log_message(self, format: str, *args: object) -> None:
        """Silence."""


def test_what_is_no_chroma_or_says_nothing_is_told_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("knowledge.vectors._ALIVE_SECONDS", 0.3)
    faulty = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Silent)
    threading.Thread(target=faulty.serve_forever, daemon=True).start()
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        for port, said in ((faulty.server_port, "status 503"), (mute.getsockname()[1], "does not answer")):
            started = time.monotonic()
            with pytest.raises(StoreAway, match=said):
                ChromaVectors.open(f"http://127.0.0.1:{port}", "units")
            assert time.monotonic() - started < 10
    faulty.shutdown()
    faulty.server_close()


def test_a_mute_server_is_waited_for_once(shelf: MemoryShelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("knowledge.vectors._ALIVE_SECONDS", 0.3)
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        mute.setblocking(False)
        index = DocumentIndex(tmp_path / "index", f"http://127.0.0.1:{mute.getsockname()[1]}", WordEmbedder())
        index.update(shelf)
        asked = _waiting(mute)
        searcher = Searcher(shelf, index)
        for times in (1, 0):
            found = searcher.search("penalty for late deliveries")
            assert found.passages[0].document.doc_id == "late" and "searched by keywords only" in found.notes[0]
            assert _waiting(mute) == times
        searcher.close()
    assert asked > 0


def _waiting(mute: socket.socket) -> int:
    """How many came since it was looked at last."""
    found = 0
    while True:
        try:
            mute.accept()[0].close()
        except BlockingIOError:
            return found
        found += 1
