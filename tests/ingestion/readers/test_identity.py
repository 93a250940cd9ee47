"""What a file really is: told from its bytes, with a way out, before any reader touches it."""

from __future__ import annotations

import gzip
import os
import random
import sqlite3
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingestion.errors import BadFile
from ingestion.readers.catalog import READERS
from ingestion.readers.choice import choose_reader
from tests.ingestion.readers.conftest import Read

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(22) + (9).to_bytes(2, "little") + bytes(16) + (0).to_bytes(4, "little") + bytes(460)


def refuse(data: bytes, name: str, tmp_path: Path) -> BadFile:
    source = tmp_path / name
    source.write_bytes(data)
    with pytest.raises(BadFile) as told:
        choose_reader(source, READERS)
    assert told.value.where == name
    assert told.value.expected and told.value.remedy
    return told.value


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "the file is empty"),
        (bytes(5_000), "holds only zero bytes"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a PNG picture"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "a JPEG picture"),
        (b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\x01\x02\x03\x04\x05\x06\x07\x0e\x0f\x10\x11", "a WebP picture"),
        (b"<!DOCTYPE html>\n<html><body>Please log in</body></html>", "a web page (HTML)"),
        (b"\xef\xbb\xbf\r\n <html>\r\n<table><tr><td>1</td></tr></table>", "a web page (HTML)"),
        ("<html><table></table></html>".encode("utf-16"), "a web page (HTML)"),
        (b"<!-- saved --><table><tr><td>1</td></tr></table>", "a web page (HTML)"),
        (b'<?xml version="1.0"?><html xmlns="x"></html>', "a web page (HTML)"),
        (b'<?xml version="1.0"?><Workbook></Workbook>', "an XML file"),
        (b"Rar!\x1a\x07\x01\0", "a RAR archive"),
        (b"7z\xbc\xaf\x27\x1c\0\x04", "a 7-Zip archive"),
        (b"\x28\xb5\x2f\xfd\x04\0", "a Zstandard file"),
        (b"\x7fELF\x02\x01", "a program"),
        (OLE + "Workbook".encode("utf-16-le"), "an old Excel workbook (.xls)"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted with a password"),
        (OLE + "WordDocument".encode("utf-16-le"), "an old Word document"),
        (random.Random(5).randbytes(20_000), "binary data"),
    ],
)
def test_files_under_the_name_of_a_table_are_told_what_they_are(data: bytes, what: str, tmp_path: Path) -> None:
    assert what in refuse(data, "sales.csv", tmp_path).what


def test_a_sqlite_database_is_sent_to_sync(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.execute("CREATE TABLE orders (id)")
    connection.close()
    with pytest.raises(BadFile, match="this is a SQLite database") as told:
        choose_reader(tmp_path / "shop.db", READERS)
    assert told.value.remedy == f"run ./oiis data sync sqlite:///{tmp_path / 'shop.db'}"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("sales.xlsx", "delimited text"),
        ("sales.parquet", "delimited text"),
        ("sales.xls", "delimited text"),
        ("sales.csv.gz", "delimited text"),
    ],
)
def test_text_under_another_name_is_told(name: str, content: str, tmp_path: Path) -> None:
    assert f"the content is {content}" in refuse(b"a,b\n1,2\n", name, tmp_path).what


def test_tables_under_another_name_are_told(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "made.parquet")
    assert "the content is Parquet" in refuse((tmp_path / "made.parquet").read_bytes(), "sales.csv", tmp_path).what
    assert "the content is an Excel workbook" in refuse(b"PK\x03\x04" + bytes(40), "sales.csv", tmp_path).what
    assert "the content is JSON" in refuse(b'{"a": 1}\n', "sales.csv", tmp_path).what
    assert "the content is gzip" in refuse(gzip.compress(b"a\n"), "sales.csv", tmp_path).what


@pytest.mark.parametrize(
    ("data", "name", "reader"),
    [
        (b"a,b\n1,2\n", "upload-3f2a", "delimited text"),
        (b"[Order ID],[Name]\n1,x\n", "sales.csv", "delimited text"),
        (b"ORCID,name\n1,x\n", "people.csv", "delimited text"),
        (b"product DUCK,x\n", "ducks.csv", "delimited text"),
        (b'{"a": 1}\n', "upload", "JSON"),
        (b'\xef\xbb\xbf [\n {"a": 1}]', "upload", "JSON"),
        (b"not json at all\n", "events.jsonl", "JSON"),
        ("mã,tên\n1,x\n".encode("utf-16-le"), "sales.csv", "delimited text"),
    ],
)
def test_the_content_decides_and_the_name_is_only_a_witness(data: bytes, name: str, reader: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    assert choose_reader(tmp_path / name, READERS).name == reader


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, what in (("missing.csv", "no such file"), (".", "a folder"), ("pipe", "not an ordinary file")):
        with pytest.raises(BadFile, match=what):
            choose_reader(tmp_path / name, READERS)


def test_every_reader_has_its_own_suffixes() -> None:
    suffixes = [suffix for reader in READERS for suffix in reader.suffixes]
    assert len(suffixes) == len(set(suffixes))
    assert len({reader.name for reader in READERS}) == len(READERS)


def test_a_file_of_words_is_one_column(read: Read) -> None:
    assert read(b"Dear customer\nwe thank you\n", "letter.txt").table.columns == ("Dear customer",)
