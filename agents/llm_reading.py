"""How a plan reads, token by token, taken from its calls and not from what a model says of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, cast

from agents.plan import PlannedCall, Token

Kind = Literal["metric", "period", "filter", "grouping", "operator", "limit", "comparison", "entity"]
_FIELDS: Mapping[str, Kind] = {
    "metric": "metric",
    "metrics": "metric",
    "by": "grouping",
    "within": "grouping",
    "per": "grouping",
    "grain": "grouping",
    "entity": "entity",
    "of": "entity",
    "ids": "entity",
    "item": "entity",
    "n": "limit",
    "limit": "limit",
    "top": "limit",
    "days": "limit",
}
MAX_TOKENS = 40


def reading_of(calls: tuple[PlannedCall, ...]) -> tuple[Token, ...]:
    """The tokens of all calls, each once."""
    return tuple(dict.fromkeys(token for call in calls for token in _tokens(call)))[:MAX_TOKENS]


def _tokens(call: PlannedCall) -> Iterator[Token]:
    yield Token(kind="operator", text=call.tool)
    for field, value in call.arguments.items():
        if field == "period":
            yield Token(kind="period", text=_period(value))
        elif field == "compare":
            yield Token(kind="comparison", text=str(cast(Mapping[str, object], value).get("to", "previous")) if value else "none")
        elif field == "where":
            yield from (Token(kind="filter", text=text) for text in _filters(value))
        elif field in _FIELDS:
            yield from (Token(kind=_FIELDS[field], text=str(item)) for item in (value if isinstance(value, list) else [value]))


def _period(value: object) -> str:
    parts = value.items() if isinstance(value, Mapping) else ()
    return " ".join(str(part) for name, part in parts if name != "kind" or len(parts) == 1) or "all"


def _filters(value: object) -> Iterator[str]:
    for item in value if isinstance(value, list) else ():
        if isinstance(item, Mapping):
            options = item.get("any_of")
            yield " or ".join(_filters(options)) if options else _filter(item)


def _filter(item: Mapping[str, object]) -> str:
    values = item.get("values", item.get("step", ""))
    shown = ", ".join(map(str, values)) if isinstance(values, list) else str(values)
    return f"{item.get('dimension')} {item.get('op', '=')} {shown}".strip()
