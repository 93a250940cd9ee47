"""Node: what of this turn the next ones may know. The rest of the workings does not outlive the turn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

from langgraph.runtime import Runtime

from agents.finding import Finding
from agents.memory import MAX_HANDLES, MAX_REMEMBERED_TEXT, MAX_TURNS, Handle, Turn
from agents.plan import Plan
from agents.state import Json, TurnContext, TurnState, Update
from tools.facts import FactTable


async def keep(state: TurnState, runtime: Runtime[TurnContext]) -> Update:
    """The turn joins the conversation; rows that were shown take the place of those shown before."""
    answer = state["answer"] or {}
    plan = state.get("plan") or {"standalone_question": state["message"], "outcome": "decline"}
    text = str(answer["text"])[:MAX_REMEMBERED_TEXT]
    turn = Turn.model_validate({"question": answer["question"], "plan": plan, "status": answer["status"], "text": text})
    handles = handles_of(_newest_first(state, turn.plan))
    update: Update = {"turns": [*state.get("turns", []), turn.model_dump(mode="json")][-MAX_TURNS:]}
    if handles:
        update["handles"] = handles
    return update


def _newest_first(state: TurnState, plan: Plan) -> Iterator[Finding]:
    """Findings from the last of the plan to the first, each read only when it is looked at."""
    by_call = {cast(Json, each["call"])["id"]: each for each in state.get("findings", [])}
    return (Finding.model_validate(by_call[call.id]) for call in reversed(plan.calls()) if call.id in by_call)


def handles_of(newest_first: Iterable[Finding]) -> list[Json]:
    """The rows of the last table that names things."""
    for finding in newest_first:
        for table in reversed(finding.findings.tables if finding.findings else ()):
            if found := _rows(table, finding.call.id):
                return [handle.model_dump(mode="json") for handle in found]
    return []


def _rows(table: FactTable, call_id: str) -> list[Handle]:
    names = [column.name for column in table.columns]
    named = next((place for place, name in enumerate(names) if _is_name(table, place) and not name.endswith("_id")), None)
    if named is None:
        return []
    dimension = names[named]
    key = names.index(f"{dimension}_id") if f"{dimension}_id" in names else named
    return [
        Handle(place=number, dimension=dimension, value=str(row[key]), name=str(row[named]), call_id=call_id)
        for number, row in enumerate(table.rows[:MAX_HANDLES], 1)
        if row[key] is not None
    ]


def _is_name(table: FactTable, place: int) -> bool:
    return table.columns[place].unit is None and bool(table.rows) and isinstance(table.rows[0][place], str)
