"""What can be asked, written for a planner in as few words as it needs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import cast

from pydantic import BaseModel

from agents.brain import Word, World
from agents.llm_arguments import unknown
from agents.llm_prompts import prompt
from tools.contract import AnyTool

Schema = Mapping[str, object]
# Said once for all tools instead of in each.
EVERYWHERE = ("kind", "where", "period")


@lru_cache(maxsize=4)
def world_prompt(world: World) -> str:
    """The standing instructions of the planner for this world."""
    shared = shared_arguments(world.tools)
    return prompt(
        "plan",
        as_of=world.as_of.isoformat(),
        tables=", ".join(world.tables) or "none",
        agents="\n".join(f"- {card.name}: {card.about}" for card in world.agents),
        tools="\n".join(f"- {signature(tool, shared)}{_agents(tool, world)}: {first_paragraph(tool)}" for tool in world.tools),
        shapes="\n".join(f"- {line}" for line in (*_shapes(world.tools), *map(_arguments, shared))),
        metrics="\n".join(_word(word) for word in world.metrics),
        dimensions="\n".join(_word(word) for word in world.dimensions),
    )


def first_paragraph(tool: AnyTool) -> str:
    return " ".join(tool.description.split("\n\n")[0].split())


def full_description(tool: AnyTool) -> str:
    """All a planner can read about a tool."""
    return f"{signature(tool)}\n{tool.description}\nArguments: {json.dumps(tool.schema().get('properties', {}), default=str)}"


def describe(names: Iterable[str], world: World) -> str:
    """The full descriptions of tools, and which names are none."""
    by_name = {tool.name: tool for tool in world.tools}
    known = [full_description(by_name[name]) for name in names if name in by_name]
    strange = [unknown("tool", name, by_name) for name in names if name not in by_name]
    return "\n\n".join([*known, *strange])


def shared_arguments(tools: Iterable[AnyTool]) -> tuple[type[BaseModel], ...]:
    """Sets of arguments that several tools take beside their own; each is written once."""
    sets = Counter(each for tool in tools for each in tool.query.__mro__ if issubclass(each, BaseModel) and _own(each))
    return tuple(each for each, count in sets.items() if count > 1)


def _own(query: type[BaseModel]) -> list[str]:
    """The arguments of a set, but those every tool takes."""
    return [name for name in query.model_fields if name not in EVERYWHERE]


def _arguments(shared: type[BaseModel]) -> str:
    return f"...{shared.__name__} = {', '.join(_typed(shared.model_json_schema()))}"


def signature(tool: AnyTool, shared: Collection[type[BaseModel]] = ()) -> str:
    """A tool as a typed function on one line; arguments that it shares with others by the name of their set."""
    schema = tool.schema()
    base = max((each for each in shared if issubclass(tool.query, each)), key=lambda each: len(each.__mro__), default=None)
    among = set(_typed(base.model_json_schema())) if base else set()
    own = [argument for argument in _typed(schema) if argument not in among]
    arguments = ", ".join([*([f"...{base.__name__}"] if base else []), *own])
    missing = " and ".join(name for name in EVERYWHERE[1:] if name not in _fields(schema))
    return f"{tool.name}({arguments})" + (f" without {missing}" if missing else "")


def _typed(schema: Schema) -> list[str]:
    """The arguments of a schema with their types and defaults, but those every tool takes."""
    required = cast(list[str], schema.get("required", []))
    shown = {name: field for name, field in _fields(schema).items() if name not in EVERYWHERE}
    return [f"{name}{'' if name in required else '?'}: {_type(field)}{_default(field)}" for name, field in shown.items()]


def _agents(tool: AnyTool, world: World) -> str:
    able = [card.name for card in world.agents if tool.name in card.tools]
    return "" if len(able) == len(world.agents) else f" [{', '.join(able)}]"


def _shapes(tools: Iterable[AnyTool]) -> list[str]:
    """Every shape the tools share, each once."""
    shapes: dict[str, Schema] = {}
    for tool in tools:
        shapes.update(cast(Mapping[str, Schema], tool.schema().get("$defs", {})))
    lines = [f"{name} = {_object(shape)}" for name, shape in sorted(shapes.items())]
    periods = [name for name, shape in sorted(shapes.items()) if "const" in _fields(shape).get("kind", {}) and name not in EVERYWHERE]
    return [*lines, f"Period = {' | '.join(periods)}"] if periods else lines


def _object(schema: Schema) -> str:
    if "enum" in schema:
        return _type(schema)
    required = cast(list[str], schema.get("required", []))
    fields = (f"{name}{'' if name in required or 'const' in field else '?'}: {_type(field)}" for name, field in _fields(schema).items())
    return "{" + ", ".join(fields) + "}"


def _type(field: Schema) -> str:
    if "const" in field:
        return json.dumps(field["const"])
    if "enum" in field:
        return "|".join(map(str, cast(list[object], field["enum"])))
    if "$ref" in field:
        return str(field["$ref"]).rsplit("/", 1)[-1]
    if "discriminator" in field:
        return "Period"
    if "anyOf" in field:
        options = [_type(option) for option in cast(list[Schema], field["anyOf"]) if option.get("type") != "null"]
        return "|".join(dict.fromkeys(options))
    if field.get("type") == "array":
        return f"[{_type(cast(Schema, field.get('items', {})))}]"
    return str(field.get("format") or field.get("type", "any"))


def _default(field: Schema) -> str:
    default = field.get("default")
    return "" if default is None or default in ([], "", False) or isinstance(default, Mapping) else f"={json.dumps(default)}"


def _fields(schema: Schema) -> Mapping[str, Schema]:
    return cast(Mapping[str, Schema], schema.get("properties", {}))


def _word(word: Word) -> str:
    """A model translates by itself: other words are given in English, which costs half as many tokens."""
    unit = f" ({word.unit})" if word.unit else ""
    others = [each for each in word.also if each.isascii()][:3]
    also = f"; also {', '.join(others)}" if others else ""
    return f"- {word.name}{unit}: {word.meaning}{also}"
