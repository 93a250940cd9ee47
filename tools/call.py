"""The one gate: permission, validation, run, audit, in this order, for every call from anywhere."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal, cast

from pydantic import BaseModel, ValidationError

from ml.ledger import Promise
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
    promises: tuple[Promise, ...] = ()  # what the findings promise, for the ledger


Audit = Callable[[AuditEntry], None]


def unwatched(entry: AuditEntry) -> None:
    """For callers that keep no audit."""


def call(wanted: ToolCall, context: ToolContext, tools: Iterable[AnyTool], audit: Audit = unwatched) -> Findings:
    """Run one tool call; raises a ToolError named by who must act."""
    started = time.perf_counter()
    outcome: Outcome = "done"
    scope = ""
    promises: tuple[Promise, ...] = ()
    try:
        chosen = find(wanted.tool, tools)
        scope = chosen.scope
        if scope not in context.caller.scopes:
            raise NeedsPermission(wanted.tool, scope)
        found = chosen.run(_entered(context, chosen, wanted), validated(chosen, wanted.arguments))
        promises = found.promises
        return found
    except ToolError as error:
        outcome = _outcome(error)
        raise
    finally:
        seconds = time.perf_counter() - started
        audit(AuditEntry(datetime.now(UTC), context.caller.name, wanted.tool, scope, _digest(wanted), outcome, seconds, promises))


def _entered(context: ToolContext, chosen: AnyTool, wanted: ToolCall) -> ToolContext:
    """The context as this call may use it: what is personal is decided by the session's scopes, here and nowhere else."""
    asked = context.served.context
    mine = replace(asked, personal="pii:read" in context.caller.scopes, max_seconds=min(asked.max_seconds, context.seconds))
    return replace(context, served=replace(context.served, context=mine), call_id=wanted.id, tool=chosen.name)


def find(name: str, tools: Iterable[AnyTool]) -> AnyTool:
    """The tool called `name`, or BadInput with the nearest names."""
    by_name = {each.name: each for each in tools}
    if name not in by_name:
        raise BadInput("tool", name, sorted(by_name), nearest_words(name, by_name))
    return by_name[name]


def validated(chosen: AnyTool, arguments: Mapping[str, object]) -> BaseModel:
    """The typed query of a call, or BadInput with the first thing wrong."""
    _refuse_size(arguments)
    if issubclass(chosen.query, Query):
        return read_query({**arguments, "kind": chosen.query.model_fields["kind"].default})
    try:
        return cast(BaseModel, chosen.query.model_validate(dict(arguments)))
    except ValidationError as error:
        first = error.errors()[0]
        raise BadInput(
            ".".join(map(str, first["loc"])) or "arguments", first["input"], sorted(chosen.query.model_fields), why=first["msg"]
        ) from error


def _refuse_size(arguments: Mapping[str, object]) -> None:
    try:
        size = len(json.dumps(dict(arguments), default=str, allow_nan=False))
    except ValueError as error:
        raise BadInput("arguments", "NaN or Infinity", "numbers to ask with") from error
    if size > MAX_ARGUMENT_BYTES:
        raise BadInput("arguments", f"{size} bytes", f"at most {MAX_ARGUMENT_BYTES} bytes")


def _outcome(error: ToolError) -> Outcome:
    if isinstance(error, NeedsPermission):
        return "forbidden"
    return "cannot_do" if isinstance(error, CannotDo) else "bad_input"


def _digest(wanted: ToolCall) -> str:
    return hashlib.sha256(json.dumps(dict(wanted.arguments), sort_keys=True, default=str).encode()).hexdigest()
