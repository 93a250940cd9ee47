"""Market notes by quarter: where indicators began and ended, and what competitors asked beside our list prices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from knowledge.demo.company import Company
from knowledge.demo.figures import decimal, percent, quarter_in_words
from knowledge.demo.paper import Clause, Grid, Paper, PaperLanguage, Part, draw
from knowledge.demo.wordings import fill, read
from knowledge.insights_months import Reader, next_month

_WRITTEN_AFTER = timedelta(days=7)
_QUIET = 0.01
_FEWEST_DAYS = 60


@dataclass(frozen=True)
class Move:
    """An indicator over a quarter: its first and its last value there."""

    name: str
    unit: str
    first: float
    last: float

    @property
    def rate(self) -> float:
        return self.last / self.first - 1


@dataclass(frozen=True)
class Gap:
    """What a competitor asked beside our list price of the same days, as a fraction; `count` articles were seen."""

    rival: str
    category: str
    rate: float
    count: int


def market_papers(company: Company, reader: Reader) -> Iterator[Paper]:
    """Two notes a quarter, in turn in English and Vietnamese."""
    for first in _quarters(company):
        last = quarter_end(first)
        since = max(first, company.first_day)
        if last + _WRITTEN_AFTER > company.as_of or (last - since).days < _FEWEST_DAYS:
            continue
        if moves := read_moves(reader, since, last):
            yield _note(company, first, last, moves)
        if gaps := read_gaps(reader, since, last):
            yield _rivals(company, first, last, gaps)


def quarter_end(first: date) -> date:
    """The last day of the quarter that begins on `first`."""
    return next_month(next_month(next_month(first))) - timedelta(days=1)


def read_moves(reader: Reader, first: date, last: date) -> tuple[Move, ...]:
    """All indicators over these days."""
    rows = reader.execute(_MOVES, {"first": first, "last": last}).fetchall()
    return tuple(Move(str(row[0]), str(row[1]), float(str(row[2])), float(str(row[3]))) for row in rows)


def read_gaps(reader: Reader, first: date, last: date) -> tuple[Gap, ...]:
    """Each competitor in each category, and in all of them (category empty)."""
    rows = reader.execute(_GAPS, {"first": first, "last": last}).fetchall()
    return tuple(Gap(str(row[0]), str(row[1] or ""), float(str(row[2])), int(str(row[3]))) for row in rows)


_MOVES = """
SELECT indicator, any_value(unit), arg_min(value, observed_on), arg_max(value, observed_on) FROM market_indicators
WHERE observed_on BETWEEN $first AND $last GROUP BY indicator ORDER BY indicator
"""
_GAPS = """
SELECT c.competitor, p.category, avg(c.price / h.list_price - 1), count(DISTINCT c.product_id)
FROM competitor_prices AS c JOIN products AS p USING (product_id)
ASOF JOIN price_history AS h ON c.product_id = h.product_id AND c.observed_on >= h.valid_from
WHERE c.observed_on BETWEEN $first AND $last GROUP BY GROUPING SETS ((c.competitor), (c.competitor, p.category))
ORDER BY p.category NULLS FIRST, c.competitor
"""


def _quarters(company: Company) -> Iterator[date]:
    first = company.first_day.replace(month=3 * ((company.first_day.month - 1) // 3) + 1, day=1)
    while first <= company.as_of:
        yield first
        first = quarter_end(first) + timedelta(days=1)


def _note(company: Company, first: date, last: date, moves: tuple[Move, ...]) -> Paper:
    key, language = f"market-{quarter_name(first)}", _language(first)
    book: Any = read("reports.yaml")["market"]
    quarter = quarter_in_words(first, language)
    clauses = []
    for move in moves:
        name = "flat" if abs(move.rate) < _QUIET else "up" if move.rate > 0 else "down"
        text = fill(_any(book[name][language], company.seed, key, move.name), _told(move, quarter, language, book))
        more = book["advice"].get(move.name)
        clauses.append(Clause(move.name.replace("_", "-"), _sentence(text + (f" {more[language]}" if more else ""))))
    head, figures = book["head"][language]
    rows = tuple(
        (book["names"][language].get(move.name, move.name), *(decimal(value, 2, language) for value in (move.first, move.last)),
         _signed(move.rate, language))
        for move in moves
    )  # fmt: skip
    table = Grid("figures", fill(book["table"]["caption"][language], {"quarter": quarter}), tuple(book["table"]["header"][language]), rows)
    title = fill(_any(book["titles"][language], company.seed, key, "title"), {"quarter": quarter})
    return _paper(key, title, language, (first, last), (Part(head, tuple(clauses)), Part(figures, (table,))))


def _rivals(company: Company, first: date, last: date, gaps: tuple[Gap, ...]) -> Paper:
    key, language = f"competitors-{quarter_name(first)}", _language(last)
    book: Any = read("reports.yaml")["rivals"]
    quarter = quarter_in_words(first, language)
    clauses = []
    for number, gap in enumerate((gap for gap in gaps if not gap.category), 1):
        words = book["dearer" if gap.rate >= 0 else "cheaper"][language]
        told = {"rival": gap.rival, "by": percent(abs(gap.rate), language), "count": gap.count, "quarter": quarter}
        clauses.append(Clause(f"rival-{number}", _sentence(fill(_any(words, company.seed, key, gap.rival), told))))
    clauses.append(Clause("method", _any(book["method"][language], company.seed, key, "method")))
    head, by = book["head"][language]
    rows = tuple((gap.category, gap.rival, _signed(gap.rate, language)) for gap in gaps if gap.category)
    words = book["table"]
    table = Grid("by-category", fill(words["caption"][language], {"quarter": quarter}), tuple(words["header"][language]), rows)
    title = fill(_any(book["titles"][language], company.seed, key, "title"), {"quarter": quarter})
    return _paper(key, title, language, (first, last), (Part(head, tuple(clauses)), Part(by, (table,))))


def _paper(key: str, title: str, language: PaperLanguage, days: tuple[date, date], parts: tuple[Part, ...]) -> Paper:
    return Paper(
        key=key,
        title=title,
        kind="market",
        language=language,
        published_on=days[1] + _WRITTEN_AFTER,
        parts=parts,
        period_from=days[0],
        period_until=days[1],
    )


def quarter_name(first: date) -> str:
    """2026-q3 and the like."""
    return f"{first.year}-q{(first.month - 1) // 3 + 1}"


def _language(day: date) -> PaperLanguage:
    return "en" if (day.month * 12 + day.year + (day.month - 1) // 3) % 2 else "vi"


def _told(move: Move, quarter: str, language: PaperLanguage, book: Any) -> dict[str, object]:
    return {
        "quarter": quarter,
        "name": book["names"][language].get(move.name, move.name),
        "by": percent(abs(move.rate), language),
        "first": decimal(move.first, 2, language),
        "last": decimal(move.last, 2, language),
        "unit": move.unit if not move.unit.startswith("index") else {"en": "points", "vi": "điểm"}[language],
    }


def _any(wordings: list[str], *names: object) -> str:
    return wordings[draw(*names) % len(wordings)]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _signed(rate: float, language: PaperLanguage) -> str:
    shown = percent(abs(rate), language)
    return shown if shown == percent(0, language) else ("+" if rate > 0 else "-") + shown
