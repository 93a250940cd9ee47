"""Days written in a text, and what the words before them say they are: published, in force from, in force until."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from knowledge.contract import Block, Language

MOST_DATES = 50
_LOOKED_AT_CHARACTERS = 20_000  # such words stand on the first pages
_FIRST_YEAR, _LAST_YEAR = 1950, 2100
_MONTH_NAMES = """
    jan january, feb february, mar march, apr april, may, jun june, jul july, aug august, sep sept september, oct october, nov november,
    dec december
"""
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES.split(","), 1) for name in names.split()}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DAY = re.compile(
    rf"""\b(?P<y1>\d{{4}})[-/.](?P<m1>\d{{1,2}})[-/.](?P<d1>\d{{1,2}})\b
      | \b(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m2>{_MONTH})\.?,?\s+(?P<y2>\d{{4}})\b
      | \b(?P<m3>{_MONTH})\.?\s+(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y3>\d{{4}})\b
      | \bngay\s+(?P<d4>\d{{1,2}})\s+thang\s+(?P<m4>\d{{1,2}})\s+nam\s+(?P<y4>\d{{4}})\b
      | \b(?P<a>\d{{1,2}})[/.-](?P<b>\d{{1,2}})[/.-](?P<y5>\d{{4}})\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
Role = Literal["effective_from", "effective_until", "published_on"]
# What stands shortly before a day; the first that fits says what the day is.
_LABELS: tuple[tuple[Role, re.Pattern[str]], ...] = (
    (
        "effective_until",
        re.compile(
            r"(effective[ _]until|valid (until|to|through)|in force until|expir(es|y|ation)( date| on)?|until and including"
            r"|het (han|hieu luc)( tu)?|den het|co hieu luc den)\W{0,4}(on\W|ngay\W)?\W{0,3}$"
        ),
    ),
    (
        "effective_from",
        re.compile(
            r"(effective([ _](date|from|as of|on|since))?|valid (from|since)|in force (from|since)|comes? into (force|effect)( on| from)?"
            r"|takes effect( on| from)?|applies from|commencement date|start date|(co )?hieu luc( ke)?( tu)?|ap dung (ke )?tu)"
            r"\W{0,4}(is\W|on\W|ngay\W)?\W{0,3}$"
        ),
    ),
    (
        "published_on",
        re.compile(
            r"(published([ _]on)?|issued( on)?|issue date|dated|date( of issue)?|posted( on)?|released( on)?|signed on|last updated( on)?"
            r"|ban hanh|ngay( lap| ky| dang)?|ky ngay)\W{0,4}(on\W|ngay\W)?\W{0,3}$"
        ),
    ),
)
_LABEL_CHARACTERS = 40


@dataclass(frozen=True)
class Labelled:
    """The days a text gives a meaning to."""

    published_on: date | None = None
    effective_from: date | None = None
    effective_until: date | None = None


def find_dates(text: str, language: Language) -> Iterator[date]:
    """The days in a text, in reading order; 3/4/2025 is one only in Vietnamese, where it can only be read one way."""
    for found in _DAY.finditer(_folded(text)):
        if day := _day(found, language):
            yield day


def labelled_dates(blocks: Sequence[Block], language: Language) -> Labelled:
    """The first day with each meaning, from the beginning of the document."""
    found: dict[Role, date] = {}
    left = _LOOKED_AT_CHARACTERS
    for block in blocks:
        text = _folded(block.text[:left])
        for match in _DAY.finditer(text):
            role = _role(text[max(0, match.start() - _LABEL_CHARACTERS) : match.start()])
            day = _day(match, language)
            if role and day:
                found.setdefault(role, day)
        left -= len(block.text)
        if left <= 0:
            break
    return Labelled(**found)


def _role(before: str) -> Role | None:
    return next((role for role, label in _LABELS if label.search(before)), None)


def _day(found: re.Match[str], language: Language) -> date | None:
    parts = found.groupdict()
    if parts["a"] is not None:
        first, second, year = int(parts["a"]), int(parts["b"]), int(parts["y5"])
        if first > 12 or language == "vi" or first == second:
            return _real(year, second, first)
        return _real(year, first, second) if second > 12 else None
    for number in "1234":
        if parts[f"y{number}"] is not None:
            month = parts[f"m{number}"]
            return _real(int(parts[f"y{number}"]), _MONTHS.get(month) or int(month), int(parts[f"d{number}"]))
    return None


def _real(year: int, month: int, day: int) -> date | None:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _folded(text: str) -> str:
    """Small letters without marks; what does not become one letter for one letter is left alone, for nothing is quoted from here."""
    small = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(letter for letter in small if not unicodedata.combining(letter))
