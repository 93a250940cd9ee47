"""What reviews complain of and praise, counted, with the words of customers as evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field

from ingestion.metrics import MetricSource, Unit
from knowledge.insights_themes import Review, complaints, praises, telling_terms, theme_names
from tools.contract import ToolContext, tool
from tools.documents.documents_and_data_rows import Fetched, fetch, open_bench
from tools.errors import BadInput, CannotDo
from tools.facts import Days, Derivation, DocumentEvidence, Fact, FactTable, FactValue, Findings, Frozen, RuleEvidence, TableColumn
from tools.query.bench import Conditions, Draft
from tools.query.body import body_sql
from tools.query.contract import AllTime, Cell, Column, ColumnType, Period
from tools.query.rows import Rows

_QUOTED_CHARACTERS = 400
By = Literal["theme", "category", "product", "month"]


class ReviewThemes(Frozen):
    """Whose reviews, of which time, complaints or praise, and whether each theme is also cut by category, product or month."""

    tone: Literal["complaint", "praise"] = "complaint"
    theme: str | None = None
    by: By = "theme"
    where: Conditions = ()
    period: Period = AllTime()
    limit: int = Field(default=10, ge=1, le=50)
    quotes: int = Field(default=3, ge=0, le=10)


@dataclass(frozen=True)
class Said:
    """One review with what it is about."""

    review: Review
    product: str
    category: str
    day: date
    themes: tuple[str, ...]

    def group(self, by: By) -> str:
        """The group a mention of it is counted in."""
        return {"theme": "", "category": self.category, "product": self.product, "month": f"{self.day:%Y-%m}"}[by]


@tool()
def review_themes(context: ToolContext, query: ReviewThemes) -> Findings:
    """What customers complain of, or praise, in their reviews: late delivery, damage, packaging, taste, quality, price ... counted by
    theme, also cut by category, product or month.

    With quotes and the words the unhappy use most. `theme` keeps one theme ("which products are said to arrive broken"). Not for the
    mean rating or the number of reviews (metric_value), nor for returns by reason.
    """
    if query.theme is not None and query.theme not in theme_names():
        raise BadInput("theme", query.theme, theme_names())
    found = _read(context, query)
    said = tuple(_said(row, query) for row in found.rows)
    return _bind(context, query, said, found)


def _read(context: ToolContext, query: ReviewThemes) -> Fetched:
    bench = open_bench(context)
    if not bench.source.has_rows("reviews"):
        raise CannotDo("themes of reviews", "reviews holds no rows", "Load reviews (review_id, product_id, reviewed_at, rating, text)")
    rows = Rows(bench, MetricSource(table="reviews", expression="COUNT(*)", time="reviews.reviewed_at"), bench.window(query.period))
    keys = ["reviews.review_id", "reviews.rating", "reviews.text", "products.name AS product_name", "products.category",
            rows.expand("LOCAL_DATE(reviews.reviewed_at)") + " AS day"]  # fmt: skip
    named = ("review_id", "rating", "text", "product_name", "category", "day")
    types: dict[str, ColumnType] = {"rating": "integer", "day": "date"}
    columns = tuple(Column(name, type=types.get(name, "text")) for name in named)
    sql = f"SELECT {', '.join(keys)} {body_sql(rows, keys, query.where)}"
    return fetch(context, bench, Draft(sql, columns, ("day DESC",)), 1)


def _said(row: Mapping[str, Cell], query: ReviewThemes) -> Said:
    review = Review(str(row["review_id"]), int(str(row["rating"] or 0)), str(row["text"] or ""))
    themes = complaints(review) if query.tone == "complaint" else praises(review)
    day = row["day"]
    return Said(
        review=review,
        product=str(row["product_name"] or ""),
        category=str(row["category"] or ""),
        day=day if isinstance(day, date) else date.fromisoformat(str(day)[:10]),
        themes=tuple(theme for theme in themes if query.theme in (None, theme)),
    )


def _bind(context: ToolContext, query: ReviewThemes, said: Sequence[Said], found: Fetched) -> Findings:
    counted = Counter((theme, one.group(query.by)) for one in said for theme in one.themes)
    ranked = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[: query.limit]
    rule = RuleEvidence(id=f"{context.call_id}.rule", rule="a review counts once for each theme whose cues stand in it and are not denied")
    quotes = tuple(_quotes(context, said, [theme for (theme, _), _ in ranked], query.quotes))
    return Findings(
        facts=tuple(_facts(context, query, said, ranked, found)),
        evidence=(found.evidence, rule, *quotes),
        tables=(_table(query, said, ranked), *_terms(query, said)) if ranked else (),
        period=_days(found),
        notes=tuple(_notes(query, said, found)),
        truncated=len(counted) > len(ranked),
    )


def _facts(
    context: ToolContext, query: ReviewThemes, said: Sequence[Said], ranked: Sequence[tuple[tuple[str, str], int]], found: Fetched
) -> Iterator[Fact]:
    period, evidence = _days(found), found.evidence.id
    all_id = f"{context.call_id}.reviews"
    yield Fact(id=all_id, name="reviews", value=len(said), unit="count", period=period, evidence_id=evidence)
    for number, ((theme, group), count) in enumerate(ranked):
        entity = " · ".join(part for part in (theme, group) if part)
        id = f"{context.call_id}.{number}.reviews"
        yield Fact(id=id, name="reviews", value=count, unit="count", entity=entity, period=period, evidence_id=evidence)
        if query.by == "theme":
            yield Fact(
                id=f"{context.call_id}.{number}.share",
                name="share_of_reviews",
                value=Decimal(count) / len(said),
                unit="%",
                entity=entity,
                period=period,
                evidence_id=evidence,
                derived_from=Derivation(op="share", fact_ids=(id, all_id)),
            )


def _days(found: Fetched) -> Days | None:
    span = found.result.period
    return Days(start=span.first, end=span.last) if span else None


def _quotes(context: ToolContext, said: Sequence[Said], themes: Sequence[str], each: int) -> Iterator[DocumentEvidence]:
    """The newest words on each of the first themes; who wrote them is nobody's business here."""
    number = 0
    for theme in dict.fromkeys(themes[:5]):
        newest = sorted((one for one in said if theme in one.themes), key=lambda one: (one.day, one.review.id), reverse=True)[:each]
        for one in newest:
            number += 1
            yield DocumentEvidence(
                id=f"{context.call_id}.d{number}",
                title=f"Review {one.review.id} of {one.product}",
                place=f"{theme}, {one.review.rating} of 5 stars, {one.day}",
                quote=one.review.text[:_QUOTED_CHARACTERS],
            )


def _table(query: ReviewThemes, said: Sequence[Said], ranked: Sequence[tuple[tuple[str, str], int]]) -> FactTable:
    """Each theme (and group) with how often it is spoken of, in what part of all reviews, and the mean rating of those."""
    cut = query.by != "theme"
    names = ["theme", *([query.by] if cut else []), "reviews", "share", "mean_rating"]
    units: dict[str, Unit] = {"reviews": "count", "share": "%", "mean_rating": "1..5"}
    columns = tuple(TableColumn(name=name, unit=units.get(name)) for name in names)
    rows: list[tuple[FactValue, ...]] = []
    for (theme, group), count in ranked:
        ratings = [one.review.rating for one in said if theme in one.themes and one.group(query.by) == group]
        whole = sum(one.group(query.by) == group for one in said)
        rows.append((theme, *([group] if cut else []), count, count / whole, sum(ratings) / len(ratings)))
    what = "Complaints" if query.tone == "complaint" else "Praise"
    return FactTable(title=f"{what} in reviews by {query.by}", shape="table" if cut else "bar", columns=columns, rows=tuple(rows))


def _terms(query: ReviewThemes, said: Sequence[Said]) -> Iterator[FactTable]:
    """Words of the unhappy that the list of themes may not know."""
    found = telling_terms(one.review for one in said) if query.tone == "complaint" else ()
    if found:
        columns = (TableColumn(name="words"), TableColumn(name="reviews", unit="count"))
        rows = tuple((term.words, term.uses) for term in found)
        yield FactTable(title="Words of reviews with 1 or 2 stars", shape="table", columns=columns, rows=rows)


def _notes(query: ReviewThemes, said: Sequence[Said], found: Fetched) -> Iterator[str]:
    yield from found.result.notes
    if said and not any(one.themes for one in said):
        yield f"none of {len(said)} reviews speaks of this"
    silent = sum(not one.themes and one.review.rating <= 2 for one in said)
    if query.tone == "complaint" and query.theme is None and silent:
        yield f"{silent} reviews with 1 or 2 stars name none of the known themes"
