"""Last node: what would change anything waits here for a person, and the turn's workings are put away."""

from __future__ import annotations

from collections.abc import Sequence

from langgraph.runtime import Runtime
from langgraph.types import interrupt

from agents.answer import Answer
from agents.approve_verdicts import Verdict, verdict_on
from agents.bus import Proposal, TextDelta
from agents.state import TurnContext, TurnState, Update, put_away


async def approve(state: TurnState, runtime: Runtime[TurnContext]) -> Update:
    """Wait for a verdict on every proposal, then act on those approved as they stand."""
    context, waiting = runtime.context, state.get("proposals")
    if not waiting:
        return put_away()
    # Nothing above this line has an effect: it runs again when the person has decided.
    told = interrupt(waiting)
    answer = Answer.model_validate(state["answer"])
    proposals = [Proposal.model_validate(each) for each in waiting]
    verdicts = [Verdict.model_validate(each) for each in told]
    outcomes = [await _settle(proposal, verdicts, context) for proposal in proposals]
    for outcome in outcomes:
        context.events.emit(TextDelta(text="\n\n" + outcome))
    settled = answer.model_copy(update={"status": "answered", "text": "\n\n".join((answer.text, *outcomes))})
    context.desk.answer = settled
    return put_away()


async def _settle(proposal: Proposal, verdicts: Sequence[Verdict], context: TurnContext) -> str:
    said = {
        "rejected": "Rejected; nothing was done.",
        "changed": "Not done: what was approved is not what was proposed.",
        "undecided": "Not done: nobody decided about it.",
    }
    verdict = verdict_on(proposal, verdicts)
    happened = await context.act(proposal, context.tool_context.caller.name) if verdict == "approved" else said[verdict]
    return f"**{proposal.tool.replace('_', ' ')}**: {happened}"
