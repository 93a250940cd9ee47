"""What a caller may see is found however much that they may not see is nearer to the question."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from zlib import crc32

import numpy as np
import pytest

from knowledge import search_rank
from knowledge.contract import Entity
from knowledge.embed import DIMENSIONS, Matrix
from knowledge.index import DocumentIndex
from knowledge.index_corpus import Places
from knowledge.search import Found, Searcher
from knowledge.vectors import ChromaVectors
from tests.knowledge.shelf import MemoryShelf

QUESTION = "zzyzx"  # no word of any document: only meaning leads to one
CROWD = 900
HANMI = Entity(kind="supplier", id="S7", name="Hanmi Foods")


class Angled:
    """A note is at 10 degrees from the question, anything else at 40; each text turned a little to its own side."""

    name = "angled"

    def embed(self, texts: Sequence[str]) -> Matrix:
        return np.array([self._one(text) for text in texts], np.float32).reshape(len(texts), DIMENSIONS)

    def _one(self, text: str) -> Matrix:
        angle = np.radians(0 if QUESTION in text else 10 if "note" in text else 40)
        side = np.random.default_rng(crc32(text.encode())).standard_normal(DIMENSIONS)
        side[0] = 0
        vector = np.sin(angle) * side / np.linalg.norm(side)
        vector[0] = np.cos(angle)
        return np.asarray(vector, np.float32)


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    shelf = MemoryShelf()
    for number in range(CROWD):
        shelf.put(f"crowd-{number}", f"A public note about shelf {number}.", f"Note {number}", since=date(2025, 1, 1))
    shelf.put("wages", "What the crew earns.", "Wages", scope="documents:hr", since=date(2025, 1, 1))
    shelf.put("agreed", "What was signed.", "Agreed", kind="contract", since=date(2025, 1, 1))
    shelf.put("hanmi", "Who brings the tea.", "Hanmi", entities=(HANMI,), since=date(2025, 1, 1))
    shelf.put("early", "What held before.", "Early", since=date(2024, 1, 1))
    index = DocumentIndex(tmp_path_factory.mktemp("narrow") / "index", embedder=Angled())
    index.update(shelf)
    searcher = Searcher(shelf, index)
    yield searcher
    searcher.close()


NARROW: list[tuple[Callable[[Searcher], Found], str]] = [
    (lambda searcher: searcher.search(QUESTION, scopes={"documents:hr"}), "wages"),
    (lambda searcher: searcher.search(QUESTION, kinds=["contract"]), "agreed"),
    (lambda searcher: searcher.search(QUESTION, entities=["S7"]), "hanmi"),
    (lambda searcher: searcher.search(QUESTION, as_of=date(2024, 6, 1)), "early"),
]


@pytest.mark.parametrize(("ask", "expected"), NARROW, ids=[expected for _, expected in NARROW])
@pytest.mark.parametrize("few", [search_rank.FEW, 0], ids=["compared one by one", "asked of the store"])
def test_the_one_document_a_filter_leaves_is_found(
    searcher: Searcher, monkeypatch: pytest.MonkeyPatch, ask: Callable[[Searcher], Found], expected: str, few: int
) -> None:
    monkeypatch.setattr(search_rank, "FEW", few)
    found = ask(searcher)
    assert [each.document.doc_id for each in found.passages] == [expected]
    assert found.notes == ()


def test_many_that_may_be_seen_behind_many_that_may_not_are_the_nearest_of_all_that_may(monkeypatch: pytest.MonkeyPatch) -> None:
    """Against looking at everything, with a store that gives the nearest first."""
    from knowledge.index_corpus import Corpus, Unit

    units = [Unit(str(n), str(n), f"h{n}", f"A note {n}." if n < 4_000 else f"Word {n}.") for n in range(4_800)]
    corpus, question = Corpus.build(units, Angled()), Angled().embed([QUESTION])
    order = np.argsort(-(question @ corpus.vectors.T)[0], kind="stable").astype(np.int32)
    asked: list[int] = []

    def near(vectors: Matrix, count: int) -> np.typing.NDArray[np.int32]:
        asked.append(count)
        return order[:count]

    monkeypatch.setattr(search_rank, "FEW", 100)
    for hidden, counts in ((2_000, [150, 600, 2_400]), (500, [150, 600]), (100, [150]), (4_000, [150, 600, 2_400])):
        asked.clear()
        allowed = np.ones(len(corpus), np.bool_)
        allowed[order[:hidden]] = False
        found = search_rank._near_and_allowed(corpus, question, near, allowed)
        nearest = order[hidden:]
        assert asked == counts and len(found) >= search_rank.ENOUGH
        assert set(found.tolist()) == set(nearest[: len(found)].tolist())


def test_without_a_filter_the_store_is_asked_once(searcher: Searcher, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    opened = searcher.index.open()
    assert opened.near is not None
    true = ChromaVectors.near

    def counting(self: ChromaVectors, vectors: Matrix, count: int) -> Places:
        asked.append(count)
        return true(self, vectors, count)

    monkeypatch.setattr(ChromaVectors, "near", counting)
    assert searcher.search(QUESTION, top=10).passages
    assert asked == [search_rank.CANDIDATES]
    opened.close()
