"""Second node: the question becomes a plan, and the plan decides which agents work on it."""

from __future__ import annotations

from typing import Literal

from langgraph.runtime import Runtime
from langgraph.types import Send

from agents.brain import Understood, metered
from agents.finding import Finding
from agents.limits import Bounded, bounded
from agents.plan import Plan
from agents.state import TurnContext, TurnState, Update


async def route(state: TurnState, runtime: Runtime[TurnContext]) -> Update:
    """The plan, bounded: every call once, no more of them than a turn may make."""
    if state.get("plan"):
        return {}
    context, understood = runtime.context, Understood.model_validate(state["understood"])
    with metered() as meter:
        plan = sound(await context.brain.plan(understood, context.world))
    chosen = bounded(plan, context.limits)
    context.desk.findings.extend(_too_many(chosen))
    return {"plan": chosen.plan.model_dump(mode="json"), "usage": [meter.usage.model_dump(mode="json")]}


def sound(plan: Plan) -> Plan:
    """A plan that does what its outcome says; one that contradicts itself is declined."""
    if plan.outcome == "answer" and plan.parts:
        return plan
    if plan.outcome == "clarify" and plan.clarify:
        return plan.model_copy(update={"parts": ()})
    if plan.outcome in ("decline", "refuse", "talk") and plan.reply:
        return plan.model_copy(update={"parts": ()})
    return plan.model_copy(
        update={"outcome": "decline", "parts": (), "clarify": None, "reply": plan.reply or "I found no way to answer this from the data."}
    )


def next_steps(state: TurnState) -> list[Send] | Literal["reply"]:
    """One task for each part, all at once; a plan without parts is replied to at once."""
    plan = Plan.model_validate(state["plan"])
    if plan.outcome != "answer":
        return "reply"
    return [Send(part.agent, {"part": part.model_dump(mode="json")}) for part in plan.parts]


def _too_many(chosen: Bounded) -> list[Finding]:
    why = "a turn makes a limited number of tool calls and this one came after them; ask for it on its own"
    return [Finding(agent=part.agent, call=call, trouble="cannot_do", why=why) for part, call in chosen.left_out]
