"""Insights as documents: what history shows, written month by month and product by product, filed with its period and kept current."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal
from zlib import crc32

from ingestion.progress import Progress, silent
from ingestion.warehouse import Snapshot, open_readonly
from knowledge.contract import Block, Entity, Parsed
from knowledge.insights_months import Reader, local, next_month, read_months
from knowledge.insights_themes import Review
from knowledge.insights_write import InsightLanguage, Opinions, Section, month_sections, month_title, review_sections, review_title

if TYPE_CHECKING:
    from knowledge.library import Filing, Library

FOLDER, PREFIX = "insights", "insight-"
WRITER: Literal["insights"] = "insights"
_FEWEST_REVIEWS, _MOST_PRODUCTS = 5, 50  # of a quarter
_LONGEST_CODE = 19  # what is left of the 40 letters of an id
_MARKDOWN = "text/markdown"


@dataclass(frozen=True)
class Insight:
    """One document that was found out rather than given."""

    key: str
    title: str
    language: InsightLanguage
    published_on: date
    period_from: date
    period_until: date
    sections: tuple[Section, ...]
    entities: tuple[Entity, ...] = ()

    def markdown(self) -> str:
        """The document as it is kept."""
        lines = [f"# {self.title}"]
        for section in self.sections:
            lines += [f"## {section.title}", *section.sentences]
        return "\n\n".join(lines) + "\n"


@dataclass(frozen=True)
class Refreshed:
    """What a new snapshot changed."""

    added: int
    unchanged: int
    removed: int

    def __str__(self) -> str:
        return f"{self.added} insights written, {self.unchanged} still true, {self.removed} taken away"


def refresh_insights(library: Library, snapshot: Snapshot, language: InsightLanguage = "en", progress: Progress = silent) -> Refreshed:
    """Write the insights of a snapshot; those that say the same as before stay, those that no longer hold are replaced or removed.

    Only what was written here is touched, and what a person removed or wrote on is left as it is.
    """
    progress("looking for what history shows", 0.0)
    hashed = {insight: hashlib.sha256(insight.markdown().encode()).hexdigest() for insight in insights_of(snapshot, language)}
    closed = library.closed_to(WRITER)
    written = {insight.key: insight for insight, sha256 in hashed.items() if not closed.holds(insight.key, sha256)}
    hashes = {insight.key: sha256 for insight, sha256 in hashed.items()}
    there = {document.doc_id: document for document in library.written_by(WRITER) if document.doc_id not in closed.documents}
    gone = [key for key, document in there.items() if hashes.get(key) != document.sha256]
    if gone:
        library.withdraw(WRITER, gone)
    new = [insight for key, insight in written.items() if key not in there or key in gone]
    progress("filing what was found", 0.7)
    if new:
        library.add_many((parsed_of(insight), insight.markdown().encode(), filing_of(insight)) for insight in new)
    return Refreshed(len(new), len(written) - len(new), len([key for key in gone if key not in written]))


def insights_of(snapshot: Snapshot, language: InsightLanguage = "en") -> tuple[Insight, ...]:
    """Everything there is to be said about a snapshot."""
    card = snapshot.card
    if card.as_of is None:
        return ()
    with open_readonly(snapshot.database) as connection:
        return (
            *month_insights(connection, card.company.timezone, card.as_of, card.company.currency, language),
            *review_insights(connection, card.company.timezone, card.as_of, language),
        )


def month_insights(reader: Reader, zone: str, as_of: date, currency: str, language: InsightLanguage) -> Iterator[Insight]:
    """One for each full month, as it could have been written the day after."""
    months = read_months(reader, zone, as_of)
    for at, month in enumerate(months):
        yield Insight(
            key=f"{PREFIX}{month.first:%Y-%m}",
            title=month_title(month, language),
            language=language,
            published_on=month.last,
            period_from=month.first,
            period_until=month.last,
            sections=month_sections(months, at, currency, language),
        )


def review_insights(reader: Reader, zone: str, as_of: date, language: InsightLanguage) -> Iterator[Insight]:
    """One for each product with enough reviews in a quarter, of that quarter only."""
    for opinions, first in read_opinions(reader, zone, as_of):
        yield Insight(
            key=f"{PREFIX}reviews-{_own(opinions.product_id)}-{opinions.until:%y%m}",
            title=review_title(opinions, language),
            language=language,
            published_on=opinions.until,
            period_from=first,
            period_until=opinions.until,
            sections=review_sections(opinions, language),
            entities=(Entity(kind="product", id=opinions.product_id, name=opinions.product),),
        )


def read_opinions(reader: Reader, zone: str, as_of: date) -> Iterator[tuple[Opinions, date]]:
    """Of each quarter the products with enough reviews in it, those most written about first."""
    by_quarter: dict[date, dict[tuple[str, str], list[Review]]] = {}
    for day, product_id, name, *said in reader.execute(_REVIEWS.format(day=local("reviewed_at", zone))).fetchall():
        first = _quarter(date.fromisoformat(str(day)[:10]))
        review = Review(str(said[0]), int(str(said[1] or 0)), str(said[2] or ""))
        by_quarter.setdefault(first, {}).setdefault((str(product_id), str(name)), []).append(review)
    for first, found in sorted(by_quarter.items()):
        spoken = [(key, reviews) for key, reviews in found.items() if len(reviews) >= _FEWEST_REVIEWS]
        until = min(as_of, next_month(next_month(next_month(first))) - timedelta(days=1))
        for (product_id, name), reviews in sorted(spoken, key=lambda item: (-len(item[1]), item[0]))[:_MOST_PRODUCTS]:
            yield Opinions(product_id, name, until, tuple(reviews)), first


_REVIEWS = """
SELECT CAST({day} AS DATE), r.product_id, p.name, r.review_id, r.rating, r.text FROM reviews AS r JOIN products AS p USING (product_id)
ORDER BY r.reviewed_at, r.review_id
"""


def _quarter(day: date) -> date:
    return day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)


def _own(product_id: str) -> str:
    """A product's code as a part of an id: its own alone, however long it is and whatever stands in it."""
    plain = _plain(product_id)
    if product_id == plain.upper() and len(plain) <= _LONGEST_CODE:
        return plain
    return f"{plain[: _LONGEST_CODE - 9].strip('-')}-{crc32(product_id.encode()):08x}"


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")


def parsed_of(insight: Insight) -> Parsed:
    """What a parser finds in the Markdown of an insight."""
    blocks = [Block(kind="text", text=sentence, section=(section.title,)) for section in insight.sections for sentence in section.sentences]
    return Parsed(title=insight.title, pages=0, blocks=tuple(blocks), language=insight.language, dates=(insight.published_on,))


def filing_of(insight: Insight) -> Filing:
    """Everything known of an insight, its period above all."""
    from knowledge.library import Filing

    return Filing(
        name=f"{insight.key}.md",
        doc_id=insight.key,
        title=insight.title,
        kind="insight",
        published_on=insight.published_on,
        period_from=insight.period_from,
        period_until=insight.period_until,
        language=insight.language,
        media_type=_MARKDOWN,
        folder=FOLDER,
        entities=insight.entities,
        writer=WRITER,
    )
