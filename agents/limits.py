"""How much one turn may do; whatever would be more is refused in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from agents.plan import Part, Plan, PlannedCall


@dataclass(frozen=True)
class Limits:
    """The bounds of a turn and of everything that runs at once."""

    message_characters: int = 4_000
    tool_calls: int = 8
    turn_seconds: float = 60.0
    # What follows one another adds up to less than the turn, so that what was found by then is still said.
    brain_seconds: float = 14.0  # understanding and planning, each
    call_seconds: float = 18.0  # one tool call
    agent_seconds: float = 20.0  # one agent with all its calls
    write_seconds: float = 9.0  # better words around the same facts
    running_turns: int = 8
    running_calls: int = 8  # tool calls of all turns together; the others wait
    waiting_turns: int = 200


@dataclass(frozen=True)
class Bounded:
    """A plan as it may run, and the calls that were too many."""

    plan: Plan
    left_out: tuple[tuple[Part, PlannedCall], ...]


def bounded(plan: Plan, limits: Limits) -> Bounded:
    """The same plan with every call once, ids that are unique, and no more calls than a turn may make."""
    seen: set[str] = set()
    parts: list[Part] = []
    left_out: list[tuple[Part, PlannedCall]] = []
    for part in plan.parts:
        kept: list[PlannedCall] = []
        for call in _unseen(part, seen):
            numbered = call.model_copy(update={"id": f"c{len(seen)}"})
            (kept.append(numbered) if len(seen) <= limits.tool_calls else left_out.append((part, numbered)))
        if kept:
            parts.append(part.model_copy(update={"calls": tuple(kept)}))
    return Bounded(plan.model_copy(update={"parts": tuple(parts)}), tuple(left_out))


def _unseen(part: Part, seen: set[str]) -> Iterator[PlannedCall]:
    """Calls nobody made before in this plan; what they are is remembered as they are handed out."""
    for call in part.calls:
        key = json.dumps([call.tool, call.arguments], sort_keys=True, default=str)
        if key not in seen:
            seen.add(key)
            yield call
