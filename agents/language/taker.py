"""What a filler takes from a sketch for its tool, with a record of what it took: what no plan takes is not explained."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from agents.language.figures import MONEY, Figures, Json
from agents.language.figures_said import RATE_OF
from agents.language.leaving_out import days_left_out, leave_out
from agents.language.presence import MAY_BE_MISSING, presence
from agents.language.sketch import IN_DAYS, NUMERIC, FilterSlot, MetricSlot, NumberSlot, Role, is_one
from agents.language.spans import Bucket, Duration, ValueSpan
from agents.language.thresholds import OPPOSITE
from agents.language.tokens import Token
from agents.language.whose import of_whom
from tools.query.contract import AllTime, Between, Comparison, Grain, Last, Period

_MOST_NAMED = 100
_YEAR = re.compile(r"\b\d{4}\b|\byear\b|\bnăm\b|\bnam\b", re.IGNORECASE)
_QUARTERS = re.compile(r"\bq[1-4]\b|\bquarter|\bquý|\bquy\b", re.IGNORECASE)
# More than three products bought are products, not orders.
_DEEDS_COUNTED = frozenset({"orders", "returned_units", "cancelled_orders", "reviews", "stockouts", "late_deliveries"})
_IN_UNITS = frozenset(
    {"stock_on_hand", "available_stock", "stock_on_order", "returned_units", "received_units", "rejected_units", "shrinkage_units", "units"}
)
_NEAR = 5
_OUT_WORDS = "skip skipping ignore ignoring leave leaving left exclude excluding except without drop bo tru loai"
_OUT = frozenset(_OUT_WORDS.split())
_COUNTS: Mapping[str, str] = {"product": "active_products", "order": "orders", "customer": "active_customers"}


@dataclass(frozen=True)
class Candidate:
    """One way to answer: calls, the groups of the message they explain, and what was decided on the way."""

    calls: tuple[tuple[str, Json], ...]
    used: frozenset[int]
    assumptions: tuple[str, ...] = ()
    bonus: float = 0.0
    turned: frozenset[int] = frozenset()  # words that deny something, which the calls say too

    @property
    def tool(self) -> str:
        return self.calls[0][0]


class Taker(Figures):
    """Takes slots, each at most once."""

    def dimensions(self, *roles: Role) -> list[str]:
        """Dimensions in these roles; words that only label a name are explained with them."""
        slots = [slot for slot in self.sketch.dimensions if slot.role in roles and slot.at not in self.used]
        self.used.update(slot.at for slot in slots)
        self.used.update(slot.at for slot in self.sketch.dimensions if slot.role == "label")
        self.cue("group", "within", "which")
        return list(dict.fromkeys(slot.name for slot in slots))

    def dimension(self, *roles: Role) -> str | None:
        """The first dimension in these roles; any other stays to be explained."""
        slots = [slot for slot in self.sketch.dimensions if slot.role in roles and slot.at not in self.used]
        self.used.update(slot.at for slot in slots if slot.name == slots[0].name)
        self.used.update(slot.at for slot in self.sketch.dimensions if slot.role == "label")
        self.cue("group", "within", "which")
        return slots[0].name if slots else None

    def entity(self, default: str | None = None) -> str | None:
        """What is listed: the first dimension that is no label."""
        found = self.dimensions("head", "counted")
        return found[0] if found else default

    def filters(self, slots: Iterable[FilterSlot] | None = None) -> list[Json]:
        """The names of the message as conditions: names of one dimension are alternatives."""
        chosen = [slot for slot in (self.sketch.filters if slots is None else slots) if slot.at not in self.used]
        self.used.update(slot.at for slot in chosen)
        self.dimensions("label")
        if chosen:
            self.cue("exclude", "combine", "only")
        kept: dict[tuple[str, bool], list[ValueSpan]] = {}
        for slot in chosen:
            kept.setdefault((slot.best.dimension, slot.negated), []).append(slot.best)
        return [condition(dimension, [span.value for span in spans], negated) for (dimension, negated), spans in kept.items()]

    def where(self) -> list[Json]:
        """All conditions: names, and numbers compared with a numeric dimension."""
        return [*self.filters(), *self._present(), *self._numeric()]

    def _present(self) -> list[Json]:
        """Without a promotion, on promotion."""
        found: list[Json] = []
        for slot in self.sketch.dimensions:
            op = presence(self.sketch.tokens, self.sketch.groups[slot.at].start) if slot.name in MAY_BE_MISSING else None
            if op and slot.role == "loose" and slot.at not in self.used:
                self.used.add(slot.at)
                self.cue("exclude", "zero", "never", "only")
                found.append({"dimension": slot.name, "op": op})
        return found

    def _numeric(self) -> list[Json]:
        found: list[Json] = []
        for slot in self.sketch.dimensions:
            if slot.name in NUMERIC and slot.at not in self.used and (number := self._nearest_threshold(slot.at)):
                self.used |= {slot.at, number.at, *number.also}
                values = [number.number, number.upper] if number.op == "between" else [number.number]
                found.append({"dimension": slot.name, "op": number.op or "=", "values": values})
        return found

    def _nearest_threshold(self, at: int) -> NumberSlot | None:
        free = [slot for slot in self.sketch.numbers if slot.at not in self.used and not slot.limits]
        return min(free, key=lambda slot: abs(slot.at - at), default=None)

    def havings(self, metrics: Sequence[str] = ()) -> tuple[list[Json], list[str]]:
        """Conditions on metrics, and the metrics they name: the one after the number, else the nearest one before it."""
        found: list[Json] = []
        named: list[str] = []
        for number in self.sketch.numbers:
            if number.at in self.used or number.op is None:
                continue
            metric = self._metric_of(number) or (metrics[0] if metrics else None)
            if metric is None:
                continue
            pieces = bool({"cai", "chiec", "unit", "units", "pieces", "pcs"} & {token.folded for token in self.sketch.tokens})
            bought = metric == "orders" or any(slot.verb for slot in self.sketch.metrics)
            if metric in ("orders", "units") and number.number >= MONEY and not pieces and not number.times and bought:
                metric = "revenue"
            if number.kind == "percent":
                metric = RATE_OF.get(metric, metric)
                in_days = metric in ("supplier_lead_time_days", "delivery_days")
                beside = metric if _is_part(metric) or in_days else self._rate_beside(number)
                if beside is None:
                    continue  # revenue over 30 percent: of what nobody said
                metric = beside
                if metric in ("supplier_lead_time_days", "delivery_days"):  # who delivers less than 90 percent: no days
                    metric = self._rate_beside(number)
                    if metric is None:
                        continue
            self.used |= {number.at, *number.also}
            self.cue("having")
            if (out := self._leaves_out(number)) is not None:
                if number.op not in OPPOSITE:
                    continue
                self.used.add(out)
                number = replace(number, op=OPPOSITE[number.op])
            found.append(condition_on(metric, number))
            named.append(metric)
        return found, list(dict.fromkeys(named))

    def _leaves_out(self, number: NumberSlot) -> int | None:
        """The place of the word that leaves out whoever meets the condition: skip those with fewer than 3 reviews."""
        first = min((number.at, *number.also))
        places = [at for name in ("exclude", "never") for at in self.sketch.cues.get(name, ()) if 0 < first - at <= _NEAR]
        return next((at for at in places if _OUT & {token.folded for token in self._words(at)}), None)

    def _words(self, at: int) -> Sequence[Token]:
        group = self.sketch.groups[at]
        return self.sketch.tokens[group.start : group.end]

    def _metric_of(self, number: NumberSlot) -> str | None:
        last = self._behind(number)
        if number.times and (deed := self._deed_counted()):
            return deed
        for slot in self.sketch.dimensions:
            if slot.at == last + 1 and slot.name in _COUNTS and slot.at not in self.used and slot.role != "group":
                self.used.add(slot.at)
                self.used.update(each.at for each in self.sketch.metrics if each.verb and each.name in ("orders", "units"))
                return _COUNTS[slot.name]
        return self._figure_of(number)

    def _rate_beside(self, number: NumberSlot) -> str | None:
        """The rate that is named anywhere beside a percentage."""
        slot = next((slot for slot in self.sketch.metrics if _is_part(slot.name) and slot.at not in self.used), None)
        if slot is not None:
            self.used.add(slot.at)
        return slot.name if slot else None

    def _behind(self, number: NumberSlot) -> int:
        """The place what is counted stands behind: the number itself in "3 orders or more"."""
        last = max((number.at, *number.also))
        named = any(number.at < at < last for at in [*(m.at for m in self.sketch.metrics), *(d.at for d in self.sketch.dimensions)])
        return number.at if named else last

    def _figure_of(self, number: NumberSlot) -> str | None:
        last = self._behind(number)
        first = min((number.at, *number.also))
        slots = sorted((slot for slot in self.sketch.metrics if not number.in_days or slot.name in IN_DAYS), key=lambda slot: slot.at)
        after = next((slot for slot in slots if 0 < slot.at - last <= 2 and not self._is_apart(last, slot.at)), None)
        before = next((slot for slot in reversed(slots) if 0 < first - slot.at <= 4 and slot.at not in self.used), None)
        if after and after.name == "units" and (whose := self._counted_in_units(after, before)):
            self.used.add(after.at)
            after = whose
        chosen = (before or after) if number.in_days else (after or before)
        if (
            chosen is after
            and after
            and after.name == "average_rating"
            and not re.search(r"star|sao|score|điểm", self.sketch.text(after.at))
        ):
            self.used.add(after.at)
            return "reviews"  # three ratings are counted, three stars are not
        if chosen is not None:
            self.used.add(chosen.at)
        if chosen and number.in_days and chosen.name in ("stock_on_hand", "available_stock"):
            return "days_of_cover"
        return chosen.name if chosen else None

    def _is_apart(self, first: int, second: int) -> bool:
        """Whether a comma parts the two: what stands behind it is of another clause."""
        groups = self.sketch.groups
        return "," in {token.text for token in self.sketch.tokens[groups[first].end : groups[second].start]}

    def _deed_counted(self) -> str | None:
        """What happened three times: orders, returns, cancellations."""
        verbs = [slot for slot in self.sketch.metrics if slot.name in _DEEDS_COUNTED]
        self.used.update(slot.at for slot in verbs)
        names = list(dict.fromkeys(slot.name for slot in verbs))
        usual = "orders" if any(slot.name == "customer" for slot in self.sketch.dimensions) else None
        return next((name for name in names if name != "orders"), names[0] if names else usual)

    def _counted_in_units(self, unit: MetricSlot, before: MetricSlot | None) -> MetricSlot | None:
        """Over 20 units left, stock above 100 pieces: the word units says in what the figure beside it is counted."""
        behind = next((slot for slot in self.sketch.metrics if 0 < slot.at - unit.at <= 2), None)
        return next((slot for slot in (behind, before) if slot and slot.name in _IN_UNITS), None)

    def limit(self) -> int | None:
        """The number beside a word of rank or before what is listed."""
        for slot in self.sketch.numbers:
            if slot.limits and slot.kind == "plain" and slot.at not in self.used and 1 <= slot.number <= 10_000:
                self.used.add(slot.at)
                return int(slot.number)
        return self._lone_number()

    def _lone_number(self) -> int | None:
        """The only number of a message that ranks says how many, wherever it stands: the best goods, five please."""
        free = [slot for slot in self.sketch.numbers if slot.at not in self.used and slot.op is None and slot.kind == "plain"]
        if (
            len(free) != 1
            or not self.sketch.has(
                "top", "bottom", "seller_high", "seller_low", "basket", "slowest", "fastest", "rank_change", "nth", "below"
            )
            or not 1 < free[0].number <= _MOST_NAMED
        ):
            return None
        self.used.add(free[0].at)
        return int(free[0].number)

    def number(self, *kinds: str) -> NumberSlot | None:
        """The first free number of a kind."""
        for slot in self.sketch.numbers:
            if slot.kind in kinds and slot.at not in self.used:
                self.used |= {slot.at, *slot.also}
                return slot
        return None

    def period(self) -> Json:
        """The period as an argument; nothing when none is named."""
        free = [slot for slot in self.sketch.periods if slot.at not in self.used]
        if not free:
            return {}
        self.used.add(free[0].at)
        self.assume(free[0].span.assumption)
        return {"period": as_json(free[0].span.meaning)}

    def periods(self) -> list[Json]:
        """Every period that is named."""
        free = [slot for slot in self.sketch.periods if slot.at not in self.used]
        self.used.update(slot.at for slot in free if isinstance(slot.span.meaning, AllTime))
        free = [slot for slot in free if not isinstance(slot.span.meaning, AllTime)] or free
        if len(free) > 1 and not (self.sketch.has("versus", "combine") or "," in {token.text for token in self.sketch.tokens}):
            free = free[:1]
        self.used.update(slot.at for slot in free)
        for slot in free:
            self.assume(slot.span.assumption)
        found = [as_json(slot.span.meaning) for slot in free]
        return [each for place, each in enumerate(found) if each not in found[:place]]

    def compare(self, default: str | None = None) -> Json:
        """The comparison as an argument."""
        for slot in self.sketch.comparisons:
            if slot.at not in self.used:
                self.used.add(slot.at)
                self.cue("versus")
                self.assume(slot.span.assumption)
                return {"compare": as_json(slot.span.meaning)}
        return {"compare": {"to": default}} if default else {}

    def bucket(self) -> Grain | None:
        """The cut of time that is asked for."""
        for slot in self.sketch.buckets:
            if slot.at not in self.used and isinstance(slot.span.meaning, Bucket):
                self.used.add(slot.at)
                return slot.span.meaning.grain
        return None

    def duration(self) -> Duration | None:
        """A length of time; "the last 90 days" is one too where a length is needed."""
        free = [slot for slot in self.sketch.durations if slot.at not in self.used]
        for slot in reversed(free):
            if isinstance(slot.span.meaning, Duration):
                self.used.update(each.at for each in free)
                return slot.span.meaning
        for slot in self.sketch.periods:
            meaning = slot.span.meaning
            if slot.at not in self.used and isinstance(meaning, Last):
                self.used.add(slot.at)
                return Duration(meaning.n, meaning.unit)
        for slot in self.sketch.buckets:
            meaning = slot.span.meaning
            if slot.at not in self.used and isinstance(meaning, Bucket) and is_one(self.sketch, slot.at):
                self.used.add(slot.at)
                return Duration(1, meaning.grain)
        return None

    def day(self) -> date | None:
        """The single day that is named."""
        for slot in self.sketch.periods:
            meaning = slot.span.meaning
            end = getattr(meaning, "day", None) or (meaning.end if isinstance(meaning, Between) else None)
            if slot.at not in self.used and isinstance(end, date):
                self.used.add(slot.at)
                return end
        return None

    def ends(self) -> Json:
        """For a change from one month to another, which is one period in words: the last against the first."""
        free = [slot for slot in self.sketch.periods if slot.at not in self.used]
        meaning = free[0].span.meaning if len(free) == 1 else None
        if not isinstance(meaning, Between) or self.sketch.comparisons:
            return {}
        first, last = meaning.start, meaning.end
        if first.day != 1 or (last + timedelta(days=1)).day != 1 or (first.year, first.month) == (last.year, last.month):
            return {}
        self.used.add(free[0].at)
        if _QUARTERS.search(self.sketch.text(free[0].at)) and first.month % 3 == 1 and last.month % 3 == 0:
            quarters = [{"kind": "calendar", "year": day.year, "quarter": (day.month + 2) // 3} for day in (first, last)]
            self.assume("the last quarter is compared with the first")
            return {"period": quarters[1], "compare": {"to": "period", "period": quarters[0]}}
        months = [{"kind": "calendar", "year": day.year, "month": day.month} for day in (first, last)]
        self.assume("the last month is compared with the first")
        return {"period": months[1], "compare": {"to": "period", "period": months[0]}}

    def made(self, tool: str, arguments: Mapping[str, object], bonus: float = 0.0) -> Candidate:
        """The candidate from what was taken so far; days the message leaves out are left out of it where the tool can say that."""
        tool, said = self._left_out(tool, of_whom(without_nothing(arguments)))
        return Candidate(((tool, said),), frozenset(self.used), tuple(dict.fromkeys(self.assumptions)), bonus, frozenset(self.turned))

    def _left_out(self, tool: str, arguments: Json) -> tuple[str, Json]:
        slots = self.sketch.without
        read = [days_left_out(slot, arguments.get("period"), self.sketch.as_of) for slot in slots]
        spans = [span for span, _ in read if span]
        found = leave_out(tool, arguments, spans) if spans and len(spans) == len(slots) else None
        if found is None:
            return tool, arguments
        self.used.update(slot.at for slot in slots)
        self.cue("exclude", "never")
        self.assume(*(supposed for _, supposed in read))
        years = {span[0].year for span in spans}
        if "period" not in arguments and len(years) == 1 and any(_YEAR.search(self.sketch.text(slot.at)) for slot in slots):
            found[1]["period"] = {"kind": "calendar", "year": years.pop()}
            self.assume(f"the rest of {spans[0][0].year}, because no other time was named")
        return found


def _is_part(metric: str) -> bool:
    """Whether its values are parts of one, or become one beside a percentage."""
    return metric.endswith("_rate") or metric == "supplier_punctuality"


def condition(dimension: str, values: Sequence[object], negated: bool = False) -> Json:
    """A filter as an argument; days of the week are numbers, several at once where one word means several."""
    if dimension == "weekday":
        values = [int(part) for value in values for part in str(value).split("+")]
    if len(values) == 1:
        return {"dimension": dimension, "op": "!=" if negated else "=", "values": list(values)}
    return {"dimension": dimension, "op": "not_in" if negated else "in", "values": list(dict.fromkeys(values))}


def condition_on(metric: str, number: NumberSlot) -> Json:
    """A condition on a metric; percent stand as fractions already."""
    value = number.number
    if number.kind == "plain" and metric.endswith("_rate") and value > 1:
        value = value / 100
    bound: Json = {"metric": metric, "op": number.op or "=", "value": value}
    return {**bound, "upper": number.upper} if number.op == "between" else bound


def as_json(meaning: Period | Comparison | Bucket | Duration) -> Json:
    """A period or comparison as an argument."""
    if isinstance(meaning, Bucket | Duration):
        raise TypeError("a bucket and a length of time are no arguments")
    return meaning.model_dump(mode="json", exclude_none=True, exclude_defaults=False)


def without_nothing(arguments: Mapping[str, object]) -> Json:
    """Arguments without those that say nothing."""
    return {name: value for name, value in arguments.items() if value is not None and value != [] and value != () and value is not False}
