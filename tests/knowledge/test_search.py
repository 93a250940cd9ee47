"""The index and what is found with it: filters, versions, damage of every file, a vector store that is away."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest

from ingestion.errors import StorageFull
from knowledge.contract import Entity
from knowledge.embed import Matrix
from knowledge.embed_cache import CachedEmbedder
from knowledge.index import BadIndex, DocumentIndex, OpenIndex
from knowledge.index_corpus import Places
from knowledge.index_state import FORMAT
from knowledge.search import Searcher
from knowledge.search_repair import BeingIndexed
from knowledge.vectors import ChromaVectors, VectorsDown
from tests.knowledge.shelf import MemoryShelf, WordEmbedder

HANMI = Entity(kind="supplier", id="S7", name="Hanmi Foods")


@pytest.fixture
def shelf() -> MemoryShelf:
    shelf = MemoryShelf()
    shelf.put("late", "A late delivery costs the supplier a penalty of 2 % a week.", "Late deliveries", kind="contract", entities=(HANMI,))
    shelf.put("returns", "Customers may return damaged goods within 30 days.", "Returns policy")
    shelf.put("wages", "The warehouse manager earns 40 million a month.", "Wages", scope="documents:finance")
    shelf.put("doi-tra", "Khách hàng được đổi trả hàng trong 30 ngày.", "Chính sách đổi trả")
    shelf.put("order", "Order PO-2024-0012 holds 12 pallets of tea.", "Order file")
    for number in range(30):
        shelf.put(f"filler-{number}", f"Shelf {number} is cleaned on day {number % 7} by team {number % 3}.", f"Cleaning {number}")
    return shelf


@pytest.fixture
def index(tmp_path: Path) -> DocumentIndex:
    return DocumentIndex(tmp_path / "index", embedder=WordEmbedder())


@pytest.fixture
def searcher(shelf: MemoryShelf, index: DocumentIndex) -> Iterator[Searcher]:
    index.update(shelf)
    searcher = Searcher(shelf, index)
    yield searcher
    searcher.close()


def first(searcher: Searcher, question: str, **options: object) -> str:
    return searcher.search(question, **options).passages[0].document.doc_id  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is the penalty for late deliveries?", "late"),
        ("damaged goods returned by customers", "returns"),
        ("đổi trả hàng", "doi-tra"),
        ("doi tra hang cho khach", "doi-tra"),
        ("PO-2024-0012", "order"),
        ("how many pallets does po-2024-0012 hold", "order"),
    ],
)
def test_the_right_document_comes_first(searcher: Searcher, question: str, expected: str) -> None:
    assert first(searcher, question) == expected


def test_a_scope_that_is_not_held_hides_a_document(searcher: Searcher) -> None:
    assert "wages" not in {each.document.doc_id for each in searcher.search("warehouse manager earns", top=50).passages}
    assert first(searcher, "warehouse manager earns", scopes={"documents:read", "documents:finance"}) == "wages"
    assert searcher.search("penalty", scopes=()).passages == ()


def test_kinds_and_entities_filter(searcher: Searcher) -> None:
    assert {each.document.doc_id for each in searcher.search("goods", kinds=["contract"]).passages} == {"late"}
    assert {each.document.doc_id for each in searcher.search("goods", entities=["S7"]).passages} == {"late"}
    assert searcher.search("goods", entities=["S8"]).passages == ()


def test_as_of_finds_the_version_of_that_day(shelf: MemoryShelf, searcher: Searcher) -> None:
    shelf.put("fees", "The delivery fee is 20,000.", version=1, since=date(2024, 1, 1))
    shelf.put("fees", "The delivery fee is 30,000.", version=2, since=date(2025, 1, 1))
    searcher.index.update(shelf)
    found = [searcher.search("delivery fee", as_of=day, top=1).passages[0] for day in (date(2024, 6, 1), date(2025, 6, 1), None)]
    assert [each.document.version for each in found] == [1, 2, 2]
    assert "fees" not in {each.document.doc_id for each in searcher.search("delivery fee", as_of=date(2023, 1, 1), top=50).passages}


def test_what_is_removed_is_gone_before_the_next_index(shelf: MemoryShelf, searcher: Searcher) -> None:
    assert first(searcher, "penalty late delivery") == "late"
    shelf.drop("late")
    assert "late" not in {each.document.doc_id for each in searcher.search("penalty late delivery", top=50).passages}


def test_what_is_new_is_told_and_then_found(shelf: MemoryShelf, searcher: Searcher) -> None:
    shelf.put("forklift", "Forklifts are charged at night.", "Forklifts")
    assert searcher.search("forklift").notes == ("1 documents filed since the last indexing are not searched yet",)
    searcher.index.update(shelf)
    assert first(searcher, "forklift at night") == "forklift"


def test_an_update_without_a_change_builds_nothing(shelf: MemoryShelf, index: DocumentIndex) -> None:
    first_built = index.update(shelf)
    again, forced = index.update(shelf), index.rebuild(shelf)
    assert (again.version, again.embedded, forced.embedded, forced.chunks) == (first_built.version, 0, 0, 35)
    assert forced.version != first_built.version


@pytest.mark.parametrize("damage", ["truncate", "flip", "remove"])
def test_every_damaged_file_is_noticed_and_the_index_made_again(shelf: MemoryShelf, index: DocumentIndex, damage: str) -> None:
    version = index.rebuild(shelf).version
    names = sorted(path.relative_to(index.root / version) for path in (index.root / version).rglob("*") if path.is_file())
    sealed = [name for name in names if name.name != "MANIFEST.json"]
    assert len(sealed) == 16
    for name in sealed:
        version = index.update(shelf).version
        _hurt(index.root / version / name, damage)
        assert any(str(name) in trouble for trouble in index.trouble())
        with pytest.raises(BadIndex):
            index.open()
        searcher = Searcher(shelf, index)
        found = searcher.search("penalty for late deliveries")
        searcher.close()
        assert found.passages[0].document.doc_id == "late"
        assert "made again from the library" in found.notes[0]


def _hurt(file: Path, damage: str) -> None:
    content = file.read_bytes()
    if damage == "remove":
        file.unlink()
    elif damage == "truncate":
        file.write_bytes(content[: len(content) // 2])
    else:
        file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


@pytest.mark.parametrize("damage", ["truncate", "flip", "remove"])
@pytest.mark.parametrize("name", ["parts/values.npy", "keyword/data.npy", "units.json"])
def test_damage_to_an_index_that_is_open_is_noticed_by_the_next_question(searcher: Searcher, name: str, damage: str) -> None:
    opened = searcher.search("penalty for late deliveries").version
    _hurt(searcher.index.root / opened / name, damage)
    found = searcher.search("penalty for late deliveries")
    assert found.passages[0].document.doc_id == "late" and found.version != opened
    assert "made again from the library" in found.notes[0]
    assert searcher.search("penalty for late deliveries").notes == ()


def test_a_lost_pointer_or_manifest_is_no_silent_empty_answer(shelf: MemoryShelf, index: DocumentIndex) -> None:
    for hurt in ("CURRENT", "MANIFEST.json"):
        version = index.rebuild(shelf).version
        (index.root / (hurt if hurt == "CURRENT" else f"{version}/{hurt}")).unlink()
        searcher = Searcher(shelf, index)
        assert first(searcher, "penalty for late deliveries") == "late"
        searcher.close()


@pytest.mark.parametrize("damage", ["gone", "garbage"])
def test_a_broken_vector_store_is_made_again(shelf: MemoryShelf, index: DocumentIndex, damage: str) -> None:
    version = index.rebuild(shelf).version
    (folder,) = (index.root / "chroma").glob(f"{version}-*")
    if damage == "garbage":
        for file in folder.rglob("*"):
            if file.is_file():
                file.write_bytes(b"garbage" * 100)
    else:
        shutil.rmtree(folder)
    searcher = Searcher(shelf, index)
    found = searcher.search("penalty for late deliveries")
    searcher.close()
    assert found.passages[0].document.doc_id == "late"
    assert found.notes == ("the vector store was damaged and has been made again",)


def test_without_the_vector_server_words_answer_and_it_is_said(shelf: MemoryShelf, tmp_path: Path) -> None:
    index = DocumentIndex(tmp_path / "index", chroma_url="http://127.0.0.1:9", embedder=WordEmbedder())
    built = index.rebuild(shelf)
    assert "does not answer" in built.notes[0]
    searcher = Searcher(shelf, index)
    found = searcher.search("penalty for late deliveries")
    assert found.passages[0].document.doc_id == "late"
    assert any(note.startswith("searched by keywords only") for note in found.notes)


class Away:
    """Stands in for a store that was open and answers no more."""

    def near(self, vectors: Matrix, count: int) -> Places:
        raise VectorsDown("it does not answer (gone)")

    def close(self) -> None:
        """Nothing is open."""


def test_a_store_that_went_away_is_asked_again_after_half_a_minute(searcher: Searcher, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("knowledge.search.time.monotonic", lambda: now[0])
    assert searcher.search("penalty").notes == ()
    opened = searcher._opened
    assert opened is not None and opened.near is not None
    opened.near.close()
    opened.near = Away()  # type: ignore[assignment]
    for _ in range(2):  # the second question finds it away already and does not wait for it
        found = searcher.search("penalty for late deliveries")
        assert found.passages[0].document.doc_id == "late"
        assert found.notes == ("searched by keywords only: the vector store does not answer (it does not answer (gone))",)
    now[0] += 29
    assert searcher.search("penalty").notes
    now[0] += 2
    looking, go_on, look_again = threading.Event(), threading.Event(), searcher.index.look_again

    def slowly(opened: OpenIndex) -> tuple[ChromaVectors | None, tuple[str, ...]]:
        looking.set()
        assert go_on.wait(30)
        return look_again(opened)

    monkeypatch.setattr(searcher.index, "look_again", slowly)
    assert searcher.search("penalty").notes and looking.wait(30)
    now[0] += 60
    looking.clear()
    assert searcher.search("penalty").notes and not looking.is_set(), "one looks, and nobody waits for it"
    go_on.set()
    settled(lambda: opened.near is not None)
    assert searcher.search("penalty for late deliveries").notes == ()
    assert isinstance(opened.near, ChromaVectors)


def test_a_store_that_is_found_after_its_version_was_let_go_is_closed(searcher: Searcher, monkeypatch: pytest.MonkeyPatch) -> None:
    assert searcher.search("penalty").notes == ()
    opened, closed = searcher._opened, threading.Event()
    assert opened is not None and opened.near is not None

    class Late(Away):
        def close(self) -> None:
            closed.set()

    searcher.close()
    opened.near = None
    monkeypatch.setattr(searcher.index, "look_again", lambda opened: (Late(), ()))
    searcher._look_again(opened)
    assert not closed.is_set(), "half a minute is not over"
    searcher._looked_at = float("-inf")
    searcher._look_again(opened)
    assert closed.wait(30)
    assert opened.near is None


def settled(there: Callable[[], bool]) -> None:
    """Wait for what another thread does."""
    for _ in range(3000):
        if there():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it never came")


def test_what_was_removed_stays_in_no_version_no_store_and_no_cache(shelf: MemoryShelf, searcher: Searcher) -> None:
    index = searcher.index
    shelf.put("secret", "Zanzibar codeword is quixotry.", "Zanzibar")
    index.update(shelf)
    assert first(searcher, "zanzibar quixotry") == "secret"
    assert "quixotry" in _words_on_disk(index.root)
    shelf.drop("secret")
    index.update(shelf)
    assert "quixotry" not in _words_on_disk(index.root)
    assert len(list((index.root / "chroma").iterdir())) == len(list(index.root.glob("v*"))) == 1
    cache = CachedEmbedder(WordEmbedder(), index.root / "embeddings.sqlite")
    cache.embed(["Zanzibar\nZanzibar codeword is quixotry."])
    assert cache.embedded == 1, "its vector was still there"
    assert "secret" not in {each.document.doc_id for each in searcher.search("zanzibar quixotry", top=50).passages}


def _words_on_disk(root: Path) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in root.rglob("terms.txt"))


def test_scores_fall_from_the_first_passage_to_the_last(searcher: Searcher) -> None:
    scores = [each.score for each in searcher.search("which team cleans shelf 3 on day 3", top=30).passages]
    assert len(scores) == 30 and scores == sorted(scores, reverse=True)


def test_the_store_finds_what_looking_at_everything_finds(searcher: Searcher, index: DocumentIndex, shelf: MemoryShelf) -> None:
    opened = index.open()
    assert opened.near is not None
    vectors = index.embedder.embed(["penalty for late deliveries", "cleaning of shelves"])
    nearest = {int(place) for row in vectors @ opened.corpus.vectors.T for place in row.argsort()[::-1][:3]}
    assert nearest <= set(opened.near.near(vectors, 5).tolist())
    opened.close()


class Held(WordEmbedder):
    """Holds up whoever asks something slow, until it is let go."""

    def __init__(self) -> None:
        self.reached, self.go_on = threading.Event(), threading.Event()

    def embed(self, texts: Sequence[str]) -> Matrix:
        if any("slowly" in text for text in texts) and not self.go_on.is_set():
            self.reached.set()
            assert self.go_on.wait(30)
        return super().embed(texts)


def test_a_version_that_somebody_ranks_with_stays_open_until_they_have_ended(shelf: MemoryShelf, tmp_path: Path) -> None:
    held = Held()
    index = DocumentIndex(tmp_path / "index", embedder=held)
    index.update(shelf)
    searcher, found = Searcher(shelf, index), []
    thread = threading.Thread(target=lambda: found.append(searcher.search("slowly: penalty for late deliveries")))
    thread.start()
    assert held.reached.wait(30)
    old = searcher._opened
    assert old is not None and old.users == 1
    shelf.put("forklift", "Forklifts are charged at night.", "Forklifts")
    index.update(shelf)
    assert searcher.search("penalty for late deliveries").notes == ()
    assert searcher._opened is not old and old.retired
    held.go_on.set()
    thread.join(30)
    assert found[0].notes in ((), ("1 documents filed since the last indexing are not searched yet",)), found[0].notes
    assert found[0].passages[0].document.doc_id == "late" and found[0].passages[0].vector is not None
    assert old.users == 0
    with pytest.raises(VectorsDown):
        assert old.near is not None
        old.near.near(held.embed(["penalty"]), 1)
    searcher.close()


def test_while_the_index_is_made_again_nobody_waits_long_and_then_it_is_there(
    shelf: MemoryShelf, index: DocumentIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.update(shelf)
    go_on, rebuild, built = threading.Event(), index.rebuild, []

    def slowly(shelf: MemoryShelf, wait_seconds: float = 30.0) -> object:
        built.append(go_on.wait(30))
        return rebuild(shelf, wait_seconds)

    monkeypatch.setattr(index, "rebuild", slowly)
    monkeypatch.setattr("knowledge.index.FORMAT", FORMAT + 1)
    searcher = Searcher(shelf, index, patient_seconds=0.1)
    started = time.monotonic()
    for _ in range(3):
        with pytest.raises(BeingIndexed, match="are being indexed again") as caught:
            searcher.search("penalty for late deliveries")
        assert "in a minute" in caught.value.remedy
    assert time.monotonic() - started < 5
    go_on.set()
    patient = searcher._repair
    assert patient is not None and patient.done.wait(30)
    found = searcher.search("penalty for late deliveries")
    assert found.passages[0].document.doc_id == "late" and "another form" in found.notes[0]
    assert searcher.search("penalty").notes == () and built == [True]
    searcher.close()


def test_an_index_that_cannot_be_made_says_why_and_is_tried_again(
    shelf: MemoryShelf, index: DocumentIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    rebuild = index.rebuild

    def full(shelf: MemoryShelf, wait_seconds: float = 30.0) -> object:
        raise StorageFull("the disk is full")

    monkeypatch.setattr(index, "rebuild", full)
    searcher = Searcher(shelf, index)
    for _ in range(2):
        with pytest.raises(StorageFull, match="the disk is full"):
            searcher.search("penalty")
    monkeypatch.setattr(index, "rebuild", rebuild)
    assert first(searcher, "penalty for late deliveries") == "late"
    searcher.close()


def test_nothing_to_search_is_said(index: DocumentIndex, searcher: Searcher) -> None:
    empty = Searcher(MemoryShelf(), DocumentIndex(index.root.parent / "other", embedder=WordEmbedder()))
    assert empty.search("penalty").notes == ("the library holds no documents yet",)
    assert searcher.search("  ").notes == ("there is no question",)


def test_an_index_in_the_form_of_another_release_is_made_again(
    shelf: MemoryShelf, index: DocumentIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.update(shelf)
    monkeypatch.setattr("knowledge.index.FORMAT", FORMAT + 1)
    assert any("another form" in trouble for trouble in index.trouble())
    with pytest.raises(BadIndex, match="another form"):
        index.open()
    index.update(shelf)
    assert index.trouble() == ()
    index.open().close()
