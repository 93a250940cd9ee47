"""The typed query behind a call: what was asked with its defaults, and which tool's words fit it."""

from __future__ import annotations

from pydantic import BaseModel, ValidationError

from agents.plan import PlannedCall
from tools.catalog import TOOLS
from tools.query.contract import Query


def asked_query(call: PlannedCall) -> BaseModel | None:
    """The call's arguments with the defaults of its tool; of several steps, the last; None where they do not fit it."""
    wanted: type[BaseModel] | None = next((each.query for each in TOOLS if each.name == call.tool), None)
    if wanted is None:
        return None
    try:
        query = wanted.model_validate(call.arguments)
    except ValidationError:
        return None
    steps = getattr(query, "steps", None)
    return _typed(steps[-1].query) if steps else query


def tool_of(call: PlannedCall, query: BaseModel | None) -> str:
    """The tool whose form words a call: of several steps, that of the last."""
    if query is None or any(each.name == call.tool and each.query is type(query) for each in TOOLS):
        return call.tool
    return next((each.name for each in TOOLS if each.query is type(query)), call.tool)


def _typed(query: object) -> Query | None:
    if isinstance(query, Query):
        return query
    kind = query.get("kind") if isinstance(query, dict) else None
    fitting = [each.query for each in TOOLS if issubclass(each.query, Query) and each.query.model_fields["kind"].default == kind]
    try:
        return fitting[0].model_validate(query) if fitting else None
    except ValidationError:
        return None
