"""Charts: data inside, no address, units in titles, numbers as the tool found them; none where words do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from agents.answer import ChartBlock
from agents.charts import BACKGROUND, SCHEMA
from tests.agents.demo_answers import MONTH, MONTHS, Demo, calls, demo_of
from tools.query.served import Served


@pytest.fixture(scope="module")
def company(served: Served) -> Demo:
    return demo_of(served)


def chart(company: Demo, tool: str, arguments: dict[str, Any]) -> dict[str, Any] | None:
    found = [block.spec for block in company.answer((tool, arguments)).draft.blocks if isinstance(block, ChartBlock)]
    return found[0] if found else None


def strings(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)
    elif isinstance(value, str):
        yield value


def test_every_chart_is_plain_json_with_its_data_inside_and_no_address(company: Demo) -> None:
    drawn = [(one[0], spec) for one in calls() if (spec := chart(company, *one))]
    assert len({tool for tool, _ in drawn}) >= 14
    for tool, spec in drawn:
        text = json.dumps(spec, allow_nan=False)
        assert json.loads(text) == spec, tool
        assert [each for each in strings(spec) if "://" in each] == [SCHEMA], tool
        assert "url" not in text, tool
        assert spec["config"]["background"] == BACKGROUND
        assert spec["data"]["values"], tool
        assert spec["encoding"]["tooltip"], tool
        fields = {name for row in spec["data"]["values"] for name in row}
        used = {each["field"] for each in spec["encoding"].values() if isinstance(each, dict) and "field" in each}
        assert used <= fields, tool


def test_a_line_has_every_bucket_with_the_unit_in_its_title(company: Demo) -> None:
    answered = company.answer(("trend", {"metrics": ["revenue"], "grain": "month", "period": MONTHS}))
    spec = chart(company, "trend", {"metrics": ["revenue"], "grain": "month", "period": MONTHS})
    assert spec is not None
    assert spec["mark"]["type"] == "line"
    assert spec["encoding"]["y"]["title"] == "revenue (VND)"
    assert [row["value"] for row in spec["data"]["values"]] == [float(fact.value) for fact in answered.facts]  # type: ignore[arg-type]
    assert spec["data"]["values"][0]["label"] == "May 2026"


def test_a_decomposition_stands_on_what_came_before_and_ends_at_the_total(company: Demo) -> None:
    spec = chart(company, "decomposition", {"period": MONTH})
    assert spec is not None
    *effects, total = spec["data"]["values"]
    assert all(before["to"] == after["from"] for before, after in pairwise(effects))
    assert total["from"] == 0
    assert total["to"] == pytest.approx(effects[-1]["to"])


def test_contributions_diverge(company: Demo) -> None:
    spec = chart(company, "contribution", {"metric": "revenue", "by": "category", "period": MONTH})
    assert spec is not None
    values = [row["value"] for row in spec["data"]["values"]]
    assert min(values) < 0 < max(values)
    assert "condition" in spec["encoding"]["color"]


def test_weekday_and_hour_are_a_heat_map(company: Demo) -> None:
    spec = chart(company, "weekday_hour_pattern", {"metric": "orders", "of": ["weekday", "hour"], "period": MONTH})
    assert spec is not None
    assert spec["mark"] == "rect"
    assert {row["y"] for row in spec["data"]["values"]} >= {"Monday", "Sunday"}


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("metric_value", {"metrics": ["revenue"], "period": MONTH}),
        ("ranking", {"metric": "revenue", "by": "category", "n": 2, "period": MONTH}),
        ("look_up_lines", {"of": "order", "ids": ["SO0000011"]}),
    ],
)
def test_two_points_or_a_record_need_no_picture(company: Demo, tool: str, arguments: dict[str, Any]) -> None:
    assert chart(company, tool, arguments) is None
