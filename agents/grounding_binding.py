"""Binding one sentence: each number must be said by a fact of that kind, value, sign, entity, label and period."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Literal

from agents.derive import is_change, kind_of
from agents.formats import Kind, shown
from agents.grounding_sentence import (
    Sentence,
    asks_for,
    counts_rows,
    ends_of,
    headed,
    is_day,
    is_unit,
    kinds_fit,
    number_of,
    numbers_in,
    overlaps,
    together,
)
from agents.grounding_words import Place, Words, code_parts, days_in, is_bucket, said_parts, start_days, superseded
from agents.mentions import DateMention, Mention, Span, find_dates, find_numbers
from agents.plan import Plan
from agents.writer_forms import trend_of
from tools.facts import Days, Fact

Fault = tuple[str, Literal["number", "unit", "sign", "entity", "metric", "period", "claim"]]
_UP = re.compile(r"\b(?:up|rose|rises|grew|gained|increased|higher)(?: by)?\s+\**$|(?:tăng|cao hơn)(?: thêm)?\s+\**$", re.IGNORECASE)
_DOWN = re.compile(r"\b(?:down|fell|falls|dropped|lost|decreased|declined)(?: by)?\s+\**$|giảm(?: đi)?\s+\**$", re.IGNORECASE)
_AGAINST = re.compile(r"(?:against|versus|vs\.?|compared (?:with|to)|so với)\s+\**$", re.IGNORECASE)
_ONLY_MARKS = re.compile(r"[\s*_:=()\"“”'’,·-]*(?:was|is|were|are|of|at|là|đạt|bằng)?[\s*_:=()\"“”]*")
_HIGH = re.compile(r"\b(?:highest|largest|most|best|biggest)\b|cao nhất|lớn nhất|nhiều nhất", re.IGNORECASE)
_LOW = re.compile(r"\b(?:lowest|smallest|least|worst|fewest)\b|thấp nhất|nhỏ nhất|ít nhất", re.IGNORECASE)
_MORE = re.compile(r"\b(?:higher|more|greater|larger) than\b|cao hơn|nhiều hơn|lớn hơn", re.IGNORECASE)
_LESS = re.compile(r"\b(?:lower|less|fewer|smaller) than\b|thấp hơn|ít hơn|nhỏ hơn", re.IGNORECASE)
_TRENDS = {
    "rising": re.compile(r"\brising overall|upward trend|tăng dần", re.IGNORECASE),
    "falling": re.compile(r"\bfalling overall|downward trend|giảm dần", re.IGNORECASE),
    "flat": re.compile(r"\bsteady overall|flat overall|nhìn chung ổn định", re.IGNORECASE),
}
_CLOCK = re.compile(r" (\d{1,2}:\d{2})(?!\d)")
_FREE = ("asked", "rows")
_WEEKS = ("?week", "?weeks", "?tuần")
_BESIDE_A_SERIES = ("_before", "_change", "_change_rate")


@dataclass(frozen=True)
class Sayable:
    """A fact that a number may say."""

    fact: Fact
    kind: Kind | None
    value: Decimal


class Binder:
    """Everything a sentence may be bound to."""

    def __init__(self, words: Words, plan: Plan, currency: str) -> None:
        self.words, self.plan, self.currency = words, plan, currency
        self.facts = words.facts
        self.days = [fact for fact in self.facts.values() if isinstance(fact.value, date)]
        # A tool gives the values of both periods under the one asked about; which one came before is said by the restated facts.
        told = [fact for fact in self.facts.values() if fact.period and fact.name.endswith("_before")]
        self.befores = {ends_of(fact.period) for fact in told if fact.derived_from or fact.value is None} or {
            ends_of(fact.period) for fact in told
        }
        self.mains = {ends_of(fact.period) for fact in self.facts.values() if fact.period and not fact.name.endswith("_before")}
        self.asked_about = {
            ends_of(fact.period) for fact in self.facts.values() if fact.name == "period" and fact.id.endswith((".period", ".day"))
        }

    @cached_property
    def sayable(self) -> list[Sayable]:
        """Every number there is, for texts that type their own digits; a draft of placeholders never asks."""
        again = superseded(self.facts)
        numbers = ((fact, number_of(fact)) for fact in self.facts.values() if fact.id not in again)
        return [Sayable(fact, kind_of(fact), value) for fact, value in numbers if value is not None]

    @cached_property
    def by_name(self) -> Mapping[str, Sequence[Fact]]:
        """The facts of each name."""
        found: dict[str, list[Fact]] = {}
        for fact in self.facts.values():
            found.setdefault(fact.name, []).append(fact)
        return found

    @cached_property
    def starts(self) -> frozenset[date]:
        """Days on which a stretch of time begins that a number is about."""
        again = superseded(self.facts)
        entities = {fact.entity for fact in self.facts.values() if fact.id not in again and number_of(fact) is not None}
        return frozenset(day for entity in entities for day in days_in(entity))

    @cached_property
    def given(self) -> frozenset[Decimal]:
        """The numbers of the question."""
        return frozenset(numbers_in({"calls": [call.arguments for call in self.plan.calls()]}))

    @cached_property
    def _is_weekly(self) -> bool:
        """Whether weeks are what the plan counts in."""
        return any(call.arguments.get("grain") == "week" for call in self.plan.calls())

    def open(self, text: str, bound: Mapping[Span, Fact], lead: Sentence | None) -> Sentence:
        """A sentence taken apart; names, dates and declared texts are looked for before numbers."""
        is_item = bool(re.match(r"\s*(?:[-*•]|\d+[.)])\s", text))
        texts, names = self.words.find_texts(text), self.words.find_names(text)
        names += [
            Place(span, text[slice(*span)])
            for span, fact in bound.items()
            if isinstance(fact.value, str) and text[slice(*span)] in self.words.codes
        ]
        names += [place for place in headed(text, self.words.codes) if not overlaps(place.span, [name.span for name in names])]
        typed_texts = [span for span, fact in bound.items() if isinstance(fact.value, str)]
        covered = [*typed_texts, *(place.span for place in texts), *(place.span for place in names)]
        dates = [each for each in find_dates(text) if not overlaps(each.span, [*typed_texts, *(place.span for place in texts)])]
        clocks = [(each.span[1], each.span[1] + found.end()) for each in dates if (found := _CLOCK.match(text[each.span[1] :]))]
        numbers = find_numbers(text, self.words.language, [*covered, *clocks, *(each.span for each in dates)])
        labels = self.words.find_labels(text)
        return Sentence(text, is_item, tuple(numbers), tuple(dates), tuple(names), tuple(labels), bound, lead if is_item else None)

    def fault(self, sentence: Sentence) -> Fault | None:
        """The first thing in a sentence that no fact says."""
        for when in sentence.dates:
            if not self._knows_date(when, sentence):
                return when.text, "period"
        chosen: list[tuple[Mention, Fact]] = []
        for mention in sentence.numbers:
            fact, fault = self._bind(mention, sentence)
            if fault is not None:
                return fault
            if fact is not None:
                chosen.append((mention, fact))
        return self._lead_fault(sentence, chosen) or self._claims(sentence, chosen)

    def _lead_fault(self, sentence: Sentence, chosen: list[tuple[Mention, Fact]]) -> Fault | None:
        """A line that only leads in, with no value of its own, names a period that was asked about."""
        if sentence.is_item or not self.asked_about or not chosen or any(fact.name not in _FREE for _, fact in chosen):
            return None
        for when in sentence.dates:
            if ends_of(when.days) not in self.asked_about | self.befores:
                return when.text, "period"
        return None

    def _bind(self, mention: Mention, sentence: Sentence) -> tuple[Fact | None, Fault | None]:
        """The fact behind a number, or at which test the last candidate fell."""
        typed = next((fact for span, fact in sentence.bound.items() if overlaps(mention.span, [span])), None)
        found = [typed] if typed is not None else self._said_by(mention, sentence)
        if not found:
            return None, None if self._is_given(mention, sentence) else (mention.text, "number")
        for test, reason in ((self._sign, "sign"), (self._entity, "entity"), (self._label, "metric"), (self._period, "period")):
            found = [fact for fact in found if test(fact, mention, sentence)]
            if not found:
                given = typed is None and self._is_given(mention, sentence)
                return None, None if given else (mention.text, reason)  # type: ignore[return-value]
        return found[0], None

    def _said_by(self, mention: Mention, sentence: Sentence) -> list[Fact]:
        """The facts a typed number may say; a number of the question stands in no item of a list."""
        said = (each.fact for each in self.sayable if self._says(each, mention))
        return [fact for fact in said if not (sentence.is_item and fact.name == "asked")]

    def _says(self, each: Sayable, mention: Mention) -> bool:
        """Kind, unit and value at the precision shown; fewer than three digits only when the fact itself is shown so."""
        if mention.value is None or not kinds_fit(each.kind, mention, self.currency):
            return False
        said = abs(mention.value)
        step = mention.step * (10 if mention.hedged and mention.digits <= 2 else 1)
        if abs(said - abs(each.value)) > step / 2:
            return False
        return mention.digits >= 3 or abs(shown(each.value, each.kind, self.words.language, self.currency).value) == said

    def _sign(self, fact: Fact, mention: Mention, sentence: Sentence) -> bool:
        value = number_of(fact) or Decimal(0)
        before = sentence.text[max(0, mention.span[0] - 24) : mention.span[0]]
        up, down = bool(_UP.search(before)), bool(_DOWN.search(before))
        if not is_change(fact):
            said_negative = mention.signed and mention.value is not None and mention.value < 0
            return not (up or down) and said_negative == (value < 0)
        if mention.signed and mention.value is not None:
            return (mention.value < 0) == (value < 0) and not (up and value < 0) and not (down and value > 0)
        return value > 0 if up else value < 0 if down else value >= 0

    def _entity(self, fact: Fact, mention: Mention, sentence: Sentence) -> bool:
        if fact.name in _FREE and not fact.entity:
            return True
        wanted, said = said_parts(fact), self._cluster(mention.span, sentence)
        if not wanted:
            filters = " ".join(fact.filters)
            return all(name in filters for name in said)
        return wanted <= said and said <= wanted | code_parts(fact)

    def _cluster(self, span: Span, sentence: Sentence) -> frozenset[str]:
        """The names a number belongs to: those nearest before it, else those nearest after, else the one the lead names."""
        before = [place for place in sentence.names if place.span[1] <= span[0]]
        after = [place for place in sentence.names if place.span[0] >= span[1]]
        if before or after:
            return together(before[::-1] if before else after, sentence.text)
        lead = frozenset(place.text for place in sentence.lead.names) if sentence.lead else frozenset()
        return lead if len(lead) == 1 else frozenset()

    def _label(self, fact: Fact, mention: Mention, sentence: Sentence) -> bool:
        called = self.words.labels.get(fact.name, ())
        if counts_rows(mention, sentence) != (fact.name == "rows") and (fact.name != "rows" or asks_for(mention, sentence)):
            return False
        beside = self._beside(mention, sentence)
        if beside is not None:
            return beside in called or (not called and fact.name not in _FREE)
        if not called or kind_of(fact) == "rank":
            return True
        near = [place.text for place in sentence.labels] + [place.text for place in (sentence.lead.labels if sentence.lead else ())]
        return any(text in called for text in near)

    def _beside(self, mention: Mention, sentence: Sentence) -> str | None:
        """The label a number stands right behind."""
        return self._label_before(mention.span[0], sentence)

    def _label_before(self, start: int, sentence: Sentence) -> str | None:
        before = [place for place in sentence.labels if place.span[1] <= start]
        if not before:
            return None
        nearest = max(before, key=lambda place: place.span[1])
        return nearest.text if _ONLY_MARKS.fullmatch(sentence.text[nearest.span[1] : start]) else None

    def _period(self, fact: Fact, mention: Mention, sentence: Sentence) -> bool:
        if fact.period is None or fact.name in _FREE:
            return True
        if fact.name.endswith("_before") and self._beside(mention, sentence) == self.words.labels.get(fact.name, ("",))[0]:
            return True
        said = self._said_period(mention, sentence)
        if said is None:
            return not fact.name.endswith("_before")
        if is_bucket(fact):
            return said.start in start_days(fact)
        return said == fact.period or said.start in start_days(fact)

    def _said_period(self, mention: Mention, sentence: Sentence) -> Days | None:
        """The period nearest to a number: right after it and before the next number, else before it, else the lead's."""
        periods = [each for each in sentence.dates if not self._is_day_value(each, sentence)]
        later = [other.span[0] for other in sentence.numbers if other.span[0] > mention.span[0]]
        limit = min(later, default=len(sentence.text))
        for each in periods:
            if mention.span[1] <= each.span[0] < limit:
                return each.days
        # A number amid a change ("up 5 from 3 in August") belongs to the period its sentence began with.
        before = [each for each in periods if each.span[1] <= mention.span[0]]
        if before:
            return before[-1].days
        if sentence.lead is not None:
            leads = [each for each in sentence.lead.dates if not self._is_day_value(each, sentence.lead)]
            return leads[0].days if leads else None
        return None

    def _is_day_value(self, when: DateMention, sentence: Sentence) -> bool:
        """Whether a day is the value of a fact (a last day, an expected day) rather than the time of one."""
        return self._day_fact(when, sentence) is not None

    def _day_fact(self, when: DateMention, sentence: Sentence) -> Fact | None:
        if when.days.start != when.days.end:
            return None
        beside = self._label_before(when.span[0], sentence)
        if beside is None:
            return None
        said, clock = self._cluster(when.span, sentence), _CLOCK.match(sentence.text[when.span[1] :])
        for fact in self.days:
            called = self.words.labels.get(fact.name, ())
            if is_day(fact.value, when.days.start, clock[1] if clock else "") and beside in called and said_parts(fact) <= said:
                return fact
        return None

    def _knows_date(self, when: DateMention, sentence: Sentence) -> bool:
        beside = self._label_before(when.span[0], sentence)
        if beside is not None and any(beside in self.words.labels.get(fact.name, ())[:1] for fact in self.days):
            return self._day_fact(when, sentence) is not None
        pair = ends_of(when.days)
        against = bool(_AGAINST.search(sentence.text[max(0, when.span[0] - 24) : when.span[0]]))
        if against:
            return pair in self.befores
        if pair in self.befores and pair not in self.mains:
            return bool(sentence.numbers) or sentence.is_item
        if self.asked_about and not sentence.numbers and not sentence.is_item:
            return pair in self.asked_about
        return pair in self.mains or (is_unit(when.days) and when.days.start in self.starts)

    def _is_given(self, mention: Mention, sentence: Sentence) -> bool:
        """A number copied from the question: it is a parameter of the plan and stands behind no label of a fact."""
        return (
            mention.value is not None
            and not mention.signed
            and mention.value in self.given
            and mention.kind in ("number", "count", "%", "days", "rank")
            and (not mention.currency or (mention.currency in _WEEKS and self._is_weekly))
            and self._beside(mention, sentence) is None
            and not counts_rows(mention, sentence)
            and not _UP.search(sentence.text[: mention.span[0]])
            and not _DOWN.search(sentence.text[: mention.span[0]])
            and not sentence.is_item
        )

    def _claims(self, sentence: Sentence, chosen: list[tuple[Mention, Fact]]) -> Fault | None:
        """Superlatives, comparatives and trend words against the facts they speak of."""
        measured = [(mention, fact) for mention, fact in chosen if fact.name not in _FREE and kind_of(fact) != "rank"]
        if len(measured) == 1 and not sentence.text.rstrip(" *").endswith(":"):
            fact = measured[0][1]
            for pattern, best in ((_HIGH, max), (_LOW, min)):
                found = pattern.search(sentence.text)
                if found and not self._is_extreme(fact, best is max):
                    return found[0], "claim"
        if len(measured) == 2 and kind_of(measured[0][1]) == kind_of(measured[1][1]):
            first, second = (number_of(fact) or Decimal(0) for _, fact in measured)
            for pattern, holds in ((_MORE, first > second), (_LESS, first < second)):
                found = pattern.search(sentence.text)
                if found and not holds:
                    return found[0], "claim"
        return self._trend(sentence)

    def _is_extreme(self, fact: Fact, largest: bool) -> bool:
        source = fact
        while source.derived_from and source.derived_from.op == "sum" and len(source.derived_from.fact_ids) == 1:
            source = self.facts[source.derived_from.fact_ids[0]]
        rivals = [
            value
            for other in self.by_name.get(source.name, ())
            if other.evidence_id == source.evidence_id and not other.derived_from and bool(other.entity) == bool(source.entity)
            if (value := number_of(other)) is not None
        ]
        value = number_of(source)
        return value is None or not rivals or value == (max(rivals) if largest else min(rivals))

    def _trend(self, sentence: Sentence) -> Fault | None:
        said = next((trend for trend, pattern in _TRENDS.items() if pattern.search(sentence.text)), None)
        if said is None:
            return None
        texts = {place.text for place in sentence.labels}
        called = {name for name, labels in self.words.labels.items() if texts.intersection(labels) and not name.endswith(_BESIDE_A_SERIES)}
        named = (fact for name in called for fact in self.by_name.get(name, ()))
        series = [fact for fact in named if fact.derived_from is None and start_days(fact)]
        spoken = {ends_of(each.days) for each in sentence.dates}
        inside = sorted((fact for fact in series if not spoken or ends_of(fact.period) in spoken), key=start_days)
        values = [value for fact in inside if (value := number_of(fact)) is not None]
        return None if len(values) >= 2 and trend_of(values) == said else (said, "claim")
