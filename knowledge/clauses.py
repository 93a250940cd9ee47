"""Clauses as typed conditions that a person can see and check. The text is data: it is read for quantities, never obeyed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from knowledge.contract import Frozen

Counting = Literal["from_first_day", "after_grace"]
Per = Literal["day", "week", "once"]
DayKind = Literal["calendar", "working"]
ConditionKind = Literal[
    "late_delivery", "minimum_order", "payment", "early_payment", "lead_time", "rejects", "short_delivery", "return_window"
]
_MOST_CHARACTERS = 60_000


class LateDelivery(Frozen):
    """A penalty for goods that come late: free up to `grace_days`, then `rate` of their value a day, at most `cap` of it."""

    kind: Literal["late_delivery"] = "late_delivery"
    grace_days: int = 0
    rate: Decimal
    per: Per = "day"
    cap: Decimal | None = None
    counting: Counting = "from_first_day"
    days: DayKind = "calendar"
    quote: str


class MinimumOrder(Frozen):
    """An order must be worth at least this much."""

    kind: Literal["minimum_order"] = "minimum_order"
    amount: Decimal
    currency: str
    quote: str


class Payment(Frozen):
    """Invoices are due this many days after the goods came."""

    kind: Literal["payment"] = "payment"
    within_days: int
    days: DayKind = "calendar"
    quote: str


class EarlyPayment(Frozen):
    """Paying within so many days takes a part off."""

    kind: Literal["early_payment"] = "early_payment"
    within_days: int
    discount: Decimal
    quote: str


class LeadTime(Frozen):
    """Goods come within this many days of the order."""

    kind: Literal["lead_time"] = "lead_time"
    within_days: int
    days: DayKind = "calendar"
    quote: str


class Rejects(Frozen):
    """When more than this share of a line is faulty, all of it may go back."""

    kind: Literal["rejects"] = "rejects"
    over: Decimal
    quote: str


class ShortDelivery(Frozen):
    """A delivery with less than this share of what was ordered is incomplete."""

    kind: Literal["short_delivery"] = "short_delivery"
    under: Decimal
    quote: str


class ReturnWindow(Frozen):
    """Customers may send goods back within this many days of delivery."""

    kind: Literal["return_window"] = "return_window"
    within_days: int
    quote: str


Condition = Annotated[
    LateDelivery | MinimumOrder | Payment | EarlyPayment | LeadTime | Rejects | ShortDelivery | ReturnWindow, Field(discriminator="kind")
]


def read_conditions(text: str, kinds: tuple[ConditionKind, ...] = ()) -> tuple[Condition, ...]:
    """The conditions that stand in a text, in its order; each quote is a part of the text, word for word."""
    from knowledge.clauses_grammar import READERS, read_at

    spans = tuple(sentences(text[:_MOST_CHARACTERS]))
    found: list[tuple[int, Condition]] = []
    for kind, reader in READERS.items():
        at = 0
        while (not kinds or kind in kinds) and at < len(spans):
            told = read_at(reader, text, spans[at:])
            if told is not None:
                found.append((spans[at][0], told[0]))
            at += told[1] if told else 1
    return tuple(condition for _, condition in sorted(found, key=lambda each: each[0]))


def unread_penalties(text: str) -> tuple[str, ...]:
    """Sentences that set a penalty for lateness that cannot be read as one: in steps, or in sums of money; word for word."""
    from knowledge.clauses_grammar import is_unread_penalty

    read = [condition.quote for condition in read_conditions(text, ("late_delivery",))]
    said = (text[start:end] for start, end in sentences(text[:_MOST_CHARACTERS]))
    return tuple(each for each in said if is_unread_penalty(each) and not any(each in quote for quote in read))


_END = re.compile(r"(?<=[.!?])[\"”’)]*\s+(?=[\"“(]?[A-ZĐÀ-Ỹ0-9])|\n\s*\n|\n(?=\s*(?:[-*•#|]|\d+[.)]\s))")
_ABBREVIATED = re.compile(r"(?:\b(?:Co|Ltd|Inc|No|Art|Nr|St|Mr|Mrs|Dr|approx|e\.g|i\.e|Sdn|Bhd|TP|Q|P)\.|^\s*#*\s*\d+(?:\.\d+)*\.)$")


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where each sentence begins and ends; a line wrap is no end, a blank line and a list item are."""
    start = 0
    for end in _END.finditer(text):
        if _ABBREVIATED.search(text[start : end.start()]) and "\n" not in end[0]:
            continue
        yield from _trimmed(text, start, end.start())
        start = end.end()
    yield from _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end


def in_words(condition: Condition, language: Literal["en", "vi"] = "en") -> str:
    """The condition as a person reads it, made from its values and nothing else."""
    from knowledge.clauses_words import WORDS

    return WORDS[language](condition)
