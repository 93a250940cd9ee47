"""What was sold on each day up to as_of, as histories that forecasts can start from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from ml.forecast.history_reading import MOST_DAYS, History, SoldDay, read_history
from tools.forecasting.terms import Measure, Member
from tools.query.contract import AnyOf, Between, Filter, Last, Query, Result
from tools.query.operators.breakdown import Breakdown
from tools.query.operators.series import Series
from tools.query.run import run_query
from tools.query.served import Served

Where = tuple[Filter | AnyOf, ...]
CANDIDATE_DAYS = 56  # members are chosen by what they sold lately
_MOST_ROWS = 300_000


@dataclass(frozen=True)
class PastDemand:
    """A history with the name it is told under, and the query it was read with."""

    name: str
    key: str
    history: History
    read: Result


def past_demand(served: Served, where: Where, measure: Measure = "units") -> PastDemand | None:
    """What was sold a day from the first sale to as_of, zero days included; None when nothing was ever sold."""
    result = _run(served, Series(metrics=(measure,), grain="day", where=where, period=_period(served)))
    history = _history("", {_day(row[0]): _number(row[1]) for row in result.rows}, served.context.as_of)
    return None if history is None else PastDemand("", "", history, result)


def past_demand_by(served: Served, where: Where, by: Member, measure: Measure, limit: int) -> tuple[PastDemand, ...]:
    """The same for the members that sold most lately."""
    recent = _run(served, Breakdown(metrics=(measure,), by=(by,), where=where, period=Last(n=CANDIDATE_DAYS), limit=limit))
    keyed = recent.columns[0].name.endswith("_id")
    names = {str(row[0]): str((row[1] if keyed else row[0]) or row[0]) for row in recent.rows if row[0] is not None}
    if not names:
        return ()
    chosen = Filter(dimension=by, op="in", values=tuple(names))
    result = _run(served, Series(metrics=(measure,), grain="day", by=(by,), where=(*where, chosen), period=_period(served)))
    sold = _by_member(result, by)
    found = []
    for key, name in names.items():
        history = _history(name, sold.get(key, {}), served.context.as_of)
        if history is not None:
            found.append(PastDemand(name, key, history, result))
    return tuple(found)


def _run(served: Served, query: Query) -> Result:
    return run_query(query, replace(served.context, max_rows=_MOST_ROWS), served.source)


def _period(served: Served) -> Between:
    """The last three years: what lies further back says nothing about the weeks ahead."""
    as_of = served.context.as_of
    return Between(start=as_of - timedelta(days=MOST_DAYS - 1), end=as_of)


def _by_member(result: Result, by: Member) -> dict[str, dict[date, float]]:
    names = [column.name for column in result.columns]
    key, day, value = names.index(f"{by}_id" if f"{by}_id" in names else by), names.index("day"), len(names) - 1
    found: dict[str, dict[date, float]] = {}
    for row in result.rows:
        if row[key] is not None:
            found.setdefault(str(row[key]), {})[_day(row[day])] = _number(row[value])
    return found


def _history(name: str, sold: Mapping[date, float], as_of: date) -> History | None:
    """Demand is never negative: a day on which credits outweigh sales counts as a day without a sale."""
    first = min((day for day, units in sold.items() if units > 0), default=None)
    if first is None:
        return None
    days: Sequence[date] = [first + timedelta(days=place) for place in range((as_of - first).days + 1)]
    return read_history(name, [SoldDay(day, max(0.0, sold.get(day, 0.0))) for day in days], "history")


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _number(value: object) -> float:
    return 0.0 if value is None else float(str(value))
