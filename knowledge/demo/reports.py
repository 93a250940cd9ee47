"""Monthly reports of the management, with the figures of the warehouse."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from knowledge.demo.company import Company
from knowledge.demo.figures import decimal, grouped, money, month_in_words, percent
from knowledge.demo.paper import Clause, Grid, Paper, PaperLanguage, Part, draw
from knowledge.demo.wordings import fill, read
from knowledge.insights_months import Month

_WRITTEN_AFTER = timedelta(days=4)


def report_papers(company: Company, months: tuple[Month, ...]) -> Iterator[Paper]:
    """One report a month, written a few days after its end; what is not yet written is not there."""
    for before, month in zip((None, *months), months, strict=False):
        if month.last + _WRITTEN_AFTER <= company.as_of:
            yield _paper(company, month, before)


def _paper(company: Company, month: Month, before: Month | None) -> Paper:
    key = f"report-{month.first:%Y-%m}"
    language: PaperLanguage = "en" if month.first.month % 2 else "vi"
    book, values = read("reports.yaml"), _values(month, before, language)

    def choose(name: str) -> Any:
        choices = book[name][language]
        return choices[draw(company.seed, key, name) % len(choices)]

    def say(name: str) -> Clause:
        return Clause(name, fill(choose(name), values))

    heads = choose("heads")
    service = [say("customers"), say("service"), *([say("rating")] if month.rating is not None else [])]
    supplier = [Part(heads[2], (say("suppliers"),))] if month.worst_supplier else []
    return Paper(
        key=key,
        title=fill(choose("titles"), values),
        kind="report",
        language=language,
        published_on=month.last + _WRITTEN_AFTER,
        parts=(
            Part(heads[0], (say("revenue"), say("leader"))),
            Part(heads[1], tuple(service)),
            *supplier,
            Part(heads[3], (_table(book["table"], month, language),)),
        ),
        period_from=month.first,
        period_until=month.last,
    )


def _values(month: Month, before: Month | None, language: PaperLanguage) -> dict[str, object]:
    best, worst = month.categories[0], month.worst_supplier
    return {
        "month": month_in_words(month.first, language),
        "revenue": money(month.revenue, language),
        "orders": grouped(month.orders, language),
        "change": _change(month, before, language),
        "margin": percent(month.margin_rate, language),
        "category": best.name,
        "category_revenue": money(best.value, language),
        "product": month.products[0].name,
        "customers": grouped(month.customers, language),
        "basket": money(month.revenue / month.orders, language),
        "on_time": percent(month.on_time or 0, language),
        "deliveries": grouped(month.deliveries, language),
        "refunds": money(month.refunds, language),
        "reviews": grouped(month.reviews, language),
        "rating": decimal(month.rating or 0, 1, language),
        "supplier": worst.name if worst else "",
        "punctual": percent(worst.value, language) if worst else "",
    }


def _change(month: Month, before: Month | None, language: PaperLanguage) -> str:
    moves = read("reports.yaml")["moves"][language]
    if before is None or not before.revenue:
        return str(moves["none"])
    rate = month.revenue / before.revenue - 1
    name = "same" if abs(rate) < 0.0005 else "up" if rate > 0 else "down"
    return fill(moves[name], {"by": percent(abs(rate), language)})


def _table(words: Any, month: Month, language: PaperLanguage) -> Grid:
    rows = tuple((part.name, grouped(part.value, language), grouped(part.count, language)) for part in month.categories)
    caption = fill(words["caption"][language], {"month": month_in_words(month.first, language)})
    return Grid("by-category", caption, tuple(words["header"][language]), rows)
