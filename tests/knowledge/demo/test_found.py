"""The library in an installation: filed once, replaced when the company is another one, read as its files would be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from ingestion.errors import NoWarehouse
from ingestion.warehouse import Snapshot
from knowledge.demo.files import file_bytes
from knowledge.demo.found import filing_of, found_library, parsed_of
from knowledge.demo.paper import Paper
from knowledge.demo.pdf import plain
from knowledge.library import Filing, Library
from knowledge.parse import parse


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "documents")


def seeded(snapshot: Snapshot, seed: int) -> Snapshot:
    load = snapshot.card.loads[0].model_copy(update={"fingerprint": f"demo-tiny-{seed}"})
    return replace(snapshot, card=snapshot.card.model_copy(update={"loads": (load,)}))


def test_it_is_filed_once_with_all_that_is_known(snapshot: Snapshot, papers: tuple[Paper, ...], library: Library) -> None:
    first, state = found_library(library, snapshot), library.state()
    again = found_library(library, snapshot)
    assert (first.papers, first.added, again.added) == (len(papers), len(papers), 0)
    assert library.state() == state
    filed = {(document.doc_id, document.version): document for document in library.versions()}
    assert set(filed) == {(paper.key, paper.version) for paper in papers}
    for paper in papers:
        document = filed[paper.key, paper.version]
        assert (document.kind, document.language, document.entities) == (paper.kind, paper.language, paper.entities)
        assert (document.effective_from, document.period_until) == (paper.effective_from, paper.period_until)
        assert library.original(paper.key, paper.version) == file_bytes(paper)


def test_old_versions_speak_in_the_past_and_new_ones_today(snapshot: Snapshot, papers: tuple[Paper, ...], library: Library) -> None:
    found_library(library, snapshot)
    renewed = [paper for paper in papers if paper.version == 2]
    assert renewed
    for paper in renewed:
        assert paper.effective_from
        before = {each.doc_id: each.version for each in library.list(paper.effective_from - timedelta(days=1))}
        today = {each.doc_id: each.version for each in library.list(date(2026, 10, 31))}
        assert (before[paper.key], today[paper.key]) == (1, 2)


def test_the_documents_of_another_company_make_room(snapshot: Snapshot, papers: tuple[Paper, ...], library: Library) -> None:
    found_library(library, seeded(snapshot, 8))
    told = found_library(library, snapshot)
    assert told.added > len(papers) / 3
    assert {(each.doc_id, each.version) for each in library.versions()} == {(paper.key, paper.version) for paper in papers}
    assert all(library.original(paper.key, paper.version) == file_bytes(paper) for paper in papers)


def test_documents_of_somebody_else_stay_where_they_are(snapshot: Snapshot, library: Library) -> None:
    library.add(b"# Our own note\n\nNobody touches this.", Filing(name="own.md", doc_id="own-note"))
    found_library(library, snapshot)
    assert "own-note" in {each.doc_id for each in library.list()}


def test_a_version_that_a_person_gave_of_a_demo_document_is_never_lost(
    snapshot: Snapshot, papers: tuple[Paper, ...], library: Library
) -> None:
    found_library(library, seeded(snapshot, 8))
    key = next(paper.key for paper in papers if paper.kind == "contract")
    mine = b"# Our own contract\n\nIt was negotiated again."
    given = library.add(mine, Filing(name="signed.md", doc_id=key, kind="contract"))
    assert given.outcome == "new_version"
    for _ in range(2):
        assert found_library(library, snapshot).left_out >= 1
        assert library.original(key) == mine
    state = library.state()
    found_library(library, snapshot)
    assert library.state() == state


def test_what_a_person_removed_of_it_is_not_filed_again(snapshot: Snapshot, papers: tuple[Paper, ...], library: Library) -> None:
    found_library(library, snapshot)
    gone = papers[0].key
    library.remove(gone)
    told = found_library(library, snapshot)
    assert (told.added, told.left_out) == (0, sum(paper.key == gone for paper in papers))
    assert "left out because somebody removed them" in str(told)
    assert found_library(library, seeded(snapshot, 8)).added
    assert gone not in {document.doc_id for document in library.list()}


def test_it_belongs_to_the_demo_company_only(snapshot: Snapshot, library: Library) -> None:
    own = snapshot.card.loads[0].model_copy(update={"fingerprint": "orders.csv"})
    with pytest.raises(NoWarehouse, match="does not hold the demo company"):
        found_library(library, replace(snapshot, card=snapshot.card.model_copy(update={"loads": (own,)})))
    assert not library.list()


def test_what_is_filed_is_what_a_parser_reads_in_the_file(papers: tuple[Paper, ...]) -> None:
    """One document of each carrier and kind that differ in shape goes the long way too."""
    chosen = {(paper.carrier, paper.kind in ("catalogue", "report")): paper for paper in papers}
    for paper in chosen.values():
        read, ours = parse(file_bytes(paper), paper.file_name).parsed, parsed_of(paper)
        assert plain(read.title) == plain(ours.title)
        if paper.kind not in ("catalogue", "market"):  # names of goods and shops are Vietnamese in English notes too
            assert read.language == ours.language
        assert words(read.blocks) == words(ours.blocks), paper.key
        assert filing_of(paper).media_type == paper.media_type


def words(blocks: object) -> list[str]:
    import re

    texts = [block.text for block in blocks]  # type: ignore[attr-defined]
    return re.findall(r"\w+", plain(" ".join(texts)))
