"""Node: what of this turn the next ones may know. The rest of the workings does not outlive the turn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from langgraph.runtime import Runtime

from agents.finding import Finding
from agents.memory import MAX_HANDLES, MAX_REMEMBERED_TEXT, Handle, Turn
from agents.plan import Plan
from agents.state import Desk, Json, TurnContext, TurnState, Update
from agents.understand import known_before
from tools.facts import FactTable


async def keep(state: TurnState, runtime: Runtime[TurnContext]) -> Update:
    """The turn joins the conversation; rows that were shown take the place of those shown before."""
    desk, run_id = runtime.context.desk, runtime.context.run_id
    if desk.answer is None:
        raise LookupError("there is no answer to remember")
    plan = Plan.model_validate(state.get("plan") or {"standalone_question": state["message"], "outcome": "decline"})
    turn = Turn(
        question=desk.answer.question,
        plan=plan,
        status=desk.answer.status,
        text=desk.answer.text[:MAX_REMEMBERED_TEXT],
        run_id=run_id,
        found=not desk.findings or any(finding.findings for finding in desk.findings),
    )
    handles = handles_of(_newest_first(desk, plan)) if desk.answer.status != "failed" else []
    turns, before = known_before(state, run_id)
    return {"turns": [*turns, turn.model_dump(mode="json")], "handles": handles or before, "handles_before": before}


def _newest_first(desk: Desk, plan: Plan) -> Iterator[Finding]:
    """Findings from the last of the plan to the first."""
    by_call = {each.call.id: each for each in desk.findings}
    return (by_call[call.id] for call in reversed(plan.calls()) if call.id in by_call)


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
    if (record := _record(table, names[:named])) is not None:
        dimension, key, named = names[record].removesuffix("_id"), record, record
    return [
        Handle(place=number, dimension=dimension, value=str(row[key]), name=str(row[named] or row[key]), call_id=call_id)
        for number, row in enumerate(table.rows[:MAX_HANDLES], 1)
        if row[key] is not None
    ]


def _record(table: FactTable, before: list[str]) -> int | None:
    """The column of the records that are listed, each once, where they have a number and no name: purchase orders of suppliers."""
    place = next((place for place, name in enumerate(before) if name.endswith("_id")), None)
    if place is None or before[place].removesuffix("_id") in {column.name for column in table.columns}:
        return None
    keys = [row[place] for row in table.rows]
    return place if len(set(keys)) == len(keys) and all(isinstance(key, str) for key in keys) else None


def _is_name(table: FactTable, place: int) -> bool:
    """A column of texts, or one beside its keys, where some may have no name."""
    column = table.columns[place]
    keyed = f"{column.name}_id" in {each.name for each in table.columns}
    return column.unit is None and bool(table.rows) and (keyed or isinstance(table.rows[0][place], str))
