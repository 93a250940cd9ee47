"""Tools, one at a time: the definitions and the gate that agents use."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query

from api import schemas
from api.blocking import beside
from api.identity import Identity
from api.reach import House
from api.refusal import Refusal
from tools.call import AuditEntry, call
from tools.contract import ToolCall, ToolContext
from tools.facts import Findings

router = APIRouter(prefix="/tools", tags=["tools"])
Arguments = Annotated[dict[str, Any], Body(examples=[{"metric": "revenue", "by": "category", "n": 3}])]
CALL_SECONDS = 18.0


@router.get("")
def list_tools(house: House) -> schemas.ToolList:
    """Every tool with what it is for and the JSON schema of its arguments."""
    cards = (
        schemas.ToolCard(name=each.name, description=each.description, effect=each.effect, scope=each.scope, arguments=each.schema())
        for each in house.tools
    )
    return schemas.ToolList(tools=tuple(cards))


@router.post("/{name}")
async def run_tool(
    house: House,
    caller: Identity,
    name: str,
    arguments: Arguments,
    as_of: Annotated[date | None, Query(description="Answer as it would have been on this day")] = None,
) -> schemas.Findings:
    """Run a tool with these arguments: permission, validation, run and audit are those of the agents."""
    running = asyncio.ensure_future(beside(_run, house, caller, ToolCall(name, arguments), as_of))
    done, _ = await asyncio.wait({running}, timeout=CALL_SECONDS)
    if not done:
        raise Refusal("too_slow", f"{name} took longer than {CALL_SECONDS:.0f} seconds. Next: ask for a shorter period or fewer groups.")
    return running.result()


def _run(house: House, caller: Identity, wanted: ToolCall, as_of: date | None) -> Findings:
    acts: list[AuditEntry] = []
    try:
        return call(
            wanted, ToolContext(house.ground().on(as_of).served, caller, documents=house.documents.searcher), house.tools, acts.append
        )
    finally:
        for act in acts:
            house.keep_promises(act.promises)
        house.store.audit.record(*acts)
