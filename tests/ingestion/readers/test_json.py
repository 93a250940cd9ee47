"""JSON lines and arrays: digits as written, one level of nesting as columns, bad lines kept as text."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.errors import BadFile
from ingestion.readers.contract import Limits, ReadOptions
from tests.ingestion.readers.conftest import Content, Read, read_here


def rows_of(content: Content) -> list[dict[str, str]]:
    return [{name: cell for name, cell in zip(content.table.columns, row, strict=True) if cell is not None} for row in content.cells]


def test_objects_become_rows_with_the_digits_they_are_written_with(read: Read) -> None:
    content = read(b'{"id": 12345678901234567890, "price": 1.10, "ok": true, "note": null}\n{"id": 2, "price": 1e3}\n', "data.jsonl")
    assert content.table.columns == ("id", "price", "ok", "note")
    assert content.cells == [("12345678901234567890", "1.10", "true", None), ("2", "1e3", None, None)]
    assert content.numbers == [1, 2]


def test_one_level_of_nesting_becomes_columns_and_the_rest_json(read: Read) -> None:
    content = read(b'{"customer": {"id": 7, "address": {"city": "Hue", "no": 1.50}}, "tags": ["a", 2]}\n', "data.ndjson")
    assert rows_of(content) == [
        {"customer.id": "7", "customer.address": '{"city": "Hue", "no": 1.50}', "tags": '["a", 2]'},
    ]


def test_a_key_with_a_dot_is_not_the_nested_one(read: Read) -> None:
    content = read(b'{"a.b": 1, "a": {"b": 2}}\n', "data.jsonl")
    assert rows_of(content) == [{"a.b": "1", "a.b (2)": "2"}]


def test_bad_lines_are_kept_with_their_text(read: Read) -> None:
    content = read(b'{"id": 1}\n\n{"id": 2\n[3]\n{"id": 4}\n', "data.jsonl")
    assert content.table.columns == ("id", "_line")
    assert list(zip(content.numbers, content.faults, content.cells, strict=True)) == [
        (1, None, ("1", None)),
        (3, "bad_json", (None, '{"id": 2')),
        (4, "bad_json", (None, "[3]")),
        (5, None, ("4", None)),
    ]
    assert content.table.notes == ("2 records of bad JSON kept as text in column _line",)


def test_a_column_called_like_the_text_of_bad_lines_stays_apart(read: Read) -> None:
    content = read(b'{"_line": 1}\nbad\n', "data.jsonl")
    assert content.cells == [("1", None), (None, "bad")]


def test_columns_that_appear_late_are_empty_before(read: Read) -> None:
    lines = [json.dumps({"n": number} | ({"late": "x"} if number >= 55_000 else {})) for number in range(70_000)]
    content = read("\n".join(lines).encode(), "data.jsonl")
    assert content.table.columns == ("n", "late")
    assert content.cells == [(str(number), "x" if number >= 55_000 else None) for number in range(70_000)]
    assert content.numbers == list(range(1, 70_001))


def test_halves_of_characters_and_zeros_are_flagged(read: Read) -> None:
    content = read(b'{"a": "x\\ud800"}\n{"a": "y\\u0000z"}\n{"a": "\\ud83d\\ude00"}\n', "data.jsonl")
    assert content.cells == [("x\ufffd",), ("yz",), ("😀",)]
    assert content.faults == ["undecodable", "nul_bytes", None]


def test_deep_nesting_is_a_bad_line(read: Read) -> None:
    content = read(b'{"a": 1}\n{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}\n", "data.jsonl")
    assert content.faults == [None, "bad_json"]


def test_blank_objects_are_counted_not_kept(read: Read) -> None:
    content = read(b'{"a": 1}\n{}\n{"a": " "}\n{"a": null}\n', "data.jsonl")
    assert (content.table.rows, content.table.notes) == (1, ("3 blank rows skipped",))


@pytest.mark.parametrize("gap", ["", "\n", "\n  "])
def test_an_array_of_objects_is_read(read: Read, gap: str) -> None:
    text = f"[{gap}" + f",{gap}".join(json.dumps({"id": number, "name": "Huế"}, ensure_ascii=False) for number in range(3)) + f"{gap}]\n"
    content = read(text.encode(), "data.json")
    assert content.cells == [("0", "Huế"), ("1", "Huế"), ("2", "Huế")]
    assert content.numbers == [1, 2, 3]


def test_a_large_array_on_one_line_is_streamed(read: Read) -> None:
    text = json.dumps([{"id": number, "note": "é" * (number % 50)} for number in range(50_000)], ensure_ascii=False)
    content = read(text.encode(), "data.json", ReadOptions(limits=Limits(line_bytes=100_000)))
    assert [int(row[0] or "") for row in content.cells] == list(range(50_000))


def test_an_array_holding_something_else_keeps_it_flagged(read: Read) -> None:
    content = read(b'[{"a": 1}, 17, {"a": 2}]', "data.json")
    assert content.faults == [None, "bad_json", None]
    assert content.cells == [("1", None), (None, "17"), ("2", None)]


def test_an_empty_array_is_an_empty_table(read: Read) -> None:
    assert read(b"[]", "data.json").table.rows == 0


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[{"a": 1}, {"a": 2}', "not closed"),
        ('[{"a": 1}, {"a"', "record 2 is damaged or cut off"),
        ('[{"a": 1} {"a": 2}]', "'{' stands where ',' should"),
        ('[{"a": 1}] [{"a": 2}]', "more text after the array"),
        ('[{"a": 1},]', "record 2"),
        ('[{"a": ' + "[" * 100_000, "nested too deeply"),
        ('{\n  "rows": [\n    {"a": 1}\n  ]\n}\n', "no line of this file is a JSON object"),
    ],
)
def test_text_that_is_no_table_is_refused(read: Read, text: str, reason: str) -> None:
    with pytest.raises(BadFile, match=reason):
        read(text.encode(), "data.json")


def test_an_endless_record_of_an_array_is_refused(read: Read) -> None:
    with pytest.raises(BadFile, match="record 2 is damaged, or longer than 10,000 characters"):
        read(b'[{"a": 1}, {"a": "' + b"x" * 2_000_000 + b'"}]', "data.json", ReadOptions(limits=Limits(line_bytes=10_000)))


def test_an_overlong_cell_names_row_and_column(read: Read) -> None:
    with pytest.raises(BadFile, match="row 2, column note: a cell is longer than 1,000"):
        read(b'{"note": "x"}\n{"note": "' + b"y" * 2_000 + b'"}\n', "data.jsonl", ReadOptions(limits=Limits(cell_bytes=1_000)))


def test_too_many_keys_are_refused(read: Read) -> None:
    lines = "\n".join(json.dumps({f"key {number}": 1}) for number in range(2_001))
    with pytest.raises(BadFile, match="more than 2,000 columns"):
        read(lines.encode(), "data.jsonl")


VALUES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
OBJECTS = st.lists(st.dictionaries(st.sampled_from("abcde"), VALUES, max_size=4), max_size=6)


@settings(max_examples=100, deadline=None)
@given(OBJECTS, st.booleans(), st.booleans())
def test_any_objects_keep_their_rows_and_values(objects: list[dict[str, object]], as_array: bool, ascii_only: bool) -> None:
    everything: list[dict[str, object]] = [{"a": 1}, *objects]
    texts = [json.dumps(item, ensure_ascii=ascii_only) for item in everything]
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "data.json"
        source.write_text("[" + ", ".join(texts) + "]" if as_array else "\n".join(texts), encoding="utf-8")
        (content,) = read_here(source, Path(folder) / "into")
    expected = [{key: text for key, value in item.items() if (text := as_text(value))} for item in everything]
    assert rows_of(content) == [item for item in expected if item]


def as_text(value: object) -> str:
    if isinstance(value, str):
        return value.replace("\0", "").strip()
    return "" if value is None else json.dumps(value)


def test_columns_of_nothing_but_numbers_are_told(read: Read) -> None:
    lines = b'{"price": 1.125, "code": 7, "note": null, "ok": true, "who": {"age": 3}}\n{"price": 2.375, "code": "8", "note": null}\n'
    assert read(lines, "data.jsonl").table.typed == ("price", "who.age")
    assert read(b'[{"price": 1.125}, {"price": ""}]', "data.json").table.typed == ("price",)
    assert read(b'[{"price": 1.125}, {"price": "x"}]', "data.json").table.typed == ()


def test_a_text_in_a_late_batch_makes_a_column_text(read: Read) -> None:
    lines = [json.dumps({"a": number, "b": number if number < 59_999 else str(number)}) for number in range(60_000)]
    assert read("\n".join(lines).encode(), "data.jsonl").table.typed == ("a",)
