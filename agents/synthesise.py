"""Node: findings, put in the order of the plan, become a draft; a brain may then find better words around the same facts."""

from __future__ import annotations

import asyncio
from typing import Protocol

from langgraph.runtime import Runtime

from agents.brain import metered
from agents.finding import Finding
from agents.phrases.book import Known
from agents.plan import Plan
from agents.state import TurnContext, TurnState, Update
from agents.writer import Draft


class Write(Protocol):
    """The template writer: findings in, a draft whose every number is a placeholder out."""

    def __call__(self, plan: Plan, findings: tuple[Finding, ...], known: Known, currency: str) -> Draft: ...


async def synthesise(state: TurnState, runtime: Runtime[TurnContext]) -> Update:
    """The draft of the answer; slow words are left and the plain ones stand."""
    context, plan = runtime.context, Plan.model_validate(state["plan"])
    findings = in_plan_order(context, plan)
    draft = worded = context.write(plan, findings, context.known, context.currency)
    with metered() as meter:
        try:
            async with asyncio.timeout(context.limits.write_seconds):
                worded = await context.brain.write(plan, findings, draft)
        except TimeoutError:
            plan = plan.model_copy(update={"reasons": (*plan.reasons, "the wording took too long, so the plain one is shown")})
    context.desk.draft, context.desk.worded = draft, None if worded is draft or worded == draft else worded
    return {"plan": plan.model_dump(mode="json"), "usage": [meter.usage.model_dump(mode="json")]}


def in_plan_order(context: TurnContext, plan: Plan) -> tuple[Finding, ...]:
    """Findings as the plan asked for them, whichever agent was first; those never asked for come last."""
    place = {call.id: number for number, call in enumerate(plan.calls())}
    return tuple(sorted(context.desk.findings, key=lambda finding: place.get(finding.call.id, len(place))))
