"""Days a message leaves out: "this year without January" as a condition on the months, quarters or days of a call."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta

from pydantic import TypeAdapter

from agents.language.figures import Json, listed
from agents.language.follow import CURRENT
from agents.language.sketch import TimeSlot
from tools.query.contract import Between, Calendar, Last, Named, Period, QueryContext
from tools.query.periods import resolve

# Tools whose rows are summed over the days: what is left out of the days is left out of the sum.
_SUMMED = frozenset(
    {
        "metric_value", "breakdown", "ranking", "ranking_within_groups", "share", "pareto", "abc_classes", "percentiles", "histogram",
        "group_by_metric", "weekday_hour_pattern", "trend",
    }
)  # fmt: skip
_PERIOD: TypeAdapter[Period] = TypeAdapter(Period)
_FAR = date(2200, 12, 31)
_A_WEEK = 7


def leave_out(tool: str, arguments: Json, spans: Sequence[tuple[date, date]]) -> tuple[str, Json] | None:
    """The call without these days; None where its tool cannot say that. A line becomes a table, which has no row for them."""
    conditions = _conditions(spans)
    metrics = {str(each) for each in (*listed(arguments.get("metrics")), arguments.get("metric")) if each}
    timed = arguments.get("compare") or arguments.get("periods") or metrics & CURRENT or not metrics
    if tool not in _SUMMED or timed or not conditions:
        return None
    where = [*listed(arguments.get("where")), *conditions]
    if tool != "trend":
        return tool, {**arguments, "where": where}
    kept = {name: value for name, value in arguments.items() if name not in ("grain", "by")}
    return "breakdown", {**kept, "by": [arguments.get("grain", "month"), *listed(arguments.get("by"))], "where": where}


def span_of(meaning: object, as_of: date | None = None) -> tuple[date, date] | None:
    """The first and the last of these days; None where that hangs on a day nobody gave, or on no day at all."""
    if not isinstance(meaning, Between | Calendar) and (as_of is None or not isinstance(meaning, Named | Last)):
        return None
    span = resolve(meaning, QueryContext(as_of=as_of or _FAR))
    return None if span is None else (span.first, span.last)


def days_left_out(slot: TimeSlot, period: object, as_of: date | None) -> tuple[tuple[date, date] | None, str]:
    """The days of what is left out, where they lie within those that are counted, and what was supposed to find them.

    A month whose year was not said is one of the counted days: "last year without March".
    """
    meaning, supposed = slot.span.meaning, slot.span.assumption
    span = span_of(meaning, as_of)
    held = span_of(_PERIOD.validate_python(period), as_of) if isinstance(period, dict) else None
    if span is None or held is None:
        return span, supposed
    if isinstance(meaning, Calendar) and supposed and not held[0] <= span[0] <= held[1]:
        years = (span_of(meaning.model_copy(update={"year": year})) for year in range(held[0].year, held[1].year + 1))
        span, supposed = next((each for each in years if each and held[0] <= each[0] <= held[1]), span), ""
    return (span if held[0] <= span[1] and span[0] <= held[1] and span != held else None), supposed


def _conditions(spans: Sequence[tuple[date, date]]) -> list[Json]:
    """Not in these days, weeks, months, quarters or years; nothing where one is no such whole."""
    units: dict[str | None, list[str]] = {}
    for first, last in spans:
        units.setdefault(_unit(first, last), []).append(first.isoformat())
    if None in units:
        return []
    return [{"dimension": unit, "op": "!=" if len(days) == 1 else "not_in", "values": days} for unit, days in units.items()]


def _unit(first: date, last: date) -> str | None:
    if first == last:
        return "day"
    if first.weekday() == 0 and last == first + timedelta(days=_A_WEEK - 1):
        return "week"
    if first.day != 1 or last.day != monthrange(last.year, last.month)[1]:
        return None
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    wholes = {1: "month", 3: "quarter" if first.month % 3 == 1 else None, 12: "year" if first.month == 1 else None}
    return wholes.get(months)
