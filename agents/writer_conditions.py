"""The conditions of a question in words: filters, what was selected and when, what a group had to reach."""

from __future__ import annotations

from datetime import date

from agents.formats import show, show_day, show_period
from agents.phrases.book import in_words
from agents.writer_page import Page, bucket_end
from tools.facts import Days
from tools.query.contract import AnyOf, AsOf, Between, Calendar, Filter, Having, Last, Named, Period

# Operators that need no word, or one sign for all languages; the others are worded by the phrase file.
_OPERATORS = {"=": "", "in": "", "in_step": "", "!=": "≠ ", "not_in": "≠ ", "not_in_step": "≠ "}


def said_filters(page: Page, argument: str = "where") -> str:
    """The conditions of a query argument."""
    found = page.asked(argument)
    return "; ".join(_condition(page, item) for item in found) if isinstance(found, tuple) else ""


def said_having(page: Page) -> str:
    """What a group had to reach to be shown."""
    found = page.asked("having")
    return "; ".join(_reached(page, item) for item in found if isinstance(item, Having)) if isinstance(found, tuple) else ""


def said_selection(page: Page, side: str) -> str:
    """One side of a set question: what was counted, under which conditions and when."""
    chosen = page.asked(side)
    metric = page.label(str(getattr(chosen, "metric", "") or ""))
    said = [_condition(page, item) for item in getattr(chosen, "where", ())]
    least = getattr(chosen, "at_least", None)
    if least is not None:
        said.append(f"{page.book.value('>=')} {show(least, 'number', page.book.language)}")
    said.append(said_period(page, getattr(chosen, "period", None)))
    conditions = "; ".join(filter(None, said))
    return page.book.say("selected", metric=metric, conditions=conditions) if conditions else metric


def said_period(page: Page, period: Period | object) -> str:
    """A period as it was asked for; nothing for all history."""
    language = page.book.language
    match period:
        case Named():
            return page.book.values.get(period.name) or in_words(period.name)
        case Between():
            return show_period(Days(start=period.start, end=period.end), language)
        case Calendar():
            return show_period(_days_of(period), language)
        case AsOf():
            return page.book.sentences["in_state"].format(period=show_day(period.day, language))
        case Last():
            return page.book.say("last", n=str(period.n), units=page.plural(period.unit))
    return ""


def _days_of(period: Calendar) -> Days:
    if period.week is not None:
        start = date.fromisocalendar(period.year, period.week, 1)
        return Days(start=start, end=bucket_end(start, "week"))
    first = date(period.year, period.month or 3 * (period.quarter or 1) - 2, 1)
    return Days(start=first, end=bucket_end(first, "month" if period.month else "quarter" if period.quarter else "year"))


def _condition(page: Page, item: object) -> str:
    if isinstance(item, AnyOf):
        return " / ".join(_condition(page, each) for each in item.any_of)
    if not isinstance(item, Filter):
        return ""
    values = ", ".join(page.book.value(str(value)) for value in item.values)
    if item.step:
        values = page.book.say("step", step=item.step)
    operator = _OPERATORS.get(item.op, page.book.value(item.op) + " ")
    return f"{page.label(item.dimension)} {operator}{values}".strip()


def _reached(page: Page, item: Having) -> str:
    unit = page.known.metrics[item.metric].unit if item.metric in page.known.metrics else None
    bounds = [show(_scaled(value), unit, page.book.language, page.currency) for value in (item.value, item.upper) if value is not None]
    return f"{page.label(item.metric)} {page.book.value(item.op)} {page.book.both(bounds)}".strip()


def _scaled(value: float) -> float | int:
    return int(value) if value == int(value) else value
