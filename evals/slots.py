"""A plan as slots (operator, metric, dimension, filter, period, comparison, n), so that two of them can be held side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal

from pydantic import BaseModel

from agents.language.tokens import fold
from evals.cases import Call
from evals.company import Company
from ingestion.calendar import Span
from tools.call import find, validated
from tools.catalog import TOOLS
from tools.errors import ToolError
from tools.query.contract import AllTime, AnyOf, AsOf, Comparison, Filter, Having, QueryContext
from tools.query.periods import resolve

SlotKind = Literal["operator", "metric", "dimension", "filter", "period", "comparison", "n"]
SLOT_KINDS: tuple[SlotKind, ...] = ("operator", "metric", "dimension", "filter", "period", "comparison", "n")
Slot = tuple[SlotKind, str]
_METRICS = ("metric", "metrics", "also")
_DIMENSIONS = ("by", "entity", "within", "per", "grain", "of")
_NUMBERS = (
    "n",
    "top",
    "days",
    "at_least",
    "at_least_days",
    "within_days",
    "share",
    "percentiles",
    "nth",
    "lowest",
    "edges",
    "run",
    "keep",
    "direction",
)
_SIDES = ("left", "right", "did", "never")


def slots_of(calls: Iterable[Call], company: Company) -> Counter[Slot]:
    """The slots of a plan; a call that is not valid counts as its operator alone."""
    return Counter(slot for call in calls for slot in _slots(call, company))


def f_counts(given: Counter[Slot], gold: Counter[Slot]) -> dict[SlotKind, tuple[int, int, int]]:
    """For each kind of slot: found, missing, too many."""
    found = given & gold
    return {
        kind: (_count(found, kind), _count(gold, kind) - _count(found, kind), _count(given, kind) - _count(found, kind))
        for kind in SLOT_KINDS
    }


def _count(slots: Counter[Slot], kind: SlotKind) -> int:
    return sum(number for (each, _), number in slots.items() if each == kind)


def _slots(call: Call, company: Company) -> Iterator[Slot]:
    yield "operator", call.tool
    try:
        query = validated(find(call.tool, TOOLS), call.arguments)
    except ToolError:
        return
    yield from _of_model(query, company, "")


def _of_model(query: BaseModel, company: Company, side: str) -> Iterator[Slot]:
    for name in type(query).model_fields:
        value = getattr(query, name)
        if value is None or value == () or name == "kind":
            continue
        yield from _of_field(name, value, company, side)


def _of_field(name: str, value: object, company: Company, side: str) -> Iterator[Slot]:
    if name in _METRICS:
        yield from (("metric", side + each) for each in _each(value))
    elif name in _DIMENSIONS:
        yield from (("dimension", side + each) for each in _each(value))
    elif name in ("where", *_SIDES, "having", "steps"):
        yield from _conditions(name, value, company, side)
    elif name in ("period", "periods"):
        yield from (("period", side + days_of(each, company.served.context)) for each in (value if isinstance(value, tuple) else (value,)))
    elif isinstance(value, Comparison):
        yield "comparison", value.to if value.period is None else days_of(value.period, company.served.context)
    elif name in _NUMBERS and value is not False:
        yield "n", f"{side}{name}={value}"


def _conditions(name: str, value: object, company: Company, side: str) -> Iterator[Slot]:
    inside = side if name in ("where", "having", "steps") else f"{name}."
    if isinstance(value, BaseModel):
        yield from _of_model(value, company, inside)
        return
    for each in value if isinstance(value, tuple) else ():
        if isinstance(each, Filter | AnyOf | Having):
            yield "filter", inside + _words(each, company)
        elif isinstance(each, BaseModel) and (query := getattr(each, "query", None)) is not None:
            yield "filter", inside + fold(str(sorted(dict(query).items())))


def _words(condition: Filter | AnyOf | Having, company: Company) -> str:
    if isinstance(condition, AnyOf):
        return " or ".join(sorted(_words(each, company) for each in condition.any_of))
    if isinstance(condition, Having):
        return f"{condition.metric} {condition.op} {condition.value} {condition.upper or ''}".strip()
    keys = sorted(company.key(condition.dimension, str(value)) for value in condition.values)
    op = {"in": "=", "not_in": "!="}.get(condition.op, condition.op)
    return f"{keys[0][0] if keys else condition.dimension} {op} {'|'.join(key for _, key in keys)}"


def days_of(period: object, context: QueryContext) -> str:
    """The days a period means, however it was said."""
    if isinstance(period, AllTime):
        return "all"
    if isinstance(period, AsOf):
        return "all" if period.day >= context.as_of else f"as of {period.day}"
    span: Span | None = resolve(period, context)  # type: ignore[arg-type]  # every other period is one it takes
    return "all" if span is None else f"{span.first}..{span.last}"


def _each(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, tuple) else (str(value),)
