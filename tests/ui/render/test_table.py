"""Tables: what a browser finds in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.ui.answers import EVIL
from tests.ui.reading import read
from ui.labels import labels
from ui.numbers import Locale
from ui.render.table import MOST_ROWS, draw_table
from ui.turn import View


@dataclass(frozen=True)
class Column:
    name: str
    unit: str | None = None
    label: str = ""


VIEW = View(labels("en"), Locale("en", None, "VND"))
COLUMNS = (Column("category"), Column("revenue", "money", "Revenue"), Column("share", "%"))


def test_units_stand_in_the_heads_and_numbers_to_the_right() -> None:
    page = read(draw_table("Sales", COLUMNS, [("Tea", 1234567, 0.345), ("Rice", None, 1)], False, VIEW))
    assert page.text == "Sales category Revenue VND share Tea 1,234,567 34.5% Rice – 100%"
    assert [had.get("class") for had in page.all("th")] == [None, "oi-number", "oi-number"]
    assert [had.get("data-value") for had in page.all("td")] == ["Tea", "1234567", "0.345", "Rice", None, "1"]
    assert page.all("td", aria_label="no value")


def test_every_head_sorts_and_the_frame_can_be_reached_by_keys() -> None:
    page = read(draw_table("Sales", COLUMNS, [("Tea", 1, 1)], False, VIEW))
    assert len(page.all("button", type="button")) == 3 and all("data-sort" in had for had in page.all("button"))
    assert page.all("div", role="region", tabindex="0", aria_label="Table: Sales")
    assert all(had["scope"] == "col" and had["aria-sort"] == "none" for had in page.all("th"))


def test_what_is_left_out_is_said() -> None:
    rows = [(f"p{number}", number, 0.1) for number in range(MOST_ROWS + 7)]
    page = read(draw_table("Sales", COLUMNS, rows, True, VIEW))
    assert len(page.all("tr")) == MOST_ROWS + 1
    assert page.text.endswith("7 more rows are in the export. The table was cut; there are more rows than it holds.")


def test_months_are_named() -> None:
    page = read(draw_table("Sales", (Column("month"), Column("revenue", "money")), [("2026-03-01", 5)], False, VIEW))
    assert "Mar 2026" in page.text and page.all("td", data_value="2026-03-01")


def test_hostile_cells_stay_text() -> None:
    page = read(draw_table(EVIL, (Column(EVIL, None, EVIL),), [(EVIL,)], False, VIEW))
    assert {tag for tag, _ in page.elements} == {"div", "table", "caption", "thead", "tbody", "tr", "th", "td", "button"}


cells = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20)


@given(st.lists(st.tuples(cells, cells, cells), max_size=5))
def test_any_rows_can_be_drawn(rows: list[tuple[Any, ...]]) -> None:
    assert len(read(draw_table("t", COLUMNS, rows, False, VIEW)).all("td")) == 3 * len(rows)
