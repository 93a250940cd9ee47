"""Values survive the way through the pipe, and answers that do not add up are errors."""

from __future__ import annotations

import json
import time
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.query.sandbox import CannotRun, result_of
from tools.query.sandbox_protocol import Cell, Kind, encode_row, kind_of, unpack

VALUES: dict[Kind, st.SearchStrategy[Cell]] = {
    "text": st.text(alphabet=st.characters(exclude_categories=["Cs"])),
    "integer": st.integers(-(2**127), 2**127),
    "number": st.floats(allow_nan=False),
    "decimal": st.decimals(allow_nan=False, allow_infinity=False, places=3),
    "boolean": st.booleans(),
    "date": st.dates(),
    "timestamp": st.datetimes(),
    "time": st.times(),
    "interval": st.timedeltas(),
}


@given(st.sampled_from(sorted(VALUES)).flatmap(lambda kind: st.tuples(st.just(kind), st.none() | VALUES[kind])))
def test_every_value_comes_back_as_it_was(pair: tuple[Kind, Cell]) -> None:
    kind, value = pair
    found = unpack(kind, json.loads(encode_row([value]))[0])
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("sql_type", "kind"),
    [
        ("BIGINT", "integer"),
        ("HUGEINT", "integer"),
        ("DECIMAL(18,2)", "decimal"),
        ("DOUBLE", "number"),
        ("VARCHAR", "text"),
        ("TIMESTAMP WITH TIME ZONE", "timestamp"),
        ("DATE", "date"),
        ("BIGINT[]", "text"),
        ("STRUCT(a INTEGER)", "text"),
        ("DECIMAL(18,2)[3]", "text"),
        ("UUID", "text"),
        ("SOMETHING NEW", "text"),
    ],
)
def test_types_travel_by_kind(sql_type: str, kind: Kind) -> None:
    assert kind_of(sql_type) == kind


def message(**changes: object) -> dict[str, object]:
    column = {"name": "x", "type": "DECIMAL(9,2)", "kind": "decimal"}
    return {"columns": [column], "rows": [["1.50"], [None]], "cut": False, "seconds": 0.1, **changes}


def test_an_answer_becomes_typed_rows() -> None:
    result = result_of(message(), time.perf_counter())
    assert result.rows == ((Decimal("1.50"),), (None,))
    assert (result.columns[0].name, result.cut) == ("x", False)


@pytest.mark.parametrize(
    "changes",
    [
        {"rows": [["1", "2"]]},
        {"rows": [["abc"]]},
        {"rows": 5},
        {"columns": [{"name": "x"}]},
        {"columns": [{"name": "x", "type": "y", "kind": "pickle"}]},
        {"columns": None},
        {"rows": [[[1, 2]]], "columns": [{"name": "x", "type": "INTERVAL", "kind": "interval"}]},
    ],
)
def test_an_answer_that_does_not_add_up_is_an_error(changes: dict[str, object]) -> None:
    with pytest.raises(CannotRun) as caught:
        result_of(message(**changes), time.perf_counter())
    assert caught.value.code == "crashed"


def test_an_unknown_trouble_is_a_crash() -> None:
    with pytest.raises(CannotRun) as caught:
        result_of({"error": "__import__"}, time.perf_counter())
    assert caught.value.code == "crashed"


def test_dates_before_and_after_everything_are_kept() -> None:
    for value in (date(1, 1, 1), date(9999, 12, 31)):
        assert unpack("date", value.isoformat()) == value
    assert unpack("timestamp", "0001-01-01T00:00:00") == datetime(1, 1, 1)
    assert unpack("interval", [-1, 86399, 999999]) == timedelta(microseconds=-1)
