"""Pictures: only those whose data is inside are drawn, and nothing in them leads elsewhere."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.ui.answers import EVIL, SPEC
from ui.render.chart import draw_chart


def test_a_picture_keeps_its_data_and_loses_its_title_to_the_page() -> None:
    picture = draw_chart("Revenue", SPEC)
    assert picture is not None
    drawn = json.loads(picture.spec)
    assert drawn["data"] == SPEC["data"] and drawn["encoding"] == SPEC["encoding"]
    assert "title" not in drawn and drawn["description"] == "Revenue"
    assert drawn["config"]["axis"] == {"labelColor": "#fff"} and drawn["config"]["axisY"]["labelColor"] == "#fff"


def test_its_menu_offers_files_and_no_address() -> None:
    picture = draw_chart("Revenue", SPEC)
    assert picture is not None
    options = json.loads(picture.spec)["usermeta"]["embedOptions"]
    assert options["actions"] == {"export": True, "source": False, "compiled": False, "editor": False}


@pytest.mark.parametrize(
    "changed",
    [
        {"data": {"url": "http://evil.example/data.json"}},
        {"layer": [{"data": {"url": "data.csv"}, "mark": "bar"}]},
        {"mark": {"type": "image"}},
        {"mark": "image"},
        {"mark": {"type": "geoshape"}},
        {"mark": {"type": "bar", "href": "http://evil.example"}},
        {"encoding": {"href": {"field": "who"}}},
        {"encoding": {"url": {"field": "who", "type": "nominal"}}},
        {"usermeta": {"embedOptions": {"loader": {"baseURL": "http://evil.example"}}}},
        {"transform": [{"lookup": "a", "from": {"data": {"url": "x"}, "key": "b"}}]},
    ],
)
def test_what_would_load_or_lead_is_not_drawn(changed: dict[str, Any]) -> None:
    assert draw_chart("Revenue", SPEC | changed) is None


def test_rows_may_hold_any_words() -> None:
    rows = [{"who": EVIL, "url": "http://evil.example", "href": "x", "mark": "image", "value": 1}]
    picture = draw_chart("Revenue", SPEC | {"data": {"values": rows}})
    assert picture is not None and json.loads(picture.spec)["data"]["values"] == rows
