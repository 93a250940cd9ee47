"""Node: every number of the draft is verified and typed in, and the answer is put together from what held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from textwrap import shorten
from typing import Protocol

from langgraph.runtime import Runtime

from agents.answer import Answer, Confidence, Interpretation, Status, Usage
from agents.approve_verdicts import action_blocks, proposals_of
from agents.brain import Understood, total
from agents.bus import BlockReady, Proposal, TextDelta
from agents.finding import Finding
from agents.grounding import Checked
from agents.phrases.book import Known
from agents.plan import Engine, Language, Plan
from agents.state import TurnContext, TurnState, Update
from agents.synthesise import in_plan_order
from agents.writer import Draft, render
from tools.facts import Evidence, Fact

_NOTHING_HELD = "What was found could not be verified, so nothing is said about it."
_UNPROVEN_WORDS = "the wording said more than the facts, so the plain one is shown"


class Check(Protocol):
    """Types the numbers of a draft, verifies every one against the facts, and takes out what does not hold."""

    def __call__(self, answer: Draft, facts: Sequence[Fact], plan: Plan, language: Language, currency: str, known: Known) -> Checked: ...


@dataclass(frozen=True)
class Verified:
    """A draft that was checked: its text and its reading with their digits, and what had to go."""

    draft: Draft
    text: str
    reading: str
    doubts: tuple[str, ...]
    worded: bool = False  # in the words of the brain, not in the plain ones


async def check(state: TurnState, runtime: Runtime[TurnContext]) -> Update:
    """The answer, verified; only now is any of it shown."""
    context, plan = runtime.context, Plan.model_validate(state["plan"])
    findings, desk = in_plan_order(context, plan), context.desk
    if desk.draft is None:
        raise LookupError("there is no draft to check")
    verified = _verify(desk.draft, findings, plan, context)
    if desk.worded is not None:
        better = _verify(desk.worded, findings, plan, context)
        # Words that say anything unproven are not mended: the plain ones are whole.
        plain = replace(verified, doubts=(*verified.doubts, _UNPROVEN_WORDS))
        verified = plain if better.doubts else replace(better, worded=True)
    proposals = proposals_of(context.thread_id, context.run_id, findings, context.world.tools)
    return tell(_answer(state, context, plan, findings, verified, proposals), context, proposals)


def _verify(draft: Draft, findings: Sequence[Finding], plan: Plan, context: TurnContext) -> Verified:
    def typed(text: str) -> Checked:
        said = draft.model_copy(update={"text": text})
        return context.check(said, _facts(findings), plan, plan.language, context.currency, context.known)

    checked = typed(draft.text)
    # The reading is a line of the text: what held there need not be proven twice.
    proven = not checked.removed and draft.reading in draft.text
    # Only the kind of doubt is told: the sentence itself holds what must not be said.
    doubts = tuple(f"a sentence was left out: its {each.reason} could not be verified" for each in checked.removed)
    if not checked.text:
        draft = draft.model_copy(update={"answered": False, "blocks": (), "follow_ups": ()})
    reading = _rendered(draft, findings, plan, context) if proven else typed(draft.reading).text
    return Verified(draft, checked.text or _NOTHING_HELD, reading, doubts)


def _rendered(draft: Draft, findings: Sequence[Finding], plan: Plan, context: TurnContext) -> str:
    said = draft.model_copy(update={"text": draft.reading})
    return render(said, _facts(findings), plan.language, context.currency)


def _answer(
    state: TurnState,
    context: TurnContext,
    plan: Plan,
    findings: tuple[Finding, ...],
    verified: Verified,
    proposals: tuple[Proposal, ...],
) -> Answer:
    draft, served = verified.draft, context.tool_context.served
    return Answer(
        answer_id=context.run_id,
        thread_id=context.thread_id,
        question=state["message"],
        status="awaiting_approval" if proposals else status_of(findings, draft.answered),
        text=verified.text,
        blocks=(*draft.blocks, *action_blocks(proposals)),
        facts=(*_facts(findings), *draft.facts),
        evidence=_evidence(findings),
        interpretation=Interpretation(text=verified.reading, plan=plan),
        assumptions=draft.assumptions,
        follow_ups=draft.follow_ups,
        confidence=_confidence(plan, findings, verified.doubts),
        agents=tuple(part.agent for part in plan.parts),
        tools=tuple(dict.fromkeys(finding.call.tool for finding in findings)),
        engine=engine_of(state, plan, _wording(verified, context)),
        data_as_of=context.world.as_of,
        snapshot=served.context.snapshot or served.source.snapshot,
        timings=dict(context.timings),
        usage=bill(state),
    )


def tell(answer: Answer, context: TurnContext, proposals: tuple[Proposal, ...] = ()) -> Update:
    """Stream the answer, its text a paragraph at a time and then its blocks; one that has to wait goes into the state."""
    paragraphs = answer.text.split("\n\n")
    for number, paragraph in enumerate(paragraphs, 1):
        context.events.emit(TextDelta(text=paragraph + ("\n\n" if number < len(paragraphs) else "")))
    for block in answer.blocks:
        context.events.emit(BlockReady(block=block))
    context.desk.answer = answer
    if not proposals:
        return {}
    return {"answer": answer.model_dump(mode="json"), "proposals": [each.model_dump(mode="json") for each in proposals]}


def status_of(findings: Sequence[Finding], answered: bool) -> Status:
    """Answered when anything was found; otherwise the kind of trouble that all of it met."""
    if any(finding.findings for finding in findings):
        return "answered" if answered else "no_answer"
    met = {finding.trouble for finding in findings}
    if met == {"forbidden"}:
        return "refused"
    return "failed" if met <= {"failed", "timeout"} else "no_answer"


def engine_of(state: TurnState, plan: Plan, wording: Engine | None = None) -> Engine:
    """Who made the answer: one engine, or both. Calls that failed made nothing; a message taken as it is was understood by nobody."""
    used = {plan.engine, *([wording] if wording else [])}
    if state.get("understood"):
        understood = Understood.model_validate(state["understood"])
        if understood.engine == "llm" or understood.edits or understood.standalone_question != understood.message:
            used.add(understood.engine)
    return plan.engine if used == {plan.engine} else "mixed"


def _wording(verified: Verified, context: TurnContext) -> Engine | None:
    """Whose words are shown; nobody's where there was nothing to word."""
    if verified.worded:
        return context.brain.engine
    return "embedded" if verified.draft.answered else None


def bill(state: TurnState) -> Usage:
    """What the language model spent on this turn so far."""
    return total(tuple(Usage.model_validate(each) for each in state.get("usage", [])))


def _facts(findings: Sequence[Finding]) -> tuple[Fact, ...]:
    return tuple(fact for finding in findings if finding.findings for fact in finding.findings.facts)


def _evidence(findings: Sequence[Finding]) -> tuple[Evidence, ...]:
    return tuple(each for finding in findings if finding.findings for each in finding.findings.evidence)


def _confidence(plan: Plan, findings: Sequence[Finding], doubts: tuple[str, ...]) -> Confidence:
    """The plan's own, lowered by whatever is missing from the answer."""
    missing = [shorten(f"{finding.call.tool}: {finding.why}", 160) for finding in findings if finding.trouble]
    removed = [doubt for doubt in doubts if doubt != _UNPROVEN_WORDS]
    level = "low" if removed or plan.confidence == "low" else "medium" if missing else plan.confidence
    return Confidence(level=level, reasons=(*plan.reasons, *missing, *doubts))
