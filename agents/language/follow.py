"""A message that leans on the one before it, as a question of its own: the last question with pieces exchanged."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from agents.language.figures import listed
from agents.language.pointing import as_rate, as_value
from agents.language.sketch import DimensionSlot, FilterSlot, MetricSlot, Sketch
from agents.language.spans import ValueSpan
from agents.language.tokens import Token, tidy, tokens_of
from agents.language.words import LANGUAGES, read_table
from tools.query.contract import Last

_RANKS = ("top", "bottom")
_SELLERS = ("seller_high", "seller_low")
_OPERATIONS = (
    "share",
    "trend",
    "why",
    "median",
    "percentile",
    "histogram",
    "cumulative",
    "rolling",
    "pareto",
    "abc",
    "contribution",
    "decomposition",
)


@dataclass(frozen=True)
class Habits:
    """How messages lean, point back, take back and begin anew, as tuples of folded words, the longest first."""

    lean: tuple[tuple[str, ...], ...]
    point: tuple[tuple[str, ...], ...]
    back: tuple[tuple[str, ...], ...]
    fresh: tuple[tuple[str, ...], ...]
    drop: tuple[tuple[str, ...], ...]
    first: tuple[tuple[str, ...], ...]


@lru_cache(maxsize=1)
def habits() -> Habits:
    """The habits of every language."""
    tables = [read_table(language, "follow") for language in LANGUAGES]
    return Habits(*(_all(tables, name) for name in ("lean", "point", "back", "fresh", "drop", "first")))


def _all(tables: Sequence[dict[str, object]], name: str) -> tuple[tuple[str, ...], ...]:
    phrases = {tuple(token.folded for token in tokens_of(tidy(str(phrase)))) for table in tables for phrase in listed(table.get(name))}
    return tuple(sorted(phrases, key=len, reverse=True))


def starts_with(tokens: Sequence[Token], phrases: Sequence[tuple[str, ...]]) -> int:
    """How many tokens of the longest such beginning; 0 for none."""
    words = tuple(token.folded for token in tokens)
    return next((len(phrase) for phrase in phrases if words[: len(phrase)] == phrase), 0)


def lean_length(tokens: Sequence[Token]) -> int:
    """How many tokens only lean on the last question: one such beginning after another."""
    length = 0
    while length < len(tokens):
        step = starts_with(tokens[length:], habits().lean) or (1 if tokens[length].text in ",.:;-" else 0)
        if not step:
            return length
        length += step
    return length


def holds(tokens: Sequence[Token], phrases: Sequence[tuple[str, ...]]) -> bool:
    """Whether any such phrase is in the message."""
    words = [token.folded for token in tokens]
    return any(tuple(words[place : place + len(phrase)]) == phrase for phrase in phrases for place in range(len(words) - len(phrase) + 1))


def merged(old: Sketch, new: Sketch, message: str) -> str:
    """The last question with what the new message says put in its place."""
    return _Edit(old, new, message).text()


_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
BRIEF = 6
_WHO = frozenset({"who", "whom", "ai"})
# What happened to things of the last question: cancelled ones, returned ones.
DEEDS = frozenset({"cancelled_orders", "returned_units", "sign_ups", "reviews", "refunds", "average_rating", "repeat_customers"})


def _labelled(span: ValueSpan, text: str) -> str:
    """A name with its kind before it, so that it can mean nothing else; a day of the week says itself what it is."""
    if span.dimension in ("weekday", "sku", "product", "order", "purchase_order", "shipment") or "," in text:
        return text
    return f"{span.dimension.replace('_', ' ')} {text}"


class _Edit:
    def __init__(self, old: Sketch, new: Sketch, message: str) -> None:
        self.old, self.new, self.message = old, new, message
        self.pieces: dict[int, str] = {at: old.text(at) for at in range(len(old.groups))}
        self.front: list[str] = []
        self.is_rate = False
        self.end: list[str] = []

    def text(self) -> str:
        self._time()
        self._names()
        self._measures()
        self._groupings()
        self._rank()
        self._operation()
        self._conditions()
        leaning = lean_length(self.new.tokens)
        self.end += [self.new.tokens[place].text for place in self.new.unread if place >= leaning]  # must not be lost on the way
        middle = [self.pieces.get(at, "") for at in range(len(self.old.groups))]
        said = " ".join(part for part in (*self.front, *self._with_unread(middle), *self.end) if part)
        telling = [self.new.text(at) for at, group in enumerate(self.new.groups) if group.of("number", "percent", "value")]
        runs = [self.new.text(slot.at) for slot in self.new.durations] + [self.new.text(at) for at in self.new.cues.get("row", ())]
        left_out = [f"excluding {self.new.text(slot.at)}" for slot in self.new.without]
        return " ".join([said, *(text for text in (*telling, *runs, *left_out) if text not in said)])  # none of them is lost on the way

    def _with_unread(self, middle: list[str]) -> list[str]:
        """Tokens of the old question that were in no group stay where they were."""
        placed = [(group.start, middle[at]) for at, group in enumerate(self.old.groups)]
        placed += [(place, self.old.tokens[place].text) for place in self.old.unread]
        return [text for _, text in sorted(placed)]

    def _put(self, places: Sequence[int], text: str, preposition: str) -> None:
        """In the place of the old pieces, or at the end."""
        if not places:
            self.end.append(f"{preposition} {text}".strip())
            return
        for place in places:
            self.pieces[place] = ""
        self.pieces[places[0]] = text

    def _time(self) -> None:
        for slots, olds in (
            (self.new.periods, self.old.periods),
            (self.new.comparisons, self.old.comparisons),
            (self.new.buckets, self.old.buckets),
        ):
            if slots:
                self._put([slot.at for slot in olds], " and ".join(self.new.text(slot.at) for slot in slots), "")
        if self.new.durations:
            text = self.new.text(self.new.durations[0].at)
            if self.old.durations:
                self._put([slot.at for slot in self.old.durations], text, "")
            elif self.new.has("average", "rolling"):
                self.front.append(f"{text} rolling average of")
            elif (at := self._comparator()) is not None:
                self.end.append(f"{self.new.text(at)} {text}")

    def _comparator(self) -> int | None:
        return next((at for at, group in enumerate(self.new.groups) if group.of("comparator")), None)

    def _names(self) -> None:
        adding = bool({"also", "too", "plus", "well", "add"} & {token.folded for token in self.new.tokens})
        chosen = [(slot, self._meant(slot)) for slot in self.new.filters]
        for dimension in dict.fromkeys(span.dimension for _, span in chosen):
            said = [(slot, span) for slot, span in chosen if span.dimension == dimension]
            same = [slot for slot in self.old.filters if slot.best.dimension == dimension]
            if len(said) == len(same) == 2:
                for old, (_, span) in zip(same, said, strict=True):
                    self.pieces[old.at] = _labelled(span, self.new.text(_.at))
                continue
            text = " and ".join(_labelled(span, self.new.text(slot.at)) for slot, span in said)
            olds = [slot.at for slot in same if slot.negated == said[0][0].negated]
            if said[0][0].negated:
                self.end.append(f"excluding {text}")
            elif adding and olds:
                self.pieces[olds[-1]] += f" and {text}"
            else:
                self._put(olds, text, "for")

    def _meant(self, slot: FilterSlot) -> ValueSpan:
        """What the name means here: what names of the last question were, if it can be that."""
        kept = {each.best.dimension for each in self.old.filters}
        return next((choice for choice in slot.choices if choice.dimension in kept), slot.best)

    def _measures(self) -> None:
        nouns = [self.new.text(slot.at) for slot in self.new.metrics if not slot.verb]
        nouns += [self.new.text(slot.at) for slot in self._ranked_by()]
        if not nouns and self.old.metrics and as_value(self.old.metrics[0].name, self.message, self.old.language):
            self._other_side()
            return
        nouns = nouns or [self._deed(slot) for slot in self.new.metrics if slot.name in DEEDS or self._counts(slot)]
        if not nouns:
            self._other_side()
            return
        text = " and ".join(dict.fromkeys(nouns))
        olds = [slot.at for slot in self.old.metrics if not slot.verb] or self._counted()
        self._put(olds, text, "by" if self.old.has(*_RANKS) else "")
        if not olds:
            for slot in self.old.metrics:
                self.pieces[slot.at] = ""

    def _deed(self, slot: MetricSlot) -> str:
        """The figure a verb means; customers that return are no goods sent back."""
        people = any("customers" in old.name for old in self.old.metrics)
        return "repeat customers" if people and slot.name == "returned_units" else slot.name.replace("_", " ")

    def _ranked_by(self) -> list[DimensionSlot]:
        """And by orders: of what was ranked, that is the figure."""
        both = [slot for slot in self.new.dimensions if slot.role == "group" and self.new.groups[slot.at].of("metric")]
        return both if self.old.has(*_RANKS, *_SELLERS) else []

    def _counted(self) -> list[int]:
        """What "how many" counts is the figure: how many customers becomes revenue."""
        return [slot.at for slot in self.old.dimensions if slot.role == "counted"]

    def _counts(self, slot: MetricSlot) -> bool:
        """A verb that is all the message says of figures."""
        return len(self.new.tokens) <= BRIEF and not self.new.has("no_activity", "never", *_SELLERS)

    def _other_side(self) -> None:
        """As a percentage, what is it worth: the figure that belongs to the last one."""
        olds = self.old.metrics
        if not olds:
            return
        text = as_value(olds[0].name, self.message, self.old.language)
        if self.new.has("share", "rate") and not text:
            text = as_rate(olds[0].name, self.old.language)
            self.is_rate = bool(text)
        if text:
            self._put([slot.at for slot in olds], text, "")

    def _groupings(self) -> None:
        ranked_by = self._ranked_by()
        asked = [slot for slot in self.new.dimensions if slot.role != "label" and slot not in ranked_by]
        new = [slot for slot in asked if self.new.text(slot.at).casefold() not in _WHO]
        if not new:
            return
        text = " and ".join(dict.fromkeys(self.new.text(slot.at) for slot in new))
        self._no_longer_only({slot.name for slot in new if slot.role != "head"})
        grouped = [slot.at for slot in self.old.dimensions if slot.role in ("group", "within")]
        heads = [slot.at for slot in self.old.dimensions if slot.role in ("head", "counted")]
        if new[0].role == "head" and heads and not grouped:
            self._put(heads, text, "")
        elif grouped:
            self._put(grouped, text, "by")
        elif self.old.has(*_RANKS) and heads and new[0].role == "group":
            self._put(heads, text, "by")
        else:
            self.end.append(f"by {text}")

    def _no_longer_only(self, dimensions: set[str]) -> None:
        """Split by tier, it is no longer only gold."""
        for slot in self.old.filters:
            if slot.best.dimension in dimensions and not slot.negated:
                self.pieces[slot.at] = ""

    def _rank(self) -> None:
        limit = next((slot for slot in self.new.numbers if slot.limits or len(self.new.groups) <= 3), None)
        cue = next((at for name in _RANKS for at in self.new.cues.get(name, ())), None)
        olds = [at for name in (*_RANKS, *_SELLERS) for at in self.old.cues.get(name, ())]
        if self.new.has("other_end") and olds:
            self._put(olds, "top" if self.old.has("bottom", "seller_low") else "bottom", "")
        if cue is not None and limit is not None and olds and limit.kind == "plain" and limit.op is None:
            self._put_rank_first(f"{self.new.text(cue)} {self.new.text(limit.at)}", olds)
            return
        if cue is not None:
            sellers = " sellers" if self.old.has(*_SELLERS) else ""
            self._put(olds, self.new.text(cue) + sellers, "") if olds else self.front.append(self.new.text(cue))
        if limit is not None and limit.kind == "plain" and limit.op is None:
            numbers = [slot.at for slot in self.old.numbers if slot.limits]
            word = self.new.text(limit.at)
            if not numbers and not olds and (place := self._amount()) is not None:
                self.pieces[place] = _NUMBER.sub(word, self.pieces[place], count=1)
            elif numbers:
                self._put(numbers, word, "")
            elif olds:
                self.pieces[olds[0]] = f"top {word} {self.pieces[olds[0]]}" if self.old.has(*_SELLERS) else f"{self.pieces[olds[0]]} {word}"
            elif cue is not None:
                self.front.append(word)

    def _put_rank_first(self, text: str, olds: Sequence[int]) -> None:
        """Top 4: in front, where no time can take the number for its own."""
        for at in (*olds, *(slot.at for slot in self.old.numbers if slot.limits)):
            self.pieces[at] = ""
        self.front.append(f"{text} sellers" if self.old.has(*_SELLERS) and not self.old.dimensions else text)

    def _amount(self) -> int | None:
        """The length or the threshold of the last question: a bare number is a new one."""
        lengths = [slot.at for slot in self.old.durations] + [slot.at for slot in self.old.numbers if slot.op]
        lengths += [slot.at for slot in self.old.periods if isinstance(slot.span.meaning, Last)]
        return next((at for at in lengths if _NUMBER.search(self.pieces[at])), None)

    def _conditions(self) -> None:
        """A new threshold takes the place of the old one."""
        new = next((slot for slot in self.new.numbers if slot.op), None)
        if new is None:
            return
        text = " ".join(self.new.text(at) for at in sorted((new.at, *new.also)))
        old = next((slot for slot in self.old.numbers if slot.op), None)
        self._put(sorted((old.at, *old.also)) if old else [], text, "")

    def _operation(self) -> None:
        if self._asks("percentile") and self.old.has("median"):
            numbers = [self.new.text(slot.at) for slot in self.new.numbers]
            self.front.append(" ".join([*numbers, self.new.text(self.new.cues["percentile"][0])]))
            return
        for name in _OPERATIONS:
            if self._asks(name) and not self.old.has(name) and not (name == "share" and self.is_rate):
                self.front.insert(0, self.new.text(self.new.cues[name][0]))
                if name != "share":
                    self._without_ranks()
        self.end += [self.new.text(self.new.cues[name][0]) for name in ("lift", "confidence", "support") if self.new.has(name)]
        for name in ("rising", "falling", "change"):
            if self.new.has(name) and not self.old.has("rising", "falling", "change"):
                self.end.append(self.new.text(self.new.cues[name][0]))

    def _asks(self, name: str) -> bool:
        """Whether the operation is named behind the words the message leans with."""
        leaning = lean_length(self.new.tokens)
        return any(self.new.groups[at].end > leaning for at in self.new.cues.get(name, ()))

    def _without_ranks(self) -> None:
        for name in _RANKS:
            for at in self.old.cues.get(name, ()):
                self.pieces[at] = ""
        for slot in self.old.numbers:
            if slot.limits:
                self.pieces[slot.at] = ""


def inherited(old: Sketch, new: Sketch, message: str, pointed: bool = False) -> str:
    """A question about what was spoken of: its names and its days belong to it, unless it says others or points at one name."""
    names = {choice.dimension for slot in new.filters for choice in slot.choices}
    kept = [slot for slot in old.filters if slot.best.dimension not in names and not slot.negated and not pointed]
    parts = [message.rstrip(" ?.!"), *(f"for {_labelled(slot.best, old.text(slot.at))}" for slot in kept)]
    current = any(slot.name in CURRENT for slot in new.metrics) or new.has("keep", "status", "details", "lines", "attribute", "last_time")
    current = current or (not new.metrics and any(slot.role == "counted" for slot in new.dimensions))  # how many customers are there
    if not (new.periods or new.comparisons or new.durations or current):
        parts += [f", {old.text(slot.at)}" for slot in old.periods[:1]]  # set apart: "top 3" and "last quarter" are no "3 last quarters"
    return " ".join(parts)


# Figures of today, where no day is named.
CURRENT = frozenset(
    {"stock_on_hand", "stock_value", "available_stock", "stock_on_order", "days_of_cover"}
    | {"open_purchase_orders", "overdue_purchase_orders"}
)


def exchanged(old: Sketch) -> str:
    """The last question with its two names in each other's place."""
    pieces = {at: old.text(at) for at in range(len(old.groups))}
    one, other = (slot.at for slot in old.filters)
    pieces[one], pieces[other] = pieces[other], pieces[one]
    return " ".join(pieces.values())
