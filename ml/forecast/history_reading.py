"""A history as it is sent becomes daily demand without gaps; what cannot be read is refused, what was read into it is said."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ml.contract import Floats

MOST_ROWS = 5_000
MOST_QUANTITY = 1e9
MOST_DAYS = 1_096  # what lies further back says nothing about the weeks ahead
MOST_GAP_DAYS = 366
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 12, 31)
HORIZON_DAYS = (1, 365)


class BadHistory(ValueError):
    """A value of a history that cannot be used: which one, what is allowed, what to do."""

    def __init__(self, field: str, value: object, why: str, allowed: str, remedy: str) -> None:
        self.field, self.value, self.why, self.allowed, self.remedy = field, value, why, allowed, remedy
        super().__init__(f"{field}: {value!r} is not accepted ({why}). Allowed: {allowed}. Next: {remedy}.")


@dataclass(frozen=True)
class SoldDay:
    """What was sold on one day, as it was told; `promotion` is None where nobody said."""

    day: date
    quantity: float
    promotion: bool | None = None


@dataclass(frozen=True)
class History:
    """Daily demand of one product up to and with `last_day`, zero days included."""

    product_id: str
    last_day: date
    sold: Floats
    promotion: Floats | None  # 1 on days under promotion; None where nobody said
    notes: tuple[str, ...] = ()

    @property
    def first_day(self) -> date:
        return self.last_day - timedelta(days=len(self.sold) - 1)


def read_history(product_id: str, rows: Sequence[SoldDay], field: str = "historicalData") -> History:
    """The history, or BadHistory. Days in any order are put in order; days left out are days without a sale; both are noted."""
    if not rows:
        raise BadHistory(field, "no day", "a forecast needs a past", "at least 1 day", "send what was sold, a row for each day")
    if len(rows) > MOST_ROWS:
        raise BadHistory(field, f"{len(rows):,} rows", "too many", f"at most {MOST_ROWS:,} rows", "send the last years only")
    for place, row in enumerate(rows):
        _check(f"{field}.{place}", row)
    ordered = sorted(rows, key=lambda row: row.day)
    _refuse_gaps(ordered, field)
    notes = []
    if [row.day for row in rows] != [row.day for row in ordered]:
        notes.append("the days were not in order; they were put in order")
    last = ordered[-1].day
    kept = [row for row in ordered if (last - row.day).days < MOST_DAYS]
    if len(kept) < len(ordered):
        notes.append(f"only the last {MOST_DAYS} days of the history are used")
    sold = _daily(kept)
    if missing := len(sold) - len(kept):
        notes.append(f"{missing} of {len(sold)} days are not in the history; they count as days without a sale")
    return History(product_id, last, sold, _promotions(kept), tuple(notes))


def checked_horizon(days: int) -> int:
    """A horizon that can be forecast, or BadHistory."""
    least, most = HORIZON_DAYS
    if not least <= days <= most:
        raise BadHistory("forecast_horizon", days, "it is a number of days", f"{least} to {most}", "choose a horizon in this range")
    return days


def _check(where: str, row: SoldDay) -> None:
    if not math.isfinite(row.quantity):
        raise BadHistory(f"{where}.quantity", row.quantity, "it is no number", f"0 to {MOST_QUANTITY:,.0f}", "send the units sold that day")
    if row.quantity < 0:
        remedy = "send what was sold, without the returns taken off, or 0"
        raise BadHistory(f"{where}.quantity", row.quantity, "demand is not negative", f"0 to {MOST_QUANTITY:,.0f}", remedy)
    if row.quantity > MOST_QUANTITY:
        raise BadHistory(f"{where}.quantity", row.quantity, "too large", f"0 to {MOST_QUANTITY:,.0f}", "send units, not money")
    if not FIRST_DAY <= row.day <= LAST_DAY:
        raise BadHistory(f"{where}.date", row.day.isoformat(), "out of range", f"{FIRST_DAY} to {LAST_DAY}", "check the year")


def _refuse_gaps(ordered: Sequence[SoldDay], field: str) -> None:
    """Two rows of one day and a hole of more than a year are refused: each can be read in two ways that differ much."""
    for before, after in pairwise(ordered):
        days = (after.day - before.day).days
        if days == 0:
            why = "two rows for one day: two sales, or one sent twice"
            raise BadHistory(f"{field}.date", after.day.isoformat(), why, "one row for each day", "send the day's total once")
        if days > MOST_GAP_DAYS:
            why = f"{days} days are missing before it"
            remedy = "send what was sold in between (0 where nothing was), or only the days after the gap"
            raise BadHistory(f"{field}.date", after.day.isoformat(), why, f"gaps of at most {MOST_GAP_DAYS} days", remedy)


def _daily(kept: Sequence[SoldDay]) -> Floats:
    first = kept[0].day
    sold = np.zeros((kept[-1].day - first).days + 1)
    for row in kept:
        sold[(row.day - first).days] = row.quantity
    return sold


def _promotions(kept: Sequence[SoldDay]) -> Floats | None:
    if all(row.promotion is None for row in kept):
        return None
    first = kept[0].day
    told = np.zeros((kept[-1].day - first).days + 1)
    for row in kept:
        told[(row.day - first).days] = float(row.promotion or False)
    return told
