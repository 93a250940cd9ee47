"""The brain of an installation that has none: it takes typed questions as they are and says that it reads no others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import yaml
from pydantic import ValidationError

from agents.brain import Understood, World
from agents.finding import Finding
from agents.memory import Dialogue
from agents.plan import Engine, Part, Plan, PlannedCall

if TYPE_CHECKING:
    from agents.writer import Draft

_DEEPEST = 30
_EXAMPLES = (
    "{tool: metric_value, arguments: {metrics: [revenue]}}",
    "{tool: breakdown, arguments: {metrics: [orders], by: [month]}}",
    "{tool: ranking, arguments: {metric: revenue, by: category}}",
)
_NO_LANGUAGE = (
    "I cannot read plain language here: that needs a language model, configured with `OIIS_MODEL`. "
    "Questions written as a tool call, a typed query or a plan work without one, for example:\n\n"
)


class NotTyped(ValueError):
    """The message is no typed question; the text says why."""


class TypedBrain:
    """Accepts a message that is a plan, a tool call, a list of calls or a typed query, in JSON or YAML; declines everything else."""

    engine: Engine = "embedded"

    async def understand(self, message: str, dialogue: Dialogue) -> Understood:
        language = dialogue.preferences.language or "en"
        return Understood(message=message, standalone_question=message, as_of=dialogue.as_of, language=language)

    async def plan(self, understood: Understood, world: World) -> Plan:
        typed = _data(understood.message)
        if not isinstance(typed, Mapping | list):
            return _declined(understood, _NO_LANGUAGE)
        try:
            return _plan(understood, typed, world)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"])) or "the message"
            return _declined(understood, f"This typed question cannot be read: {place}: {first['msg']}. For example:\n\n")
        except NotTyped as error:
            return _declined(understood, f"This typed question cannot be read: {error}. For example:\n\n")

    async def write(self, plan: Plan, findings: tuple[Finding, ...], draft: Draft) -> Draft:
        return draft


def _data(message: str) -> object:
    """The message as data, or the message itself."""
    try:
        return message if _too_much(message) else yaml.load(message, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError):
        return message


def _too_much(message: str) -> bool:
    """Whether a few letters stand for far more: aliases, which can repeat themselves into gigabytes, or nesting nobody writes."""
    depth = 0
    for event in yaml.parse(message, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST or isinstance(event, yaml.AliasEvent):
            return True
    return False


def _plan(understood: Understood, typed: Mapping[object, object] | list[object], world: World) -> Plan:
    if isinstance(typed, Mapping) and "parts" in typed:
        return Plan.model_validate({"standalone_question": understood.message, **{str(key): value for key, value in typed.items()}})
    calls = [_call(each, number, world) for number, each in enumerate(typed if isinstance(typed, list) else [typed], 1)]
    if not calls:
        raise NotTyped("the list is empty")
    # An unknown tool goes to an agent all the same: the gate names the tools that are like it.
    parts = tuple(Part(agent=world.agent_for(call.tool) or "bi", question=understood.message, calls=(call,)) for call in calls)
    return Plan(standalone_question=understood.message, language=understood.language, parts=parts)


def _call(typed: object, number: int, world: World) -> PlannedCall:
    if not isinstance(typed, Mapping):
        raise NotTyped(f"entry {number} is not an object with tool and arguments")
    if "tool" in typed:
        return PlannedCall.model_validate({"id": f"c{number}", **{str(key): value for key, value in typed.items()}})
    if "kind" in typed:
        arguments = {str(key): value for key, value in typed.items() if key != "kind"}
        return PlannedCall(id=f"c{number}", tool=_tool_of_kind(str(typed["kind"]), world), arguments=arguments)
    raise NotTyped("it names neither a tool nor the kind of a query")


def _tool_of_kind(kind: str, world: World) -> str:
    kinds = {str(field.default): each.name for each in world.tools if (field := each.query.model_fields.get("kind"))}
    if kind not in kinds:
        raise NotTyped(f"there is no query of kind {kind}; there are {', '.join(sorted(kinds))}")
    return kinds[kind]


def _declined(understood: Understood, why: str) -> Plan:
    return Plan(
        standalone_question=understood.message,
        language=understood.language,
        outcome="decline",
        reply=why + "\n".join(f"- `{example}`" for example in _EXAMPLES),
    )
