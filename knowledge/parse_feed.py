"""Feeds of news (RSS, Atom): each entry a section with its day, so that one entry can become one document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from itertools import pairwise
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

from knowledge.contract import Block, Parsed
from knowledge.parse_errors import BadDocument
from knowledge.parse_html import fill as fill_html
from knowledge.parse_outline import Outline

MOST_ENTRIES = 500
_ENTRIES = ("item", "entry")
_TEXTS = ("encoded", "content", "description", "summary")
_DAYS = ("pubDate", "published", "date", "updated")
_MARKS = ("guid", "id")
_SUFFICIENT = 200


@dataclass(frozen=True)
class Entry:
    """One entry: its title, what it is called by its feed (its guid or id, else its address), and what it says."""

    title: str
    mark: str
    blocks: tuple[Block, ...]


def read(content: bytes, name: str) -> Parsed:
    """The entries of a feed, the first of them first."""
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        reason = " ".join(str(error).split())[:120]
        raise BadDocument(
            "broken", f"this feed cannot be read ({reason})", where=name, expected="RSS or Atom", remedy="look at its address"
        ) from error
    entries = [element for element in root.iter() if _local(element) in _ENTRIES]
    outline = Outline()
    marks = tuple((outline.size, _add(outline, entry)) for entry in entries[:MOST_ENTRIES])
    if len(entries) > MOST_ENTRIES:
        outline.note(f"it has {len(entries):,} entries, of which the first {MOST_ENTRIES} were read")
    title = next((_text(element) for element in root.iter() if _local(element) == "title"), "")
    return outline.parsed(f"Feed: {title or name}").model_copy(update={"entries": marks})


def entries_of(parsed: Parsed) -> Iterator[Entry]:
    """Each entry that says anything, the first of them first."""
    for (first, mark), (end, _) in pairwise((*parsed.entries, (len(parsed.blocks), ""))):
        if blocks := parsed.blocks[first:end]:
            inner = tuple(block.model_copy(update={"section": block.section[1:]}) for block in blocks)
            yield Entry("".join(blocks[0].section[:1]), mark, inner)


def _add(outline: Outline, entry: Element) -> str:
    """Put an entry into the outline; what it is called by its feed."""
    children = {_local(child): child for child in reversed(list(entry))}
    title = _text(children["title"]) if "title" in children else ""
    outline.heading((1.0,), title or "Without a title")
    day = next((found for name in _DAYS if name in children and (found := _day(_text(children[name])))), "")
    link = _link(children.get("link"))
    outline.text("\n".join(line for line in (f"Published on: {day}" if day else "", f"Source: {link}" if link else "") if line))
    for name in _TEXTS:
        if name in children and (said := "".join(children[name].itertext()).strip()):
            # A page of its own would have headings; they stand below this entry.
            fill_html(_Below(outline), said)
            if len(said) >= _SUFFICIENT:
                break
    return next((found for name in _MARKS if name in children and (found := _text(children[name]))), link)


class _Below(Outline):
    """Puts what a page says under the entry it came with."""

    def __init__(self, above: Outline) -> None:
        super().__init__()
        self._entry = above

    def heading(self, level: tuple[float, ...], text: str) -> None:
        self._entry.heading((1.0, *level), text)

    def _keep(self, block: Block) -> None:
        self._entry._keep(block.model_copy(update={"section": self._entry._section}))


def _text(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())[:500]


def _link(element: Element | None) -> str:
    if element is None:
        return ""
    address = element.get("href") or _text(element)
    return address if address.startswith(("http://", "https://")) else ""


def _day(text: str) -> str:
    """The day of a moment as RSS (RFC 822) or Atom (ISO) writes it."""
    if len(text) >= 10 and text[:4].isdecimal():
        return text[:10]
    try:
        return parsedate_to_datetime(text).date().isoformat()
    except (ValueError, TypeError, IndexError):
        return ""


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
