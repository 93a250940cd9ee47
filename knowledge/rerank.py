"""The best candidates looked at once more, without a model: does the document speak of whom, when and what kind the question asks?"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from knowledge.contract import Document, DocumentKind
from knowledge.embed import Matrix
from knowledge.keyword_words import fold, terms

DEPTH = 40
_REPEATED, _ALIKE = 2.0, 0.8  # spreads that the same words once more are worth less; from this likeness on
_ENTITY, _DATE, _KIND = 1.0, 0.8, 0.4  # in spreads, the unit of the fused score
CrossEncoder = Callable[[str, Sequence[str]], Sequence[float]]  # question and texts to scores; none is shipped

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_DAY = re.compile(r"\b(20\d\d)-(\d\d)-(\d\d)\b")
_QUARTER = re.compile(r"\b(?:q|quarter |quy )([1-4])[ /,-]*(?:of |nam )?(20\d\d)\b")
_MONTH = re.compile(r"\b(?:([a-z]{3,9})\.?,? |thang (\d{1,2})[ /-]*(?:nam )?)(20\d\d)\b")
_NAME_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_YEAR = re.compile(r"\b(20\d\d)\b")
_KIND_WORDS: dict[DocumentKind, frozenset[str]] = {
    "contract": frozenset({"contract", "agreement", "hop_dong"}),
    "procedure": frozenset({"procedur", "procedure", "quy_trinh"}),
    "policy": frozenset({"policy", "chinh_sach"}),
    "catalogue": frozenset({"catalogu", "catalogue", "catalog"}),
    "manual": frozenset({"manual", "handbook", "so_tay"}),
    "regulation": frozenset({"regulation", "quy_dinh"}),
    "report": frozenset({"report", "bao_cao"}),
    "market": frozenset({"market", "competitor", "thi_truong"}),
    "review": frozenset({"review", "danh_gia"}),
}


@dataclass(frozen=True)
class Asked:
    """What of a question is compared with the documents themselves."""

    folded: str
    words: frozenset[str]
    spans: tuple[tuple[date, date], ...]

    @classmethod
    def of(cls, question: str) -> Asked:
        """Read a question once for all candidates."""
        return cls(_spaced(question), frozenset(terms(question, pairs=True)), spans(question))


def bonus(asked: Asked, document: Document) -> float:
    """How much better a document fits than its text alone says; in spreads."""
    return _ENTITY * _names_entity(asked, document) + _DATE * _fits_days(asked, document) + _KIND * _names_kind(asked, document)


def without_repeats(scores: Sequence[float], vectors: Matrix) -> list[tuple[int, float]]:
    """Candidates best first, each worth less the more it repeats a better one: thirty contracts of one wording are not thirty answers."""
    found: list[tuple[int, float]] = []
    worth, lost = np.array(scores, np.float64), np.zeros(len(scores))
    left = np.ones(len(scores), dtype=np.bool_)
    for _ in range(len(scores)):
        best = int(np.argmax(np.where(left, worth - lost, -np.inf)))
        found.append((best, float(worth[best] - lost[best])))
        left[best] = False
        lost = np.maximum(lost, _REPEATED * np.clip((vectors @ vectors[best] - _ALIKE) / (1 - _ALIKE), 0, 1))
    return found


def spans(question: str) -> tuple[tuple[date, date], ...]:
    """The days, months, quarters and years a question names, finest first; a year within a finer one is not named again."""
    text = fold(question)
    found: list[tuple[date, date]] = []
    for match in _DAY.finditer(text):
        year, month, day = map(int, match.groups())
        if 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]:
            found.append((date(year, month, day), date(year, month, day)))
    found += [_months(int(year), 3 * int(quarter) - 2, 3) for quarter, year in _QUARTER.findall(text)]
    for name, number, year in _MONTH.findall(text):
        month = _MONTHS.get(name) or (int(number) if number else 0)
        if 1 <= month <= 12:
            found.append(_months(int(year), month, 1))
    named = {each.year for each, _ in found}
    found += [_months(year, 1, 12) for year in dict.fromkeys(map(int, _YEAR.findall(text))) if year not in named]
    return tuple(dict.fromkeys(found))


def speaks_of(document: Document) -> tuple[date, date] | None:
    """The days a document is about: its period, else the day it was published or took effect."""
    if document.period_from and document.period_until:
        return document.period_from, document.period_until
    day = document.published_on or document.effective_from
    return (day, day) if day else None


def _names_entity(asked: Asked, document: Document) -> bool:
    return any(_spaced(name) in asked.folded for entity in document.entities for name in (entity.name, entity.id))


def _spaced(text: str) -> str:
    """Words between single spaces, so that a name is found whole only."""
    return f" {' '.join(_NAME_WORD.findall(fold(text)))} "


def _fits_days(asked: Asked, document: Document) -> float:
    """1 where the days meet, as far as they cover each other; -1 where a document about other days is asked past."""
    about = speaks_of(document)
    if not asked.spans or about is None:
        return 0.0
    meeting = [min(until, about[1]).toordinal() - max(since, about[0]).toordinal() + 1 for since, until in asked.spans]
    if max(meeting) <= 0:
        return -1.0 if document.period_from else 0.0
    best = max(range(len(meeting)), key=lambda place: meeting[place])
    since, until = asked.spans[best]
    longest = max(until.toordinal() - since.toordinal(), about[1].toordinal() - about[0].toordinal()) + 1
    return max(0.5, meeting[best] / longest)


def _names_kind(asked: Asked, document: Document) -> bool:
    return bool(_KIND_WORDS.get(document.kind, frozenset()) & asked.words)


def _months(year: int, month: int, count: int) -> tuple[date, date]:
    last = month + count - 1
    return date(year, month, 1), date(year, last, calendar.monthrange(year, last)[1])
