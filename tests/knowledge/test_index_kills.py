"""kill -9 at random moments of indexing: whatever is found afterwards is whole, and the next question is answered."""

from __future__ import annotations

import multiprocessing
import random
import time
from pathlib import Path

import pytest

from knowledge.index import DocumentIndex
from knowledge.library import Filing, Library
from knowledge.search import Searcher
from tests.knowledge import victims
from tests.knowledge.shelf import WordEmbedder

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.knowledge.victims"])
DOCUMENTS = 40


@pytest.mark.parametrize("kills", [5, pytest.param(30, marks=pytest.mark.slow)])
def test_a_kill_while_indexing_leaves_no_wrong_and_no_empty_answer(tmp_path: Path, kills: int) -> None:
    library, index = Library(tmp_path / "documents"), DocumentIndex(tmp_path / "index", embedder=WordEmbedder())
    library.add_many(
        [(victims.parsed(n, 0), victims.body(n, 0).encode(), Filing(name=f"{n}.txt", doc_id=f"doc-{n}")) for n in range(DOCUMENTS)]
    )
    index.update(library)
    seconds = _one_build(index, library)
    chance, interrupted = random.Random(5), 0
    for number in range(kills):
        before = index.current()
        victim = PROCESSES.Process(target=victims.index, args=(library.folder, index.root, number + 1))
        victim.start()
        _wait_for(index.root / f"begun-{number + 1}")
        time.sleep(chance.uniform(0, seconds))
        victim.kill()
        victim.join()
        victim.close()
        drafts = list(index.root.glob(".building-*"))
        interrupted += bool(drafts)
        now = index.current()
        assert before is not None and now is not None, "a version was lost"
        assert index.trouble() == (), "a version that is not whole is current"
        _check(library, index)
    assert interrupted >= kills // 3, "too few kills fell into a build to prove anything"


def _one_build(index: DocumentIndex, library: Library) -> float:
    started = time.monotonic()
    index.rebuild(library)
    return time.monotonic() - started


def _check(library: Library, index: DocumentIndex) -> None:
    """A fresh searcher finds each document by a word of its own, and after an update nothing is left half built."""
    searcher = Searcher(library, index)
    newest = {each.doc_id: each.version for each in library.list()}
    for number in (0, DOCUMENTS - 1):
        found = searcher.search(f"Document {number} word{number}x0x7").passages
        assert found and found[0].document.doc_id == f"doc-{number}"
        assert found[0].document.version == newest[f"doc-{number}"]
    searcher.close()
    index.update(library)
    card = index.card()
    assert card is not None and (card.state, card.documents) == (library.state(), len(library.versions()))
    assert not list(index.root.glob(".building-*")) and len(list(index.root.glob("v*"))) == 1


def _wait_for(file: Path) -> None:
    deadline = time.monotonic() + 60
    while not file.exists():
        assert time.monotonic() < deadline, "the build did not begin"
        time.sleep(0.001)
