"""What stands before a chunk when it is indexed: where it comes from, in one line."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.contract import Document

_JOIN = " > "
_NAMES, _SECTIONS = 3, 3
_TITLE, _SECTION, _ENTITIES, _COLUMNS = 120, 160, 120, 200


def prefix_of(document: Document, section: str, columns: str = "") -> str:
    """Title > section > entities > date, and the columns of a table whose header is not in the chunk."""
    names = ", ".join(entity.name for entity in document.entities[:_NAMES])
    parts = (
        short(document.title, _TITLE),
        "" if section.casefold() == document.title.casefold() else short(section, _SECTION),
        short(names, _ENTITIES),
        date_of(document),
        f"columns: {short(columns, _COLUMNS)}" if columns else "",
    )
    return _JOIN.join(part for part in parts if part)


def section_name(path: tuple[str, ...], within: Sequence[tuple[str, ...]]) -> str:
    """The headings above a chunk; where it spans several sections, the first few of them."""
    below = list(dict.fromkeys(section[len(path)] for section in within if len(section) > len(path)))
    names = [*path, "; ".join(below[:_SECTIONS])] if below else path
    return short(_JOIN.join(name for name in names if name), _SECTION)


def date_of(document: Document) -> str:
    """The day a document speaks from, or the period it is about."""
    if document.period_from and document.period_until:
        return f"{document.period_from} to {document.period_until}"
    day = document.effective_from or document.published_on or document.period_until
    return str(day) if day else ""


def header_line(header: Sequence[str]) -> str:
    """The header of a table as its first line writes it."""
    return " | ".join(header)


def short(text: str, most: int) -> str:
    """A text in one line of at most so many characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
