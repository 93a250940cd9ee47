"""Versions: what is published is whole, what is killed leaves nothing, the second writer waits or is told."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ingestion.errors import Busy, NoWarehouse, StorageFull
from ingestion.versions import Versions

ROOT = Path(__file__).parents[2]


def publish(versions: Versions, text: str) -> str:
    with versions.building() as draft:
        (draft.path / "data").write_text(text)
        draft.keep()
    current = versions.current()
    assert current
    return current.name


def content(versions: Versions) -> str:
    current = versions.current()
    assert current
    return (current.path / "data").read_text()


def test_nothing_is_current_before_the_first(tmp_path: Path) -> None:
    assert Versions(tmp_path / "none").current() is None


def test_published_version_is_current_and_whole(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    assert publish(versions, "one") == "v000001"
    assert publish(versions, "two") == "v000002"
    current = versions.current()
    assert current and current.parent == "v000001"
    assert content(versions) == "two"
    assert versions.damage(current) == []


def test_a_draft_that_fails_or_is_not_kept_leaves_nothing(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    publish(versions, "one")
    with pytest.raises(ZeroDivisionError), versions.building() as draft:
        (draft.path / "data").write_text("half")
        draft.keep()
        raise ZeroDivisionError
    with versions.building() as draft:
        (draft.path / "data").write_text("not kept")
    assert content(versions) == "one"
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "CURRENT", "v000001"]


def test_the_last_n_are_kept_and_names_are_never_used_twice(tmp_path: Path) -> None:
    versions = Versions(tmp_path, keep=2)
    names = [publish(versions, str(number)) for number in range(5)]
    assert names == [f"v{number:06d}" for number in range(1, 6)]
    assert [version.name for version in versions.all()] == names[-2:]
    versions.point_to(names[-2])
    assert publish(versions, "after rollback") == "v000006"


def test_rollback_moves_one_pointer_and_refuses_damage(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    publish(versions, "one")
    publish(versions, "two")
    versions.point_to("v000001")
    assert content(versions) == "one"
    (tmp_path / "v000002" / "data").write_text("TWO")
    assert versions.damage(versions.get("v000002")) == ["data"]
    with pytest.raises(NoWarehouse, match="data of v000002"):
        versions.point_to("v000002")
    with pytest.raises(NoWarehouse, match="v000001, v000002"):
        versions.point_to("v000009")


@pytest.mark.parametrize("garbage", ["", "v000777", "../elsewhere", "v000001/../../etc"])
def test_a_damaged_pointer_is_told_never_taken_for_empty(tmp_path: Path, garbage: str) -> None:
    versions = Versions(tmp_path)
    publish(versions, "one")
    (tmp_path / "CURRENT").write_text(garbage)
    with pytest.raises(NoWarehouse, match="one of: v000001"):
        versions.current()


def test_second_writer_is_refused_or_waits(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with versions.building() as draft:
            (draft.path / "data").write_text("slow")
            draft.keep()
            entered.set()
            leave.wait(10)

    writer = threading.Thread(target=hold)
    writer.start()
    entered.wait(10)
    with pytest.raises(Busy, match=f"process {os.getpid()}"), versions.building():
        raise AssertionError("two writers at once")
    threading.Timer(0.2, leave.set).start()
    with versions.building(wait_seconds=10) as draft:
        (draft.path / "data").write_text("patient")
        draft.keep()
    writer.join()
    assert content(versions) == "patient"
    assert [version.name for version in versions.all()] == ["v000001", "v000002"]


def test_many_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    versions = Versions(tmp_path, keep=50)
    threads = [threading.Thread(target=_publish_patiently, args=(versions, str(number))) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted((version.path / "data").read_text() for version in versions.all()) == sorted(map(str, range(12)))


def _publish_patiently(versions: Versions, text: str) -> None:
    with versions.building(wait_seconds=30) as draft:
        (draft.path / "data").write_text(text)
        draft.keep()


@pytest.mark.parametrize("nth", range(8))
def test_disk_full_at_any_write_leaves_the_old_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nth: int) -> None:
    """Fail the nth fsync, for every n that publishing makes, as a full disk does."""
    versions = Versions(tmp_path)
    publish(versions, "one")
    calls = 0
    fsync = os.fsync

    def full(descriptor: int) -> None:
        nonlocal calls
        calls += 1
        if calls == nth + 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        fsync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        try:
            publish(versions, "two")
        except StorageFull as error:
            assert "free some space" in str(error)
        else:
            assert nth >= calls, "the fault was swallowed"
    assert content(versions) in ("one", "two")
    current = versions.current()
    assert current and versions.damage(current) == []
    publish(versions, "three")
    assert content(versions) == "three"


WRITER = """
import sys; from pathlib import Path; from ingestion.versions import Versions
versions = Versions(Path(sys.argv[1]), keep=3)
for number in range(10**6):
    with versions.building(30) as draft:
        for name in ("a", "b"):
            (draft.path / name).write_text(str(number) * 5000)
        draft.keep()
    print(number, flush=True)
"""


def test_kill_at_random_moments_loses_nothing_acknowledged(tmp_path: Path) -> None:
    chance = random.Random(7)
    versions = Versions(tmp_path, keep=3)
    for _ in range(12):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert writer.stdout
        writer.stdout.readline()
        time.sleep(chance.uniform(0, 0.05))
        writer.send_signal(signal.SIGKILL)
        acknowledged = [line for line in writer.stdout.read().splitlines() if line]
        writer.wait()
        writer.stdout.close()
        current = versions.current()
        assert current and versions.damage(current) == []
        first, second = ((current.path / name).read_text() for name in ("a", "b"))
        assert first == second
        if acknowledged:
            assert int(first[: len(first) // 5000]) >= int(acknowledged[-1])
