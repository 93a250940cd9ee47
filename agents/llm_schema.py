"""What a model may send back, as typed functions; its reply becomes one of them or a list of what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agents.llm_chat import FunctionSchema, Reply
from agents.plan import Agent, Language

MAX_PROBLEMS = 6


class Invalid(Exception):
    """A reply that cannot be used, and why, in words the model can act on."""

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


class _Sent(BaseModel):
    # Fields a model adds of its own are left out; what it must not leave out is required.
    model_config = ConfigDict(frozen=True, extra="ignore")


class SentQuestion(_Sent):
    """The newest message as a question that stands alone."""

    standalone_question: str = Field(min_length=1, max_length=2_000)
    language: Language = "en"
    changes_last_question: bool = False


class SentCall(_Sent):
    """One tool call."""

    tool: str
    arguments: dict[str, object] = Field(default_factory=dict)
    agent: Agent | None = None
    question: str = Field(default="", max_length=500, description="The part of the question this call answers")


class SentClarify(_Sent):
    """A question back."""

    question: str
    options: tuple[str, ...] = Field(min_length=2, max_length=6)


class SentPlan(_Sent):
    """What is to be done about the question."""

    outcome: Literal["answer", "clarify", "decline", "refuse", "talk"]
    calls: tuple[SentCall, ...] = Field(default=(), max_length=8)
    assumptions: tuple[str, ...] = Field(default=(), max_length=6)
    ignored: tuple[str, ...] = Field(default=(), max_length=12)
    clarify: SentClarify | None = None
    reply: str = ""
    confidence: Literal["high", "medium", "low"] = "medium"


S = TypeVar("S", bound=_Sent)

SUBMIT_QUESTION, SUBMIT_PLAN, READ_TOOL = "submit_question", "submit_plan", "read_tool"


@lru_cache(maxsize=1)
def question_functions() -> tuple[FunctionSchema, ...]:
    return (_function(SUBMIT_QUESTION, "Send the standalone question.", SentQuestion.model_json_schema()),)


@lru_cache(maxsize=1)
def plan_functions() -> tuple[FunctionSchema, ...]:
    names = {
        "type": "object",
        "properties": {"names": {"type": "array", "items": {"type": "string"}, "maxItems": 4}},
        "required": ["names"],
    }
    return (
        _function(SUBMIT_PLAN, "Send the whole plan, with all of its calls.", SentPlan.model_json_schema()),
        _function(READ_TOOL, "Read the full descriptions of tools before planning. Runs nothing.", names),
    )


def read_question(reply: Reply) -> SentQuestion:
    """The question in a reply."""
    _refuse_broken(reply)
    sent = [request.arguments for request in reply.requests if request.name == SUBMIT_QUESTION] or [_json(reply.text)]
    return _typed(SentQuestion, sent[0])


def wanted_descriptions(reply: Reply) -> tuple[str, ...]:
    """The tools the model wants to read about, when it asks for nothing else."""
    if not reply.requests or any(request.name != READ_TOOL for request in reply.requests):
        return ()
    names = [name for request in reply.requests for name in _texts(request.arguments.get("names"))]
    return tuple(dict.fromkeys(names))[:8]


def read_plan(reply: Reply, tools: Iterable[str]) -> SentPlan:
    """The plan in a reply: sent by function, as JSON text, or as direct calls of tools, several at once taken together."""
    _refuse_broken(reply)
    known = set(tools)
    plans = [_typed(SentPlan, request.arguments) for request in reply.requests if request.name == SUBMIT_PLAN]
    others = [request for request in reply.requests if request.name not in (SUBMIT_PLAN, READ_TOOL)]
    direct = tuple(SentCall(tool=request.name, arguments=dict(request.arguments)) for request in others)
    if not plans and not direct:
        return _typed(SentPlan, _json(reply.text, known))
    first = plans[0] if plans else SentPlan(outcome="answer")
    calls = (*(call for plan in plans for call in plan.calls), *direct)
    return first.model_copy(update={"calls": calls})


def _refuse_broken(reply: Reply) -> None:
    if reply.broken:
        raise Invalid(*reply.broken)
    if not reply.requests and not reply.text.strip():
        raise Invalid("the reply was empty")


def _json(text: str, tools: Iterable[str] = ()) -> Mapping[str, object]:
    """The one JSON object in a text, a code fence and words around it left out."""
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        raise Invalid("the reply holds no JSON object")
    try:
        value = json.loads(text[start : end + 1])
    except (ValueError, RecursionError) as error:
        where = f" at character {error.pos}" if isinstance(error, json.JSONDecodeError) else ""
        raise Invalid(f"the reply is not valid JSON{where}") from error
    if not isinstance(value, dict):
        raise Invalid("the reply is not a JSON object")
    return {"outcome": "answer", "calls": [value]} if value.get("tool") in set(tools) and "calls" not in value else value


def _typed(wanted: type[S], value: Mapping[str, object]) -> S:
    try:
        return wanted.model_validate(value)
    except ValidationError as error:
        raise Invalid(*(_problem(each["loc"], each["msg"]) for each in error.errors()[:MAX_PROBLEMS])) from error


def _problem(place: tuple[int | str, ...], message: str) -> str:
    return f"{'.'.join(map(str, place)) or 'the reply'}: {message}"


def _texts(value: object) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, str)]


def _function(name: str, description: str, parameters: Mapping[str, object]) -> FunctionSchema:
    return {"type": "function", "function": {"name": name, "description": description, "parameters": dict(parameters)}}
