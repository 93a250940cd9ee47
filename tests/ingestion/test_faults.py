"""Kills, full disks and rivals: the pointer names a whole snapshot, nothing acknowledged is lost, the next run finishes the work."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingestion.errors import StorageFull
from ingestion.load import LoadRequest, load
from ingestion.warehouse import Warehouse, content_hashes, count_rows, open_readonly

ROOT = Path(__file__).parents[2]
HEADER = "order,date,customer,item,qty,price"


def feed(folder: Path, days: int, lines: int) -> Path:
    folder.mkdir(exist_ok=True)
    for day in range(1, days + 1):
        rows = [f"{day}-{number},2026-01-{day:02d},C{number % 7},P{number % 11},{number % 5 + 1},10" for number in range(lines)]
        (folder / f"2026-01-{day:02d}.csv").write_text("\n".join([HEADER, *rows]) + "\n")
    return folder


def start(home: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = os.environ | {"OIIS_HOME": str(home)}
    return subprocess.Popen(
        [sys.executable, "-m", "cli", "data", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def hashes(warehouse: Warehouse) -> dict[str, str]:
    with open_readonly(warehouse.snapshot().database) as connection:
        return content_hashes(connection)


def kill_while_loading(tmp_path: Path, kills: int) -> None:
    """Load two files, kill the load of two more at `kills` random moments: either the old or the new snapshot serves, and is whole."""
    chance = random.Random(kills)
    source = feed(tmp_path / "feed", 2, 300)
    base, home = tmp_path / "base", tmp_path / "home"
    load(Warehouse(base), LoadRequest((source,)))
    old = hashes(Warehouse(base))
    feed(source, 4, 300)
    shutil.copytree(base, home)
    started = time.monotonic()
    done = start(home, "load", str(source), "--json")
    assert done.wait() == 0
    done.stdout.close()  # type: ignore[union-attr]
    whole_seconds = time.monotonic() - started
    new = hashes(Warehouse(home))
    outcomes = set()
    for _ in range(kills):
        shutil.rmtree(home)
        shutil.copytree(base, home)
        victim = start(home, "load", str(source), "--json")
        time.sleep(chance.uniform(0.1, whole_seconds * 1.1))
        victim.send_signal(signal.SIGKILL)
        acknowledged, _ = victim.communicate()
        warehouse = Warehouse(home)
        current = warehouse.snapshot()
        assert warehouse.versions.damage(current.version) == []
        served = hashes(warehouse)
        assert served in (old, new)
        outcomes.add(served == new)
        if acknowledged and json.loads(acknowledged)["verdict"] == "loaded":
            assert served == new
        load(warehouse, LoadRequest((source,), wait_seconds=5))
        assert hashes(warehouse) == new
        assert not list((home / "warehouse").glob(".building-*"))
    assert outcomes


def test_killed_loads_leave_the_old_or_the_new(tmp_path: Path) -> None:
    kill_while_loading(tmp_path, 6)


@pytest.mark.slow
def test_fifty_killed_loads(tmp_path: Path) -> None:
    kill_while_loading(tmp_path, 50)


def test_a_killed_load_leaves_no_child_behind(tmp_path: Path) -> None:
    source = feed(tmp_path / "feed", 1, 200_000)
    victim = start(tmp_path / "home", "load", str(source))
    time.sleep(1.0)
    victim.send_signal(signal.SIGKILL)
    victim.communicate()
    deadline = time.monotonic() + 10
    while (left := _processes_naming(str(tmp_path))) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not left


def _processes_naming(text: str) -> list[str]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if text in line or "ingestion.readers.child" in line:
            found.append(line)
    return found


def test_readers_never_wait_and_see_old_or_new_only(tmp_path: Path) -> None:
    source = feed(tmp_path / "feed", 1, 2000)
    warehouse = Warehouse(tmp_path / "home")
    load(warehouse, LoadRequest((source,)))
    before = warehouse.snapshot().card.rows["order_lines"]
    feed(source, 3, 2000)
    writer = start(tmp_path / "home", "load", str(source))
    seen, slowest = set(), 0.0
    while writer.poll() is None:
        started = time.monotonic()
        with open_readonly(warehouse.snapshot().database) as connection:
            seen.add(count_rows(connection)["order_lines"])
        slowest = max(slowest, time.monotonic() - started)
        time.sleep(0.01)
    writer.communicate()
    assert warehouse.snapshot().card.rows["order_lines"] == 3 * before
    assert seen <= {before, 3 * before}
    assert slowest < 1.0


def test_two_loads_at_once_both_arrive(tmp_path: Path) -> None:
    one, two = feed(tmp_path / "one", 1, 50), tmp_path / "two"
    two.mkdir()
    (two / "more.csv").write_text(HEADER + "\nZ1,2026-03-01,C1,P1,1,10\n")
    writers = [start(tmp_path / "home", "load", str(folder), "--wait", "60") for folder in (one, two)]
    assert [writer.wait() for writer in writers] == [0, 0]
    for writer in writers:
        writer.communicate()
    assert Warehouse(tmp_path / "home").snapshot().card.rows["orders"] == 51


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 6 MB; needs the right to mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("no right to mount a small file system here (needs root)")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_told_and_the_old_snapshot_serves(small_disk: Path, tmp_path: Path) -> None:
    warehouse = Warehouse(small_disk)
    load(warehouse, LoadRequest((feed(tmp_path / "feed", 1, 100),)))
    before, served = warehouse.snapshot().name, hashes(warehouse)
    big = tmp_path / "big.csv"
    rows = [f"B{number},2026-02-02,CX{number},PX{number}-{number * 7919 % 104729},3,12.5" for number in range(200_000)]
    big.write_text("\n".join([HEADER, *rows]) + "\n")
    with pytest.raises(StorageFull, match="free some space"):
        load(warehouse, LoadRequest((big,)))
    assert (warehouse.snapshot().name, hashes(warehouse)) == (before, served)
    assert not list((small_disk / "warehouse").glob(".building-*"))
    small = tmp_path / "small.csv"
    small.write_text(HEADER + "\nZ1,2026-03-01,C1,P1,1,10\n")
    assert load(warehouse, LoadRequest((small,))).verdict == "loaded"
