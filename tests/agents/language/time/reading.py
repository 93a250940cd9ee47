"""What the grammar reads, in the terms of the oracle."""

from __future__ import annotations

from datetime import date

from agents.language.spans import Bucket, Duration, TimeSpan
from agents.language.time.reader import read_times
from agents.language.tokens import tidy, tokens_of
from agents.plan import Language
from tests.agents.language.time.oracle import Expected
from tools.query.contract import AllTime, AsOf, Comparison, QueryContext
from tools.query.periods import resolve


def spans_of(text: str, as_of: date, language: Language = "en") -> tuple[TimeSpan, ...]:
    return read_times(tokens_of(tidy(text)), as_of, language)


def meant(span: TimeSpan, as_of: date) -> Expected:
    match span.meaning:
        case Bucket(grain):
            return "cut", grain
        case Duration(count, unit):
            return "length", count, unit
        case Comparison(to=to, period=None):
            return "against", to
        case Comparison(period=period):
            assert period is not None
            days = resolve(period, QueryContext(as_of=as_of))
            return ("against", days.first, days.last) if days else ("against", "all")
        case AllTime():
            return ("all",)
        case AsOf(day=day):
            return "as_of", day
    days = resolve(span.meaning, QueryContext(as_of=as_of))
    assert days is not None
    return "period", days.first, days.last


def read(text: str, as_of: date, language: Language = "en") -> list[Expected]:
    return [meant(span, as_of) for span in spans_of(text, as_of, language)]
