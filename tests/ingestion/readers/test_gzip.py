"""Gzip: read on the way through, refused when cut off, damaged, a bomb or not text."""

from __future__ import annotations

import gzip
import random

import pytest

from ingestion.errors import BadFile
from ingestion.readers.contract import Limits, ReadOptions
from tests.ingestion.readers.conftest import Read

CSV = b"id,name\n" + b"".join(b"%d,name %d\n" % (number, number * 7919) for number in range(5_000))


def test_gzipped_csv_is_read(read: Read) -> None:
    content = read(gzip.compress(CSV), "sales.csv.gz")
    assert (content.table.name, content.table.source, content.table.rows) == ("sales", "sales.csv.gz", 5_000)
    assert content.cells[-1] == ("4999", f"name {4_999 * 7_919}")


def test_gzipped_json_lines_are_read(read: Read) -> None:
    assert read(gzip.compress(b'{"a": 1}\n{"a": 2}\n'), "sales.jsonl.gz").cells == [("1",), ("2",)]


def test_several_members_are_one_file(read: Read) -> None:
    assert read(gzip.compress(b"a,b\n1,2\n") + gzip.compress(b"3,4\n"), "sales.csv.gz").cells == [("1", "2"), ("3", "4")]


@pytest.mark.parametrize("cut", [20, 1_000, -9, -1])
def test_a_truncated_file_is_refused(read: Read, cut: int) -> None:
    with pytest.raises(BadFile, match="stops before its end"):
        read(gzip.compress(CSV)[:cut], "sales.csv.gz")


def test_damaged_files_are_refused(read: Read) -> None:
    """The checksum at the end catches what the unpacking itself does not."""
    whole, chance = gzip.compress(CSV), random.Random(3)
    for _ in range(50):
        broken = bytearray(whole)
        at = chance.randrange(10, len(broken))
        broken[at] ^= 1 << chance.randrange(8)
        with pytest.raises(BadFile):
            read(bytes(broken), "sales.csv.gz")


def test_a_bomb_is_refused_before_it_unfolds(read: Read) -> None:
    bomb = gzip.compress(b"a,b\n" * 10_000_000, 9)
    with pytest.raises(BadFile, match="unfold to more than 10,"):
        read(bomb, "sales.csv.gz")


def test_a_total_is_kept_whatever_the_ratio(read: Read) -> None:
    with pytest.raises(BadFile, match="unfold to more than"):
        read(gzip.compress(CSV), "sales.csv.gz", ReadOptions(limits=Limits(expanded_bytes=50_000)))


@pytest.mark.parametrize(
    ("inside", "what"),
    [
        (b"", "nothing"),
        (b"SQLite format 3\0" + bytes(100), "a SQLite database"),
        (gzip.compress(CSV), "binary data"),
        (random.Random(1).randbytes(5_000), "binary data"),
        (bytes(257) + b"ustar" + bytes(300), "a tar archive"),
    ],
)
def test_what_is_no_text_inside_is_named(read: Read, inside: bytes, what: str) -> None:
    with pytest.raises(BadFile, match=f"this gzip file holds {what}"):
        read(gzip.compress(inside), "sales.csv.gz")


def test_a_name_that_lies_about_the_inside_is_refused(read: Read) -> None:
    with pytest.raises(BadFile, match=r"the name says \.csv, but the content is JSON"):
        read(gzip.compress(b'{"a": 1}\n'), "sales.csv.gz")
