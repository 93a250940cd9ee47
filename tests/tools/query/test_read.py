"""Queries written as data: read into types, or refused with one BadInput that helps."""

from __future__ import annotations

import json

import pytest

from tests.tools.query.examples import EXAMPLES, named
from tools.errors import BadInput
from tools.query.contract import Query
from tools.query.read import read_query

CATEGORY = {"dimension": "category", "values": ["Desks"]}


def where(*conditions: object) -> dict[str, object]:
    return {"kind": "value", "metrics": ["revenue"], "where": list(conditions)}


@pytest.mark.parametrize("query", EXAMPLES, ids=named)
def test_every_query_survives_json(query: Query) -> None:
    assert read_query(json.loads(query.model_dump_json())) == query


@pytest.mark.parametrize(
    ("payload", "field", "nearest"),
    [
        ({"kind": "valu", "metrics": ["revenue"]}, "kind", "value"),
        ({"metrics": ["revenue"]}, "kind", ""),
        ({"kind": "value"}, "metrics", ""),
        ({"kind": "value", "metrics": []}, "metrics", ""),
        ({"kind": "value", "metrics": ["revenue"], "perod": {"kind": "all"}}, "perod", "period"),
        ({"kind": "value", "metrics": ["revenue"], "period": {"kind": "named", "name": "last_mont"}}, "period.named.name", "last_month"),
        ({"kind": "value", "metrics": ["revenue"], "period": {"kind": "quarterly"}}, "period.kind", ""),
        (
            {"kind": "value", "metrics": ["revenue"], "period": {"kind": "between", "start": "2026-02-30", "end": "2026-03-01"}},
            "period.between.start",
            "",
        ),
        (
            {"kind": "value", "metrics": ["revenue"], "period": {"kind": "between", "start": "2026-03-02", "end": "2026-03-01"}},
            "period.between",
            "",
        ),
        ({"kind": "value", "metrics": ["revenue"], "period": {"kind": "calendar", "year": 2026, "month": 13}}, "period.calendar.month", ""),
        ({"kind": "value", "metrics": ["revenue"], "compare": {"to": "period"}}, "compare", ""),
        ({"kind": "series", "metrics": ["revenue"], "grain": "monthly"}, "grain", "month"),
        ({"kind": "top", "metric": "revenue", "by": "product", "n": 0}, "n", ""),
        ({"kind": "abc", "metric": "revenue", "by": "product", "a": 0.9, "b": 0.8}, "query", ""),
        ({"kind": "breakdown", "metrics": ["revenue"], "by": ["product"], "having": [{"metric": "orders", "op": ">"}]}, "having.0", ""),
        ({"kind": "value", "metrcs": ["revenue"]}, "metrcs", "metrics"),
        (where({"dimenson": "category", "values": ["Desks"]}), "where.0.dimenson", "dimension"),
        (where({"dimension": "category", "op": "not_contains", "values": ["a"]}), "where.0.op", ""),
        (where({"dimension": "category", "op": "in"}), "where.0", ""),
        (where({"any_of": [CATEGORY, {"dimension": "tier", "op": "is", "values": ["gold"]}]}), "where.0.any_of.1.op", ""),
        (where({"any_of": [CATEGORY, {"any_of": [CATEGORY, CATEGORY]}]}), "where.0.any_of.1.any_of", ""),
        (where({"any_of": [CATEGORY]}), "where.0.any_of", ""),
        (where("category"), "where.0", ""),
        ("revenue", "query", ""),
    ],
)
def test_one_bad_input_names_field_and_nearest(payload: object, field: str, nearest: str) -> None:
    with pytest.raises(BadInput) as refusal:
        read_query(payload)
    assert refusal.value.field == field
    assert nearest in (*refusal.value.nearest, "")
    if nearest:
        assert refusal.value.nearest[0] == nearest


def test_a_filter_must_have_its_values() -> None:
    with pytest.raises(BadInput, match="takes 2 values"):
        read_query({"kind": "value", "metrics": ["revenue"], "where": [{"dimension": "list_price", "op": "between", "values": [1]}]})
