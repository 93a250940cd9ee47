"""Markdown: headings, paragraphs, lists and tables; HTML in it is read like a page, front matter like labelled lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from knowledge.contract import Parsed
from knowledge.parse_html import fill as fill_html
from knowledge.parse_outline import Outline
from knowledge.parse_text import decode
from knowledge.parse_text import fill as fill_text

_DEEPEST = 100
_FRONT = re.compile(r"\A---[ \t]*\n(.{0,4000}?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_TITLE = re.compile(r"^title:[ \t]*[\"']?(.+?)[\"']?[ \t]*$", re.MULTILINE | re.IGNORECASE)


def read(content: bytes, name: str) -> Parsed:
    """The document as its marks structure it."""
    outline = Outline()
    text = decode(content, outline).replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    title = ""
    if front := _FRONT.match(text):
        told = _TITLE.search(front.group(1))
        title = told.group(1) if told else ""
        outline.text(_TITLE.sub("", front.group(1)))
        text = text[front.end() :]
    marks = MarkdownIt("commonmark", {"html": True, "maxNesting": _DEEPEST}).enable("table")
    _fill(outline, marks.parse(text))
    if not outline.size:  # marks within marks beyond the limit
        fill_text(outline, text)
    return outline.parsed(title)


def _fill(outline: Outline, tokens: list[Token]) -> None:
    place = 0
    while place < len(tokens):
        token, last = tokens[place], place
        if token.type == "heading_open":
            outline.heading((float(token.tag[1:]),), _inline(tokens[place + 1]))
            last = place + 2
        elif token.type in ("bullet_list_open", "ordered_list_open", "blockquote_open"):
            last = _closing(tokens, place)
            outline.text("\n".join(_lines(tokens[place:last])))
        elif token.type == "table_open":
            last = _closing(tokens, place)
            rows = _rows(tokens[place:last])
            outline.table(rows[0], rows[1:])
        elif token.type == "html_block":
            fill_html(outline, token.content)
        elif token.type == "inline":
            outline.text(_inline(token))
        elif token.type in ("fence", "code_block"):
            outline.text(token.content)
        place = last + 1


def _closing(tokens: list[Token], place: int) -> int:
    """Where what opens here closes."""
    wanted, level = tokens[place].type.replace("_open", "_close"), tokens[place].level
    return next(i for i in range(place + 1, len(tokens)) if tokens[i].type == wanted and tokens[i].level == level)


def _lines(tokens: list[Token]) -> Iterator[str]:
    """The items of a list, one a line, with their marks."""
    counters: list[int | None] = []
    mark = ""
    for token in tokens:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            counters.append(int(token.attrGet("start") or 1) if token.type.startswith("ordered") else None)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            counters.pop()
        elif token.type == "list_item_open" and counters:
            number = counters[-1]
            mark = "- " if number is None else f"{number}. "
            counters[-1] = None if number is None else number + 1
        elif token.type == "inline":
            yield mark + _inline(token)
            mark = ""
        elif token.type in ("fence", "code_block"):
            yield token.content


def _rows(tokens: list[Token]) -> list[list[str]]:
    rows: list[list[str]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and rows:
            rows[-1].append(_inline(token))
    return rows or [[]]


def _inline(token: Token) -> str:
    """Words without their marks; a picture is its description."""
    parts = []
    for child in token.children or ():
        if child.type in ("text", "code_inline") or child.type == "image":
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append("\n" if child.type == "hardbreak" else " ")
    return "".join(parts)
