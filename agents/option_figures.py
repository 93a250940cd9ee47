"""The figures beside the options of a question asked back: each found through the gate, all of them in a moment or not at all."""

from __future__ import annotations

import asyncio
import logging
from contextvars import copy_context
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from agents.answer import OptionFigure
from agents.formats import show
from agents.plan import Plan, PlannedCall
from agents.state import TurnContext
from tools.call import call as call_tool
from tools.errors import ToolError
from tools.facts import Evidence, Fact

_LOG = logging.getLogger("oiis.agents")
MOST_SECONDS = 0.3  # all options together: a question is not kept waiting for what stands beside it


@dataclass(frozen=True)
class Figures:
    """What options come to, with the facts and the evidence behind them."""

    shown: tuple[OptionFigure, ...] = ()
    facts: tuple[Fact, ...] = ()
    evidence: tuple[Evidence, ...] = ()


async def figures_of(plan: Plan, context: TurnContext) -> Figures:
    """The figure of every option that has one and is found in time."""
    asked = plan.clarify
    if asked is None or not any(asked.calls):
        return Figures()
    named = [(option, call) for option, call in zip(asked.options, asked.calls, strict=False) if call]
    loop, ends = asyncio.get_running_loop(), context.clock() + MOST_SECONDS
    tasks = {
        option: asyncio.ensure_future(
            loop.run_in_executor(context.workers, partial(copy_context().run, _found, call, place, context, ends))
        )
        for place, (option, call) in enumerate(named, 1)
    }
    done, late = await asyncio.wait(tasks.values(), timeout=MOST_SECONDS)
    for task in late:
        task.cancel()
    for task in done:
        if error := task.exception():
            _LOG.error("the figure beside an option could not be found", exc_info=error)
    found = [(option, task.result()) for option, task in tasks.items() if task in done and task.exception() is None]
    return _shown([(option, each) for option, each in found if each], plan, context)


def _found(call: PlannedCall, place: int, context: TurnContext, ends: float) -> tuple[Fact, tuple[Evidence, ...]] | None:
    """The one figure of a call; nothing when it comes to none, to several, or cannot be had."""
    left = ends - context.clock()
    if left <= 0:
        return None
    own = call.model_copy(update={"id": f"o{place}"})
    try:
        findings = call_tool(own.to_call(), replace(context.tool_context, seconds=left), context.world.tools, context.audit)
    except ToolError:
        return None
    figures = [fact for fact in findings.facts if _is_figure(fact)]
    if len(figures) != 1:
        return None
    return figures[0], tuple(each for each in findings.evidence if each.id == figures[0].evidence_id)


def _is_figure(fact: Fact) -> bool:
    return fact.derived_from is None and isinstance(fact.value, int | float | Decimal) and not isinstance(fact.value, bool)


def _shown(found: list[tuple[str, tuple[Fact, tuple[Evidence, ...]]]], plan: Plan, context: TurnContext) -> Figures:
    figures = tuple(
        OptionFigure(option=option, fact_id=fact.id, text=show(fact.value, fact.unit, plan.language, context.currency))
        for option, (fact, _) in found
    )
    evidence = {each.id: each for _, (_, behind) in found for each in behind}
    return Figures(figures, tuple(fact for _, (fact, _) in found), tuple(evidence.values()))
