"""Insights in words: a month with its trend, a product with what its reviews speak of; both languages, the same figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from knowledge.insights_months import Month
from knowledge.insights_themes import Review, complaints, in_vietnamese, praises

InsightLanguage = Literal["en", "vi"]
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
_LONG_RUN = 3
_THEMES, _QUOTES = 5, 3


@dataclass(frozen=True)
class Section:
    """A heading and the sentences under it."""

    title: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Opinions:
    """A product with its reviews up to a day, oldest first."""

    product_id: str
    product: str
    until: date
    reviews: tuple[Review, ...]


@cache
def _book() -> Any:  # nested by kind, sentence and language; only this module reads it
    return yaml.safe_load((Path(__file__).parent / "insights_words.yaml").read_text(encoding="utf-8"))


def month_title(month: Month, language: InsightLanguage) -> str:
    """What the insight of a month is called."""
    return str(_book()["month"]["title"][language]).format(month=month_name(month.first, language))


def month_sections(months: Sequence[Month], at: int, currency: str, language: InsightLanguage) -> tuple[Section, ...]:
    """What is to be said of the month at this place, seen from its end: months after it are not looked at."""
    month, heads = months[at], _book()["month"]["heads"][language]
    return (
        Section(heads[0], tuple(_sales(months[: at + 1], currency, language))),
        Section(heads[1], tuple(_categories(months[: at + 1], currency, language))),
        Section(heads[2], tuple(_service(month, currency, language))),
    )


def _sales(months: Sequence[Month], currency: str, language: InsightLanguage) -> list[str]:
    words, month = _book()["month"], months[-1]
    figures = {
        "month": month_name(month.first, language),
        "revenue": amount(month.revenue, language),
        "currency": currency,
        "orders": amount(month.orders, language),
        "units": amount(month.units, language),
        "margin": percent(month.margin_rate, language),
    }
    said = [words["sales"][language].format(**figures)]
    if len(months) > 1:
        before = months[-2]
        told = {"before": month_name(before.first, language), "before_revenue": amount(before.revenue, language), "currency": currency}
        said.append(words["change"][language].format(change=_change(month.revenue, before.revenue, language), **told))
    year_ago = next((each for each in months if (each.first.year + 1, each.first.month) == (month.first.year, month.first.month)), None)
    if year_ago:
        told = {"year_ago": month_name(year_ago.first, language), "change": _change(month.revenue, year_ago.revenue, language)}
        said.append(words["year"][language].format(**told))
    return said + _run(months, language) + _record(months, language)


def _run(months: Sequence[Month], language: InsightLanguage) -> list[str]:
    """How long it has gone up or down, once that is long enough to be told."""
    words, length, direction = _book()["month"], 0, ""
    for before, after in zip(reversed(months[:-1]), reversed(months[1:]), strict=True):
        now = "up" if after.revenue > before.revenue else "down" if after.revenue < before.revenue else ""
        if not now or (direction and now != direction):
            break
        direction, length = now, length + 1
    return [words["run"][language].format(moved=words["moved"][language][direction], months=length)] if length >= _LONG_RUN else []


def _record(months: Sequence[Month], language: InsightLanguage) -> list[str]:
    words, revenues = _book()["month"], [month.revenue for month in months]
    if len(months) <= _LONG_RUN or revenues[-1] not in (max(revenues), min(revenues)):
        return []
    return [words["record"][language].format(which=words["which"][language]["best" if revenues[-1] == max(revenues) else "worst"])]


def _categories(months: Sequence[Month], currency: str, language: InsightLanguage) -> list[str]:
    sentence = _book()["month"]["category"][language]
    before = {part.name: part.value for part in months[-2].categories} if len(months) > 1 else {}
    return [
        sentence.format(
            name=part.name,
            value=amount(part.value, language),
            currency=currency,
            change=_change(part.value, before.get(part.name, 0.0), language),
        )
        for part in months[-1].categories
    ]


def _service(month: Month, currency: str, language: InsightLanguage) -> list[str]:
    words, said = _book()["month"], []
    if month.on_time is not None:
        told = {"on_time": percent(month.on_time, language), "deliveries": amount(month.deliveries, language)}
        said.append(words["service"][language].format(refunds=amount(month.refunds, language), currency=currency, **told))
    if month.rating is not None:
        said.append(words["reviews"][language].format(reviews=amount(month.reviews, language), rating=decimal(month.rating, language)))
    if worst := month.worst_supplier:
        told = {"name": worst.name, "value": percent(worst.value, language), "lines": amount(worst.count, language)}
        said.append(words["suppliers"][language].format(**told))
    return said


def review_title(opinions: Opinions, language: InsightLanguage) -> str:
    """What the insight of a product's reviews is called."""
    return str(_book()["reviews"]["title"][language]).format(product=opinions.product)


def review_sections(opinions: Opinions, language: InsightLanguage) -> tuple[Section, ...]:
    """What reviews say of a product: how many, complaints, praise, and the newest words of the unhappy."""
    words, reviews = _book()["reviews"], opinions.reviews
    heads = words["heads"][language]
    mean = sum(review.rating for review in reviews) / len(reviews)
    told = {"reviews": len(reviews), "day": opinions.until.isoformat(), "product": opinions.product, "rating": decimal(mean, language)}
    unhappy = [review.text for review in reversed(reviews) if complaints(review)][:_QUOTES]
    bad = Counter(theme for review in reviews for theme in complaints(review))
    good = Counter(theme for review in reviews for theme in praises(review))
    sections = (
        Section(heads[0], (words["count"][language].format(**told),)),
        Section(heads[1], _themes(bad, "complaint", len(reviews), language)),
        Section(heads[2], _themes(good, "praise", len(reviews), language)),
        Section(heads[3], tuple(words["quote"][language].format(quote=text) for text in unhappy)),
    )
    return tuple(section for section in sections if section.sentences)


def _themes(counted: Counter[str], tone: str, reviews: int, language: InsightLanguage) -> tuple[str, ...]:
    sentence = _book()["reviews"][tone][language]
    ranked = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:_THEMES]
    return tuple(
        sentence.format(
            theme=theme if language == "en" else in_vietnamese(theme),
            count=count,
            reviews=reviews,
            share=percent(count / reviews, language),
        )
        for theme, count in ranked
    )


def month_name(day: date, language: InsightLanguage) -> str:
    """A month of a year."""
    return f"{_MONTHS[day.month - 1]} {day.year}" if language == "en" else f"tháng {day.month}/{day.year}"


def amount(number: float, language: InsightLanguage) -> str:
    """A whole number with its thousands apart."""
    text = f"{round(number):,}"
    return text if language == "en" else text.replace(",", ".")


def decimal(number: float, language: InsightLanguage) -> str:
    """A number with one digit behind the mark."""
    text = f"{number:.1f}"
    return text if language == "en" else text.replace(".", ",")


def percent(rate: float, language: InsightLanguage) -> str:
    """A fraction of 1 in percent."""
    return f"{decimal(rate * 100, language)} %"


def _change(now: float, before: float, language: InsightLanguage) -> str:
    if not before:
        return {"en": "new", "vi": "mới"}[language]
    rate = now / before - 1
    return f"{'+' if rate > 0 else '-' if rate < 0 else ''}{percent(abs(rate), language)}"
