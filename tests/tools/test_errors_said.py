"""A refused value is shown as a person writes it, never as a program holds it."""

from __future__ import annotations

from datetime import date

import pytest

from tools.errors import BadInput
from tools.query.contract import Named


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("zorblax", "'zorblax'"),
        (28, "28"),
        (None, "nothing"),
        (date(2026, 9, 2), "2026-09-02"),
        ({"kind": "named", "name": "this_year"}, "kind named, name this year"),
        (Named(name="last_month"), "kind named, name last month"),
        ([{"dimension": "tier", "op": "=", "values": ["gold", "silver"]}], "dimension tier, op =, values gold; silver"),
        ([], "nothing"),
    ],
)
def test_a_value_in_plain_words(value: object, said: str) -> None:
    assert str(BadInput("period", value)) == f"period: {said} is not accepted."
