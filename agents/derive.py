"""Facts that follow from facts: computed in Decimal, declared with their operands, and computed again by the checker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from agents.formats import Kind, Unit, to_decimal
from tools.facts import Derivation, DerivedBy, Fact, FactValue

T = TypeVar("T")
_COUNTING: tuple[DerivedBy, ...] = ("count", "rank")
_KEEPS_UNIT: tuple[DerivedBy, ...] = ("difference", "sum", "mean", "minimum", "maximum")


class CannotDerive(ValueError):
    """The operands do not allow the operation; names the operation and the operand."""


def derive(op: DerivedBy, facts: Sequence[Fact], id: str, name: str = "") -> Fact:
    """A new fact from others; entity, period and unit are kept where all operands agree on them."""
    if not facts:
        raise CannotDerive(f"{op}: needs at least one fact")
    return Fact(
        id=id,
        name=name or f"{op}_of_{facts[0].name}",
        value=_compute(op, facts),
        unit="count" if op in _COUNTING else _unit(op, facts),
        entity=facts[0].entity if op == "rank" else _agreed([fact.entity for fact in facts]),
        period=_agreed([fact.period for fact in facts]),
        filters=_agreed([fact.filters for fact in facts]) or (),
        evidence_id=facts[0].evidence_id,
        derived_from=Derivation(op=op, fact_ids=tuple(fact.id for fact in facts)),
    )


def restate(fact: Fact, id: str, **said: object) -> Fact:
    """The same value under the entity or period it is spoken of with: a sum of one, so that it can be computed again."""
    again = {"id": id, "derived_from": Derivation(op="sum", fact_ids=(fact.id,)), **said}
    return fact.model_copy(update=again)


def restates(fact: Fact) -> str | None:
    """The fact this one says again, if it does."""
    source = fact.derived_from
    return source.fact_ids[0] if source and source.op == "sum" and len(source.fact_ids) == 1 else None


def recompute(fact: Fact, by_id: Mapping[str, Fact]) -> FactValue:
    """The value of a derived fact from its operands; the value itself when nothing was derived."""
    if fact.derived_from is None:
        return fact.value
    missing = [operand for operand in fact.derived_from.fact_ids if operand not in by_id]
    if missing:
        raise CannotDerive(f"{fact.id}: operand {missing[0]} is not among the facts")
    operands = [by_id[operand] for operand in fact.derived_from.fact_ids]
    if len(operands) == 1 and fact.derived_from.op == "sum":
        return operands[0].value
    return _compute(fact.derived_from.op, operands)


def is_true(fact: Fact, by_id: Mapping[str, Fact], depth: int = 4) -> bool:
    """Whether a derived fact, and everything it stands on, computes to the value it claims."""
    if fact.derived_from is None:
        return True
    if depth == 0:
        return False
    try:
        again = recompute(fact, by_id)
    except CannotDerive:
        return False
    return again == fact.value and all(is_true(by_id[operand], by_id, depth - 1) for operand in fact.derived_from.fact_ids)


def kind_of(fact: Fact) -> Kind | None:
    """How a fact's number reads: the difference of two rates is in points, a place is a rank."""
    if fact.name in ("position", "position_before"):
        return "rank"
    relative = fact.name.endswith("_change_rate") or (fact.derived_from is not None and fact.derived_from.op == "percent_change")
    return "pp" if fact.unit == "%" and is_change(fact) and not relative else fact.unit


def is_change(fact: Fact) -> bool:
    """Whether the sign of the value is the point of it."""
    if fact.derived_from and fact.derived_from.op in ("difference", "percent_change"):
        return True
    return fact.name.endswith(("_change", "_change_rate")) or fact.name in (
        "difference",
        "contribution",
        "change",
        "amount",
        "total_change",
    )


def _compute(op: DerivedBy, facts: Sequence[Fact]) -> FactValue:
    if op == "count":
        return len(facts)
    if op in ("minimum", "maximum"):
        days = [fact.value for fact in facts if isinstance(fact.value, date) and not isinstance(fact.value, datetime)]
        if len(days) == len(facts):
            return min(days) if op == "minimum" else max(days)
    numbers = [_number(op, fact) for fact in facts]
    if op == "rank":
        return 1 + sum(number > numbers[0] for number in numbers[1:])
    return _arithmetic(op, numbers)


def _arithmetic(op: DerivedBy, numbers: Sequence[Decimal]) -> Decimal | None:
    if op == "sum":
        return sum(numbers, Decimal(0))
    if op == "mean":
        return sum(numbers, Decimal(0)) / len(numbers)
    if op == "minimum":
        return min(numbers)
    if op == "maximum":
        return max(numbers)
    if len(numbers) != 2:
        raise CannotDerive(f"{op}: takes two facts, got {len(numbers)}")
    first, second = numbers
    if op == "difference":
        return first - second
    if second == 0:
        return None
    return (first - second) / abs(second) if op == "percent_change" else first / second


def _number(op: DerivedBy, fact: Fact) -> Decimal:
    if isinstance(fact.value, bool) or not isinstance(fact.value, Decimal | int | float):
        raise CannotDerive(f"{op}: {fact.id} is {fact.value!r}, not a number")
    return to_decimal(fact.value)


def _unit(op: DerivedBy, facts: Sequence[Fact]) -> Unit | None:
    if op in _KEEPS_UNIT:
        return _agreed([fact.unit for fact in facts])
    return "ratio" if op == "ratio" else "%"


def _agreed(values: Sequence[T]) -> T | None:
    return values[0] if all(value == values[0] for value in values) else None
