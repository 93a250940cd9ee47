"""Markup: text cannot become an element or an attribute, whatever it holds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.ui.reading import read
from ui.markup import Markup, element, join

# What a parser takes for white space or drops is of no matter here.
texts = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=60) | st.sampled_from(
    ["<script>x</script>", '"><img src=x onerror=y>', "</p><b>", "&lt;b&gt;", "' onclick='x", "]]>", "<!--", "javascript:x"]
)


@given(texts)
def test_text_stays_text(text: str) -> None:
    page = read(element("p", text))
    assert [tag for tag, _ in page.elements] == ["p"]
    assert "".join(page.texts) == text


@given(texts)
def test_an_attribute_stays_one_attribute(text: str) -> None:
    page = read(element("button", "x", data_text=text, aria_label="y"))
    assert page.elements == [("button", {"data-text": text, "aria-label": "y"})]


@given(texts)
def test_what_is_joined_or_formatted_is_escaped_again(text: str) -> None:
    made = element("b", "x")
    assert read(element("p", f"{made}{text}")).all("b") == []
    assert [tag for tag, _ in read(join(made, text)).elements] == ["b"]


def test_attributes_that_are_off_are_left_out() -> None:
    assert element("a", class_=None, hidden=False, download=True, tabindex=0) == '<a download tabindex="0"></a>'
    assert element("input", type="checkbox") == '<input type="checkbox">'
    assert isinstance(element("p"), Markup)
