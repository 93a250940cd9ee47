"""Node for every message that is not answered by a tool: ask back, decline, refuse, talk; and what is said when the engine itself fails."""

from __future__ import annotations

import logging
from typing import Literal

from langgraph.errors import NodeError, NodeTimeoutError
from langgraph.runtime import Runtime
from langgraph.types import Command

from agents.answer import Answer, Clarification, Confidence, Interpretation, Status
from agents.check import bill, engine_of, tell
from agents.option_figures import figures_of
from agents.plan import Plan
from agents.state import TurnContext, TurnState, Update

_LOG = logging.getLogger("oiis.agents")
_STATUS: dict[str, Status] = {"clarify": "clarify", "decline": "no_answer", "refuse": "refused", "talk": "answered"}


async def reply(state: TurnState, runtime: Runtime[TurnContext]) -> Update:
    """The answer that is a question or a sentence; its words hold no number, options may have the figure they come to beside them."""
    plan, context = Plan.model_validate(state["plan"]), runtime.context
    figures = await figures_of(plan, context)
    asked = Clarification(question=plan.clarify.question, options=plan.clarify.options, figures=figures.shown) if plan.clarify else None
    answer = Answer(
        answer_id=context.run_id,
        thread_id=context.thread_id,
        question=state["message"],
        status=_STATUS[plan.outcome],
        text=asked.question if asked else plan.reply,
        facts=figures.facts,
        evidence=figures.evidence,
        interpretation=Interpretation(text=plan.standalone_question, plan=plan),
        assumptions=plan.assumptions,
        clarification=asked,
        follow_ups=asked.options if asked else (),
        confidence=Confidence(level=plan.confidence, reasons=plan.reasons),
        engine=engine_of(state, plan),
        data_as_of=context.world.as_of,
        snapshot=context.tool_context.served.source.snapshot or None,
        timings=dict(context.timings),
        usage=bill(state),
    )
    return tell(answer, context)


async def step_failed(state: TurnState, error: NodeError, runtime: Runtime[TurnContext]) -> Command[Literal["keep"]]:
    """A step everything depends on broke or ran out of time: the turn ends with words, and nothing that was found is half told."""
    context = runtime.context
    _LOG.error("step %s in run %s broke", error.node, context.run_id, exc_info=error.error)
    late = isinstance(error.error, NodeTimeoutError)
    answer = failure(context, state["message"], "it took too long" if late else f"an unexpected fault in the step {error.node}")
    return Command(update={**tell(answer, context)}, goto="keep")


def failure(context: TurnContext, question: str, why: str) -> Answer:
    """The answer of a turn that broke."""
    return Answer(
        answer_id=context.run_id,
        thread_id=context.thread_id,
        question=question,
        status="failed",
        text=f"I could not answer this: {why}. Please ask again; if it happens again, the log has the reason.",
        confidence=Confidence(level="low", reasons=(why,)),
        engine=context.brain.engine,
        data_as_of=context.world.as_of,
        snapshot=context.tool_context.served.source.snapshot or None,
        timings=dict(context.timings),
    )
