"""Delimited text: every dialect, damaged rows kept and flagged, and the row numbers a person counts."""

from __future__ import annotations

import codecs
import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.errors import BadFile
from ingestion.readers.contract import Limits, ReadOptions
from tests.ingestion.readers.conftest import Read, read_here

HEADER = ["alpha", "beta", "gamma"]
# Control characters would make it a binary file, half surrogates are no text; the rest of Unicode is fair.
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\t\r\n", exclude_characters="\ufffd"), max_size=12)
TABLES = st.lists(st.tuples(TEXT, TEXT, TEXT), max_size=8)


@settings(max_examples=150, deadline=None)
@given(
    TABLES,
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
)
def test_what_is_written_is_read(table: list[tuple[str, str, str]], delimiter: str, line_end: str, encoding: str) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=line_end, quoting=csv.QUOTE_ALL)
    writer.writerow(HEADER)
    writer.writerows(table)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "data.csv"
        source.write_bytes(text.getvalue().encode(encoding))
        (content,) = read_here(source, Path(folder) / "into", ReadOptions(delimiter=delimiter))
    filled = [tuple(cell.strip() or None for cell in row) for row in table if any(cell.strip() for cell in row)]
    assert content.table.columns == tuple(HEADER)
    assert content.cells == filled
    assert content.faults == [None] * len(filled)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_delimiter_and_line_end_are_found(read: Read, delimiter: str, line_end: str) -> None:
    rows = [["order", "product", "price"], ["1", "Nón lá; đẹp | bền", "12,5"], ["2", "x", "13,75"]]
    text = line_end.join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    content = read(text.encode())
    assert content.cells == [("1", "Nón lá; đẹp | bền", "12,5"), ("2", "x", "13,75")]
    assert content.numbers == [2, 3]
    assert content.table.decimal_comma is True


def test_row_numbers_are_the_lines_where_records_start(read: Read) -> None:
    content = read(b'a,b\n1,"two\nlines"\n\n2,"three\r\n\r\nlines"\n3,x\n')
    assert list(zip(content.numbers, content.cells, strict=True)) == [
        (2, ("1", "two\nlines")),
        (5, ("2", "three\r\n\r\nlines")),
        (8, ("3", "x")),
    ]
    assert content.table.notes == ("1 blank row skipped",)


def test_ragged_rows_are_kept_and_flagged(read: Read) -> None:
    content = read(b"a,b,c\n1,2,3\n4,5\n6,7,8,9,10\n11,12,13,,\n14\n")
    assert content.cells == [
        ("1", "2", "3"),
        ("4", "5", None),
        ("6", "7", "8,9,10"),
        ("11", "12", "13"),
        ("14", None, None),
    ]
    assert content.faults == [None, "ragged_row", "ragged_row", None, "ragged_row"]


def test_a_delimiter_at_the_end_of_every_row_is_no_column(read: Read) -> None:
    content = read(b"a,b,,\n1,2,,\n3,4,,\n5,6\n")
    assert content.table.columns == ("a", "b")
    assert content.faults == [None, None, None]


def test_an_unnamed_column_at_the_end_stays_when_it_holds_something(read: Read) -> None:
    content = read(b"a,b,\n1,2,x\n3,4,\n5,6\n")
    assert content.table.columns == ("a", "b", "column_3")
    assert content.cells == [("1", "2", "x"), ("3", "4", None), ("5", "6", None)]
    assert content.faults == [None, None, None]


def test_headers_become_unique_names(read: Read) -> None:
    content = read(b"name,, Name ,_row,name,x\na,b,c,d,e,1\n")
    assert content.table.columns == ("name", "column_2", "Name (2)", "_row (2)", "name (3)", "x")


def test_cells_are_stripped_and_empty_ones_are_null(read: Read) -> None:
    content = read('a,b,c\n x ,"  ",\xa0y\t\n'.encode())
    assert content.cells == [("x", None, "y")]


def test_junk_above_the_header_is_skipped_and_said(read: Read) -> None:
    content = read(b",,1,2,\nSales report,,,,\n\nday,product,units,price,note\n2024-01-01,x,1,2.50,\n2024-01-02,y,2,3.50,ok\n")
    assert content.table.columns == ("day", "product", "units", "price", "note")
    assert content.numbers == [5, 6]
    assert content.table.notes == ("2 lines above the header skipped",)


def test_data_without_a_header_loses_no_row(read: Read) -> None:
    content = read(b"1,x,2024-01-01\n2,y,2024-01-02\n3,z,2024-01-03\n")
    assert content.table.columns == ("column_1", "column_2", "column_3")
    assert content.numbers == [1, 2, 3]
    assert content.table.notes == ("no header row: columns are named by their place",)


def test_only_a_header_is_an_empty_table(read: Read) -> None:
    content = read(b"order_id,product\n")
    assert (content.table.columns, content.table.rows) == (("order_id", "product"), 0)
    assert content.table.notes == ("no data rows",)


def test_the_separator_line_of_excel_is_obeyed(read: Read) -> None:
    content = read(b"sep=;\na;b\n1;x,y\n")
    assert (content.table.columns, content.cells, content.numbers) == (("a", "b"), [("1", "x,y")], [3])


def test_one_column_needs_no_delimiter(read: Read) -> None:
    assert read(b"sku\nA1\nA2\n").cells == [("A1",), ("A2",)]


def test_zero_bytes_are_taken_out_and_flagged(read: Read) -> None:
    content = read(b"a,b\n1,x\0y\n2,z\n")
    assert content.cells == [("1", "xy"), ("2", "z")]
    assert content.faults == ["nul_bytes", None]


def test_an_unclosed_quote_names_its_row(read: Read) -> None:
    with pytest.raises(BadFile, match=r"row 3: a quote .* opened in this row") as told:
        read(b'a,b\n1,x\n2,"never closed\n3,y\n4,z\n')
    assert told.value.remedy


def test_an_unclosed_quote_that_meets_another_names_its_row(read: Read) -> None:
    with pytest.raises(BadFile, match="row 2: a quote"):
        read(b'a,b,c\n1,"never closed,x\n2,"fine",y\n')


def test_two_stray_quotes_that_pair_up_do_not_swallow_the_rows_between(read: Read) -> None:
    """Every CSV parser would take this for one proper row of three cells."""
    with pytest.raises(BadFile, match="row 3: a quote"):
        read(b'id,name,units\n1,x,5\n2,"TV 19,6\n3,y,7\n4,z",8\n5,w,9\n')


def test_proper_cells_of_many_lines_are_left_alone(read: Read) -> None:
    content = read(b'note,units,price\n"red, 5\ngreen, big, cheap\n7, 8, 9\nblue",2,3.5\nx,4,5.5\n')
    assert content.cells == [("red, 5\ngreen, big, cheap\n7, 8, 9\nblue", "2", "3.5"), ("x", "4", "5.5")]


def test_an_unclosed_quote_does_not_swallow_a_large_file(read: Read) -> None:
    rows = b"".join(b"%d,some text here\n" % number for number in range(100_000))
    with pytest.raises(BadFile, match="row 2: a quote"):
        read(b'a,b\n0,"open\n' + rows)


def test_stray_quotes_are_kept_and_flagged(read: Read) -> None:
    content = read(b'a,b,c\n1,"TV 19" black",x\n2,19" TV,y\n3,"spaced" ,z\n')
    assert content.cells == [("1", 'TV 19 black"', "x"), ("2", '19" TV', "y"), ("3", "spaced", "z")]
    assert content.faults == ["stray_quote", None, None]


def test_an_overlong_cell_names_its_row(read: Read) -> None:
    with pytest.raises(BadFile, match="row 3: a cell is longer than 1,000 characters"):
        read(b"a,b\n1,x\n2," + b"y" * 2_000 + b"\n", options=ReadOptions(limits=Limits(cell_bytes=1_000)))


def test_too_many_columns_are_refused(read: Read) -> None:
    with pytest.raises(BadFile, match="more than 2,000 columns"):
        read((",".join(f"c{place}" for place in range(2_001)) + "\n").encode())


def test_a_delimiter_that_is_none_is_refused(read: Read) -> None:
    with pytest.raises(BadFile, match="cannot be a delimiter"):
        read(b"a,b\n1,2\n", options=ReadOptions(delimiter="ab"))


def test_a_told_delimiter_wins(read: Read) -> None:
    content = read(b"a,b;c,d\n1,2;3,4\n", options=ReadOptions(delimiter="semicolon"))
    assert content.table.columns == ("a,b", "c,d")


def test_a_byte_order_mark_is_no_part_of_the_first_header(read: Read) -> None:
    assert read(codecs.BOM_UTF8 + b"a,b\n1,2\n").table.columns == ("a", "b")


@pytest.mark.parametrize(
    ("cells", "decimal_comma"),
    [(["1,5", "2,25"], True), (["1.250.000", "7"], True), (["1.5", "2.25"], False), (["1,250.00"], False), (["1.250", "1,250", "7"], None)],
)
def test_the_decimal_mark_is_only_guessed_from_what_tells_it(read: Read, cells: list[str], decimal_comma: bool | None) -> None:
    text = "name;amount\n" + "".join(f"x;{cell}\n" for cell in cells)
    assert read(text.encode()).table.decimal_comma is decimal_comma


def test_a_file_larger_than_a_batch_keeps_every_row_in_order(read: Read) -> None:
    lines = [f"{number},name {number}" for number in range(120_000)]
    content = read(("id,name\n" + "\n".join(lines)).encode())
    assert content.numbers == list(range(2, 120_002))
    assert content.cells[-1] == ("119999", "name 119999")
