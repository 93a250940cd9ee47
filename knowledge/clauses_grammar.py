"""How each kind of clause is recognised: cues for what it is about, then the quantities in their places.

A reader gets one to three neighbouring sentences and gives a condition or None. It says None whenever a quantity it needs is missing
or stands where it cannot tell what it means: a clause that is not understood is shown as text and never calculated with.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from knowledge.clauses import (
    Condition,
    ConditionKind,
    Counting,
    DayKind,
    EarlyPayment,
    LateDelivery,
    LeadTime,
    MinimumOrder,
    Payment,
    Per,
    Rejects,
    ReturnWindow,
    ShortDelivery,
)
from knowledge.clauses_cues import after, before, has
from knowledge.clauses_quantities import Found, amounts, durations, fold, percentages

_ONE = Decimal(1)


_FROM_DAY = re.compile(r"(?:from the (\d+)(?:st|nd|rd|th) day|tu ngay thu (\d+))")
_PARAGRAPH = re.compile(r"\n\s*\n")


def late_delivery(text: str) -> LateDelivery | None:
    """A percentage of the value of late goods for each day or week."""
    said = fold(text)
    per = _per(said)
    spoken = per != "once" or (has("goods", said) and has("penalty", said))  # "late delivery: 0.5 % per day" needs no verb
    if not has("late", said) or not spoken or has("owed_by_buyer", said):
        return None
    shares = list(percentages(said))
    caps = [share for share in shares if before("cap", said[: share.start])]
    rates = [share for share in shares if share not in caps]
    if len(rates) != 1 or len(caps) > 1 or (per == "once" and (caps or has("discount", said))):
        return None
    grace, working, numbered = _grace(said)
    counting: Counting = "after_grace" if numbered or (has("after_grace", said) and not has("first_day", said)) else "from_first_day"
    if counting == "after_grace" and not grace and not numbered:
        return None  # it counts after days that it does not name
    return LateDelivery(
        grace_days=grace, rate=rates[0].value, per=per, cap=caps[0].value if caps else None, counting=counting, days=working, quote=text
    )


def is_unread_penalty(text: str) -> bool:
    """Whether a sentence speaks of a penalty for goods that come late, with rates or sums that `late_delivery` does not take."""
    said = fold(text)
    of_lateness = has("late", said) and has("penalty", said) and not has("owed_by_buyer", said)
    rates = [share for share in percentages(said) if not before("cap", said[: share.start])]
    return of_lateness and (len(rates) > 1 or any(amounts(said))) and late_delivery(text) is None


def _per(said: str) -> Per:
    if has("per_week", said):
        return "week"
    return "day" if has("per_day", said) else "once"


def _grace(said: str) -> tuple[int, DayKind, bool]:
    """How many days are free, of which kind, and whether the text names the first day that is not."""
    if numbered := _FROM_DAY.search(said):
        return max(0, int(numbered[1] or numbered[2]) - 1), "calendar", True
    for length in durations(said):
        if before("grace_before", said[: length.start]) or after("grace_after", said[length.end :]):
            return int(length.value), cast(DayKind, length.kind), False
    return 0, "calendar", False


def minimum_order(text: str) -> MinimumOrder | None:
    """One amount that an order has to reach."""
    said = fold(text)
    found = list(amounts(said))
    if not has("minimum", said) or not re.search(r"\b(?:orders?|don)\b", said) or len(found) != 1:
        return None
    return MinimumOrder(amount=found[0].value, currency=found[0].kind, quote=text)


def payment(text: str) -> Payment | None:
    """When invoices are due; what early payment earns is another clause."""
    said = fold(text)
    if not has("pay", said) or has("discount", said) or has("owed_by_buyer", said) or any(percentages(said)):
        return None
    found = _only(said)
    return Payment(within_days=int(found.value), days=cast(DayKind, found.kind), quote=text) if found else None


def early_payment(text: str) -> EarlyPayment | None:
    """A part off for who pays early."""
    said = fold(text)
    shares, found = list(percentages(said)), _only(said)
    pays = re.search(r"\bpa(?:y|ys|yment|id)\b|settle|thanh toan|tra tien", said)
    if not (pays and has("discount", said)) or has("owed_by_buyer", said) or len(shares) != 1 or found is None:
        return None
    return EarlyPayment(within_days=int(found.value), discount=shares[0].value, quote=text)


def lead_time(text: str) -> LeadTime | None:
    """How long a supplier takes from the order on."""
    said = fold(text)
    if not has("lead", said) or has("penalty", said) or any(percentages(said)) or re.search(r"\b(?:invoice|hoa don)\b", said):
        return None
    found = _only(said)
    return LeadTime(within_days=int(found.value), days=cast(DayKind, found.kind), quote=text) if found else None


def rejects(text: str) -> Rejects | None:
    """Beyond which share of faulty goods all may be refused."""
    said = fold(text)
    shares = list(percentages(said))
    if not (has("faulty", said) and has("back", said)) or len(shares) != 1 or has("late", said):
        return None
    return Rejects(over=shares[0].value, quote=text)


def short_delivery(text: str) -> ShortDelivery | None:
    """Below which share of the ordered quantity a delivery is incomplete."""
    said = fold(text)
    shares = list(percentages(said))
    if not has("short", said) or len(shares) != 1 or not Decimal("0.5") <= shares[0].value <= _ONE:
        return None
    return ShortDelivery(under=shares[0].value, quote=text)


def return_window(text: str) -> ReturnWindow | None:
    """Until when customers may send goods back."""
    said = fold(text)
    if not (has("return", said) and has("of_delivery", said)) or any(percentages(said)):
        return None
    found = _only(said)
    return ReturnWindow(within_days=int(found.value), quote=text) if found else None


def _only(said: str) -> Found | None:
    """The one length of time in a sentence; None when there are several that differ, or none."""
    found = list(durations(said))
    return found[0] if found and len({length.value for length in found}) == 1 else None


@dataclass(frozen=True)
class Reader:
    """How one kind is read: the first sentence must open the matter, up to `most` sentences may say it."""

    read: Callable[[str], Condition | None]
    opens: tuple[str, ...]
    most: int = 1


READERS: dict[ConditionKind, Reader] = {
    "late_delivery": Reader(late_delivery, ("late", "grace"), 3),
    "minimum_order": Reader(minimum_order, ("minimum",)),
    "payment": Reader(payment, ("pay",)),
    "early_payment": Reader(early_payment, ("discount",)),
    "lead_time": Reader(lead_time, ("lead",)),
    "rejects": Reader(rejects, ("faulty",), 2),
    "short_delivery": Reader(short_delivery, ("short",)),
    "return_window": Reader(return_window, ("return",)),
}


def read_at(reader: Reader, text: str, spans: Sequence[tuple[int, int]]) -> tuple[Condition, int] | None:
    """The condition that begins with the first of these sentences, and how many of them it takes."""
    if not spans or not any(has(name, fold(text[slice(*spans[0])])) for name in reader.opens):
        return None
    found = None
    for count, (_, end) in enumerate(spans[: reader.most], 1):
        if count > 1 and _PARAGRAPH.search(text[spans[count - 2][1] : spans[count - 1][0]]):
            break
        condition = reader.read(text[spans[0][0] : end])
        if condition is not None and (found is None or _says_more(condition, found[0])):
            found = condition, count
    return found


def _says_more(longer: Condition, shorter: Condition) -> bool:
    """Whether the next sentence set the limit that the first left open."""
    if not isinstance(longer, LateDelivery) or not isinstance(shorter, LateDelivery):
        return False
    return shorter.cap is None and longer == shorter.model_copy(update={"cap": longer.cap, "quote": longer.quote})
