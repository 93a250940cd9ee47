"""What a tool is: a typed function with a name, a docstring for planners, an effect and a scope; defined once, called from anywhere."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, cast, get_type_hints

from pydantic import BaseModel

from tools.facts import Findings
from tools.query.served import Served

if TYPE_CHECKING:
    from knowledge.search import Searcher as Searcher

Effect = Literal["read", "propose"]
Scope = Literal["data:read", "sql:free", "pii:read", "documents:read", "documents:write", "po:draft", "mail:draft", "price:draft"]
Q = TypeVar("Q", bound=BaseModel)


@dataclass(frozen=True)
class Caller:
    """Who asks. Scopes come from the session, never from a tool's arguments."""

    name: str = "local"
    scopes: frozenset[Scope] = frozenset({"data:read"})


# Whoever sits at this machine may read its data and its documents, add documents and delete them.
LOCAL = Caller(scopes=frozenset({"data:read", "documents:read", "documents:write"}))


@dataclass(frozen=True)
class ToolContext:
    """What a tool may use while it runs."""

    served: Served
    caller: Caller = field(default_factory=Caller)
    call_id: str = "c1"
    tool: str = ""
    seconds: float = inf  # what is left for this call; a tool stops by itself when it is over
    documents: Searcher | None = None  # the library, where the installation has one


@dataclass(frozen=True)
class ToolCall:
    """A request to run a tool, as a planner, a person or a protocol writes it."""

    tool: str
    arguments: Mapping[str, object]
    id: str = "c1"


@dataclass(frozen=True)
class Tool(Generic[Q]):
    """A typed function and everything others need to know about it."""

    name: str
    description: str
    query: type[Q]
    run: Callable[[ToolContext, Q], Findings]
    effect: Effect = "read"
    scope: Scope = "data:read"

    def schema(self) -> dict[str, Any]:
        """The JSON schema of the arguments, for language models, HTTP and MCP."""
        return self.query.model_json_schema()


# A catalog holds tools of many query types; each call validates its own before it runs.
AnyTool = Tool[Any]


def tool(*, effect: Effect = "read", scope: Scope = "data:read") -> Callable[[Callable[[ToolContext, Q], Findings]], Tool[Q]]:
    """Describe a function as a tool; name, description and argument type are read off it, nothing is registered."""

    def describe(run: Callable[[ToolContext, Q], Findings]) -> Tool[Q]:
        hints = get_type_hints(run)
        parameters = list(inspect.signature(run).parameters)
        if parameters != ["context", "query"] or hints.get("return") is not Findings:
            raise TypeError(f"{run.__name__}: a tool is (context: ToolContext, query: SomeQuery) -> Findings")
        description = inspect.getdoc(run)
        if not description:
            raise TypeError(f"{run.__name__}: a tool needs a docstring a planner can use")
        return Tool(run.__name__, description, cast(type[Q], hints["query"]), run, effect, scope)

    return describe
