"""Rows as an HTML table: units in the heads, numbers to the right, sortable, scrolling in its own frame."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

from api.schemas import FactValue
from ui.markup import Markup, element, join, join_all
from ui.numbers import is_number, show_bare, unit_label
from ui.turn import View

MOST_ROWS = 200


class Column(Protocol):
    """A column as an answer names it."""

    @property
    def name(self) -> str: ...
    @property
    def unit(self) -> str | None: ...
    @property
    def label(self) -> str: ...


Row = Sequence[FactValue]


def draw_table(title: str, columns: Sequence[Column], rows: Sequence[Row], truncated: bool, view: View, title_said: bool = False) -> Markup:
    """A table with its title, which only screen readers get when a picture above says it; what is not shown is said."""
    shown = rows[:MOST_ROWS]
    numeric = [_is_numeric([row[place] for row in rows]) for place in range(len(columns))]
    heads = [_head(column, number, view) for column, number in zip(columns, numeric, strict=True)]
    table = element(
        "table",
        element("caption", title, class_="oi-unseen" if title_said else None),
        element("thead", element("tr", *heads)),
        element("tbody", *(_row(row, columns, numeric, view) for row in shown)),
        class_="oi-table",
    )
    frame = element("div", table, class_="oi-scroll", tabindex=0, role="region", aria_label=view.labels("scroll_table", title=title))
    return element("div", frame, _left_out(len(rows) - len(shown), truncated, view), class_="oi-block")


def _head(column: Column, number: bool, view: View) -> Markup:
    name = column.label or column.name.replace("_", " ")
    unit = unit_label(column.unit, view.locale)
    words = join(name, element("span", unit, class_="oi-unit") if unit else None)
    button = element("button", words, type="button", data_sort=True, title=view.labels("sort_by", column=name))
    return element("th", button, scope="col", class_="oi-number" if number else None, aria_sort="none")


def _row(row: Row, columns: Sequence[Column], numeric: Sequence[bool], view: View) -> Markup:
    cells = zip(row, columns, numeric, strict=True)
    return element("tr", *(_cell(value, column, number, view) for value, column, number in cells))


def _cell(value: FactValue, column: Column, number: bool, view: View) -> Markup:
    text = show_bare(value, column.unit, view.locale, column.name)
    said = view.labels("cell_empty") if value is None else None
    return element("td", text, class_="oi-number" if number else None, data_value=_sort_key(value), aria_label=said)


def _sort_key(value: FactValue) -> str | None:
    """What the browser sorts by where the text shown would sort wrongly."""
    if is_number(value):
        return f"{Decimal(str(value)):f}"
    return None if value is None else str(value)


def _is_numeric(values: Sequence[FactValue]) -> bool:
    known = [value for value in values if value is not None]
    return bool(known) and all(is_number(value) for value in known)


def _left_out(hidden: int, truncated: bool, view: View) -> Markup | None:
    said = [view.labels("more_rows", n=hidden)] * (hidden > 0) + [view.labels("cut")] * truncated
    return element("p", " ".join(said), class_="oi-note") if said else None


def draw_pairs(pairs: Sequence[tuple[str, str]]) -> Markup:
    """Names and values side by side."""
    rows = (join(element("dt", name), element("dd", value)) for name, value in pairs if value)
    return element("dl", join_all(rows), class_="oi-pairs")
