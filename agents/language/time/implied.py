"""The period a comparison takes for granted when no period was said: "vs last month" speaks of this month."""

from __future__ import annotations

from agents.language.spans import TimeSpan
from agents.language.time.terms import edges_of, terms_of
from agents.language.tokens import Token
from tools.query.contract import Comparison, Named, NamedPeriod

_THIS: dict[str, NamedPeriod] = {
    "day": "today",
    "week": "this_week",
    "month": "this_month",
    "quarter": "this_quarter",
    "year": "this_year",
}


def implied_period(span: TimeSpan, tokens: tuple[Token, ...]) -> Named | None:
    """This week, month, quarter or year for a comparison with the one before; None when its words name no unit or another period."""
    if not isinstance(span.meaning, Comparison) or span.meaning.to == "period":
        return None
    for here in edges_of(terms_of(tokens[span.start : span.end])):
        if any(name == "yesterday" for _, name in here.get("named", ())):
            return Named(name="today")
        for _, unit in (*here.get("on_period", ()), *here.get("unit", ())):
            return Named(name=_THIS[str(unit)])
    return Named(name="this_year") if span.meaning.to == "year_on_year" else None
