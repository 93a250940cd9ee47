"""Parquet: values as text a person would type; damaged files are refused."""

from __future__ import annotations

import datetime as dt
import io
import random
import uuid
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.errors import BadFile
from ingestion.readers.arrow_text import to_text
from ingestion.readers.contract import Limits, ReadOptions
from tests.ingestion.readers.conftest import Content, Read


def parquet_bytes(table: pa.Table, **options: object) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, **options)
    return sink.getvalue()


def test_a_table_keeps_rows_order_and_headers(read: Read) -> None:
    table = pa.table({"Mã": [3, 1, None], "tên": ["x", " ", "Huế"]})
    content = read(parquet_bytes(table), "data.parquet")
    assert content.table.columns == ("Mã", "tên")
    assert content.numbers == [1, 2, 3]
    assert content.cells == [("3", "x"), ("1", None), (None, "Huế")]


MOMENT = dt.datetime(2024, 1, 31, 13, 4, 5)
HALF = MOMENT.replace(microsecond=500_000)


@pytest.mark.parametrize(
    ("values", "kind", "texts"),
    [
        ([17850.0, None, float("nan")], pa.float64(), ["17850", None, None]),
        ([1e15, 1.5e-7, 12345678.25, 1e22], pa.float64(), ["1000000000000000", "0.00000015", "12345678.25", "1" + "0" * 22]),
        ([0.1, 16777216.0], pa.float32(), ["0.1", "16777216"]),
        ([1.5, None], pa.float16(), ["1.5", None]),
        ([Decimal("12.50"), Decimal("-0.01")], pa.decimal128(10, 2), ["12.50", "-0.01"]),
        ([Decimal("0.00000001")], pa.decimal128(12, 8), ["0.00000001"]),
        ([2**63 - 1, -1], pa.int64(), ["9223372036854775807", "-1"]),
        ([True, None], pa.bool_(), ["true", None]),
        ([dt.date(2024, 1, 31)], pa.date32(), ["2024-01-31"]),
        ([MOMENT], pa.timestamp("ns"), ["2024-01-31 13:04:05"]),
        ([HALF, MOMENT], pa.timestamp("us"), ["2024-01-31 13:04:05.500000", "2024-01-31 13:04:05.000000"]),
        ([MOMENT], pa.timestamp("s", "UTC"), ["2024-01-31 13:04:05Z"]),
        ([dt.time(7, 30)], pa.time64("us"), ["07:30:00"]),
        ([None, None], pa.null(), [None, None]),
        (["a", "b", "a"], pa.dictionary(pa.int8(), pa.string()), ["a", "b", "a"]),
        (["Huế"], pa.large_string(), ["Huế"]),
        (["Huế"], pa.string_view(), ["Huế"]),
        ([b"Hu\xe1\xba\xbf"], pa.binary(), ["Huế"]),
        ([[1, 2], None], pa.list_(pa.int32()), ["[1, 2]", None]),
        ([{"a": 1, "b": "é"}], pa.struct([("a", pa.int32()), ("b", pa.string())]), ['{"a": 1, "b": "é"}']),
    ],
)
def test_every_type_becomes_plain_text(values: list[object], kind: pa.DataType, texts: list[str | None]) -> None:
    text, faults = to_text(pa.array(values, kind))
    assert text.to_pylist() == texts
    assert faults == {}


def test_a_zone_is_turned_into_utc() -> None:
    local = pa.array([dt.datetime(2024, 1, 1, 6, 0, tzinfo=dt.UTC)], pa.timestamp("us", "Asia/Ho_Chi_Minh"))
    assert to_text(local)[0].to_pylist() == ["2024-01-01 06:00:00Z"]


def test_a_uuid_reads_as_one() -> None:
    value = uuid.UUID(int=7)
    assert to_text(pa.array([value.bytes], pa.uuid()))[0].to_pylist() == [str(value)]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False)))
def test_floats_keep_their_value_without_exponents(values: list[float]) -> None:
    texts = to_text(pa.array(values, pa.float64()))[0].to_pylist()
    assert [float(text) for text in texts] == values
    assert not any("e" in text.lower() for text in texts)


def test_bytes_that_are_no_text_are_flagged(read: Read) -> None:
    table = pa.table({"id": [1, 2, 3], "name": pa.array([b"ok", b"Caf\xe9", b"x\0y"], pa.binary())})
    content = read(parquet_bytes(table), "data.parquet")
    assert content.cells == [("1", "ok"), ("2", "Caf\ufffd"), ("3", "xy")]
    assert content.faults == [None, "undecodable", "nul_bytes"]


def test_text_that_lies_about_being_utf8_is_flagged(read: Read) -> None:
    broken = pa.array([b"ok", b"\xff\xfe"], pa.binary()).view(pa.string())
    assert read(parquet_bytes(pa.table({"name": broken})), "data.parquet").faults == [None, "undecodable"]


def test_columns_of_one_name_are_kept_apart(read: Read) -> None:
    table = pa.Table.from_arrays([pa.array([1]), pa.array([2]), pa.array([3])], names=["a", "A", "_fault"])
    content = read(parquet_bytes(table), "data.parquet")
    assert (content.table.columns, content.cells) == (("a", "A (2)", "_fault (2)"), [("1", "2", "3")])


def test_many_batches_and_row_groups_keep_every_row(read: Read) -> None:
    table = pa.table({"n": range(120_001)})
    content = read(parquet_bytes(table, row_group_size=7_000), "data.parquet")
    assert content.cells == [(str(number),) for number in range(120_001)]
    assert content.numbers == list(range(1, 120_002))


def test_an_empty_table_is_read(read: Read) -> None:
    content = read(parquet_bytes(pa.table({"a": pa.array([], pa.int32())})), "data.parquet")
    assert (content.table.rows, content.table.notes) == (0, ("no data rows",))


def test_an_overlong_cell_names_row_and_column(read: Read) -> None:
    table = pa.table({"id": [1, 2], "note": ["x", "y" * 2_000]})
    with pytest.raises(BadFile, match="row 2, column note: a cell is longer"):
        read(parquet_bytes(table), "data.parquet", ReadOptions(limits=Limits(cell_bytes=1_000)))


@pytest.mark.parametrize("keep", [4, 100, 0.5, 0.99])
def test_a_truncated_file_is_refused(read: Read, keep: float) -> None:
    whole = parquet_bytes(pa.table({"a": range(10_000)}))
    cut = int(keep if keep > 1 else keep * len(whole))
    with pytest.raises(BadFile, match="damaged or was not written whole"):
        read(whole[:cut], "data.parquet")


def test_damaged_files_are_refused_or_read_but_never_shorter(read: Read, tmp_path: Path) -> None:
    """Whatever a flipped byte does to values, no row may vanish without a word."""
    whole = parquet_bytes(pa.table({"a": range(2_000), "b": [f"name {number}" for number in range(2_000)]}))
    chance = random.Random(7)
    refused = 0
    for _ in range(150):
        broken = bytearray(whole)
        broken[chance.randrange(4, len(broken))] = chance.randrange(256)
        content = read_or_none(read, bytes(broken))
        refused += content is None
        assert content is None or content.table.rows == 2_000
    assert refused > 10


def read_or_none(read: Read, data: bytes) -> Content | None:
    try:
        return read(data, "data.parquet")
    except BadFile:
        return None
