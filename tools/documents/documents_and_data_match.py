"""Purchases held against the condition that governs each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from knowledge.clauses import ConditionKind, DayKind, LateDelivery, LeadTime, MinimumOrder, Payment, Rejects, ShortDelivery
from tools.contract import ToolContext
from tools.documents.documents_and_data_rows import Fetched, Reading, read_purchases
from tools.documents.documents_and_data_terms import Term, Terms
from tools.query.bench import Conditions
from tools.query.contract import AllTime, Cell, Period

_CENT, _FOUR_PLACES = Decimal("0.01"), Decimal("0.0001")
_SMALLEST_FIRST = ("received_share",)
Row = dict[str, Cell]
Values = dict[str, Decimal | int | date]
Told = tuple[Values, Values]  # what was measured, what follows from the clause
Judged = Told | Literal["unknown"] | None  # unknown: it may meet the condition, and the data do not say


@dataclass(frozen=True)
class Hit:
    """A purchase that meets the condition: what was measured, what follows from the clause, and the rows it was read from."""

    row: Row
    measured: Values
    derived: Values
    term: Term
    evidence_id: str


@dataclass(frozen=True)
class Matched:
    """All hits, the queries they were read with, how many purchases no one contract governs and of how many the data say too little."""

    hits: tuple[Hit, ...]
    fetched: tuple[Fetched, ...]
    ungoverned: int
    unknown: int = 0


Judge = Callable[[Term, Row, date], Judged]


def match_rows(context: ToolContext, kind: ConditionKind, terms: Terms, where: Conditions, period: Period) -> Matched:
    """The purchases that meet the conditions of one kind."""
    day = context.served.context.as_of
    hits: list[Hit] = []
    ungoverned, unknown = 0, set[Cell]()
    readings, judge, having = _JUDGES[kind]
    fetched = tuple(
        read_purchases(context, reading, where, period if reading != "still_missing" else AllTime(), number, having(terms))
        for number, reading in enumerate(readings, 1)
        if reading != "still_missing" or _reaches_today(context, period)
    )
    for each in fetched:
        for row in each.rows:
            term = terms.governing(str(row["supplier_id"]), _date(row["ordered_on"]))
            if term is None:
                ungoverned += 1
                continue
            told = judge(term, row, day)
            if told == "unknown":
                unknown.add(row["po_id"])
            elif told is not None:
                hits.append(Hit(row, told[0], told[1], term, each.evidence.id))
    return Matched(tuple(hits), fetched, ungoverned, len(unknown))


def _reaches_today(context: ToolContext, period: Period) -> bool:
    """Whether goods that have not come at all belong into the period: only when it runs to the day of the question."""
    from tools.query.periods import resolve

    span = resolve(period, context.served.context)
    return span is None or span.last >= context.served.context.as_of


def late(term: Term, row: Row, day: date) -> Judged:
    """Days late beyond what is free, and the penalty; goods that have not come are late until today."""
    condition, arrived = term.condition, row.get("received_on") or day
    if not isinstance(condition, LateDelivery):
        return None
    days_late = _days_between(_date(row["expected_on"]), _date(arrived), condition.days)
    if days_late <= condition.grace_days:
        return None
    if not _is_valued(row):
        return "unknown"
    value = _decimal(row["value"])
    return {"days_late": days_late, "value": value}, {"penalty": penalty(condition, days_late, value)}


def penalty(condition: LateDelivery, days_late: int, value: Decimal) -> Decimal:
    """What a clause takes for goods of this value that came so many days late."""
    if days_late <= condition.grace_days:
        return Decimal(0)
    counted = days_late - (condition.grace_days if condition.counting == "after_grace" else 0)
    times = {"day": counted, "week": counted // (5 if condition.days == "working" else 7), "once": 1}[condition.per]
    share = condition.rate * times
    return (value * (min(share, condition.cap) if condition.cap is not None else share)).quantize(_CENT)


def _days_between(first: date, last: date, kind: DayKind) -> int:
    """Days after `first` up to `last`; working days are Monday to Friday."""
    if kind == "calendar":
        return (last - first).days
    return sum((first + timedelta(days=number)).weekday() < 5 for number in range(1, (last - first).days + 1))


def below_minimum(term: Term, row: Row, day: date) -> Judged:
    """An order under the smallest value agreed; one that is over it by the lines that carry a cost is over it anyway."""
    value = _decimal(row["value"])
    if not isinstance(term.condition, MinimumOrder) or value >= term.condition.amount:
        return None
    if not _is_valued(row):
        return "unknown"
    return {"value": value}, {"missing": term.condition.amount - value}


def due(term: Term, row: Row, day: date) -> Judged:
    """When a receipt has to be paid; working days are Monday to Friday."""
    if not isinstance(term.condition, Payment):
        return None
    received = _date(row["received_on"])
    due_on = received + timedelta(days=term.condition.within_days)
    if term.condition.days == "working":
        due_on = received
        left = term.condition.within_days
        while left:
            due_on += timedelta(days=1)
            left -= due_on.weekday() < 5
    return _worth(row), {"due_on": due_on}


def slow(term: Term, row: Row, day: date) -> Judged:
    """A receipt that took longer than the lead time agreed."""
    if not isinstance(term.condition, LeadTime):
        return None
    took = _days_between(_date(row["ordered_on"]), _date(row["received_on"]), term.condition.days)
    over = took - term.condition.within_days
    return ({"days_taken": took, **_worth(row)}, {"days_over": over}) if over > 0 else None


def refusable(term: Term, row: Row, day: date) -> Judged:
    """A line of which more was rejected than the contract lets pass."""
    if row["received"] is None:
        return "unknown"
    received, rejected = _decimal(row["received"]), _decimal(row["rejected"])
    if not isinstance(term.condition, Rejects) or not received or rejected <= term.condition.over * received:
        return None
    return {"received": received, "rejected": rejected, **_worth(row)}, {"rejected_share": _share(rejected, received)}


def incomplete(term: Term, row: Row, day: date) -> Judged:
    """A line of which less came than the contract asks for."""
    if row["received"] is None:
        return "unknown"
    ordered, received = _decimal(row["quantity"]), _decimal(row["received"])
    if not isinstance(term.condition, ShortDelivery) or not ordered or received >= term.condition.under * ordered:
        return None
    return {"quantity": ordered, "received": received}, {"received_share": _share(received, ordered)}


def _is_valued(row: Row) -> bool:
    """Whether every line behind a value says what it cost and how much of it came."""
    return not row["unvalued"]


def _worth(row: Row) -> Values:
    """The value of a purchase, where it is known."""
    return {"value": _decimal(row["value"])} if _is_valued(row) else {}


def _share(part: Decimal, whole: Decimal) -> Decimal:
    return (part / whole).quantize(_FOUR_PLACES)


def _no_condition(terms: Terms) -> str:
    return ""


def _under_the_highest(terms: Terms) -> str:
    amounts = [term.condition.amount for term in terms.found if isinstance(term.condition, MinimumOrder)]
    return f"value < {max(amounts):f} OR unvalued > 0"


_JUDGES: dict[ConditionKind, tuple[tuple[Reading, ...], Judge, Callable[[Terms], str]]] = {
    "late_delivery": (("late_receipts", "still_missing"), late, _no_condition),
    "minimum_order": (("orders",), below_minimum, _under_the_highest),
    "payment": (("receipts",), due, _no_condition),
    "lead_time": (("receipts",), slow, _no_condition),
    "rejects": (("lines",), refusable, lambda terms: "rejected > 0"),
    "short_delivery": (("lines",), incomplete, lambda terms: "received < quantity OR received IS NULL"),
}


def ordered(hits: tuple[Hit, ...]) -> Iterator[Hit]:
    """The heaviest first: by what follows from the clause, then by value; dates run from the earliest."""
    yield from sorted(hits, key=lambda hit: (*(_weight(*named) for named in hit.derived.items()), -_value(hit), str(hit.row["po_id"])))


def _weight(name: str, value: Decimal | int | date) -> Decimal:
    if isinstance(value, date):
        return Decimal(value.toordinal())
    return Decimal(value) if name in _SMALLEST_FIRST else -Decimal(value)


def _value(hit: Hit) -> Decimal:
    return _decimal(hit.row.get("value"))


def _date(value: Cell) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


def _decimal(value: Cell) -> Decimal:
    return Decimal(str(value or 0))
