"""The one gate: permission, validation, run, audit, in this order, for every call from anywhere."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from pydantic import ValidationError

from tools.contract import AnyTool, ToolCall, ToolContext
from tools.errors import BadInput, CannotDo, NeedsPermission, ToolError, nearest_words
from tools.facts import Findings
from tools.query.contract import Query
from tools.query.read import read_query

Outcome = Literal["done", "bad_input", "cannot_do", "forbidden"]
MAX_ARGUMENT_BYTES = 64_000


@dataclass(frozen=True)
class AuditEntry:
    """Who called what with which arguments (their hash) and how it ended; refused calls too."""

    at: datetime
    caller: str
    tool: str
    scope: str
    arguments_sha256: str
    outcome: Outcome
    seconds: float


Audit = Callable[[AuditEntry], None]


def unwatched(entry: AuditEntry) -> None:
    """For callers that keep no audit."""


def call(wanted: ToolCall, context: ToolContext, tools: Iterable[AnyTool], audit: Audit = unwatched) -> Findings:
    """Run one tool call; raises a ToolError named by who must act."""
    started = time.perf_counter()
    outcome: Outcome = "done"
    scope = ""
    try:
        chosen = find(wanted.tool, tools)
        scope = chosen.scope
        if scope not in context.caller.scopes:
            raise NeedsPermission(wanted.tool, scope)
        return chosen.run(_entered(context, chosen, wanted), _validated(chosen, wanted))
    except ToolError as error:
        outcome = _outcome(error)
        raise
    finally:
        audit(
            AuditEntry(datetime.now(UTC), context.caller.name, wanted.tool, scope, _digest(wanted), outcome, time.perf_counter() - started)
        )


def _entered(context: ToolContext, chosen: AnyTool, wanted: ToolCall) -> ToolContext:
    """The context as this call may use it: what is personal is decided by the session's scopes, here and nowhere else."""
    served = replace(context.served, context=replace(context.served.context, personal="pii:read" in context.caller.scopes))
    return replace(context, served=served, call_id=wanted.id, tool=chosen.name)


def find(name: str, tools: Iterable[AnyTool]) -> AnyTool:
    """The tool called `name`, or BadInput with the nearest names."""
    by_name = {each.name: each for each in tools}
    if name not in by_name:
        raise BadInput("tool", name, sorted(by_name), nearest_words(name, by_name))
    return by_name[name]


def _validated(chosen: AnyTool, wanted: ToolCall) -> object:
    size = len(json.dumps(dict(wanted.arguments), default=str))
    if size > MAX_ARGUMENT_BYTES:
        raise BadInput("arguments", f"{size} bytes", f"at most {MAX_ARGUMENT_BYTES} bytes")
    if issubclass(chosen.query, Query):
        kind = chosen.query.model_fields["kind"].default
        return read_query({**wanted.arguments, "kind": kind})
    try:
        return chosen.query.model_validate(dict(wanted.arguments))
    except ValidationError as error:
        first = error.errors()[0]
        raise BadInput(
            ".".join(map(str, first["loc"])) or "arguments", first["input"], sorted(chosen.query.model_fields), why=first["msg"]
        ) from error


def _outcome(error: ToolError) -> Outcome:
    if isinstance(error, NeedsPermission):
        return "forbidden"
    return "cannot_do" if isinstance(error, CannotDo) else "bad_input"


def _digest(wanted: ToolCall) -> str:
    return hashlib.sha256(json.dumps(dict(wanted.arguments), sort_keys=True, default=str).encode()).hexdigest()
