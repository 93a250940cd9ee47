"""The library keeps what it is given, once, in versions with their days; what is removed is nowhere on the disk any more."""

from __future__ import annotations

import json
import sqlite3
import threading
from datetime import date
from pathlib import Path

import pytest

from ingestion.errors import Busy
from ingestion.versions import writer_lock
from knowledge.contract import Block, Document, Entity, Parsed
from knowledge.library import Filing, Library
from knowledge.library_visibility import in_force
from knowledge.parse_errors import BadDocument, BadLibrary, NoDocument

SECRET = "the cyan walrus sleeps at noon"
CONTRACT = """# Supply agreement Highland Coffee

Effective from: {day}

## Penalties

A delivery that is late by more than {days} days costs 2 % a week.
"""


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "documents", wait_seconds=5)


def contract(day: str = "2025-03-01", days: int = 7) -> bytes:
    return CONTRACT.format(day=day, days=days).encode()


def named(name: str, **more: object) -> Filing:
    return Filing(name=name, **more)  # type: ignore[arg-type]


def test_an_empty_library_makes_nothing_and_says_nothing(library: Library) -> None:
    assert (library.list(), list(library.chunks()), library.state(), library.versions()) == ((), [], "", ())
    assert library.damage() == () and library.sweep() == 0
    assert not library.folder.exists()
    with pytest.raises(NoDocument, match="no document 'x'"):
        library.get("x")


def test_a_document_comes_back_as_it_was_given(library: Library) -> None:
    added = library.add(contract(), named("highland.md", folder="contracts"))
    assert added.outcome == "added" and added.chunks == 1
    document = library.get(added.document.doc_id)
    assert document == added.document
    assert (document.title, document.kind, document.language, document.version) == ("Supply agreement Highland Coffee", "contract", "en", 1)
    assert (document.effective_from, document.media_type, document.source) == (date(2025, 3, 1), "text/markdown", "highland.md")
    assert library.original(document.doc_id) == contract()
    assert [block.section for block in library.parsed(document.doc_id).blocks] == [(), ("Penalties",)]
    ((of, chunk),) = library.chunks()
    assert of == document and "late by more than 7 days" in chunk.text
    assert chunk.prefix == "Supply agreement Highland Coffee > Penalties > 2025-03-01"
    assert library.chunk(chunk.chunk_id) == chunk
    assert library.damage() == ()


def test_the_same_content_again_changes_nothing(library: Library) -> None:
    first = library.add(contract(), named("a.md"))
    state = library.state()
    assert library.add(contract(), named("a.md")).outcome == "unchanged"
    again = library.add(contract(), named("copy.md"))
    assert again.outcome == "duplicate" and again.document == first.document
    assert first.document.doc_id in again.notes[0]
    assert library.state() == state and len(library.versions()) == 1


def test_the_same_content_with_something_new_said_about_it_is_filed_anew(library: Library) -> None:
    first = library.add(contract(), named("a.md")).document
    again = library.add(contract(), named("a.md", title="Terms", effective_from=date(2024, 1, 1), kind="policy"))
    assert again.outcome == "corrected" and (again.document.doc_id, again.document.version) == (first.doc_id, 1)
    shown = library.get(first.doc_id)
    assert (shown.title, shown.effective_from, shown.kind) == ("Terms", date(2024, 1, 1), "policy")
    ((_, chunk),) = library.chunks()
    assert chunk.prefix == "Terms > Penalties > 2024-01-01"
    assert len(library.versions()) == 1 and library.damage() == ()
    assert library.add(contract(), named("a.md")).outcome == "unchanged", "nothing said takes nothing back"


def test_a_file_is_added_by_its_path_and_bytes_by_a_name(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(contract())
    assert library.add(path).document.source == "a.md"
    with pytest.raises(BadDocument, match="no usable name"):
        library.add(b"words")


def test_other_content_under_the_same_name_is_the_next_version(library: Library) -> None:
    first = library.add(contract(), named("a.md"))
    second = library.add(contract("2026-01-01", 5), named("a.md"))
    assert second.outcome == "new_version" and "takes the place of version 1" in second.notes[0]
    assert (second.document.doc_id, second.document.version) == (first.document.doc_id, 2)
    assert [each.version for each in library.list()] == [2]
    assert {each.version for each in library.versions()} == {1, 2}
    assert library.original(first.document.doc_id, 1) == contract()


def test_another_document_under_the_same_name_is_not_a_version(library: Library) -> None:
    one = library.add(b"# Supply agreement Highland Coffee\n\nwords of coffee", named("contract.md"))
    two = library.add(b"# Warehouse lease Binh Duong\n\nwords of walls", named("contract.md"))
    assert two.outcome == "added" and two.document.doc_id != one.document.doc_id
    assert library.add(b"# Warehouse lease Binh Duong\n\nother words of walls", named("contract.md")).document.doc_id == two.document.doc_id


def test_going_back_to_an_earlier_content_is_a_version_too(library: Library) -> None:
    for days in (7, 5, 7):
        library.add(contract(days=days), named("a.md"))
    assert [each.version for each in library.versions()] == [1, 2, 3]
    assert library.list()[0].version == 3


def test_scopes_are_kept_apart(library: Library) -> None:
    for scope in ("documents:read", "documents:finance"):
        assert library.add(contract(), named("a.md", scope=scope)).outcome == "added"
    assert len(library.list()) == 2


def test_a_document_of_one_scope_is_never_followed_by_one_of_another(library: Library) -> None:
    secret = library.add(contract(), named("a.md", scope="documents:board", doc_id="board-terms")).document
    with pytest.raises(BadDocument, match="cannot be used"):
        library.add(b"# Other\n\nwords", named("b.md", doc_id="board-terms"))
    assert library.versions() == (secret,)


@pytest.mark.parametrize(
    ("as_of", "version"),
    [(date(2025, 2, 28), None), (date(2025, 3, 1), 1), (date(2025, 12, 31), 1), (date(2026, 1, 1), 2), (date(2030, 1, 1), 2)],
)
def test_a_day_shows_the_version_in_force_on_it(library: Library, as_of: date, version: int | None) -> None:
    library.add(contract(), named("a.md"))
    library.add(contract("2026-01-01", 5), named("a.md"))
    assert [each.version for each in library.list(as_of)] == ([] if version is None else [version])
    assert {document.version for document, _ in library.chunks(as_of)} == (set() if version is None else {version})


def versions(*days: tuple[str | None, str | None]) -> list[Document]:
    made = []
    for number, (first, last) in enumerate(days, 1):
        made.append(
            Document(
                doc_id="d",
                version=number,
                title="t",
                source="s",
                media_type="m",
                effective_from=date.fromisoformat(first) if first else None,
                effective_until=date.fromisoformat(last) if last else None,
            )
        )
    return made


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([(None, None)], 1),
        ([(None, None), (None, None)], 2),
        ([("2025-01-01", None), (None, None)], 2),  # a correction
        ([("2026-01-01", None), (None, None)], None),  # a correction of what is not in force yet
        ([("2025-01-01", None), ("2026-01-01", None)], 1),
        ([("2025-03-01", None), ("2025-01-01", None)], 1),  # filed late, of an earlier day
        ([("2025-01-01", "2025-02-01")], None),
        ([("2025-01-01", "2025-06-01")], 1),
        ([("2025-01-01", "2025-06-01"), ("2025-05-01", "2025-05-20")], None),
    ],
)
def test_which_version_speaks(days: list[tuple[str | None, str | None]], expected: int | None) -> None:
    found = in_force(reversed(versions(*days)), date(2025, 6, 1))
    assert [each.version for each in found] == ([] if expected is None else [expected])


def on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_what_is_removed_is_gone_from_the_disk(library: Library) -> None:
    kept = library.add(b"# Other\n\nstays where it is", named("b.md"))
    doc_id = library.add(f"# Secret\n\n{SECRET}".encode(), named("a.md")).document.doc_id
    library.add(f"# Secret\n\nnow {SECRET}".encode(), named("a.md"))
    assert SECRET.encode() in on_disk(library.folder)
    before = library.state()
    gone = library.remove(doc_id)
    assert [each.version for each in gone] == [1, 2]
    assert SECRET.encode() not in on_disk(library.folder)
    assert library.state() != before
    assert [(each.doc_id, each.version) for each in library.versions()] == [(kept.document.doc_id, 1)]
    for act in (library.get, library.remove, library.original):
        with pytest.raises(NoDocument):
            act(doc_id)


def test_one_version_is_removed_alone_and_a_shared_original_stays(library: Library) -> None:
    doc_id = library.add(contract(), named("a.md")).document.doc_id
    library.add(contract(days=5), named("a.md"))
    other = library.add(contract(), named("a.md", scope="documents:finance")).document
    library.remove(doc_id, 1)
    assert [each.version for each in library.versions() if each.doc_id == doc_id] == [2]
    assert library.original(other.doc_id) == contract()
    with pytest.raises(NoDocument, match="version 1"):
        library.remove(doc_id, 1)


def test_a_reader_keeps_its_state_while_a_writer_changes_it(library: Library) -> None:
    for number in range(5):
        library.add(f"# Title {number}\n\nwords {number}".encode(), named(f"{number}.md"))
    removed = library.add(f"# Secret\n\n{SECRET}".encode(), named("secret.md")).document.doc_id
    reading = library.chunks()
    seen = [next(reading)]
    library.add(b"# New\n\nwords", named("new.md"))
    library.remove(removed)
    seen += reading
    assert len(seen) == 6 and any(SECRET in chunk.text for _, chunk in seen)
    assert len(library.list()) == 6
    library.sweep()  # what the reader held on to goes now
    assert SECRET.encode() not in on_disk(library.folder)


def test_one_writer_at_a_time(library: Library) -> None:
    library.add(contract(), named("a.md"))
    waiting = Library(library.folder, wait_seconds=0.2)
    with writer_lock(library.folder / ".lock", 0), pytest.raises(Busy):
        waiting.add(b"# Other\n\nwords", named("b.md"))
    threads = [threading.Thread(target=library.add, args=(f"# T{n}\n\nwords {n}".encode(), named(f"{n}.md"))) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(library.list()) == 7 and library.damage() == ()


def test_many_are_added_together_or_not_at_all(library: Library) -> None:
    parsed = Parsed(title="T", pages=0, blocks=(Block(kind="text", text="some words"),), language="en")
    good = [(parsed, f"bytes {number}".encode(), named(f"{number}.md")) for number in range(20)]
    with pytest.raises(BadDocument, match="scope"):
        library.add_many([*good, (parsed, b"x", named("bad.md", scope="No Scope!"))])
    assert library.list() == () and library.sweep() == 20
    assert [each.outcome for each in library.add_many(good)] == ["added"] * 20
    assert library.state().startswith("1-"), "one change, not twenty"


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.md", "/etc/cron.d/x.md", "..\\..\\x.md", "a\0b.md", "\u202egnp.md", "C:\\x.md", "x" * 400 + ".md", ".md"]
)
def test_names_never_become_paths(library: Library, tmp_path: Path, name: str) -> None:
    document = library.add(contract(), named(name, folder="../../" + name)).document
    assert not set(document.source) & set("/\\\0\u202e") and len(document.source) <= 255
    assert {path.name for path in tmp_path.iterdir()} == {"documents", "home"} - ({"home"} if not (tmp_path / "home").exists() else set())
    assert {path.name for path in library.folder.iterdir()} <= {"library.db", "library.db-wal", "library.db-shm", "originals", ".lock"}
    assert library.original(document.doc_id) == contract()


@pytest.mark.parametrize(
    ("filing", "said"),
    [
        (Filing(name="a.md", doc_id="../x"), "document id"),
        (Filing(name="a.md", scope="all documents"), "scope"),
        (Filing(name="a.md", scope="data:read"), "scope"),
        (Filing(name="a.md", scope="documents:write"), "scope"),
        (Filing(name="a.md", effective_from=date(2025, 2, 1), effective_until=date(2025, 1, 1)), "2025-02-01 to 2025-01-01"),
        (Filing(name="..."), "usable name"),
    ],
)
def test_what_cannot_be_filed_is_refused_with_the_value(library: Library, filing: Filing, said: str) -> None:
    with pytest.raises(BadDocument, match=said):
        library.add(contract(), filing)
    assert not library.list()


def test_a_bad_document_leaves_the_library_as_it_was(library: Library) -> None:
    library.add(contract(), named("a.md"))
    before = (library.state(), on_disk(library.folder / "originals"))
    for content, name in ((b"", "empty.md"), (b"%PDF-1.7 noise", "bad.pdf"), (b"\x89PNG\r\n\x1a\n", "photo.pdf")):
        with pytest.raises(BadDocument):
            library.add(content, named(name))
    assert (library.state(), on_disk(library.folder / "originals")) == before


def test_a_damaged_library_is_told_and_never_silently_empty(library: Library) -> None:
    document = library.add(contract(), named("a.md")).document
    file = library.folder / "library.db"
    whole = file.read_bytes()
    for name in ("library.db-wal", "library.db-shm"):
        (library.folder / name).unlink(missing_ok=True)
    file.write_bytes(b"no database at all" * 100)
    for act in (library.list, library.state, library.versions, lambda: library.get(document.doc_id), lambda: list(library.chunks())):
        with pytest.raises(BadLibrary, match="damaged"):
            act()
    with pytest.raises(BadLibrary):
        library.add(b"# Other\n\nwords", named("b.md"))
    file.write_bytes(whole[: len(whole) // 2 // 4096 * 4096])
    assert library.damage()
    file.write_bytes(whole)
    assert library.damage() == ()


def test_changed_text_in_the_library_and_changed_originals_are_found(library: Library) -> None:
    document = library.add(contract(), named("a.md")).document
    with sqlite3.connect(library.folder / "library.db") as connection:
        connection.execute("UPDATE chunks SET text = replace(text, '7 days', '70 days')")
    connection.close()
    assert "chunks" in library.damage()[0]
    (original,) = (path for path in (library.folder / "originals").rglob("*") if path.is_file())
    original.write_bytes(b"something else")
    with pytest.raises(BadLibrary, match="original"):
        library.original(document.doc_id)
    assert document.doc_id in library.damage()[0]


def test_a_library_of_a_newer_release_is_left_alone(library: Library) -> None:
    library.add(contract(), named("a.md"))
    with sqlite3.connect(library.folder / "library.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(BadLibrary, match="newer release"):
        library.list()
    with pytest.raises(BadLibrary, match="newer release"):
        library.add(b"# Other\n\nwords", named("b.md"))


KNOWN = (
    Entity(kind="supplier", id="S01", name="Highland Coffee"),
    Entity(kind="supplier", id="S02", name="Hợp tác xã Trà Suối Ngọc"),
    Entity(kind="product", id="CF-ARA-001", name="Arabica hạt 1kg"),
    Entity(kind="category", id="Tea", name="Tea"),
)


def test_documents_are_linked_to_what_they_name(library: Library) -> None:
    text = b"# Supply agreement Highland Coffee\n\nCF-ARA-001 costs 7. hop tac xa tra suoi ngoc is named too, and we drink tea.\n"
    document = library.add(text, named("a.md"), KNOWN).document
    assert [each.id for each in document.entities] == ["S01", "S02", "CF-ARA-001"]
    given = library.add(b"# Other\n\nHighland Coffee", named("b.md", entities=(KNOWN[3],)), KNOWN).document
    assert [each.id for each in given.entities] == ["Tea"]


@pytest.mark.parametrize(
    ("folder", "name", "title", "kind"),
    [
        ("contracts", "x.pdf", "Anything", "contract"),
        ("", "hop-dong-ca-phe.pdf", "Văn bản", "contract"),
        ("", "x.md", "Quy trình nhập kho", "procedure"),
        ("policies", "returns.md", "Returns", "policy"),
        ("", "q3.pdf", "Monthly performance report", "report"),
        ("", "x.md", "Market notes on coffee", "market"),
        ("", "x.md", "Nghị định 15 về an toàn", "regulation"),
        ("", "x.md", "Words", "other"),
    ],
)
def test_the_kind_is_told_by_folder_name_and_title(library: Library, folder: str, name: str, title: str, kind: str) -> None:
    parsed = Parsed(title=title, pages=0, blocks=(Block(kind="text", text="some words"),), language="en")
    assert library.add_many([(parsed, b"bytes", named(name, folder=folder))])[0].document.kind == kind


def test_another_language_is_taken_and_told(library: Library) -> None:
    added = library.add(b"Die Ware ist nicht bei dem Kunden und wird von der Firma an den Absender gesandt.", named("a.txt"))
    assert added.document.language == "other" and "neither English nor Vietnamese" in added.notes[-1]


def test_documents_are_plain_data(library: Library) -> None:
    library.add(contract(), named("a.md"))
    told = json.loads(library.list()[0].model_dump_json())
    assert str(library.folder) not in json.dumps(told)


@pytest.mark.parametrize("damage", [b"something else", b"", None])
@pytest.mark.parametrize("again", ["the file", "what was read of it"])
def test_adding_a_document_again_puts_back_its_damaged_original(library: Library, damage: bytes | None, again: str) -> None:
    document = library.add(contract(), named("a.md")).document
    (original,) = (path for path in (library.folder / "originals").rglob("*") if path.is_file())
    original.unlink() if damage is None else original.write_bytes(damage)
    assert library.damage()
    if again == "the file":
        there = library.add(contract(), named("a.md"))
        assert there.outcome == "unchanged" and "put back" in there.notes[-1]
        assert "put back" not in " ".join(library.add(contract(), named("a.md")).notes)
    else:
        library.add_many([(library.parsed(document.doc_id), contract(), named("a.md"))])
    assert library.damage() == () and library.original(document.doc_id) == contract()
    assert len(library.versions()) == 1 and library.state().startswith("1-")
