"""Answers' Markdown: what it may hold and what is only ever text."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agents.formats import escape
from tests.ui.answers import EVIL
from tests.ui.reading import read
from ui.prose import to_html

ALLOWED = {"p", "br", "strong", "em", "code", "pre", "ul", "ol", "li", "h3", "h4", "h5", "h6", "blockquote", "hr"}
ALLOWED |= {"table", "thead", "tbody", "tr", "th", "td"}


def test_what_writers_use_is_shown() -> None:
    page = read(to_html("Revenue: **5**\n- one\n- two `x`\n\n# Title\n\n|a|b|\n|-|-:|\n|1|2|"))
    assert {"strong", "ul", "li", "code", "h3", "table", "td"} <= {tag for tag, _ in page.elements}
    assert page.text.startswith("Revenue: 5 one two x Title")


@pytest.mark.parametrize(
    "text",
    [
        EVIL,
        "![x](http://evil.example/x.png)",
        "[x](javascript:alert(1))",
        "<http://evil.example>",
        "[a]: http://evil.example\n\n[a]",
        "<b>x</b>",
    ],
)
def test_nothing_is_fetched_and_nothing_leads_elsewhere(text: str) -> None:
    page = read(to_html(text))
    assert {tag for tag, _ in page.elements} <= ALLOWED
    assert not any({"href", "src", "onerror"} & set(had) for _, had in page.elements)


@given(st.text(max_size=200))
def test_no_text_makes_an_element_of_another_kind(text: str) -> None:
    page = read(to_html(text))
    assert {tag for tag, _ in page.elements} <= ALLOWED
    assert all(set(had) <= {"style", "class", "start"} for _, had in page.elements)


@example("__0__")
@given(st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=40))
def test_what_the_writer_escaped_shows_as_it_was_written(text: str) -> None:
    """The writer escapes names with `escape`; here they must read as in the data."""
    plain = " ".join(text.split())
    if plain and not plain.startswith(("#", "-", "+", ">", "=", "|")) and not plain[0].isdigit() and "&" not in plain:
        assert read(to_html(f"x {escape(plain)} y")).text == " ".join(f"x {plain} y".split())
