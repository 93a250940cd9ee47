"""Documents from the terminal: taken in, listed, found, removed; what is refused does not keep the others out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest

from cli.docs import Kind
from knowledge.contract import DocumentKind
from tests.cli.test_data_commands import oiis

CONTRACT = """# Supply agreement Highland Coffee

Effective from: 2025-03-01

## Penalties

Late by more than 7 days costs 2 % a week.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "papers"
    (place / "contracts").mkdir(parents=True)
    (place / "contracts" / "highland.md").write_text(CONTRACT)
    (place / "returns.txt").write_text("RETURN POLICY\n\nGoods may come back within 14 days.\n")
    return place


def test_documents_go_in_are_found_and_go(own_home: Path, folder: Path) -> None:
    said = oiis("docs", "add", str(folder), home=own_home)[0]
    assert "added: Supply agreement Highland Coffee" in said and "added: RETURN POLICY" in said
    listed = json.loads(oiis("docs", "list", "--json", home=own_home)[0])
    assert [(each["title"], each["kind"]) for each in listed] == [
        ("RETURN POLICY", "policy"),
        ("Supply agreement Highland Coffee", "contract"),
    ]
    assert "unchanged" in oiis("docs", "add", str(folder), home=own_home)[0]
    passages = json.loads(oiis("docs", "search", "penalty for late delivery", "--json", home=own_home)[0])
    assert passages[0]["document"]["title"] == "Supply agreement Highland Coffee"
    assert "Late by more than 7 days" in passages[0]["chunk"]["text"]
    doc_id = passages[0]["document"]["doc_id"]
    assert "removed Supply agreement" in oiis("docs", "remove", doc_id, home=own_home)[0]
    left = json.loads(oiis("docs", "search", "penalty for late delivery", "--json", home=own_home)[0])
    assert doc_id not in {each["document"]["doc_id"] for each in left}
    assert "Next: " in oiis("docs", "remove", doc_id, home=own_home, code=8)[1]
    built = json.loads(oiis("docs", "reindex", "--json", home=own_home)[0])
    assert (built["documents"], built["chunks"]) == (1, 1)


def test_versions_and_days(own_home: Path, folder: Path) -> None:
    path = folder / "contracts" / "highland.md"
    oiis("docs", "add", str(path), "--no-index", home=own_home)
    path.write_text(CONTRACT.replace("7 days", "5 days"))
    said, noted = oiis("docs", "add", str(path), "--effective-from", "2026-01-01", "--no-index", home=own_home)
    assert "version 2" in said and "takes the place of version 1" in noted

    def in_force(*day: str) -> list[int]:
        return [each["version"] for each in json.loads(oiis("docs", "list", "--json", *day, home=own_home)[0])]

    assert (in_force(), in_force("--as-of", "2025-06-01"), in_force("--as-of", "2024-06-01")) == ([2], [1], [])


def test_a_bad_document_is_told_and_the_others_go_in(own_home: Path, folder: Path) -> None:
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 and then nothing")
    (folder / "empty.docx").write_bytes(b"")
    said, told = oiis("docs", "add", str(folder), "--no-index", home=own_home, code=3)
    assert "refused: broken.pdf" in told and "refused: empty.docx: the file is empty" in told and "Next: " in told
    assert said.count("added:") == 2
    lines = [json.loads(line) for line in oiis("docs", "add", str(folder), "--no-index", "--json", home=own_home, code=3)[0].splitlines()]
    assert sorted(line["outcome"] for line in lines) == ["refused", "refused", "unchanged", "unchanged"]


def test_a_watched_folder_is_taken_in(own_home: Path, folder: Path) -> None:
    said = oiis("docs", "watch", str(folder), "--once", home=own_home)[0]
    assert said.count("added:") == 2
    listed = json.loads(oiis("docs", "list", "--json", home=own_home)[0])
    assert {each["kind"] for each in listed} == {"contract", "policy"}


def test_a_round_that_could_read_nothing_says_so(own_home: Path, tmp_path: Path) -> None:
    empty = tmp_path / "nothing"
    empty.mkdir()
    assert "no file to read" in oiis("docs", "add", str(empty), home=own_home, code=3)[1]
    assert "no file to read" in oiis("docs", "watch", str(empty), "--once", home=own_home)[1]
    (empty / "broken.pdf").write_bytes(b"%PDF-1.7 and then nothing")
    told = oiis("docs", "watch", str(empty), "--once", home=own_home, code=3)[1]
    assert "refused: broken.pdf" in told and "1 of 1 documents were refused" in told


def test_slips_are_told(own_home: Path, folder: Path, tmp_path: Path) -> None:
    assert "one document" in oiis("docs", "add", str(folder), "--title", "x", home=own_home, code=2)[1]
    assert "no such file" in oiis("docs", "add", str(tmp_path / "gone.pdf"), "--no-index", home=own_home, code=3)[1]
    assert "no folder" in oiis("docs", "watch", str(tmp_path / "gone"), home=own_home, code=2)[1]
    oiis("docs", "list", "--kind", "poem", home=own_home, code=2)


def test_the_kinds_on_the_command_line_are_those_of_the_library() -> None:
    assert {kind.value for kind in Kind} == set(get_args(DocumentKind))
