"""What every test may use: a home of its own, the real data when it is there, and no way to the network."""

from __future__ import annotations

import gc
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingestion.warehouse import Warehouse

ROOT = Path(__file__).parents[1]
REAL_DATA = ROOT.parent / "shared" / "data"
_LOCAL = {"127.0.0.1", "::1", "localhost"}


@pytest.fixture(autouse=True)
def closed_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections leave this machine in no test."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and address[0] not in _LOCAL:
            raise AssertionError(f"a test tried to reach {address[0]}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def own_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """State goes to a folder of the test's own, never to the one of the person who runs it."""
    home = tmp_path / "home"
    monkeypatch.setenv("OIIS_HOME", str(home))
    return home


@pytest.fixture
def warehouse(own_home: Path) -> Warehouse:
    return Warehouse(own_home)


@pytest.fixture
def uncollected() -> Iterator[None]:
    """For a test that measures time: late in a run one collection walks half a second through what all the tests before left alive."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def real(name: str) -> Path:
    """A file of the real data, or a skip that says what is missing."""
    path = REAL_DATA / name
    if not path.exists():
        pytest.skip(f"real data {name} is not beside this checkout (expected at ../shared/data/{name})")
    return path
