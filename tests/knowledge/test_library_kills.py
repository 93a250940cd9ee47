"""kill -9 at random moments of adding, changing and removing: what was acknowledged is there, whole; what was removed is not."""

from __future__ import annotations

import multiprocessing
import random
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from knowledge.library import Library
from tests.knowledge import victims

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.knowledge.victims"])
KILLS = 30


def told(path: Path) -> list[list[str]]:
    whole = path.read_text(encoding="utf-8").rpartition("\n")[0]
    return [line.split() for line in whole.splitlines() if line]


def killed(victim: BaseProcess) -> None:
    victim.kill()
    victim.join()
    victim.close()


def expected(lines: list[list[str]]) -> tuple[dict[str, int], set[str]]:
    """The newest edition of each document that must be there, and the documents about which a kill leaves both answers right."""
    there: dict[str, int] = {}
    unsure: set[str] = set()
    begun: str | None = None
    for line in lines:
        if line[0] == "open" and begun:
            unsure.add(begun)
        begun = line[1] if line[0] in ("adding", "removing") else None
        if line[0] == "added":
            there[line[1]] = int(line[2])
            unsure.discard(line[1])
        elif line[0] == "removed":
            there.pop(line[1], None)
            unsure.discard(line[1])
    if begun:
        unsure.add(begun)
    return there, unsure


@pytest.mark.parametrize("kills", [KILLS])
def test_a_kill_loses_nothing_acknowledged_and_leaves_nothing_half_done(tmp_path: Path, kills: int) -> None:
    chance = random.Random(3)
    folder, record = tmp_path / "documents", tmp_path / "told"
    record.touch()
    for number in range(kills):
        enough = len(told(record)) + chance.randint(1, 14)
        victim = PROCESSES.Process(target=victims.change, args=(folder, record, number))
        victim.start()
        while len(told(record)) < enough:
            assert victim.is_alive(), "the library did not open again after a kill"
            time.sleep(0.001)
        time.sleep(chance.uniform(0, 0.015))
        killed(victim)
        check(Library(folder), told(record))
    assert sum(line[0] == "removed" for line in told(record)) > 5, "too little happened to prove anything"


def check(library: Library, lines: list[list[str]]) -> None:
    assert library.damage() == ()
    there, unsure = expected(lines)
    held = {each.doc_id: each for each in library.list()}
    assert set(there) - unsure <= set(held) <= set(there) | unsure
    for doc_id, document in held.items():
        text = library.original(doc_id).decode()
        if doc_id not in unsure:
            assert f"edition {there[doc_id]}." in text
        ours = [chunk for of, chunk in library.chunks() if (of.doc_id, of.version) == (doc_id, document.version)]
        assert {word for chunk in ours for word in chunk.text.split()} == {*text.split(), "One", "Two"}
    library.sweep()
    originals = [path for path in (library.folder / "originals").rglob("*") if path.is_file()]
    assert {path.name for path in originals} == {each.sha256 for each in library.versions()}
