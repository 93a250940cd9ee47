"""Plans made of calls: those of the last answer as a message changed them, and what each option of a question would run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from agents.brain import Understood, World
from agents.language.agents_for import agent_of
from agents.language.edits.records import RECORDS
from agents.language.reading import reading_of
from agents.language.replies import replies
from agents.plan import Part, Plan, PlannedCall

# Below the first it is said that the answer may not be what was meant, from the second on nothing is.
_DOUBTFUL, _SURE = 0.6, 0.85
Level = Literal["high", "medium", "low"]


def plan_again(understood: Understood, world: World) -> Plan | None:
    """The plan of these calls, or why there is none; None when one of them cannot be made here."""
    if understood.reply:
        said = {"standalone_question": understood.standalone_question, "language": understood.language, "reply": understood.reply}
        return Plan.model_validate({**said, "outcome": "decline", "confidence": "low"})
    known = {tool.name for tool in world.tools}
    if not understood.calls or any(call.tool not in known for call in understood.calls):
        return None
    question = understood.standalone_question
    parts = tuple(Part(agent=agent_of(call.tool, call.arguments, world), question=question, calls=(call,)) for call in understood.calls)
    chance = 1.0 if understood.chance is None else understood.chance
    level: Level
    level, reason = ("low", "doubtful") if chance < _DOUBTFUL else ("medium", "likely")
    if level == "medium" and chance >= _SURE and not understood.assumptions:
        level, reason = "high", ""
    reasons = (*([replies(understood.language).say(reason)] if reason else []), *understood.assumptions[:3])
    return Plan(
        standalone_question=question,
        language=understood.language,
        parts=parts,
        reading=reading_of(tuple((call.tool, call.arguments) for call in understood.calls)),
        assumptions=understood.assumptions,
        probability=understood.chance,
        confidence=level,
        reasons=reasons,
    )


def with_calls(plan: Plan, read: Callable[[str], Plan]) -> Plan:
    """The question asked back with the one call of each option that comes to a figure."""
    if plan.clarify is None:
        return plan
    calls = tuple(_figure(read(option)) for option in plan.clarify.options)
    return plan.model_copy(update={"clarify": plan.clarify.model_copy(update={"calls": calls})}) if any(calls) else plan


def _figure(plan: Plan) -> PlannedCall | None:
    """The call of a plan that is one figure of one time."""
    calls = plan.calls()
    if plan.outcome != "answer" or len(calls) != 1 or plan.ignored or calls[0].tool != "metric_value":
        return None
    arguments, metrics = calls[0].arguments, calls[0].arguments.get("metrics")
    single = isinstance(metrics, list | tuple) and len(metrics) == 1
    return calls[0] if single and not arguments.get("compare") and not arguments.get("periods") else None


def repeats(plan: Plan, understood: Understood) -> bool:
    """Whether a message that was to change the last answer comes to that answer again: then it was not understood."""
    before = understood.edits
    if before is None or understood.calls or plan.outcome != "answer" or not before.calls():
        return False
    if any(call.tool in RECORDS for call in plan.calls()):
        return False  # a record shows all there is: another side of it is the same call
    return [(call.tool, call.arguments) for call in plan.calls()] == [(call.tool, call.arguments) for call in before.calls()]


def not_again(plan: Plan) -> Plan:
    """Said instead of the same answer once more."""
    said = replies(plan.language).say("no_change")
    return Plan(standalone_question=plan.standalone_question, language=plan.language, outcome="decline", reply=said, confidence="low")
