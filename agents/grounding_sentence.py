"""One sentence taken apart, and small questions about its pieces."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import accumulate

from agents.formats import Kind, to_decimal
from agents.grounding_words import Place
from agents.mentions import DateMention, Mention, Span
from tools.facts import Days, Fact

_JOINS = re.compile(r"\s*(?:·|\+|,|&|and|và|\()?\s*")
_JOINED = " · "
_ROWS = re.compile(r"\**\s*(?:rows|dòng)\b")
_NOT_ROWS = re.compile(r"(?:number|at least|lần thứ|ít nhất)\s+\**$", re.IGNORECASE)
_BARE: tuple[Kind, ...] = ("count", "ratio", "number")
# What an item of a list is about stands before its colon; what a list is about, at the end of the line above it.
_ITEM = re.compile(r"\s*(?:[-*•]|\d+[.)])\s+\**(?:#\d+\s+)?")
# The numbers of a period are said as a period, never bare.
_DATED = ("period", "compare")


@dataclass(frozen=True)
class Sentence:
    """One sentence taken apart."""

    text: str
    is_item: bool
    numbers: tuple[Mention, ...]
    dates: tuple[DateMention, ...]
    names: tuple[Place, ...]
    labels: tuple[Place, ...]
    bound: Mapping[Span, Fact]
    lead: Sentence | None = None


def headed(text: str, codes: Collection[str]) -> list[Place]:
    """Names that look like numbers, where only a name can stand: as what an item or a list is about."""
    start, end = _head(text) if codes else (0, 0)
    parts = text[start:end].split(_JOINED)
    starts = accumulate((len(part) + len(_JOINED) for part in parts), initial=start)
    return [Place((at, at + len(part)), part) for at, part in zip(starts, parts, strict=False) if part in codes]


def _head(text: str) -> tuple[int, int]:
    """Where the names of an item stand, or the last word of a line before a list; by hand, for a pattern would go back and forth."""
    item = _ITEM.match(text)
    if item:
        start, colon = item.end(), text.find(":", item.end())
    else:
        stem = text.rstrip()
        colon = len(stem) - 1 if stem.endswith(":") else -1
        start = max(stem.rfind(" ", 0, colon), stem.rfind("\n", 0, colon)) + 1
    end = start + len(text[start : max(start, colon)].rstrip("*"))
    return (start, end) if colon >= 0 and (item or start > 0) else (0, 0)


def counts_rows(mention: Mention, sentence: Sentence) -> bool:
    """Whether a number is said of rows."""
    return bool(_ROWS.match(sentence.text[mention.span[1] :]))


def asks_for(mention: Mention, sentence: Sentence) -> bool:
    """Whether a number is one asked for ("event number 2", "at least 3") and so counts nothing found."""
    return bool(_NOT_ROWS.search(sentence.text[: mention.span[0]]))


def kinds_fit(kind: Kind | None, mention: Mention, currency: str) -> bool:
    """Whether a number reads as a fact of this kind does."""
    if mention.currency.startswith("?"):
        return False
    if mention.kind == "money":
        return kind == "money" and mention.currency == currency
    if mention.kind in ("number", "count"):
        return kind in (None, *_BARE)
    return kind == mention.kind


def number_of(fact: Fact) -> Decimal | None:
    """The value of a fact as a number, if it is one."""
    value = fact.value
    return to_decimal(value) if isinstance(value, Decimal | int | float) and not isinstance(value, bool) else None


def is_day(value: object, day: date, clock: str) -> bool:
    """Whether a value is that day, at that time when one is said."""
    if isinstance(value, datetime):
        return value.date() == day and f"{value:%H:%M}" == clock
    return value == day and not clock


def ends_of(days: Days | None) -> tuple[date, date] | None:
    """The first and the last day."""
    return (days.start, days.end) if days else None


def is_unit(days: Days) -> bool:
    """Whether days are one day, a week or whole months."""
    length = (days.end - days.start).days + 1
    return length in (1, 7) or (days.start.day == 1 and (days.end + timedelta(days=1)).day == 1)


def overlaps(span: Span, others: list[Span]) -> bool:
    """Whether a stretch of text touches one of the others."""
    return any(span[0] < other[1] and other[0] < span[1] for other in others)


def together(places: list[Place], text: str) -> frozenset[str]:
    """The nearest name and those joined to it."""
    found = [places[0]]
    for place in places[1:]:
        first, second = sorted((found[-1], place), key=lambda each: each.span)
        if not _JOINS.fullmatch(text[first.span[1] : second.span[0]]):
            break
        found.append(place)
    return frozenset(place.text for place in found)


def numbers_in(value: object) -> Iterator[Decimal]:
    """Every number within the plan's arguments."""
    if isinstance(value, bool):
        return
    if isinstance(value, Decimal | int | float):
        yield to_decimal(value)
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from () if name in _DATED else numbers_in(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from numbers_in(each)
