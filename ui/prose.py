"""Answers' Markdown as HTML: headings, lists, tables, emphasis and code; no HTML of its own, no image, no link."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from ui.markup import Markup

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

# What could fetch something, lead somewhere or hide text has no place in an answer.
_NEVER = ("image", "link", "autolink", "reference", "html_block", "html_inline")


def to_html(text: str) -> Markup:
    """Markdown as markup; whatever else it holds is shown as the text it is."""
    return Markup(_reader().render(text))


@lru_cache(maxsize=1)
def _reader() -> MarkdownIt:
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table").disable(list(_NEVER))
    reader.core.ruler.push("lower_headings", _lower_headings)
    return reader


def _lower_headings(state: object) -> None:
    """The page has the first two levels; an answer's own headings stand below them."""
    for token in getattr(state, "tokens", ()):
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + 2)}"
