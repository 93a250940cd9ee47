"""Arguments a model wrote, checked before any plan exists: the tool's own query class, and names that exist, with the nearest ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from agents.brain import World
from agents.llm_schema import Invalid
from tools.call import validated
from tools.contract import AnyTool
from tools.errors import BadInput, nearest_words
from tools.query.contract import Query
from tools.query.read import read_query

# Where a query names a metric or a dimension; the same words everywhere in the algebra.
_METRIC_FIELDS = ("metric", "metrics")
_DIMENSION_FIELDS = ("dimension", "by", "within", "per", "entity")
# `by` of an Order is a column of the result, which can be either and more.
_ORDERING = "order"


def find_tool(name: str, world: World) -> AnyTool:
    """The tool of that name, or the nearest names."""
    found = next((tool for tool in world.tools if tool.name == name), None)
    if found is None:
        raise Invalid(unknown("tool", name, [tool.name for tool in world.tools]))
    if world.agent_for(name) is None:
        raise Invalid(f"no agent may call {name}")
    return found


def checked_arguments(tool: AnyTool, arguments: Mapping[str, object], world: World) -> dict[str, object]:
    """The arguments as the gate will take them; everything wrong with them at once."""
    payload = _chained(dict(arguments), world)
    payload.pop("kind", None)
    problems = list(_shape_problems(tool, payload))
    if issubclass(tool.query, Query):
        problems += _name_problems(payload, world)
    if problems:
        raise Invalid(*(f"{tool.name}: {problem}" for problem in problems))
    return payload


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """A name that does not exist, with what is nearest to it."""
    near = nearest_words(name[:100], known)
    return f"there is no {what} {name[:100]!r}" + (f"; nearest: {', '.join(near)}" if near else "")


def _shape_problems(tool: AnyTool, payload: Mapping[str, object]) -> Iterator[str]:
    try:
        validated(tool, payload)
        for query in _step_queries(payload):
            read_query(query)
    except BadInput as error:
        yield str(error)


def _name_problems(payload: Mapping[str, object], world: World) -> Iterator[str]:
    metrics = [word.name for word in world.metrics]
    dimensions = [word.name for word in world.dimensions]
    for field, name in _names(payload):
        if field in _METRIC_FIELDS and name not in metrics:
            yield f"{field}: {unknown('metric', name, metrics)}"
        if field in _DIMENSION_FIELDS and name not in dimensions:
            yield f"{field}: {unknown('dimension', name, dimensions)}"


def _names(value: object, field: str = "") -> Iterator[tuple[str, str]]:
    """Every text with the field it stands in; values of filters are no names."""
    if isinstance(value, str):
        yield field, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if key not in ("values", _ORDERING):
                yield from _names(item, str(key))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _names(item, field)


def _chained(payload: dict[str, object], world: World) -> dict[str, object]:
    """Steps of a chain may name their tool; the algebra knows it by its kind."""
    kinds = {tool.name: tool.query.model_fields["kind"].default for tool in world.tools if issubclass(tool.query, Query)}
    for query in _step_queries(payload):
        named = query.pop("tool", query.get("kind"))
        query["kind"] = kinds.get(str(named), named)
    return payload


def _step_queries(payload: Mapping[str, object]) -> list[dict[str, object]]:
    steps = payload.get("steps")
    found = [step.get("query") for step in steps if isinstance(step, dict)] if isinstance(steps, list) else []
    return [query for query in found if isinstance(query, dict)]
