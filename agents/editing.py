"""A reading as pieces a person may exchange, and the plan that comes of it: same tools, other metric, group, period, filter or number."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from agents.plan import Plan, PlannedCall
from tools.errors import BadInput
from tools.facts import Frozen
from tools.query.contract import NamedPeriod

PieceKind = Literal["metric", "grouping", "filter", "period", "comparison", "limit"]
Json = Mapping[str, object]

ALL_TIME = "all_time"
_METRICS, _GROUPS, _FILTERS = ("metrics", "metric"), ("by", "within", "entity", "of", "grain"), ("where", "left", "right")
_GRAINS = ("day", "week", "month", "quarter", "year")
_LASTS = tuple(f"last {n} {unit}s" for n, unit in ((7, "day"), (28, "day"), (90, "day"), (365, "day"), (3, "month"), (12, "month")))
PERIODS = (ALL_TIME, *get_args(NamedPeriod), *_LASTS)
_COMPARISONS = ("previous", "year_on_year")
_MOST_CHANGES = 20


class Piece(Frozen):
    """One part of a reading: what it is now, what it may become, and where in the plan it stands."""

    places: tuple[str, ...]
    kind: PieceKind
    name: str  # for a filter the dimension it filters by
    value: str
    choices: tuple[str, ...] = ()  # none: any text of the right form
    removable: bool = False


class Change(Frozen):
    """Another value for a piece, by its first place; an empty one takes a filter away."""

    place: str
    value: str


@dataclass(frozen=True)
class Choices:
    """What pieces may become: the metrics, the dimensions; and the tools that a period may be given to."""

    metrics: tuple[str, ...]
    dimensions: tuple[str, ...]
    timed: frozenset[str]


def pieces_of(plan: Plan, choices: Choices) -> tuple[Piece, ...]:
    """What may be changed; a value that several calls share is one piece."""
    merged: dict[tuple[str, str, str], Piece] = {}
    for piece in (piece for call in plan.calls() for piece in _pieces(call, choices)):
        key = (piece.kind, piece.name, piece.value)
        seen = merged.get(key)
        merged[key] = piece if seen is None else seen.model_copy(update={"places": (*seen.places, *piece.places)})
    return tuple(merged.values())


def changed(plan: Plan, changes: Sequence[Change], choices: Choices) -> Plan:
    """The plan with every change made, or BadInput naming the one that cannot be."""
    if not 1 <= len(changes) <= _MOST_CHANGES:
        raise BadInput("changes", len(changes), f"1 to {_MOST_CHANGES}")
    known = {piece.places[0]: piece for piece in pieces_of(plan, choices)}
    arguments = {call.id: json.loads(json.dumps(call.arguments, default=str)) for call in plan.calls()}
    removed: list[tuple[str, str, int]] = []
    for change in changes:
        piece = known.get(change.place)
        if piece is None:
            raise BadInput("place", change.place, tuple(known))
        value = _read(piece, change.value.strip())
        for place in piece.places:
            removed.extend(_put(arguments, place, value))
    for call, field, at in sorted(set(removed), key=lambda each: -each[2]):
        del arguments[call][field][at]
    return _with_arguments(plan, arguments)


def as_message(plan: Plan) -> str:
    """The plan as a message: typed questions are taken as they are."""
    parts = [part.model_dump(mode="json") for part in plan.parts]
    said = {"standalone_question": plan.standalone_question, "language": plan.language, "parts": parts}
    return json.dumps(said, ensure_ascii=False, default=str)


def _pieces(call: PlannedCall, choices: Choices) -> Iterator[Piece]:
    for name in _METRICS:
        yield from _names(call, name, "metric", choices.metrics)
    for name in _GROUPS:
        yield from _names(call, name, "grouping", _GRAINS if name == "grain" else choices.dimensions)
    for name in _FILTERS:
        yield from _filters(call, name)
    period = call.arguments.get("period", {"kind": "all"} if call.tool in choices.timed else None)
    if isinstance(period, Mapping):
        yield Piece(places=(f"{call.id}/period",), kind="period", name="period", value=_period_said(period), choices=PERIODS)
    compare = call.arguments.get("compare")
    if isinstance(compare, Mapping) and compare.get("to") in _COMPARISONS:
        yield Piece(places=(f"{call.id}/compare",), kind="comparison", name="compare", value=str(compare["to"]), choices=_COMPARISONS)
    n = call.arguments.get("n")
    if isinstance(n, int):
        yield Piece(places=(f"{call.id}/n",), kind="limit", name="n", value=str(n))


def _names(call: PlannedCall, field: str, kind: PieceKind, choices: tuple[str, ...]) -> Iterator[Piece]:
    found = call.arguments.get(field)
    if isinstance(found, str):
        yield Piece(places=(f"{call.id}/{field}",), kind=kind, name=field, value=found, choices=choices)
    elif isinstance(found, list | tuple):
        several = len(found) > 1
        for at, each in enumerate(found):
            if isinstance(each, str):
                yield Piece(
                    places=(f"{call.id}/{field}/{at}",), kind=kind, name=field, value=each, choices=choices, removable=several
                )  # fmt: skip


def _filters(call: PlannedCall, field: str) -> Iterator[Piece]:
    found = call.arguments.get(field)
    for at, each in enumerate(found if isinstance(found, list | tuple) else ()):
        if isinstance(each, Mapping) and isinstance(values := each.get("values"), list | tuple) and values:
            name = f"{each.get('dimension')} {each.get('op', '=')}"
            place = f"{call.id}/{field}/{at}"
            yield Piece(places=(place,), kind="filter", name=name, value=_listed(values), removable=field == "where")


def _listed(values: Sequence[object]) -> str:
    """Names one after another; one that holds a comma stands in quotation marks."""
    marks = {'"', ","}
    return ", ".join('"{}"'.format(name.replace('"', '""')) if marks & set(name) else name for name in map(str, values))


def _period_said(period: Json) -> str:
    """A period as its choice is called; one that is no choice by its days."""
    kind = period.get("kind")
    if kind == "named":
        return str(period.get("name"))
    if kind == "between":
        return f"{period.get('start')} to {period.get('end')}"
    if kind == "last" and not period.get("full"):
        return f"last {period.get('n')} {period.get('unit', 'day')}s"
    if kind == "all":
        return ALL_TIME
    return ", ".join(f"{name} {value}" for name, value in period.items() if name != "kind" and value is not None)


def _read(piece: Piece, value: str) -> object:
    """What a change writes into the plan; None takes the piece away."""
    if not value:
        if piece.removable:
            return None
        raise BadInput(piece.name, value, piece.choices or "a value; this piece cannot be left out")
    if piece.kind == "period":
        return _period(piece, value)
    if piece.kind == "limit":
        if not value.isdecimal() or not 1 <= int(value) <= 1000:
            raise BadInput("n", value, "a whole number from 1 to 1000")
        return int(value)
    if piece.kind == "comparison":
        return {"to": _chosen(piece, value)}
    if piece.kind == "filter":
        return [part.strip() for part in next(csv.reader([value], skipinitialspace=True)) if part.strip()]
    return _chosen(piece, value)


def _chosen(piece: Piece, value: str) -> str:
    if value not in piece.choices:
        raise BadInput(piece.kind, value, piece.choices)
    return value


def _period(piece: Piece, value: str) -> Json:
    if value == ALL_TIME:
        return {"kind": "all"}
    if value in get_args(NamedPeriod):
        return {"kind": "named", "name": value}
    words = value.split()
    if len(words) == 3 and words[0] == "last" and words[1].isdecimal() and words[2].removesuffix("s") in _GRAINS:
        return {"kind": "last", "n": int(words[1]), "unit": words[2].removesuffix("s")}
    start, said, end = value.partition(" to ")
    if said:
        try:
            return {"kind": "between", "start": date.fromisoformat(start).isoformat(), "end": date.fromisoformat(end).isoformat()}
        except ValueError as error:
            raise BadInput("period", value, "two days such as 2026-01-01 to 2026-03-31") from error
    raise BadInput("period", value, (*piece.choices, "last 10 weeks", "2026-01-01 to 2026-03-31"))


def _put(arguments: dict[str, dict[str, object]], place: str, value: object) -> Iterator[tuple[str, str, int]]:
    """Writes the value at its place; what is to go is given back, because places move when entries before them go."""
    call, field, *at = place.split("/")
    held = arguments[call].get(field)
    if not at:
        arguments[call][field] = value
    elif isinstance(held, list):
        if value is None:
            yield call, field, int(at[0])
        elif isinstance(value, list):
            held[int(at[0])] = {**held[int(at[0])], "op": _op_for(held[int(at[0])].get("op", "="), value), "values": value}
        else:
            held[int(at[0])] = value


def _op_for(op: object, values: list[str]) -> object:
    """One value is equalled, several are a list."""
    one, several = {"in": "=", "not_in": "!="}, {"=": "in", "!=": "not_in"}
    return (several if len(values) > 1 else one).get(str(op), op)


def _with_arguments(plan: Plan, arguments: Mapping[str, Json]) -> Plan:
    from agents.language.telling import told  # the words of the planner are read when something is changed, not at start

    parts = tuple(
        part.model_copy(update={"calls": tuple(call.model_copy(update={"arguments": dict(arguments[call.id])}) for call in part.calls)})
        for part in plan.parts
    )
    edited = Plan(standalone_question=plan.standalone_question, language=plan.language, parts=parts)
    said = told([(call.tool, dict(call.arguments)) for call in edited.calls()], plan.language)
    return edited.model_copy(update={"standalone_question": said})
