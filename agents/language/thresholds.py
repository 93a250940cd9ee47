"""The numbers of a message: what is compared with them, what they limit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from agents.language.sketch import IN_DAYS, RANKS, Comparator, NumberSlot
from agents.language.spans import Duration
from agents.language.tags import Group
from agents.language.tokens import Token

PASSABLE = ("skip", "money")
_TIMES = frozenset({"times", "time", "x", "lần", "lan"})
_ONE = {"day": 1.0, "week": 7.0, "month": 30.0}
_COUNTABLE = frozenset({"orders", "order", "returned_units", "cancelled_orders", "reviews"})
_OWNING = frozenset({"with", "placed", "made", "having", "only", "just"})
_POWERS = (1e9, 1e6, 1e3)
OPPOSITE: Mapping[Comparator, Comparator] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
Kind = Literal["plain", "percent", "ordinal"]


class Thresholds:
    """Finds the numbers among the groups and notes which groups they take."""

    def __init__(self, tokens: tuple[Token, ...], groups: tuple[Group, ...]) -> None:
        self.tokens, self.groups = tokens, groups
        self.taken: set[int] = set()

    def numbers(self) -> list[NumberSlot]:
        """Every number with its comparator; lengths of time only where a figure in days is compared with them."""
        slots: list[NumberSlot] = []
        for at, group in enumerate(self.groups):
            if (days := self._days_compared(at, group)) is not None:
                slots.append(days)
            elif (money := self._short_amount(at, group)) is not None:
                slots.append(money)
            elif (slot := self._number(at, group)) is not None:
                slots.append(slot)
        return slots

    def _number(self, at: int, group: Group) -> NumberSlot | None:
        tag = group.first("number", "percent", "ordinal")
        if (
            tag is None
            or at in self.taken
            or self._is_article(at)
            or group.of("time", "value")
            or self._is_bare_percent(group)
            or self._denies(group)
        ):
            return None
        kind: Kind = tag.kind if tag.kind in ("percent", "ordinal") else "ordinal" if self._is_place(at) else "plain"
        return self._threshold(at, tag.number, kind)

    def _is_article(self, at: int) -> bool:
        """What one customer usually spends: any one."""
        following = self.groups[at + 1] if at + 1 < len(self.groups) else None
        if self.tokens[self.groups[at].start].lower not in ("một", "one") or following is None or not following.of("dimension"):
            return False
        usual = any(group.cues() & {"average", "median", "percentile"} for group in self.groups)
        return usual and not self._comparator(at - 1) and not self._ranks(at)

    def _is_place(self, at: int) -> bool:
        """Number three, no. 2, #1, place 5: a place in an order."""
        start, end = self.groups[at].start, self.groups[at].end
        before = [token.folded for token in self.tokens[max(0, start - 2) : start]]
        after = self.tokens[end].folded if end < len(self.tokens) else ""
        numbered = before[-1:] in (["number"], ["nr"], ["place"], ["position"], ["#"], ["hang"]) or before == ["no", "."]
        return numbered and after not in ("of", "percent", "%") and self.groups[at].of("number") != ()

    def _denies(self, group: Group) -> bool:
        """A word for "no" is the number nothing only right before a unit."""
        return self.tokens[group.start].folded == "khong" and group.end - group.start == 1

    def _is_bare_percent(self, group: Group) -> bool:
        """The sign alone, as in "margin %", is no number."""
        signs = group.of("percent")
        return bool(signs) and not any(tag.number for tag in signs) and not any(map(_has_digit, self.tokens[group.start : group.end]))

    def _threshold(self, at: int, number: float, kind: Kind) -> NumberSlot:
        before, after = self._comparator(at - 1) or self._comparator(at - 2, money=True), self._late(at)
        if before and before[0] == "between" and (upper := self._upper(at)):
            used = (before[1], upper[1])
            self.taken |= {at, *used}
            return NumberSlot(self._scaled(number, at, upper), kind, at, "between", upper[0], used)
        if self._ranges(at) and (upper := self._upper(at)):
            self.taken |= {at, at + 1, upper[1]}
            return NumberSlot(self._scaled(number, at, upper), kind, at, "between", upper[0], (at + 1, upper[1]))
        if after and before and before[0] in ("between", ">=") and self.tokens[self.groups[before[1]].start].folded in ("from", "tu"):
            self.taken.add(before[1])  # from 3 up: one comparator in two words
        found = self._turned(after or (before if before and before[0] != "between" else None))
        times = self._times(at)
        if found and not self._ranks(at):
            self.taken |= {at, found[1], *times}
            return NumberSlot(number, kind, at, found[0], also=(found[1], *times), times=bool(times))
        if kind == "plain" and self._is_exactly(at):
            self.taken |= {at, *times}
            return NumberSlot(number, kind, at, "=", also=times, times=bool(times))
        return NumberSlot(number, kind, at, limits=self._limits(at))

    def _turned(self, found: tuple[Comparator, int] | None) -> tuple[Comparator, int] | None:
        """Not above 5 is 5 or less."""
        if found is None or found[1] == 0 or found[0] not in OPPOSITE:
            return found
        before = self.groups[found[1] - 1]
        if self.tokens[before.end - 1].folded != "not" or before.of("comparator"):
            return found
        self.taken.add(found[1] - 1)
        return OPPOSITE[found[0]], found[1]

    def _scaled(self, number: float, at: int, upper: tuple[float, int]) -> float:
        """The 2 of "between 2 and 5 million" is 2 million."""
        group = self.groups[upper[1]]
        words = [token.text for token in self.tokens[group.start : group.end]]
        scale = next((power for power in _POWERS if upper[0] >= power and upper[0] % power == 0), 1.0)
        written = len(words) > 1 or not words[0].replace(".", "").replace(",", "").isdigit()
        if not written or number >= scale or self.groups[at].end - self.groups[at].start > 1:
            return number
        return number * scale

    def _late(self, at: int) -> tuple[Comparator, int] | None:
        """ "Or more" right after the number, or after the word for what is counted: 3 orders or more."""
        counted = at + 1 < len(self.groups) and bool(self._times(at) or self.groups[at + 1].of("metric", "dimension", "money"))
        return self._comparator(at + 1, late=True) or (self._comparator(at + 2, late=True) if counted else None)

    def _times(self, at: int) -> tuple[int, ...]:
        """The place of the word in "3 times"."""
        place = at + 1
        if place >= len(self.groups) or self.tokens[self.groups[place].start].lower not in _TIMES:
            return ()
        return (place,) if self.groups[place].start == self.groups[at].end else ()

    def _short_amount(self, at: int, group: Group) -> NumberSlot | None:
        """After a comparator "5m" is an amount, not five months."""
        tag, time = group.first("number"), group.first("time")
        if tag is None or time is None or time.time is None or not isinstance(time.time.meaning, Duration) or at in self.taken:
            return None
        if group.end - group.start > 1 or not self._comparator(at - 1):
            return None
        return self._threshold(at, tag.number, "plain")

    def _days_compared(self, at: int, group: Group) -> NumberSlot | None:
        """A length of time that a figure in days is compared with: cover below 7 days, less than a week of stock."""
        length = self._length(at, group)
        if length is None or at in self.taken:
            return None
        in_days = any(tag.name in IN_DAYS for each in self.groups for tag in each.of("metric", "verb"))
        found = self._comparator(at - 1) or self._comparator(at + 1, late=True) or self._comparator(at - 2, money=True)
        if not in_days or found is None:
            return None
        self.taken |= {at, found[1]}
        return NumberSlot(length, "plain", at, found[0], also=(found[1],), in_days=True)

    def _length(self, at: int, group: Group) -> float | None:
        """The days of "7 days" and of "a week"."""
        if (time := group.first("time")) and time.time and isinstance(time.time.meaning, Duration):
            return time.time.meaning.days
        unit = next((tag.name for tag in group.of("dimension") if tag.name in _ONE), None)
        one = at > 0 and self.tokens[self.groups[at - 1].start].lower in ("a", "one", "một")
        return _ONE[unit] if unit and one else None

    def _comparator(self, place: int, late: bool = False, money: bool = False) -> tuple[Comparator, int] | None:
        """The comparator at a place; "or more" stands after its number, all others before."""
        if not 0 <= place < len(self.groups) or place in self.taken:
            return None
        if money and not all(tag.kind in PASSABLE for tag in self.groups[place + 1].tags):
            return None
        for tag in self.groups[place].of("comparator"):
            if late == self._stands_after(place):
                return tag.name, place  # type: ignore[return-value]
        return None

    def _stands_after(self, place: int) -> bool:
        behind = self.groups[place + 1] if place + 1 < len(self.groups) else None
        amount = behind is not None and behind.of("number", "percent") and not (place and self.groups[place - 1].of("number", "percent"))
        if amount and self.tokens[self.groups[place].start].folded == "and":
            return False  # by product and above 3 million
        if self.tokens[self.groups[place].end - 1].folded == "of":
            return False  # upwards of 5 million
        return self.tokens[self.groups[place].start].folded in ("or", "and", "tro", "hoac", "upwards", "up", "plus") and not self._is_up_to(
            place
        )

    def _is_up_to(self, place: int) -> bool:
        return self.groups[place].end - self.groups[place].start > 1 and self.tokens[self.groups[place].start + 1].folded == "to"

    def _upper(self, at: int) -> tuple[float, int] | None:
        for place in range(at + 1, min(at + 4, len(self.groups))):
            if tag := self.groups[place].first("number", "percent"):
                return tag.number, place
        return None

    def _ranges(self, at: int) -> bool:
        """Three to five orders."""
        if at + 2 >= len(self.groups) or not self.groups[at + 2].of("number", "percent") or self.groups[at + 1].of("time"):
            return False
        return self.tokens[self.groups[at + 1].start].lower in ("to", "-", "đến", "den")

    def _is_exactly(self, at: int) -> bool:
        """Customers with one order, who placed two orders: so many and no others."""
        following = self.groups[at + 1] if at + 1 < len(self.groups) else None
        counted = following is not None and any(tag.name in _COUNTABLE for tag in following.of("metric", "dimension"))
        before = {token.folded for token in self.tokens[max(0, self.groups[at].start - 2) : self.groups[at].start]}
        return (
            counted
            and bool(before & _OWNING)
            and any("customer" in {tag.name for tag in group.of("dimension")} for group in self.groups[:at])
        )

    def _ranks(self, at: int) -> bool:
        """Whether the number stands right beside a word of rank: ten largest, top 5."""
        near = [self.groups[place] for place in (at - 1, at + 1) if 0 <= place < len(self.groups)]
        return any(group.cues() & {*RANKS, "seller_high", "seller_low"} and not group.of("comparator") for group in near)

    def _limits(self, at: int) -> bool:
        """A number beside a word of rank, or before what is listed: top 5, 3 best, 10 products."""
        near = [self.groups[place] for place in (at - 1, at + 1) if 0 <= place < len(self.groups)]
        return self._ranks(at) or any(group.of("dimension") for group in near)


def _has_digit(token: Token) -> bool:
    return token.text[0].isdigit()
