"""Documents that the installation writes by itself beside those of people: nobody's are lost, and what was removed does not come back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from knowledge.contract import Block, Parsed
from knowledge.index import DocumentIndex
from knowledge.library import Filing, Library
from knowledge.library_machines import Writer
from knowledge.search import Searcher
from tests.knowledge.shelf import WordEmbedder

TEXT = b"# Tet 2026\n\nThe peak before Tet was two weeks long."


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "documents")


def write(library: Library, doc_id: str, words: str, writer: Writer = "insights") -> None:
    parsed = Parsed(title=doc_id, pages=0, blocks=(Block(kind="text", text=words),), language="en")
    filing = Filing(name=f"{doc_id}.md", doc_id=doc_id, kind="insight", folder="insights", period_from=date(2026, 1, 1), writer=writer)
    library.add_many([(parsed, words.encode(), filing)])


def test_a_machine_sees_what_it_wrote_and_nothing_that_looks_like_it(library: Library) -> None:
    library.add(TEXT, Filing(name="insight-tet-2026.md", kind="insight", folder="insights"))
    library.add(TEXT + b" again", Filing(name="insight-2026-01.md", doc_id="insight-2026-01", kind="insight", folder="!insights"))
    write(library, "insight-2026-02", "February was calm.")
    assert [each.doc_id for each in library.written_by("insights")] == ["insight-2026-02"]
    assert library.written_by("demo") == library.written_by("feed") == ()


def test_withdrawing_takes_a_machines_own_versions_only(library: Library) -> None:
    write(library, "insight-2026-02", "February was calm.")
    library.add(TEXT, Filing(name="mine.md", doc_id="insight-2026-02"))
    library.withdraw("insights", ["insight-2026-02"])
    assert [(each.doc_id, each.version) for each in library.versions()] == [("insight-2026-02", 2)]
    assert library.original("insight-2026-02") == TEXT
    assert library.closed_to("insights").holds("insight-2026-02", "0" * 64)
    assert library.damage() == ()


def test_what_a_person_removed_is_closed_by_id_and_hash_and_no_word_of_it_is_kept(library: Library) -> None:
    write(library, "insight-2026-02", "February had a codeword, quixotry.")
    sha256 = library.get("insight-2026-02").sha256
    library.remove("insight-2026-02")
    closed = library.closed_to("insights")
    assert closed.holds("insight-2026-02", "0" * 64) and closed.holds("other", sha256)
    assert not closed.holds("other", "0" * 64)
    assert not any(b"quixotry" in path.read_bytes() for path in library.folder.rglob("*") if path.is_file())


def test_removing_one_version_closes_its_content_only(library: Library) -> None:
    write(library, "insight-2026-02", "February was calm.")
    first = library.get("insight-2026-02").sha256
    write(library, "insight-2026-02", "February was wild.")
    library.remove("insight-2026-02", 1)
    closed = library.closed_to("insights")
    assert closed.holds("insight-2026-02", first) and not closed.holds("insight-2026-02", "0" * 64)


def test_a_person_may_file_again_what_they_removed_and_what_a_machine_withdrew_is_open(library: Library) -> None:
    library.add(TEXT, Filing(name="own.md", doc_id="own"))
    library.remove("own")
    assert library.add(TEXT, Filing(name="own.md", doc_id="own")).outcome == "added"
    write(library, "insight-2026-02", "February was calm.")
    library.withdraw("insights", ["insight-2026-02"])
    assert not library.closed_to("insights").holds("insight-2026-02", "0" * 64)


def test_what_a_person_gives_again_of_a_machine_is_theirs_from_then_on(library: Library) -> None:
    write(library, "insight-2026-02", "February was calm.")
    assert library.add(b"February was calm.", Filing(name="calm.md")).document.doc_id == "insight-2026-02"
    library.withdraw("insights", ["insight-2026-02"])
    assert [each.doc_id for each in library.versions()] == ["insight-2026-02"]
    assert library.add(b"February was calm.", Filing(name="calm.md")).outcome == "unchanged"


def test_a_state_is_never_the_same_again(library: Library, tmp_path: Path) -> None:
    assert library.state() == ""
    states = []
    for number in range(3):
        library.add(TEXT + str(number).encode(), Filing(name=f"{number}.md"))
        states.append(library.state())
    library.remove(library.list()[0].doc_id)
    other = Library(tmp_path / "other")
    for number in range(4):
        other.add(TEXT + str(number).encode(), Filing(name=f"{number}.md"))
    assert other.state()[:2] == library.state()[:2] == "4-", "changed as often"
    assert len({*states, library.state(), other.state()}) == 5
    assert library.state() == library.state()


def test_a_backup_put_back_with_other_documents_at_the_same_revision_is_indexed(library: Library, tmp_path: Path) -> None:
    other = Library(tmp_path / "other" / "documents")
    library.add(b"# Tea\n\nGreen tea is kept dry.", Filing(name="tea.md"))
    other.add(b"# Salt\n\nSalt is kept in barrels.", Filing(name="salt.md"))
    assert library.state()[:2] == other.state()[:2] == "1-"
    index = DocumentIndex(tmp_path / "index", embedder=WordEmbedder())
    first = index.update(library)
    assert index.update(library).version == first.version
    searcher = Searcher(library, index)
    assert searcher.search("how is tea kept").passages[0].document.title == "Tea"
    library.folder.rename(tmp_path / "aside")
    other.folder.rename(library.folder)
    assert index.update(library).version != first.version
    assert [each.document.title for each in searcher.search("how is salt kept").passages] == ["Salt"]
    searcher.close()


OLD = "UPDATE documents SET shelf = ? WHERE doc_id = ?"


def test_a_library_of_the_first_form_is_brought_up_and_knows_its_machines(library: Library) -> None:
    shelves = {
        "insight-2026-02": "documents:read/insights/insight-2026-02.md",
        "contract-s01": "documents:read/demo/contract-s01.pdf",
        "news-0123456789abcdef": "documents:read/feeds/wire/0123456789abcdef.txt",
    }
    for doc_id in shelves:
        write(library, doc_id, f"words of {doc_id}")
    own = [library.add(TEXT + name.encode(), Filing(name=name, folder=folder)).document.doc_id for name, folder in
           (("insight-2026-02.md", "insights"), ("plan.md", "demo"), ("note.md", "feeds/wire"))]  # fmt: skip
    with closing(sqlite3.connect(library.folder / "library.db")) as connection, connection:
        for doc_id, shelf in shelves.items():
            connection.execute(OLD, (shelf, doc_id))
        connection.executescript("DROP TABLE marks; DROP TABLE removals; PRAGMA user_version = 1;")
    assert len(library.versions()) == 6 and library.state() == "6"
    writers: tuple[Writer, ...] = ("insights", "demo", "feed")
    assert [[each.doc_id for each in library.written_by(writer)] for writer in writers] == [[doc_id] for doc_id in shelves]
    assert library.state().startswith("6") and {each.doc_id for each in library.versions()} == {*shelves, *own}
    library.remove("contract-s01")
    assert library.closed_to("demo").holds("contract-s01", "") and "-" in library.state()
