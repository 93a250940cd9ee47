"""A thousand damaged CSV files: each is read with every row accounted for, or refused with a reason; nothing else happens."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from ingestion.errors import BadFile
from ingestion.readers.contract import ReadOptions
from tests.ingestion.readers.conftest import Content, read_here

FILES = 1_000
MARK = re.compile(r"id\d{6}")
INSERTS = [b'"', b'""', b",", b"\n", b"\r", b"\r\n", b"\0", b"\xe9", "é".encode(), b"\t", b";", b"'", b"\\", b",,,,", b"\n\n", b" "]


def make_lines(chance: random.Random) -> list[bytes]:
    lines = [b"order_id,product,quantity,price"]
    for _ in range(chance.randint(0, 30)):
        product = chance.choice(["Cà phê", "Tea", '"Tea, green"', '"two\nlines"', '"19"" TV"'])
        lines.append(f"id{chance.randrange(10**6):06},{product},{chance.randint(1, 9)},{chance.randint(1, 9)}.50".encode())
    return lines


def mutate(data: bytes, chance: random.Random, start: int) -> bytes:
    body = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        if len(body) <= start:
            break
        at = chance.randrange(start, len(body))
        match chance.randrange(4):
            case 0:
                body[at:at] = chance.choice(INSERTS)
            case 1:
                del body[at : at + chance.randint(1, 5)]
            case 2:
                body[at] = chance.randrange(256)
            case _:
                body = body[:at]
    return bytes(body)


def marks_of(content: Content) -> list[list[str]]:
    return [MARK.findall(" ".join(filter(None, row))) for row in content.cells]


@pytest.mark.parametrize("part", range(4))
def test_no_row_is_lost_in_damaged_files(tmp_path: Path, part: int) -> None:
    chance = random.Random(f"damaged {part}")
    outcomes = {"read": 0, "refused": 0}
    for number in range(FILES // 4):
        lines = make_lines(chance)
        data = mutate(b"\n".join(lines) + b"\n", chance, start=len(lines[0]) + 1)
        source = tmp_path / "data.csv"
        source.write_bytes(data)
        try:
            (content,) = read_here(source, tmp_path / "into", ReadOptions(encoding=chance.choice([None, "utf-8"])))
        except BadFile as error:
            assert error.what and error.where and error.remedy, number
            outcomes["refused"] += 1
            continue
        outcomes["read"] += 1
        check_content(data.replace(b"\0", b""), content)
    assert outcomes["read"] > 100 and outcomes["refused"] > 10


def check_content(data: bytes, content: Content) -> None:
    written = sorted(MARK.findall(data.decode("latin-1")))
    found = marks_of(content)
    assert sorted(mark for marks in found for mark in marks) == written
    for marks, fault in zip(found, content.faults, strict=True):
        assert len(marks) <= 1 or fault is not None, "two rows became one without a flag"
    assert content.numbers == sorted(set(content.numbers))


def test_rows_without_quotes_are_counted_by_their_lines(tmp_path: Path) -> None:
    """Without quotes every line is a row: an oracle that needs no CSV parser."""
    chance = random.Random("lines")
    source = tmp_path / "data.csv"
    for _ in range(200):
        body = [bytes(chance.choice(b"ab1,,\t;. ") for _ in range(chance.randint(0, 12))) for _ in range(chance.randint(0, 20))]
        end = chance.choice([b"\n", b"\r\n", b"\r"])
        source.write_bytes(end.join([b"name,units,price", *body]) + end)
        (content,) = read_here(source, tmp_path / "into", ReadOptions(delimiter=","))
        filled = [(number, line) for number, line in enumerate(body, 2) if line.strip(b", \t")]
        assert content.numbers == [number for number, _ in filled]
        widths = [len(line.rstrip(b", \t").split(b",")) for _, line in filled]
        for (_, line), width, fault in zip(filled, widths, content.faults, strict=True):
            assert (fault == "ragged_row") == (width > 3 or line.count(b",") < 2)
